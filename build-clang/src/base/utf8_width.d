build-clang/src/base/utf8_width.o: src/base/utf8_width.c src/base/utf8.h

src/base/utf8.h:
