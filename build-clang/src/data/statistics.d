build-clang/src/data/statistics.o: src/data/statistics.c \
  src/data/statistics.h src/base/buffer.h src/base/status.h \
  src/data/dataset.h src/data/labels.h src/io/rows.h src/base/json.h \
  src/base/arena.h tokenizer/tokenizer.h src/base/memory.h \
  src/base/utf8.h

src/data/statistics.h:

src/base/buffer.h:

src/base/status.h:

src/data/dataset.h:

src/data/labels.h:

src/io/rows.h:

src/base/json.h:

src/base/arena.h:

tokenizer/tokenizer.h:

src/base/memory.h:

src/base/utf8.h:
