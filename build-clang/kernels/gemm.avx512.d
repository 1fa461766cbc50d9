build-clang/kernels/gemm.avx512.o: kernels/gemm.c kernels/kernels.h \
  kernels/threads.h kernels/tile.h kernels/vec.h kernels/vec_avx512.h

kernels/kernels.h:

kernels/threads.h:

kernels/tile.h:

kernels/vec.h:

kernels/vec_avx512.h:
