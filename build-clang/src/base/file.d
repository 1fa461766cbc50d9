build-clang/src/base/file.o: src/base/file.c src/base/file.h \
  src/base/buffer.h src/base/status.h src/base/memory.h

src/base/file.h:

src/base/buffer.h:

src/base/status.h:

src/base/memory.h:
