build-clang/src/nn/model_files.o: src/nn/model_files.c src/nn/model.h \
  src/base/arena.h src/base/status.h src/base/buffer.h src/nn/config.h \
  kernels/kernels.h kernels/threads.h src/nn/tape.h src/nn/compute.h \
  src/base/file.h src/base/memory.h src/base/sha256.h \
  src/io/safetensors.h

src/nn/model.h:

src/base/arena.h:

src/base/status.h:

src/base/buffer.h:

src/nn/config.h:

kernels/kernels.h:

kernels/threads.h:

src/nn/tape.h:

src/nn/compute.h:

src/base/file.h:

src/base/memory.h:

src/base/sha256.h:

src/io/safetensors.h:
