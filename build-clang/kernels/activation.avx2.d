build-clang/kernels/activation.avx2.o: kernels/activation.c \
  kernels/kernels.h kernels/threads.h kernels/vmath.h kernels/vec.h \
  kernels/vec_avx2.h

kernels/kernels.h:

kernels/threads.h:

kernels/vmath.h:

kernels/vec.h:

kernels/vec_avx2.h:
