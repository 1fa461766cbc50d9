build-clang/tests/unit/kernels_test: tests/unit/kernels_test.c \
  kernels/kernels.h kernels/threads.h kernels/math.h tests/test.h

kernels/kernels.h:

kernels/threads.h:

kernels/math.h:

tests/test.h:
