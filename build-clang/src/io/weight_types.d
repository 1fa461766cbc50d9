build-clang/src/io/weight_types.o: src/io/weight_types.c \
  src/base/memory.h src/base/status.h src/io/weights.h src/base/arena.h \
  src/io/safetensors.h src/base/file.h src/base/buffer.h

src/base/memory.h:

src/base/status.h:

src/io/weights.h:

src/base/arena.h:

src/io/safetensors.h:

src/base/file.h:

src/base/buffer.h:
