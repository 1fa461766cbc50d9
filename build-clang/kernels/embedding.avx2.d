build-clang/kernels/embedding.avx2.o: kernels/embedding.c \
  kernels/kernels.h kernels/threads.h kernels/vec.h kernels/vec_avx2.h

kernels/kernels.h:

kernels/threads.h:

kernels/vec.h:

kernels/vec_avx2.h:
