build-clang/kernels/attention.avx512.o: kernels/attention.c \
  kernels/kernels.h kernels/threads.h kernels/rows.h kernels/vmath.h \
  kernels/vec.h kernels/vec_avx512.h kernels/tile.h

kernels/kernels.h:

kernels/threads.h:

kernels/rows.h:

kernels/vmath.h:

kernels/vec.h:

kernels/vec_avx512.h:

kernels/tile.h:
