build-clang/kernels/attention.avx2.o: kernels/attention.c \
  kernels/kernels.h kernels/threads.h kernels/rows.h kernels/vmath.h \
  kernels/vec.h kernels/vec_avx2.h kernels/tile.h

kernels/kernels.h:

kernels/threads.h:

kernels/rows.h:

kernels/vmath.h:

kernels/vec.h:

kernels/vec_avx2.h:

kernels/tile.h:
