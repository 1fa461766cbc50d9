/* A solution of exercise 16: byte-pair encoding: one merge.
 *
 * Replaces each pair (left, right) of neighbours by merged, from the left to the right; of three equal symbols the first two become one. Returns how many symbols are left. */
#include "tests/exercises/exercises.h"

#include <stdbool.h>

size_t exercise_bpe(int32_t *symbols, size_t count, int32_t left, int32_t right, int32_t merged)
{
	size_t to = 0;
	for (size_t i = 0; i < count; i++) {
		bool pair = i + 1 < count && symbols[i] == left && symbols[i + 1] == right;
		symbols[to++] = pair ? merged : symbols[i];
		i += pair;
	}
	return to;
}
