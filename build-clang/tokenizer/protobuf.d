build-clang/tokenizer/protobuf.o: tokenizer/protobuf.c \
  tokenizer/protobuf.h src/base/buffer.h src/base/status.h

tokenizer/protobuf.h:

src/base/buffer.h:

src/base/status.h:
