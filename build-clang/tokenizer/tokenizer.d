build-clang/tokenizer/tokenizer.o: tokenizer/tokenizer.c \
  tokenizer/tokenizer.h src/base/buffer.h src/base/status.h \
  src/base/memory.h tokenizer/internal.h tokenizer/vocabulary.h \
  src/base/arena.h

tokenizer/tokenizer.h:

src/base/buffer.h:

src/base/status.h:

src/base/memory.h:

tokenizer/internal.h:

tokenizer/vocabulary.h:

src/base/arena.h:
