build-clang/src/data/split.o: src/data/split.c src/data/split.h \
  src/base/status.h src/base/memory.h

src/data/split.h:

src/base/status.h:

src/base/memory.h:
