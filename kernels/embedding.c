/* embedding.c - rows of a table, looked up by index, and their gradient, added back. */
#include "kernels/kernels.h"
#include "kernels/set.h"
#include "kernels/vec.h"

void NCH_KERNEL(nch_embedding)(float *restrict y, const float *restrict word, const float *restrict type, const float *restrict position,
                               const int32_t *restrict tokens, const int32_t *restrict types, const int32_t *restrict positions, size_t columns, size_t begin,
                               size_t end)
{
	for (size_t r = begin; r < end; r++) {
		const float *w = word + (size_t)tokens[r] * columns;
		const float *t = types ? type + (size_t)types[r] * columns : NULL;
		const float *p = positions ? position + (size_t)positions[r] * columns : NULL;
		for (size_t j = 0; j < columns; j += 16) {
			size_t here = columns - j < 16 ? columns - j : 16;
			v16 sum = v_load_part(w + j, here);
			if (t)
				sum = v_add(sum, v_load_part(t + j, here));
			if (p)
				sum = v_add(sum, v_load_part(p + j, here));
			v_store_part(y + r * columns + j, sum, here);
		}
	}
}

void NCH_KERNEL(nch_embedding_backward)(float *restrict table, const float *restrict dy, const int32_t *restrict indices, size_t rows, size_t columns,
                                        size_t begin, size_t end)
{
	for (size_t r = 0; r < rows; r++) {
		float *row = table + (size_t)indices[r] * columns;
		for (size_t j = begin; j < end; j += 16) {
			size_t here = end - j < 16 ? end - j : 16;
			v_store_part(row + j, v_add(v_load_part(row + j, here), v_load_part(dy + r * columns + j, here)), here);
		}
	}
}
