build-clang/kernels/embedding.scalar.o: kernels/embedding.c \
  kernels/kernels.h kernels/threads.h kernels/vec.h kernels/vec_scalar.h

kernels/kernels.h:

kernels/threads.h:

kernels/vec.h:

kernels/vec_scalar.h:
