build-clang/kernels/sizes.o: kernels/sizes.c kernels/kernels.h \
  kernels/threads.h

kernels/kernels.h:

kernels/threads.h:
