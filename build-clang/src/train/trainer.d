build-clang/src/train/trainer.o: src/train/trainer.c src/train/trainer.h \
  src/data/examples.h src/base/status.h src/data/dataset.h \
  src/data/labels.h src/io/rows.h src/base/json.h src/base/arena.h \
  src/base/buffer.h kernels/threads.h tokenizer/tokenizer.h \
  src/nn/model.h src/nn/config.h kernels/kernels.h src/nn/tape.h \
  src/nn/compute.h src/train/evaluate.h src/train/optimizer.h \
  src/base/file.h src/base/memory.h kernels/math.h \
  src/train/checkpoint.h src/train/log.h

src/train/trainer.h:

src/data/examples.h:

src/base/status.h:

src/data/dataset.h:

src/data/labels.h:

src/io/rows.h:

src/base/json.h:

src/base/arena.h:

src/base/buffer.h:

kernels/threads.h:

tokenizer/tokenizer.h:

src/nn/model.h:

src/nn/config.h:

kernels/kernels.h:

src/nn/tape.h:

src/nn/compute.h:

src/train/evaluate.h:

src/train/optimizer.h:

src/base/file.h:

src/base/memory.h:

kernels/math.h:

src/train/checkpoint.h:

src/train/log.h:
