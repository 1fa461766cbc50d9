build-clang/src/io/delimited.o: src/io/delimited.c src/base/file.h \
  src/base/buffer.h src/base/status.h src/base/memory.h \
  src/io/rows_private.h src/base/arena.h src/io/input.h src/io/rows.h \
  src/base/json.h

src/base/file.h:

src/base/buffer.h:

src/base/status.h:

src/base/memory.h:

src/io/rows_private.h:

src/base/arena.h:

src/io/input.h:

src/io/rows.h:

src/base/json.h:
