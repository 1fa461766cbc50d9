build-clang/src/nn/model.o: src/nn/model.c src/nn/model.h \
  src/base/arena.h src/base/status.h src/base/buffer.h src/nn/config.h \
  kernels/kernels.h kernels/threads.h src/nn/tape.h src/nn/compute.h \
  src/base/memory.h src/io/safetensors.h src/base/file.h kernels/math.h

src/nn/model.h:

src/base/arena.h:

src/base/status.h:

src/base/buffer.h:

src/nn/config.h:

kernels/kernels.h:

kernels/threads.h:

src/nn/tape.h:

src/nn/compute.h:

src/base/memory.h:

src/io/safetensors.h:

src/base/file.h:

kernels/math.h:
