build-clang/tests/unit/train_test: tests/unit/train_test.c \
  src/base/file.h src/base/buffer.h src/base/status.h src/base/memory.h \
  tests/test.h src/train/trainer.h src/data/examples.h \
  src/data/dataset.h src/data/labels.h src/io/rows.h src/base/json.h \
  src/base/arena.h kernels/threads.h tokenizer/tokenizer.h \
  src/nn/model.h src/nn/config.h kernels/kernels.h src/nn/tape.h \
  src/nn/compute.h src/train/evaluate.h src/train/optimizer.h

src/base/file.h:

src/base/buffer.h:

src/base/status.h:

src/base/memory.h:

tests/test.h:

src/train/trainer.h:

src/data/examples.h:

src/data/dataset.h:

src/data/labels.h:

src/io/rows.h:

src/base/json.h:

src/base/arena.h:

kernels/threads.h:

tokenizer/tokenizer.h:

src/nn/model.h:

src/nn/config.h:

kernels/kernels.h:

src/nn/tape.h:

src/nn/compute.h:

src/train/evaluate.h:

src/train/optimizer.h:
