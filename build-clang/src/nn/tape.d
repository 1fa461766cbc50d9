build-clang/src/nn/tape.o: src/nn/tape.c src/nn/tape_internal.h \
  src/nn/tape.h src/base/arena.h src/base/status.h src/nn/compute.h \
  kernels/kernels.h kernels/threads.h src/base/memory.h

src/nn/tape_internal.h:

src/nn/tape.h:

src/base/arena.h:

src/base/status.h:

src/nn/compute.h:

kernels/kernels.h:

kernels/threads.h:

src/base/memory.h:
