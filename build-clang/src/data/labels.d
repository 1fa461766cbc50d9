build-clang/src/data/labels.o: src/data/labels.c src/data/labels.h \
  src/base/status.h src/base/memory.h

src/data/labels.h:

src/base/status.h:

src/base/memory.h:
