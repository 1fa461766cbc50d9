/* attention.c - scaled dot-product attention over packed sentences, forward and backward (Vaswani et al. 2017, section 3.2).
 *
 * One call does one head of one sentence; its working set stays in the thread's cache. The queries are taken in blocks of QUERIES, and a
 * block's scores against all keys are the largest thing ever held: no length × length matrix is written to memory. The backward pass makes the
 * probabilities again from q and k, since that costs less than keeping them. All products are chains over ascending
 * indices (tile.h), so that the block size shows in no bit. */
#include "kernels/kernels.h"
#include "kernels/rows.h"
#include "kernels/tile.h"

enum { QUERIES = 32 };

#if defined(NCH_ISA_avx512)
enum { ATTENTION_ROWS = 8, ATTENTION_VECS = 2 };
#else
enum { ATTENTION_ROWS = 4, ATTENTION_VECS = 1 };
#endif

static size_t round16(size_t n)
{
	return (n + 15) / 16 * 16;
}

/* --- products of matrices that are in the cache already --- */

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
static void multiply(const small_product *s, size_t m, size_t n)
{
	size_t j = 0;
	for (; j + 16 * ATTENTION_VECS <= n; j += 16 * ATTENTION_VECS)
		small_columns(ATTENTION_VECS, s, m, j);
	for (; j < n; j += 16)
		small_columns(1, s, m, j);
}

/* out (width, padded): the transpose of x (length, width); the columns beyond length are zero. */
static void transpose(float *out, size_t padded, const float *x, size_t row, size_t length, size_t width)
{
	for (size_t j = 0; j < padded; j += 16)
		for (size_t d = 0; d < width; d += 16) {
			size_t part = width - d < 16 ? width - d : 16;
			v16 square[16];
			for (size_t i = 0; i < 16; i++)
				square[i] = j + i >= length ? v_zero() : v_load_part(x + (j + i) * row + d, part);
			v_transpose(square);
			for (size_t i = 0; i < part; i++)
				v_store(out + (d + i) * padded + j, square[i]);
		}
}

/* --- one head of one sentence --- */

/* A head's rows as the products want them: `width` columns, readable and writable up to a multiple of 16. Where the model's width is
 * such a multiple that is the model's own array; else a padded copy. */
typedef struct head_rows {
	float *data;
	size_t row;
} head_rows;

typedef struct head_state {
	size_t length, padded, width, padded_width;
	uint64_t dropout_row; /* first query row · heads + head; the next query is `heads` further */
	head_rows q, k, v, out, dout, dq, dk, dv;
	float *keys, *values;                          /* (width, padded): transposed */
	float *probabilities, *dropped, *gradients;    /* (QUERIES, padded) */
} head_state;

/* Copies rows of `width` floats, zeros up to `padded_width`. */
static void copy_rows(float *to, size_t to_row, size_t padded_width, const float *from, size_t from_row, size_t length, size_t width)
{
	for (size_t i = 0; i < length; i++)
		for (size_t d = 0; d < padded_width; d++)
			to[i * to_row + d] = d < width ? from[i * from_row + d] : 0.0f;
}

static head_rows take_rows(const float *x, size_t row, size_t length, size_t width, float **scratch, int copy)
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

static void give_rows(head_rows rows, float *x, size_t row, size_t length, size_t width)
{
	if (rows.data != x)
		copy_rows(x, row, width, rows.data, rows.row, length, width);
}

static head_state begin_head(const nch_attention *a, size_t sentence, size_t head, float *scratch, int backward)
{
	size_t first = a->offsets[sentence], length = a->offsets[sentence + 1] - first, width = a->width;
	size_t in = first * a->row + head * width, out_row = a->heads * width, out = first * out_row + head * width;
	head_state s = {.length = length, .padded = round16(length), .width = width, .padded_width = round16(width),
	                .dropout_row = (uint64_t)first * a->heads + head};
	s.keys = scratch;
	s.values = s.keys + width * s.padded;
	s.probabilities = s.values + width * s.padded;
	s.dropped = s.probabilities + QUERIES * s.padded;
	s.gradients = s.dropped + QUERIES * s.padded;
	float *rest = s.gradients + QUERIES * s.padded;
	s.q = take_rows(a->q + in, a->row, length, width, &rest, 1);
	s.k = take_rows(a->k + in, a->row, length, width, &rest, 1);
	s.v = take_rows(a->v + in, a->row, length, width, &rest, 1);
	transpose(s.keys, s.padded, a->k + in, a->row, length, width);
	if (!backward) {
		if (a->out)
			s.out = take_rows(a->out + out, out_row, length, width, &rest, 0);
		return s;
	}
	transpose(s.values, s.padded, a->v + in, a->row, length, width);
	s.dout = take_rows(a->dout + out, out_row, length, width, &rest, 1);
	s.dq = take_rows(a->dq + in, a->row, length, width, &rest, 0);
	s.dk = take_rows(a->dk + in, a->row, length, width, &rest, 0);
	s.dv = take_rows(a->dv + in, a->row, length, width, &rest, 0);
	return s;
}

/* probabilities (rows, padded) of the queries from `first` on; zeros beyond the last key */
static void attend(const nch_attention *a, const head_state *s, size_t first, size_t rows)
{
	small_product scores = {.k = s->width, .a = s->q.data + first * s->q.row, .a_row = s->q.row, .a_step = 1,
	                        .b = s->keys, .b_step = s->padded, .c = s->probabilities, .c_row = s->padded};
	multiply(&scores, rows, s->padded);
	for (size_t i = 0; i < rows; i++) {
		float *row = s->probabilities + i * s->padded;
		softmax_row(row, row, s->length, a->scale);
		for (size_t j = s->length; j < s->padded; j++)
			row[j] = 0.0f;
	}
}

/* y = dropout(x) for a block of probabilities; y may be x */
static void drop(const nch_attention *a, const head_state *s, size_t first, size_t rows, float *y, const float *x)
{
	for (size_t i = 0; i < rows; i++)
		dropout_row(&a->dropout, s->dropout_row + (uint64_t)(first + i) * a->heads, y + i * s->padded, x + i * s->padded, s->length);
}

void NCH_KERNEL(nch_attention_forward)(const nch_attention *a, size_t sentence, size_t head, float *scratch);
void NCH_KERNEL(nch_attention_forward)(const nch_attention *a, size_t sentence, size_t head, float *scratch)
{
	head_state s = begin_head(a, sentence, head, scratch, 0);
	for (size_t first = 0; first < s.length; first += QUERIES) {
		size_t rows = s.length - first < QUERIES ? s.length - first : QUERIES;
		attend(a, &s, first, rows);
		if (a->dropout.p > 0.0f)
			drop(a, &s, first, rows, s.probabilities, s.probabilities);
		small_product mix = {.k = s.length, .a = s.probabilities, .a_row = s.padded, .a_step = 1, .b = s.v.data, .b_step = s.v.row,
		                     .c = s.out.data + first * s.out.row, .c_row = s.out.row};
		multiply(&mix, rows, s.padded_width);
	}
	give_rows(s.out, a->out + a->offsets[sentence] * a->heads * a->width + head * a->width, a->heads * a->width, s.length, s.width);
}

/* gradients (rows, padded) := dS = P ∘ (dP - sum_j P dP) · scale, from dP in gradients */
static void softmax_backward(const head_state *s, size_t rows, float scale)
{
	for (size_t i = 0; i < rows; i++) {
		const float *p = s->probabilities + i * s->padded;
		float *d = s->gradients + i * s->padded;
		v16 sum = v_zero();
		for (size_t j = 0; j < s->padded; j += 16) /* the padding is zero in p */
			sum = v_fma(v_load(p + j), v_load(d + j), sum);
		v16 mean = v_set(v_fold_add(sum)), factor = v_set(scale);
		for (size_t j = 0; j < s->padded; j += 16)
			v_store(d + j, v_mul(v_mul(v_load(p + j), v_sub(v_load(d + j), mean)), factor));
	}
}

void NCH_KERNEL(nch_attention_backward)(const nch_attention *a, size_t sentence, size_t head, float *scratch);
void NCH_KERNEL(nch_attention_backward)(const nch_attention *a, size_t sentence, size_t head, float *scratch)
{
	head_state s = begin_head(a, sentence, head, scratch, 1);
	for (size_t first = 0; first < s.length; first += QUERIES) {
		size_t rows = s.length - first < QUERIES ? s.length - first : QUERIES;
		const float *dropped = s.probabilities;
		attend(a, &s, first, rows);
		/* dP = dO Vᵀ */
		small_product dp = {.k = s.width, .a = s.dout.data + first * s.dout.row, .a_row = s.dout.row, .a_step = 1,
		                    .b = s.values, .b_step = s.padded, .c = s.gradients, .c_row = s.padded};
		multiply(&dp, rows, s.padded);
		if (a->dropout.p > 0.0f) {
			drop(a, &s, first, rows, s.dropped, s.probabilities);
			drop(a, &s, first, rows, s.gradients, s.gradients);
			dropped = s.dropped;
		}
		/* dV += dropped(P)ᵀ dO */
		small_product dv = {.k = rows, .a = dropped, .a_row = 1, .a_step = s.padded, .b = s.dout.data + first * s.dout.row,
		                    .b_step = s.dout.row, .c = s.dv.data, .c_row = s.dv.row, .accumulate = first > 0};
		multiply(&dv, s.length, s.padded_width);
		softmax_backward(&s, rows, a->scale);
		/* dQ = dS K, dK += dSᵀ Q */
		small_product dq = {.k = s.length, .a = s.gradients, .a_row = s.padded, .a_step = 1, .b = s.k.data, .b_step = s.k.row,
		                    .c = s.dq.data + first * s.dq.row, .c_row = s.dq.row};
		multiply(&dq, rows, s.padded_width);
		small_product dk = {.k = rows, .a = s.gradients, .a_row = 1, .a_step = s.padded, .b = s.q.data + first * s.q.row,
		                    .b_step = s.q.row, .c = s.dk.data, .c_row = s.dk.row, .accumulate = first > 0};
		multiply(&dk, s.length, s.padded_width);
	}
	size_t at = a->offsets[sentence] * a->row + head * a->width;
	give_rows(s.dq, a->dq + at, a->row, s.length, s.width);
	give_rows(s.dk, a->dk + at, a->row, s.length, s.width);
	give_rows(s.dv, a->dv + at, a->row, s.length, s.width);
}

void NCH_KERNEL(nch_attention_map)(const nch_attention *a, size_t sentence, size_t head, float *probabilities, float *scratch);
void NCH_KERNEL(nch_attention_map)(const nch_attention *a, size_t sentence, size_t head, float *probabilities, float *scratch)
{
	nch_attention plain = *a;
	plain.out = NULL;
	head_state s = begin_head(&plain, sentence, head, scratch, 0);
	for (size_t first = 0; first < s.length; first += QUERIES) {
		size_t rows = s.length - first < QUERIES ? s.length - first : QUERIES;
		attend(&plain, &s, first, rows);
		for (size_t i = 0; i < rows; i++)
			memcpy(probabilities + (first + i) * s.length, s.probabilities + i * s.padded, s.length * sizeof *probabilities);
	}
}
