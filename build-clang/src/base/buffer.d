build-clang/src/base/buffer.o: src/base/buffer.c src/base/buffer.h \
  src/base/status.h src/base/memory.h src/base/utf8.h

src/base/buffer.h:

src/base/status.h:

src/base/memory.h:

src/base/utf8.h:
