build-clang/tokenizer/normalize.o: tokenizer/normalize.c \
  tokenizer/normalize.h src/base/status.h tokenizer/double_array.h \
  src/base/buffer.h tokenizer/sentencepiece_model.h src/base/arena.h \
  tokenizer/trie.h src/base/memory.h src/base/utf8.h

tokenizer/normalize.h:

src/base/status.h:

tokenizer/double_array.h:

src/base/buffer.h:

tokenizer/sentencepiece_model.h:

src/base/arena.h:

tokenizer/trie.h:

src/base/memory.h:

src/base/utf8.h:
