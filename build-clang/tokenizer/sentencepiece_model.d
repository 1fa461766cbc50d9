build-clang/tokenizer/sentencepiece_model.o: \
  tokenizer/sentencepiece_model.c tokenizer/sentencepiece_model.h \
  src/base/arena.h src/base/status.h src/base/buffer.h src/base/memory.h \
  tokenizer/protobuf.h

tokenizer/sentencepiece_model.h:

src/base/arena.h:

src/base/status.h:

src/base/buffer.h:

src/base/memory.h:

tokenizer/protobuf.h:
