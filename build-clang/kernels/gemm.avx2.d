build-clang/kernels/gemm.avx2.o: kernels/gemm.c kernels/kernels.h \
  kernels/threads.h kernels/tile.h kernels/vec.h kernels/vec_avx2.h

kernels/kernels.h:

kernels/threads.h:

kernels/tile.h:

kernels/vec.h:

kernels/vec_avx2.h:
