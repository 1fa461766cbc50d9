build-clang/tokenizer/trie.o: tokenizer/trie.c tokenizer/trie.h \
  src/base/status.h src/base/memory.h src/base/utf8.h

tokenizer/trie.h:

src/base/status.h:

src/base/memory.h:

src/base/utf8.h:
