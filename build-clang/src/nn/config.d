build-clang/src/nn/config.o: src/nn/config.c src/nn/config.h \
  src/base/arena.h src/base/status.h src/base/buffer.h kernels/kernels.h \
  kernels/threads.h src/base/file.h src/base/json.h src/base/memory.h \
  src/base/number.h src/nn/config_families.h

src/nn/config.h:

src/base/arena.h:

src/base/status.h:

src/base/buffer.h:

kernels/kernels.h:

kernels/threads.h:

src/base/file.h:

src/base/json.h:

src/base/memory.h:

src/base/number.h:

src/nn/config_families.h:
