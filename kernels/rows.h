/* rows.h - what several kernels do to one row: sums in sixteen lanes, softmax, dropout. */
#ifndef NCH_ROWS_H
#define NCH_ROWS_H

#include "kernels/kernels.h"
#include "kernels/tile.h"
#include "kernels/vmath.h"

#if defined(NCH_ISA_avx512)
enum { DROPOUT_ABREAST = 4 }; /* counters of Philox at once: what the registers hold */
#else
enum { DROPOUT_ABREAST = 2 };
#endif

/* Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3") in sixteen lanes. */
typedef struct v_philox {
	u16 word[4];
} v_philox;

/* From `count` counters, in place, their random words. The ten rounds are one chain of products, each of which waits for the one before: several
 * counters side by side fill those waits. */
V_INLINE void v_philox_make(v_philox *c, int count, uint64_t seed)
{
	u16 k0 = u_set((uint32_t)seed), k1 = u_set((uint32_t)(seed >> 32));
	const u16 m0 = u_set(0xD2511F53u), m1 = u_set(0xCD9E8D57u), w0 = u_set(0x9E3779B9u), w1 = u_set(0xBB67AE85u);
	for (int round = 0; round < 10; round++) {
		UNROLL for (int i = 0; i < count; i++) {
			u16 high0, low0, high1, low1, *word = c[i].word;
			u_mul_wide(word[0], m0, &high0, &low0);
			u_mul_wide(word[2], m1, &high1, &low1);
			word[0] = u_xor(u_xor(high1, word[1]), k0);
			word[1] = low1;
			word[2] = u_xor(u_xor(high0, word[3]), k1);
			word[3] = low0;
		}
		k0 = u_add(k0, w0);
		k1 = u_add(k1, w1);
	}
}

/* The counter whose 64 words belong to the columns 64·group … 64·group+63 of a row: column 64·group + 16·w + lane to word[w] in its lane. */
V_INLINE v_philox dropout_counter(const nch_dropout *d, uint64_t row, size_t group)
{
	static const uint32_t lanes[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	row += d->row;
	return (v_philox){{u_add(u_set(16 * (uint32_t)group), u_load(lanes)), u_set((uint32_t)row), u_set(d->site << 16 | (uint32_t)(row >> 32)),
	                   u_set(d->step)}};
}

/* y = x · mask / (1 - p) for n columns, at most 64; y may be x */
V_INLINE void drop_columns(const nch_dropout *d, const v_philox *random, float *y, const float *x, size_t n)
{
	u16 limit = u_set((uint32_t)((double)d->p * 4294967296.0));
	v16 scale = v_set(1.0f / (1.0f - d->p));
	UNROLL for (size_t w = 0; w < 4; w++) {
		size_t here = n <= 16 * w ? 0 : n - 16 * w < 16 ? n - 16 * w : 16;
		if (here == 16)
			v_store(y + 16 * w, v_select(u_lt(random->word[w], limit), v_zero(), v_mul(v_load(x + 16 * w), scale)));
		else if (here > 0)
			v_store_part(y + 16 * w, v_select(u_lt(random->word[w], limit), v_zero(), v_mul(v_load_part(x + 16 * w, here), scale)), here);
	}
}

/* y = x · mask / (1 - p) for n columns of `rows` rows; y may be x. Both go on every `step` floats, and the rows' addresses every row_step. `second` may
 * be NULL, or one more matrix of that form that gets the same mask, in place. */
V_INLINE void dropout_rows(const nch_dropout *d, uint64_t row, uint64_t row_step, size_t rows, size_t n, float *y, const float *x, size_t step,
                           float *second)
{
	size_t at[DROPOUT_ABREAST], column[DROPOUT_ABREAST], i = 0, j = 0;
	while (i < rows && n > 0) {
		v_philox random[DROPOUT_ABREAST];
		UNROLL for (int c = 0; c < DROPOUT_ABREAST; c++) { /* beyond the last row the counters are of no use, and do no harm */
			at[c] = i;
			column[c] = j;
			random[c] = dropout_counter(d, row + i * row_step, j / 64);
			j = j + 64 < n ? j + 64 : 0;
			i += j == 0;
		}
		v_philox_make(random, DROPOUT_ABREAST, d->seed);
		UNROLL for (int c = 0; c < DROPOUT_ABREAST; c++) {
			size_t place = at[c] * step + column[c], here = n - column[c] < 64 ? n - column[c] : 64;
			if (at[c] >= rows)
				break;
			drop_columns(d, &random[c], y + place, x + place, here);
			if (second != NULL)
				drop_columns(d, &random[c], second + place, second + place, here);
		}
	}
}

/* The same for one row. */
V_INLINE void dropout_row(const nch_dropout *d, uint64_t row, float *y, const float *x, size_t n)
{
	dropout_rows(d, row, 0, 1, n, y, x, 0, NULL);
}

/* The sum of n elements. */
V_INLINE float sum_row(const float *x, size_t n)
{
	v16 sum = v_zero();
	size_t j = 0;
	for (; j + 16 <= n; j += 16)
		sum = v_add(sum, v_load(x + j));
	if (j < n)
		sum = v_add(sum, v_load_part(x + j, n - j));
	return v_fold_add(sum);
}

/* y = softmax(x · scale) of n elements, y may be x; returns the logarithm of the sum of e^(x · scale). */
V_INLINE float softmax_row(float *y, const float *x, size_t n, float scale)
{
	v16 factor = v_set(scale), top = v_set(-3.4e38f), sum = v_zero();
	size_t j;
	for (j = 0; j + 16 <= n; j += 16)
		top = v_max(v_mul(v_load(x + j), factor), top);
	if (j < n) {
		v16 tail = v_mul(v_load_part(x + j, n - j), factor);
		float lanes[16];
		v_store(lanes, tail);
		for (size_t l = n - j; l < 16; l++)
			lanes[l] = -3.4e38f; /* the zeros beyond the end must not win */
		top = v_max(v_load(lanes), top);
	}
	float peak = v_fold_max(top);
	v16 shift = v_set(peak);
	for (j = 0; j + 16 <= n; j += 16) {
		v16 e = v_exp(v_sub(v_mul(v_load(x + j), factor), shift));
		v_store(y + j, e);
		sum = v_add(sum, e);
	}
	if (j < n) {
		v_store_part(y + j, v_exp(v_sub(v_mul(v_load_part(x + j, n - j), factor), shift)), n - j);
		sum = v_add(sum, v_load_part(y + j, n - j));
	}
	float total = v_fold_add(sum), lanes[16];
	v16 inverse = v_set(1.0f / total);
	for (j = 0; j + 16 <= n; j += 16)
		v_store(y + j, v_mul(v_load(y + j), inverse));
	if (j < n)
		v_store_part(y + j, v_mul(v_load_part(y + j, n - j), inverse), n - j);
	v_store(lanes, v_add(v_log(v_set(total)), shift));
	return lanes[0];
}

#endif
