build-clang/src/base/json_write.o: src/base/json_write.c src/base/json.h \
  src/base/arena.h src/base/status.h src/base/buffer.h src/base/number.h \
  src/base/utf8.h

src/base/json.h:

src/base/arena.h:

src/base/status.h:

src/base/buffer.h:

src/base/number.h:

src/base/utf8.h:
