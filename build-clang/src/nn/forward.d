build-clang/src/nn/forward.o: src/nn/forward.c src/nn/model.h \
  src/base/arena.h src/base/status.h src/base/buffer.h src/nn/config.h \
  kernels/kernels.h kernels/threads.h src/nn/tape.h src/nn/compute.h

src/nn/model.h:

src/base/arena.h:

src/base/status.h:

src/base/buffer.h:

src/nn/config.h:

kernels/kernels.h:

kernels/threads.h:

src/nn/tape.h:

src/nn/compute.h:
