build-clang/kernels/table.scalar.o: kernels/table.c kernels/kernels.h \
  kernels/threads.h kernels/vec.h kernels/vec_scalar.h

kernels/kernels.h:

kernels/threads.h:

kernels/vec.h:

kernels/vec_scalar.h:
