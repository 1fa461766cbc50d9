build-clang/kernels/math.o: kernels/math.c kernels/math.h

kernels/math.h:
