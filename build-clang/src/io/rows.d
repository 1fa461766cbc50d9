build-clang/src/io/rows.o: src/io/rows.c src/io/rows.h src/base/json.h \
  src/base/arena.h src/base/status.h src/base/buffer.h src/base/file.h \
  src/base/memory.h src/base/utf8.h src/io/rows_private.h src/io/input.h

src/io/rows.h:

src/base/json.h:

src/base/arena.h:

src/base/status.h:

src/base/buffer.h:

src/base/file.h:

src/base/memory.h:

src/base/utf8.h:

src/io/rows_private.h:

src/io/input.h:
