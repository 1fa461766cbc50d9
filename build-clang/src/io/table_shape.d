build-clang/src/io/table_shape.o: src/io/table_shape.c \
  src/io/rows_private.h src/base/arena.h src/base/status.h \
  src/base/buffer.h src/io/input.h src/io/rows.h src/base/json.h

src/io/rows_private.h:

src/base/arena.h:

src/base/status.h:

src/base/buffer.h:

src/io/input.h:

src/io/rows.h:

src/base/json.h:
