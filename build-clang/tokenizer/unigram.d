build-clang/tokenizer/unigram.o: tokenizer/unigram.c tokenizer/unigram.h \
  src/base/buffer.h src/base/status.h tokenizer/sentencepiece_model.h \
  src/base/arena.h tokenizer/trie.h src/base/memory.h src/base/utf8.h

tokenizer/unigram.h:

src/base/buffer.h:

src/base/status.h:

tokenizer/sentencepiece_model.h:

src/base/arena.h:

tokenizer/trie.h:

src/base/memory.h:

src/base/utf8.h:
