build-clang/kernels/softmax.scalar.o: kernels/softmax.c kernels/kernels.h \
  kernels/threads.h kernels/rows.h kernels/vmath.h kernels/vec.h \
  kernels/vec_scalar.h

kernels/kernels.h:

kernels/threads.h:

kernels/rows.h:

kernels/vmath.h:

kernels/vec.h:

kernels/vec_scalar.h:
