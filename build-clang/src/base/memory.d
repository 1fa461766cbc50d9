build-clang/src/base/memory.o: src/base/memory.c src/base/memory.h \
  src/base/status.h

src/base/memory.h:

src/base/status.h:
