/* A solution of exercise 24: UTF-8.
 *
 * The code points of a well-formed text; returns how many. 0xxxxxxx is one byte, 110xxxxx begins two, 1110xxxx three, 11110xxx four; the others are 10xxxxxx. */
#include "tests/exercises/exercises.h"

size_t exercise_utf8(uint32_t *codes, const char *text)
{
	size_t count = 0;
	for (const unsigned char *s = (const unsigned char *)text; *s != 0;) {
		int more = *s >= 0xF0 ? 3 : *s >= 0xE0 ? 2 : *s >= 0xC0 ? 1 : 0;
		uint32_t code = more == 0 ? *s : *s & (0x3Fu >> more);
		for (s++; more > 0; more--, s++)
			code = code << 6 | (*s & 0x3Fu);
		codes[count++] = code;
	}
	return count;
}
