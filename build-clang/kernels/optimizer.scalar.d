build-clang/kernels/optimizer.scalar.o: kernels/optimizer.c \
  kernels/kernels.h kernels/threads.h kernels/vec.h kernels/vec_scalar.h

kernels/kernels.h:

kernels/threads.h:

kernels/vec.h:

kernels/vec_scalar.h:
