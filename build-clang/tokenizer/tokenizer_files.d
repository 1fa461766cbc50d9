build-clang/tokenizer/tokenizer_files.o: tokenizer/tokenizer_files.c \
  src/base/file.h src/base/buffer.h src/base/status.h src/base/memory.h \
  tokenizer/internal.h tokenizer/tokenizer.h tokenizer/vocabulary.h \
  src/base/arena.h tokenizer/sentencepiece_model.h

src/base/file.h:

src/base/buffer.h:

src/base/status.h:

src/base/memory.h:

tokenizer/internal.h:

tokenizer/tokenizer.h:

tokenizer/vocabulary.h:

src/base/arena.h:

tokenizer/sentencepiece_model.h:
