/* Exercise 12: the gradient of a table. See docs/embeddings.md; `make exercise-12` checks it.
 *
 * y (tokens, columns) were the rows ids[t] of the table. Add each row of dy to the row of dtable that it came from; a word may stand twice. */
#include "tests/exercises/exercises.h"

void exercise_embedding_backward(float *dtable, const float *dy, const int32_t *ids, size_t tokens, size_t columns)
{
	dtable[0] += (dy[0] + (float)ids[0] + (float)(tokens + columns)) * 0; /* here */
}
