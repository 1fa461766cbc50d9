/* attention.c - scaled dot-product attention over packed sentences, forward and backward (Vaswani et al. 2017, section 3.2).
 *
 * One call does one head of one sentence; its working set stays in the thread's cache. The queries are taken in blocks of QUERIES, and a
 * block's scores against all keys are the largest thing ever held: no length × length matrix is written to memory. The backward pass makes the
 * probabilities again from q and k, since that costs less than keeping them. All products are chains over ascending
 * indices (tile.h), so that the block size shows in no bit. */
#include "kernels/kernels.h"
#include "kernels/set.h"
#include "kernels/rows.h"
#include "kernels/sizes.h"
#include "kernels/small.h"

enum { QUERIES = NCH_ATTENTION_QUERIES };

/* --- one head of one sentence --- */

typedef struct head_state {
	size_t length, padded, width, padded_width;
	uint64_t dropout_row; /* first query row · heads + head; the next query is `heads` further */
	head_rows q, k, v, out, dout, dq, dk, dv;
	float *keys, *values;                          /* (width, padded): transposed */
	float *probabilities, *dropped, *gradients;    /* (QUERIES, padded) */
} head_state;

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

/* probabilities (rows, padded) of the queries from `first` on; zeros where a query does not look, and beyond the last key */
static void attend(const nch_attention *a, const head_state *s, size_t first, size_t rows)
{
	small_product scores = {.k = s->width, .a = s->q.data + first * s->q.row, .a_row = s->q.row, .a_step = 1,
	                        .b = s->keys, .b_step = s->padded, .c = s->probabilities, .c_row = s->padded};
	multiply(&scores, rows, s->padded);
	for (size_t i = 0; i < rows; i++) {
		float *row = s->probabilities + i * s->padded;
		size_t query = first + i, begin = a->window > 0 && query > a->window ? query - a->window : 0;
		size_t end = a->window > 0 && s->length - query > a->window + 1 ? query + a->window + 1 : s->length;
		softmax_row(row + begin, row + begin, end - begin, a->scale);
		for (size_t j = 0; j < begin; j++)
			row[j] = 0.0f;
		for (size_t j = end; j < s->padded; j++)
			row[j] = 0.0f;
	}
}

/* y = dropout(x) for a block of probabilities; y may be x. The gradients, if there are any, get the same mask. */
static void drop(const nch_attention *a, const head_state *s, size_t first, size_t rows, float *y, const float *x, float *gradients)
{
	dropout_rows(&a->dropout, s->dropout_row + (uint64_t)first * a->heads, a->heads, rows, s->length, y, x, s->padded, gradients);
}

void NCH_KERNEL(nch_attention_forward)(const nch_attention *a, size_t sentence, size_t head, float *scratch)
{
	head_state s = begin_head(a, sentence, head, scratch, 0);
	for (size_t first = 0; first < s.length; first += QUERIES) {
		size_t rows = s.length - first < QUERIES ? s.length - first : QUERIES;
		attend(a, &s, first, rows);
		if (a->dropout.p > 0.0f)
			drop(a, &s, first, rows, s.probabilities, s.probabilities, NULL);
		small_product mix = {.k = s.length, .a = s.probabilities, .a_row = s.padded, .a_step = 1, .b = s.v.data, .b_step = s.v.row,
		                     .c = s.out.data + first * s.out.row, .c_row = s.out.row};
		multiply(&mix, rows, s.padded_width);
	}
	give_rows(s.out, a->out + a->offsets[sentence] * a->heads * a->width + head * a->width, a->heads * a->width, s.length, s.width);
}

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
			drop(a, &s, first, rows, s.dropped, s.probabilities, s.gradients);
			dropped = s.dropped;
		}
		/* dV += dropped(P)ᵀ dO */
		small_product dv = {.k = rows, .a = dropped, .a_row = 1, .a_step = s.padded, .b = s.dout.data + first * s.dout.row,
		                    .b_step = s.dout.row, .c = s.dv.data, .c_row = s.dv.row, .accumulate = first > 0};
		multiply(&dv, s.length, s.padded_width);
		softmax_backward(s.gradients, s.probabilities, rows, s.padded, a->scale);
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
