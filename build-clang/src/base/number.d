build-clang/src/base/number.o: src/base/number.c src/base/number.h \
  src/base/buffer.h src/base/status.h src/base/memory.h

src/base/number.h:

src/base/buffer.h:

src/base/status.h:

src/base/memory.h:
