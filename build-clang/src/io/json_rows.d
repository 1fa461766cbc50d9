build-clang/src/io/json_rows.o: src/io/json_rows.c src/base/memory.h \
  src/base/status.h src/io/rows_private.h src/base/arena.h \
  src/base/buffer.h src/io/input.h src/io/rows.h src/base/json.h

src/base/memory.h:

src/base/status.h:

src/io/rows_private.h:

src/base/arena.h:

src/base/buffer.h:

src/io/input.h:

src/io/rows.h:

src/base/json.h:
