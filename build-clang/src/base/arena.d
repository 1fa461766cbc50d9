build-clang/src/base/arena.o: src/base/arena.c src/base/arena.h \
  src/base/status.h src/base/memory.h

src/base/arena.h:

src/base/status.h:

src/base/memory.h:
