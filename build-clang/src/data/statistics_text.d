build-clang/src/data/statistics_text.o: src/data/statistics_text.c \
  src/base/json.h src/base/arena.h src/base/status.h src/base/buffer.h \
  src/base/utf8.h src/data/statistics.h src/data/dataset.h \
  src/data/labels.h src/io/rows.h tokenizer/tokenizer.h

src/base/json.h:

src/base/arena.h:

src/base/status.h:

src/base/buffer.h:

src/base/utf8.h:

src/data/statistics.h:

src/data/dataset.h:

src/data/labels.h:

src/io/rows.h:

tokenizer/tokenizer.h:
