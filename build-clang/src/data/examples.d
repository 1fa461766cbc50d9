build-clang/src/data/examples.o: src/data/examples.c src/data/examples.h \
  src/base/status.h src/data/dataset.h src/data/labels.h src/io/rows.h \
  src/base/json.h src/base/arena.h src/base/buffer.h kernels/threads.h \
  tokenizer/tokenizer.h src/base/memory.h

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

src/base/memory.h:
