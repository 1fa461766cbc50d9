build-clang/src/io/safetensors.o: src/io/safetensors.c src/base/json.h \
  src/base/arena.h src/base/status.h src/base/buffer.h src/base/memory.h \
  src/base/number.h src/io/weights.h src/io/safetensors.h \
  src/base/file.h

src/base/json.h:

src/base/arena.h:

src/base/status.h:

src/base/buffer.h:

src/base/memory.h:

src/base/number.h:

src/io/weights.h:

src/io/safetensors.h:

src/base/file.h:
