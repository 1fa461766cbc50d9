build-clang/src/train/metrics.o: src/train/metrics.c src/train/metrics.h \
  src/base/status.h src/base/memory.h

src/train/metrics.h:

src/base/status.h:

src/base/memory.h:
