build-clang/tokenizer/sentencepiece.o: tokenizer/sentencepiece.c \
  src/base/memory.h src/base/status.h src/base/utf8.h \
  tokenizer/internal.h src/base/buffer.h tokenizer/tokenizer.h \
  tokenizer/vocabulary.h src/base/arena.h tokenizer/normalize.h \
  tokenizer/double_array.h tokenizer/sentencepiece_model.h \
  tokenizer/trie.h tokenizer/unigram.h

src/base/memory.h:

src/base/status.h:

src/base/utf8.h:

tokenizer/internal.h:

src/base/buffer.h:

tokenizer/tokenizer.h:

tokenizer/vocabulary.h:

src/base/arena.h:

tokenizer/normalize.h:

tokenizer/double_array.h:

tokenizer/sentencepiece_model.h:

tokenizer/trie.h:

tokenizer/unigram.h:
