build-clang/src/base/json.o: src/base/json.c src/base/json.h \
  src/base/arena.h src/base/status.h src/base/buffer.h src/base/memory.h \
  src/base/number.h src/base/utf8.h

src/base/json.h:

src/base/arena.h:

src/base/status.h:

src/base/buffer.h:

src/base/memory.h:

src/base/number.h:

src/base/utf8.h:
