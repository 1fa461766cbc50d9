/* small.h - products of matrices that lie in the cache: what the attentions are made of.
 *
 * All products are chains over ascending indices (tile.h), so that the block size shows in no bit. */
#ifndef NCH_SMALL_H
#define NCH_SMALL_H

#include "kernels/tile.h"

#define SMALL static __attribute__((unused))

#if defined(NCH_ISA_avx512)
enum { ATTENTION_ROWS = 8, ATTENTION_VECS = 2 };
#else
enum { ATTENTION_ROWS = 4, ATTENTION_VECS = 1 };
#endif

V_INLINE size_t round16(size_t n)
{
	return (n + 15) / 16 * 16;
}

typedef struct small_product {
	size_t k;
	const float *a;
	size_t a_row, a_step; /* a(i, p) = a[i·a_row + p·a_step] */
	const float *b;
	size_t b_step; /* b(p, j) = b[p·b_step + j] */
	float *c;
	size_t c_row;
	int accumulate;
} small_product;

V_INLINE void small_tile(int rows, int vecs, const small_product *s, size_t i, size_t j)
{
	v16 sum[16];
	float *c = s->c + i * s->c_row + j;
	UNROLL for (int r = 0; r < rows; r++)
		UNROLL for (int v = 0; v < vecs; v++)
			sum[r * vecs + v] = s->accumulate ? v_load(c + (size_t)r * s->c_row + 16 * v) : v_zero();
	chain(rows, vecs, s->k, s->a + i * s->a_row, s->a_row, s->a_step, s->b + j, s->b_step, sum);
	UNROLL for (int r = 0; r < rows; r++)
		UNROLL for (int v = 0; v < vecs; v++)
			v_store(c + (size_t)r * s->c_row + 16 * v, sum[r * vecs + v]);
}

V_INLINE void small_columns(int vecs, const small_product *s, size_t m, size_t j)
{
	size_t i = 0;
	for (; i + ATTENTION_ROWS <= m; i += ATTENTION_ROWS)
		small_tile(ATTENTION_ROWS, vecs, s, i, j);
	if (ATTENTION_ROWS > 4 && i + 4 <= m) {
		small_tile(4, vecs, s, i, j);
		i += 4;
	}
	if (i + 2 <= m) {
		small_tile(2, vecs, s, i, j);
		i += 2;
	}
	if (i < m)
		small_tile(1, vecs, s, i, j);
}

/* c (m, n) from a (m, k) and b (k, n); n is a multiple of 16 */
SMALL void multiply(const small_product *s, size_t m, size_t n)
{
	size_t j = 0;
	for (; j + 16 * ATTENTION_VECS <= n; j += 16 * ATTENTION_VECS)
		small_columns(ATTENTION_VECS, s, m, j);
	for (; j < n; j += 16)
		small_columns(1, s, m, j);
}

/* out (width, padded): the transpose of x (length, width); the columns beyond length are zero. */
SMALL void transpose(float *out, size_t padded, const float *x, size_t row, size_t length, size_t width)
{
	for (size_t j = 0; j < padded; j += 16)
		for (size_t d = 0; d < width; d += 16) {
			size_t part = width - d < 16 ? width - d : 16;
			v16 square[16];
			if (part == 16 && j + 16 <= length)
				for (size_t i = 0; i < 16; i++)
					square[i] = v_load(x + (j + i) * row + d);
			else
				for (size_t i = 0; i < 16; i++)
					square[i] = j + i >= length ? v_zero() : v_load_part(x + (j + i) * row + d, part);
			v_transpose(square);
			for (size_t i = 0; i < part; i++)
				v_store(out + (d + i) * padded + j, square[i]);
		}
}

/* A head's rows as the products want them: `width` columns, readable and writable up to a multiple of 16. Where the model's width is
 * such a multiple that is the model's own array; else a padded copy. */
typedef struct head_rows {
	float *data;
	size_t row;
} head_rows;

/* Copies rows of `width` floats, zeros up to `padded_width`. */
SMALL void copy_rows(float *to, size_t to_row, size_t padded_width, const float *from, size_t from_row, size_t length, size_t width)
{
	for (size_t i = 0; i < length; i++)
		for (size_t d = 0; d < padded_width; d++)
			to[i * to_row + d] = d < width ? from[i * from_row + d] : 0.0f;
}

SMALL head_rows take_rows(const float *x, size_t row, size_t length, size_t width, float **scratch, int copy)
{
	size_t padded_width = round16(width);
	if (width == padded_width) /* the callers write only where the caller of the kernel gave a writable array */
		return (head_rows){(float *)(uintptr_t)x, row};
	head_rows rows = {*scratch, padded_width};
	*scratch += length * padded_width;
	if (copy)
		copy_rows(rows.data, padded_width, padded_width, x, row, length, width);
	return rows;
}

SMALL void give_rows(head_rows rows, float *x, size_t row, size_t length, size_t width)
{
	if (rows.data != x)
		copy_rows(x, row, width, rows.data, rows.row, length, width);
}

/* d (rows, padded) := dS = P ∘ (dP - sum_j P dP) · scale, from dP in d; the padding is zero in p */
SMALL void softmax_backward(float *d, const float *p, size_t rows, size_t padded, float scale)
{
	for (size_t i = 0; i < rows; i++, p += padded, d += padded) {
		v16 sum = v_zero();
		for (size_t j = 0; j < padded; j += 16)
			sum = v_fma(v_load(p + j), v_load(d + j), sum);
		v16 mean = v_set(v_fold_add(sum)), factor = v_set(scale);
		for (size_t j = 0; j < padded; j += 16)
			v_store(d + j, v_mul(v_mul(v_load(p + j), v_sub(v_load(d + j), mean)), factor));
	}
}

#endif
