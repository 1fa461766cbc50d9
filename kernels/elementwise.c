/* elementwise.c - the small loops: dropout, sums, means over rows. */
#include "kernels/kernels.h"
#include "kernels/set.h"
#include "kernels/rows.h"

void NCH_KERNEL(nch_dropout_rows)(const nch_dropout *d, float *y, const float *x, size_t columns, size_t begin, size_t end)
{
	y += begin * columns;
	x += begin * columns;
	if (d->p > 0.0f)
		dropout_rows(d, begin, 1, end - begin, columns, y, x, columns, NULL);
	else if (y != x)
		memcpy(y, x, (end - begin) * columns * sizeof *y);
}

void NCH_KERNEL(nch_add)(float *restrict y, const float *restrict x, size_t n)
{
	size_t i = 0;
	for (; i + 16 <= n; i += 16)
		v_store(y + i, v_add(v_load(y + i), v_load(x + i)));
	if (i < n)
		v_store_part(y + i, v_add(v_load_part(y + i, n - i), v_load_part(x + i, n - i)), n - i);
}

void NCH_KERNEL(nch_scale)(float *y, float factor, size_t n)
{
	v16 f = v_set(factor);
	size_t i = 0;
	for (; i + 16 <= n; i += 16)
		v_store(y + i, v_mul(v_load(y + i), f));
	if (i < n)
		v_store_part(y + i, v_mul(v_load_part(y + i, n - i), f), n - i);
}

float NCH_KERNEL(nch_sum_squares)(const float *x, size_t n)
{
	v16 sum = v_zero();
	size_t i = 0;
	for (; i + 16 <= n; i += 16)
		sum = v_fma(v_load(x + i), v_load(x + i), sum);
	if (i < n)
		sum = v_fma(v_load_part(x + i, n - i), v_load_part(x + i, n - i), sum);
	return v_fold_add(sum);
}

void NCH_KERNEL(nch_column_sums)(float *restrict sums, const float *restrict x, size_t rows, size_t columns, size_t begin, size_t end)
{
	for (size_t j = begin; j < end; j += 64) { /* four registers of sums go down the rows together */
		v16 sum[4];
		size_t here[4];
		for (size_t v = 0; v < 4; v++) {
			size_t at = j + 16 * v;
			here[v] = at >= end ? 0 : end - at < 16 ? end - at : 16;
			sum[v] = v_load_part(sums + at, here[v]);
		}
		if (end - j >= 64) {
			for (size_t r = 0; r < rows; r++)
				for (size_t v = 0; v < 4; v++)
					sum[v] = v_add(sum[v], v_load(x + r * columns + j + 16 * v));
		} else {
			for (size_t r = 0; r < rows; r++)
				for (size_t v = 0; v < 4; v++)
					sum[v] = v_add(sum[v], v_load_part(x + r * columns + j + 16 * v, here[v]));
		}
		for (size_t v = 0; v < 4; v++)
			v_store_part(sums + j + 16 * v, sum[v], here[v]);
	}
}

void NCH_KERNEL(nch_mean_rows)(float *restrict y, const float *restrict x, const size_t *restrict offsets, size_t columns, size_t begin, size_t end)
{
	for (size_t s = begin; s < end; s++) {
		size_t rows = offsets[s + 1] - offsets[s];
		v16 inverse = v_set(rows == 0 ? 0.0f : 1.0f / (float)rows);
		for (size_t j = 0; j < columns; j += 16) {
			size_t here = columns - j < 16 ? columns - j : 16;
			v16 sum = v_zero();
			for (size_t r = 0; r < rows; r++)
				sum = v_add(sum, v_load_part(x + (offsets[s] + r) * columns + j, here));
			v_store_part(y + s * columns + j, v_mul(sum, inverse), here);
		}
	}
}
