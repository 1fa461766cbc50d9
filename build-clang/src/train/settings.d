build-clang/src/train/settings.o: src/train/settings.c \
  src/train/settings.h src/base/status.h src/base/file.h \
  src/base/buffer.h src/base/json.h src/base/arena.h src/base/memory.h

src/train/settings.h:

src/base/status.h:

src/base/file.h:

src/base/buffer.h:

src/base/json.h:

src/base/arena.h:

src/base/memory.h:
