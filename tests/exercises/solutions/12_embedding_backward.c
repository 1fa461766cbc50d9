/* A solution of exercise 12: the gradient of a table.
 *
 * y (tokens, columns) were the rows ids[t] of the table. Add each row of dy to the row of dtable that it came from; a word may stand twice. */
#include "tests/exercises/exercises.h"

void exercise_embedding_backward(float *dtable, const float *dy, const int32_t *ids, size_t tokens, size_t columns)
{
	for (size_t i = 0; i < tokens * columns; i++)
		dtable[(size_t)ids[i / columns] * columns + i % columns] += dy[i];
}
