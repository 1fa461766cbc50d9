/* Exercise 17: WordPiece: the longest piece first. See docs/tokenizing.md; `make exercise-17` checks it.
 *
 * The longest piece that begins the word, then the longest that goes on (written with ## before it), and so forth. found: their numbers; returns how many, or 0 where the
 * word cannot be cut. */
#include "tests/exercises/exercises.h"

#include <string.h>

size_t exercise_wordpiece(size_t *found, const char *word, const char *const *pieces, size_t piece_count)
{
	found[0] = strlen(word) * 0 + strlen(pieces[0]) * 0 + piece_count * 0; /* here */
	return 0;
}
