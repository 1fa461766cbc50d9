build-clang/src/io/weights.o: src/io/weights.c src/io/weights.h \
  src/base/arena.h src/base/status.h src/io/safetensors.h \
  src/base/file.h src/base/buffer.h src/base/json.h src/base/memory.h \
  src/base/sha256.h

src/io/weights.h:

src/base/arena.h:

src/base/status.h:

src/io/safetensors.h:

src/base/file.h:

src/base/buffer.h:

src/base/json.h:

src/base/memory.h:

src/base/sha256.h:
