build-clang/kernels/activation.scalar.o: kernels/activation.c \
  kernels/kernels.h kernels/threads.h kernels/vmath.h kernels/vec.h \
  kernels/vec_scalar.h

kernels/kernels.h:

kernels/threads.h:

kernels/vmath.h:

kernels/vec.h:

kernels/vec_scalar.h:
