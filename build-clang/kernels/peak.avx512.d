build-clang/kernels/peak.avx512.o: kernels/peak.c kernels/kernels.h \
  kernels/threads.h kernels/tile.h kernels/vec.h kernels/vec_avx512.h

kernels/kernels.h:

kernels/threads.h:

kernels/tile.h:

kernels/vec.h:

kernels/vec_avx512.h:
