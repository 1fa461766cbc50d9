build-clang/kernels/softmax.avx512.o: kernels/softmax.c kernels/kernels.h \
  kernels/threads.h kernels/rows.h kernels/vmath.h kernels/vec.h \
  kernels/vec_avx512.h

kernels/kernels.h:

kernels/threads.h:

kernels/rows.h:

kernels/vmath.h:

kernels/vec.h:

kernels/vec_avx512.h:
