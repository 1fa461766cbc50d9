build-clang/kernels/table.avx2.o: kernels/table.c kernels/kernels.h \
  kernels/threads.h kernels/vec.h kernels/vec_avx2.h

kernels/kernels.h:

kernels/threads.h:

kernels/vec.h:

kernels/vec_avx2.h:
