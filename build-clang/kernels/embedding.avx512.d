build-clang/kernels/embedding.avx512.o: kernels/embedding.c \
  kernels/kernels.h kernels/threads.h kernels/vec.h kernels/vec_avx512.h

kernels/kernels.h:

kernels/threads.h:

kernels/vec.h:

kernels/vec_avx512.h:
