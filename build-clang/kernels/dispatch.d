build-clang/kernels/dispatch.o: kernels/dispatch.c kernels/kernels.h \
  kernels/threads.h

kernels/kernels.h:

kernels/threads.h:
