build-clang/src/nn/compute.o: src/nn/compute.c src/nn/compute.h \
  src/base/status.h kernels/kernels.h kernels/threads.h \
  src/base/memory.h

src/nn/compute.h:

src/base/status.h:

kernels/kernels.h:

kernels/threads.h:

src/base/memory.h:
