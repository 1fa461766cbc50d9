build-clang/src/base/status.o: src/base/status.c src/base/status.h \
  src/base/utf8.h

src/base/status.h:

src/base/utf8.h:
