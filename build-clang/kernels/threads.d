build-clang/kernels/threads.o: kernels/threads.c kernels/threads.h

kernels/threads.h:
