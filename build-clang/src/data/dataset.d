build-clang/src/data/dataset.o: src/data/dataset.c src/data/dataset.h \
  src/base/status.h src/data/labels.h src/io/rows.h src/base/json.h \
  src/base/arena.h src/base/buffer.h src/base/memory.h src/base/sha256.h \
  src/data/split.h

src/data/dataset.h:

src/base/status.h:

src/data/labels.h:

src/io/rows.h:

src/base/json.h:

src/base/arena.h:

src/base/buffer.h:

src/base/memory.h:

src/base/sha256.h:

src/data/split.h:
