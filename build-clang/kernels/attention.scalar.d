build-clang/kernels/attention.scalar.o: kernels/attention.c \
  kernels/kernels.h kernels/threads.h kernels/rows.h kernels/vmath.h \
  kernels/vec.h kernels/vec_scalar.h kernels/tile.h

kernels/kernels.h:

kernels/threads.h:

kernels/rows.h:

kernels/vmath.h:

kernels/vec.h:

kernels/vec_scalar.h:

kernels/tile.h:
