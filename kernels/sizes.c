/* sizes.c - how much working memory the kernels of any instruction set want. */
#include "kernels/sizes.h"

#include "kernels/int8.h"

static size_t up_to(size_t step, size_t n)
{
	return (n + step - 1) / step * step;
}

size_t nch_gemm_shared_floats(void)
{
	return NCH_GEMM_SHARED_FLOATS;
}

size_t nch_gemm_scratch_floats(void)
{
	return NCH_GEMM_SCRATCH_FLOATS;
}

size_t nch_attention_scratch_floats(size_t length, size_t width)
{
	size_t padded = up_to(16, length), padded_width = up_to(16, width);
	size_t copies = width == padded_width ? 0 : 7 * length * padded_width;
	return 2 * width * padded + 3 * NCH_ATTENTION_QUERIES * padded + copies + 64;
}

size_t nch_relative_scratch_floats(size_t queries, size_t keys, size_t step, size_t width)
{
	const size_t block = NCH_ATTENTION_QUERIES;
	size_t distances = step * queries + keys, padded = up_to(16, keys), padded_width = up_to(16, width);
	size_t copies = width == padded_width ? 0 : 4 * keys + 2 * queries + distances;
	return width * (2 * padded + distances + 32) + block * (3 * padded + keys + step * block + 16 + 5 * padded_width) +
	       (distances + copies) * padded_width + 64;
}

size_t nch_int8_padded_rows(size_t rows)
{
	return up_to(NCH_INT8_PANEL, rows);
}

size_t nch_int8_matrix_bytes(size_t rows, size_t columns)
{
	return nch_int8_padded_rows(rows) * up_to(NCH_INT8_FOUR, columns);
}

size_t nch_int8_rows_bytes(size_t rows, size_t columns)
{
	return rows * up_to(NCH_INT8_FOUR, columns);
}

size_t nch_disentangled_scratch_floats(size_t length, size_t places, size_t width)
{
	const size_t block = NCH_ATTENTION_QUERIES;
	size_t padded = up_to(16, length), padded_width = up_to(16, width), padded_places = up_to(16, places);
	size_t copies = width == padded_width ? 0 : 8 * length + 2 * places;
	return 2 * width * (padded + padded_places) + block * (3 * padded + 2 * padded_places) + 2 * length * padded_places +
	       (2 * places + copies) * padded_width + 64;
}
