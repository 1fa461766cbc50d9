build-clang/src/io/input.o: src/io/input.c src/io/input.h \
  src/base/status.h src/io/rows.h src/base/json.h src/base/arena.h \
  src/base/buffer.h src/base/memory.h src/base/utf8.h

src/io/input.h:

src/base/status.h:

src/io/rows.h:

src/base/json.h:

src/base/arena.h:

src/base/buffer.h:

src/base/memory.h:

src/base/utf8.h:
