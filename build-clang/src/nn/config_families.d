build-clang/src/nn/config_families.o: src/nn/config_families.c \
  src/nn/config_families.h src/nn/config.h src/base/arena.h \
  src/base/status.h src/base/buffer.h kernels/kernels.h \
  kernels/threads.h

src/nn/config_families.h:

src/nn/config.h:

src/base/arena.h:

src/base/status.h:

src/base/buffer.h:

kernels/kernels.h:

kernels/threads.h:
