/* A solution of exercise 17: WordPiece: the longest piece first.
 *
 * The longest piece that begins the word, then the longest that goes on (written with ## before it), and so forth. found: their numbers; returns how many, or 0 where the
 * word cannot be cut. */
#include "tests/exercises/exercises.h"

#include <string.h>

size_t exercise_wordpiece(size_t *found, const char *word, const char *const *pieces, size_t piece_count)
{
	size_t count = 0;
	for (size_t at = 0; word[at] != '\0';) {
		size_t best = piece_count, longest = 0;
		for (size_t i = 0; i < piece_count; i++) {
			const char *piece = pieces[i];
			if ((strncmp(piece, "##", 2) == 0) != (at > 0))
				continue;
			piece += at > 0 ? 2 : 0;
			size_t bytes = strlen(piece);
			if (bytes > longest && strncmp(word + at, piece, bytes) == 0) {
				longest = bytes;
				best = i;
			}
		}
		if (best == piece_count)
			return 0;
		found[count++] = best;
		at += longest;
	}
	return count;
}
