build-clang/src/nn/op_loss.o: src/nn/op_loss.c src/nn/tape_internal.h \
  src/nn/tape.h src/base/arena.h src/base/status.h src/nn/compute.h \
  kernels/kernels.h kernels/threads.h kernels/math.h

src/nn/tape_internal.h:

src/nn/tape.h:

src/base/arena.h:

src/base/status.h:

src/nn/compute.h:

kernels/kernels.h:

kernels/threads.h:

kernels/math.h:
