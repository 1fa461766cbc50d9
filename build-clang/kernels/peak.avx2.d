build-clang/kernels/peak.avx2.o: kernels/peak.c kernels/kernels.h \
  kernels/threads.h kernels/tile.h kernels/vec.h kernels/vec_avx2.h

kernels/kernels.h:

kernels/threads.h:

kernels/tile.h:

kernels/vec.h:

kernels/vec_avx2.h:
