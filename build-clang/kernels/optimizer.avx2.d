build-clang/kernels/optimizer.avx2.o: kernels/optimizer.c \
  kernels/kernels.h kernels/threads.h kernels/vec.h kernels/vec_avx2.h

kernels/kernels.h:

kernels/threads.h:

kernels/vec.h:

kernels/vec_avx2.h:
