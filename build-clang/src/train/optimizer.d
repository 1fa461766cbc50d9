build-clang/src/train/optimizer.o: src/train/optimizer.c \
  src/train/optimizer.h src/nn/model.h src/base/arena.h \
  src/base/status.h src/base/buffer.h src/nn/config.h kernels/kernels.h \
  kernels/threads.h src/nn/tape.h src/nn/compute.h src/base/memory.h \
  kernels/math.h

src/train/optimizer.h:

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

kernels/math.h:
