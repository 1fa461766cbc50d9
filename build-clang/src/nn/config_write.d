build-clang/src/nn/config_write.o: src/nn/config_write.c src/base/file.h \
  src/base/buffer.h src/base/status.h src/base/json.h src/base/arena.h \
  src/nn/config_families.h src/nn/config.h kernels/kernels.h \
  kernels/threads.h

src/base/file.h:

src/base/buffer.h:

src/base/status.h:

src/base/json.h:

src/base/arena.h:

src/nn/config_families.h:

src/nn/config.h:

kernels/kernels.h:

kernels/threads.h:
