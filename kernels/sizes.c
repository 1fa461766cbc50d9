/* sizes.c - how much working memory the kernels of any instruction set want. */
#include "kernels/int8.h"

/* The largest that any set's blocking needs: see the constants of gemm.c. */
size_t nch_gemm_shared_floats(void)
{
	return (size_t)3072 * 768;
}

size_t nch_gemm_scratch_floats(void)
{
	return (size_t)112 * 768 + 64;
}

size_t nch_attention_scratch_floats(size_t length, size_t width)
{
	size_t padded = (length + 15) / 16 * 16, padded_width = (width + 15) / 16 * 16;
	size_t copies = width == padded_width ? 0 : 7 * length * padded_width;
	return 2 * width * padded + 3 * 32 * padded + copies + 64;
}

size_t nch_relative_scratch_floats(size_t queries, size_t keys, size_t step, size_t width)
{
	const size_t block = 32;
	size_t distances = step * queries + keys, padded = (keys + 15) / 16 * 16, padded_width = (width + 15) / 16 * 16;
	size_t copies = width == padded_width ? 0 : 4 * keys + 2 * queries + distances;
	return width * (2 * padded + distances + 32) + block * (3 * padded + keys + step * block + 16 + 5 * padded_width) +
	       (distances + copies) * padded_width + 64;
}

size_t nch_int8_padded_rows(size_t rows)
{
	return (rows + 15) / 16 * 16;
}

size_t nch_int8_matrix_bytes(size_t rows, size_t columns)
{
	return nch_int8_padded_rows(rows) * ((columns + 3) / 4 * 4);
}

size_t nch_int8_rows_bytes(size_t rows, size_t columns)
{
	return rows * ((columns + 3) / 4 * 4);
}

size_t nch_disentangled_scratch_floats(size_t length, size_t places, size_t width)
{
	const size_t block = 32;
	size_t padded = (length + 15) / 16 * 16, padded_width = (width + 15) / 16 * 16, padded_places = (places + 15) / 16 * 16;
	size_t copies = width == padded_width ? 0 : 8 * length + 2 * places;
	return 2 * width * (padded + padded_places) + block * (3 * padded + 2 * padded_places) + 2 * length * padded_places +
	       (2 * places + copies) * padded_width + 64;
}
