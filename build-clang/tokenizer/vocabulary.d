build-clang/tokenizer/vocabulary.o: tokenizer/vocabulary.c \
  tokenizer/vocabulary.h src/base/arena.h src/base/status.h \
  src/base/memory.h

tokenizer/vocabulary.h:

src/base/arena.h:

src/base/status.h:

src/base/memory.h:
