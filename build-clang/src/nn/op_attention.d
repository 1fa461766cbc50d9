build-clang/src/nn/op_attention.o: src/nn/op_attention.c \
  src/nn/tape_internal.h src/nn/tape.h src/base/arena.h \
  src/base/status.h src/nn/compute.h kernels/kernels.h kernels/threads.h

src/nn/tape_internal.h:

src/nn/tape.h:

src/base/arena.h:

src/base/status.h:

src/nn/compute.h:

kernels/kernels.h:

kernels/threads.h:
