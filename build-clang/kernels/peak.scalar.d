build-clang/kernels/peak.scalar.o: kernels/peak.c kernels/kernels.h \
  kernels/threads.h kernels/tile.h kernels/vec.h kernels/vec_scalar.h

kernels/kernels.h:

kernels/threads.h:

kernels/tile.h:

kernels/vec.h:

kernels/vec_scalar.h:
