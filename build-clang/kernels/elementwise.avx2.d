build-clang/kernels/elementwise.avx2.o: kernels/elementwise.c \
  kernels/kernels.h kernels/threads.h kernels/rows.h kernels/vmath.h \
  kernels/vec.h kernels/vec_avx2.h

kernels/kernels.h:

kernels/threads.h:

kernels/rows.h:

kernels/vmath.h:

kernels/vec.h:

kernels/vec_avx2.h:
