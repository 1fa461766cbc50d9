/* Exercise 24: UTF-8. See docs/tokenizing.md; `make exercise-24` checks it.
 *
 * The code points of a well-formed text; returns how many. 0xxxxxxx is one byte, 110xxxxx begins two, 1110xxxx three, 11110xxx four; the others are 10xxxxxx. */
#include "tests/exercises/exercises.h"

size_t exercise_utf8(uint32_t *codes, const char *text)
{
	codes[0] = (unsigned char)text[0]; /* here */
	return 1;
}
