/* int8.h - products of whole numbers: a matrix of weights and rows of activations as bytes, their sums exact.
 *
 * A weight w(j,p) is about scale_j · v(j,p) with v in -127 … 127, a scale for each row of the matrix. An activation x(i,p) is about
 * scale_i · (q(i,p) - zero_i) with q in -127 … 127, a scale and a zero for each row (token). Then
 *     y(i,j) = bias_j + scale_i · scale_j · (sum over p of (q(i,p) - zero_i) · v(j,p)),
 * and the sum in brackets is a whole number below 2^31 (columns <= NCH_INT8_COLUMNS). Whole numbers can be added in any order, so every instruction
 * set may do it as suits it; the few float steps around (below) are the same everywhere. So all of it has the same bits on every machine.
 *
 * Rounding is to the nearest, ties to even. What is no number (NaN, infinity) in a row makes its scale NaN, and so every y of the row.
 * Kernels allocate nothing and cannot fail. docs/int8.md tells the whole story. */
#ifndef NCH_INT8_H
#define NCH_INT8_H

#include "kernels/kernels.h"

enum {
	NCH_INT8_COLUMNS = 1 << 16, /* the most that may be summed over: 2^16 · 254 · 128 < 2^31 */
	NCH_INT8_PANEL = 16,        /* rows of weights that lie side by side */
	NCH_INT8_FOUR = 4           /* columns of which a word holds the bytes */
};

/* Weights as the products read them. rows and columns are the layer's outputs and inputs. */
typedef struct nch_int8_matrix {
	size_t rows, columns;
	int8_t *packed;  /* nch_int8_matrix_bytes: panels of 16 rows; of a panel, for each four columns, 16 rows × those four, 0 beyond the edges */
	float *scale;    /* (rows, filled up with zeros to a multiple of 16) */
	int32_t *sums;   /* the same: the sum of each row of v */
} nch_int8_matrix;

/* Activations as the products read them; the order of the bytes is the instruction set's own. */
typedef struct nch_int8_rows {
	size_t rows, columns;
	uint32_t *packed; /* nch_int8_rows_bytes; four a word */
	float *scale;    /* (rows) */
	int32_t *zero;   /* (rows) */
} nch_int8_rows;

typedef struct nch_int8_product { /* y = a · bᵀ + bias */
	const nch_int8_rows *a;
	const nch_int8_matrix *b; /* of as many columns */
	const float *bias;        /* (b->rows) or NULL */
	float *c;                 /* c(i,j) = c[i·c_row + j] */
	size_t c_row;
} nch_int8_product;

size_t nch_int8_padded_rows(size_t rows);                     /* to a multiple of 16 */
size_t nch_int8_matrix_bytes(size_t rows, size_t columns);
size_t nch_int8_rows_bytes(size_t rows, size_t columns);

typedef struct nch_int8_kernels {
	const char *name; /* "scalar", "avx2", "avx2_vnni", "avx512", "avx512_vnni", "neon", "neon_dot" */

	/* v(p) = w(p) / scale for n weights of a row; returns scale = max |w| / 127. A row of zeros, or of what is hardly more, has scale 0. */
	float (*round_row)(int8_t *restrict v, const float *restrict w, size_t n);
	/* Packs the rows 16·panel …, of which v is the first and the others follow, and fills in their sums; the scales are the caller's. */
	void (*pack)(const nch_int8_matrix *matrix, const int8_t *v, size_t panel);
	/* Rounds the rows [begin, end); x is the first of them, the others follow. */
	void (*round_rows)(const nch_int8_rows *rows, const float *x, size_t begin, size_t end);
	void (*multiply)(const nch_int8_product *product, const nch_compute *compute);
	/* y(r) = scale · v of the table's row index[r], or with `add` y(r) += that; rows [begin, end) */
	void (*look_up)(float *restrict y, const int8_t *restrict table, const float *restrict scale, const int32_t *restrict index, size_t columns,
	                int add, size_t begin, size_t end);
	/* 2 · 64 · `count` · NCH_PEAK_CHAINS multiplications and additions of bytes that wait for nothing; returns a sum of them */
	uint32_t (*peak)(size_t count);
} nch_int8_kernels;

/* dispatch.c: the best that this processor can run within the instruction set of that name ("auto", or as nch_kernels_find has it). NULL if there is
 * none. */
const nch_int8_kernels *nch_int8_find(const char *isa);
/* All that can run here, best first, NULL-terminated. */
const nch_int8_kernels *const *nch_int8_available(void);

#endif
