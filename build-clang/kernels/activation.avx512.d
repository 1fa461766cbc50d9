build-clang/kernels/activation.avx512.o: kernels/activation.c \
  kernels/kernels.h kernels/threads.h kernels/vmath.h kernels/vec.h \
  kernels/vec_avx512.h

kernels/kernels.h:

kernels/threads.h:

kernels/vmath.h:

kernels/vec.h:

kernels/vec_avx512.h:
