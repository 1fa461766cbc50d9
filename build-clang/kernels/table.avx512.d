build-clang/kernels/table.avx512.o: kernels/table.c kernels/kernels.h \
  kernels/threads.h kernels/vec.h kernels/vec_avx512.h

kernels/kernels.h:

kernels/threads.h:

kernels/vec.h:

kernels/vec_avx512.h:
