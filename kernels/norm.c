/* norm.c - layer normalization (Ba, Kiros, Hinton 2016), together with the dropout and the residual that stand before it in a transformer:
 * one pass over the row instead of three. */
#include "kernels/kernels.h"
#include "kernels/set.h"
#include "kernels/rows.h"

/* s = residual + dropout(x) for one row; s may be x */
static void add_residual(const nch_norm *n, size_t r, float *s)
{
	size_t columns = n->columns;
	const float *x = n->x + r * columns;
	if (n->dropout.p > 0.0f) {
		dropout_row(&n->dropout, r, s, x, columns);
		x = s;
	}
	if (n->residual == NULL) {
		if (s != x)
			memcpy(s, x, columns * sizeof *s);
		return;
	}
	const float *residual = n->residual + r * columns;
	size_t j = 0;
	for (; j + 16 <= columns; j += 16)
		v_store(s + j, v_add(v_load(residual + j), v_load(x + j)));
	if (j < columns)
		v_store_part(s + j, v_add(v_load_part(residual + j, columns - j), v_load_part(x + j, columns - j)), columns - j);
}

/* the sum of (s - mean)^2 */
static float sum_of_squares(const float *s, size_t columns, float mean)
{
	v16 sum = v_zero(), middle = v_set(mean);
	size_t j = 0;
	for (; j + 16 <= columns; j += 16) {
		v16 d = v_sub(v_load(s + j), middle);
		sum = v_fma(d, d, sum);
	}
	if (j < columns) {
		float lanes[16] = {0};
		for (size_t l = 0; l < columns - j; l++)
			lanes[l] = s[j + l] - mean;
		sum = v_fma(v_load(lanes), v_load(lanes), sum);
	}
	return v_fold_add(sum);
}

static void normalize(const nch_norm *n, const float *s, float mean, float rstd, float *y)
{
	v16 middle = v_set(mean), factor = v_set(rstd);
	for (size_t j = 0; j < n->columns; j += 16) {
		size_t here = n->columns - j < 16 ? n->columns - j : 16;
		if (here == 16) {
			v16 hat = v_mul(v_sub(v_load(s + j), middle), factor);
			v_store(y + j, v_fma(hat, v_load(n->gamma + j), v_load(n->beta + j)));
		} else {
			v16 hat = v_mul(v_sub(v_load_part(s + j, here), middle), factor);
			v_store_part(y + j, v_fma(hat, v_load_part(n->gamma + j, here), v_load_part(n->beta + j, here)), here);
		}
	}
}

void NCH_KERNEL(nch_norm_forward)(const nch_norm *n, size_t begin, size_t end)
{
	for (size_t r = begin; r < end; r++) {
		float *y = n->y + r * n->columns;
		float *s = n->sum ? n->sum + r * n->columns : y; /* not kept: y is its own working space */
		add_residual(n, r, s);
		float mean = sum_row(s, n->columns) / (float)n->columns;
		float variance = sum_of_squares(s, n->columns, mean) / (float)n->columns;
		float lanes[16];
		v_store(lanes, v_sqrt(v_set(variance + n->epsilon)));
		float rstd = 1.0f / lanes[0];
		if (n->sum) {
			n->mean[r] = mean;
			n->rstd[r] = rstd;
		}
		normalize(n, s, mean, rstd, y);
	}
}

/* --- backward --- */

V_INLINE v16 load(const float *p, size_t n, int whole) { return whole ? v_load(p) : v_load_part(p, n); }

/* One row. `whole` is a constant: no vector is a part of one, so that none needs a mask. */
V_INLINE void backward_row(const nch_norm_backward *n, size_t r, int whole)
{
	size_t columns = n->columns;
	const float *s = n->sum + r * columns, *dy = n->dy + r * columns;
	float *ds = n->ds + r * columns;
	v16 middle = v_set(n->mean[r]), rstd = v_set(n->rstd[r]), sum = v_zero(), dot = v_zero();
	for (size_t j = 0; j < columns; j += 16) {
		size_t here = whole || columns - j >= 16 ? 16 : columns - j;
		v16 g = v_mul(load(dy + j, here, whole), load(n->gamma + j, here, whole)); /* zero in a tail, and so is all that follows */
		v16 hat = v_mul(v_sub(load(s + j, here, whole), middle), rstd);
		sum = v_add(sum, g);
		dot = v_fma(g, hat, dot);
	}
	v16 mean_g = v_set(v_fold_add(sum) / (float)columns), mean_dot = v_set(v_fold_add(dot) / (float)columns);
	for (size_t j = 0; j < columns; j += 16) {
		size_t here = whole || columns - j >= 16 ? 16 : columns - j;
		v16 g = v_mul(load(dy + j, here, whole), load(n->gamma + j, here, whole));
		v16 hat = v_mul(v_sub(load(s + j, here, whole), middle), rstd);
		v16 centred = v_mul(rstd, v_sub(v_sub(g, mean_g), v_mul(hat, mean_dot)));
		if (whole)
			v_store(ds + j, centred);
		else
			v_store_part(ds + j, centred, here);
	}
}

void NCH_KERNEL(nch_norm_backward)(const nch_norm_backward *n, size_t begin, size_t end)
{
	if (n->columns % 16 == 0)
		for (size_t r = begin; r < end; r++)
			backward_row(n, r, 1);
	else
		for (size_t r = begin; r < end; r++)
			backward_row(n, r, 0);
}

/* `columns` columns, at most 64, from j on: a strip of the accumulators stays in registers down all the rows. `whole` as above: they are 64. */
V_INLINE void backward_strip(const nch_norm_backward *n, size_t j, size_t columns, int whole)
{
	v16 dgamma[4], dbeta[4];
	size_t here[4];
	UNROLL for (size_t v = 0; v < 4; v++) {
		here[v] = whole || columns >= 16 * v + 16 ? 16 : columns <= 16 * v ? 0 : columns - 16 * v;
		dgamma[v] = load(n->dgamma + j + 16 * v, here[v], whole);
		dbeta[v] = load(n->dbeta + j + 16 * v, here[v], whole);
	}
	for (size_t r = 0; r < n->rows; r++) {
		const float *s = n->sum + r * n->columns + j, *dy = n->dy + r * n->columns + j;
		v16 middle = v_set(n->mean[r]), rstd = v_set(n->rstd[r]);
		UNROLL for (size_t v = 0; v < 4; v++) {
			v16 d = load(dy + 16 * v, here[v], whole);
			v16 hat = v_mul(v_sub(load(s + 16 * v, here[v], whole), middle), rstd);
			dgamma[v] = v_fma(d, hat, dgamma[v]);
			dbeta[v] = v_add(dbeta[v], d);
		}
	}
	UNROLL for (size_t v = 0; v < 4; v++) {
		v_store_part(n->dgamma + j + 16 * v, dgamma[v], here[v]);
		v_store_part(n->dbeta + j + 16 * v, dbeta[v], here[v]);
	}
}

void NCH_KERNEL(nch_norm_backward_columns)(const nch_norm_backward *n, size_t begin, size_t end)
{
	size_t j = begin;
	for (; j + 64 <= end; j += 64)
		backward_strip(n, j, 64, 1);
	if (j < end)
		backward_strip(n, j, end - j, 0);
}
