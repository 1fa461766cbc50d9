build-clang/kernels/optimizer.avx512.o: kernels/optimizer.c \
  kernels/kernels.h kernels/threads.h kernels/vec.h kernels/vec_avx512.h

kernels/kernels.h:

kernels/threads.h:

kernels/vec.h:

kernels/vec_avx512.h:
