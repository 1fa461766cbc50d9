build-clang/tokenizer/double_array.o: tokenizer/double_array.c \
  tokenizer/double_array.h src/base/buffer.h src/base/status.h \
  src/base/memory.h

tokenizer/double_array.h:

src/base/buffer.h:

src/base/status.h:

src/base/memory.h:
