/* rows.h - what several kernels do to one row: sums in sixteen lanes, softmax, dropout. */
#ifndef NCH_ROWS_H
#define NCH_ROWS_H

#include "kernels/kernels.h"
#include "kernels/vmath.h"

/* Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3") in sixteen lanes. */
typedef struct v_philox {
	u16 word[4];
} v_philox;

V_INLINE v_philox v_philox_make(u16 c0, u16 c1, u16 c2, u16 c3, uint64_t seed)
{
	u16 k0 = u_set((uint32_t)seed), k1 = u_set((uint32_t)(seed >> 32));
	const u16 m0 = u_set(0xD2511F53u), m1 = u_set(0xCD9E8D57u), w0 = u_set(0x9E3779B9u), w1 = u_set(0xBB67AE85u);
	for (int round = 0; round < 10; round++) {
		u16 high0, low0, high1, low1;
		u_mul_wide(c0, m0, &high0, &low0);
		u_mul_wide(c2, m1, &high1, &low1);
		c0 = u_xor(u_xor(high1, c1), k0);
		c1 = low1;
		c2 = u_xor(u_xor(high0, c3), k1);
		c3 = low0;
		k0 = u_add(k0, w0);
		k1 = u_add(k1, w1);
	}
	return (v_philox){{c0, c1, c2, c3}};
}

/* The 64 random words of columns 64·group … 64·group+63 of a row: column 64·group + 16·w + lane has word[w] in its lane. */
V_INLINE v_philox v_random(uint64_t seed, uint32_t step, uint32_t site, uint64_t row, uint32_t group)
{
	static const uint32_t lanes[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	return v_philox_make(u_add(u_set(16 * group), u_load(lanes)), u_set((uint32_t)row),
	                     u_set(site << 16 | (uint32_t)(row >> 32)), u_set(step), seed);
}

/* y = x · mask / (1 - p) for n columns of a row; y may be x */
V_INLINE void dropout_row(const nch_dropout *d, uint64_t row, float *y, const float *x, size_t n)
{
	u16 limit = u_set((uint32_t)((double)d->p * 4294967296.0));
	v16 scale = v_set(1.0f / (1.0f - d->p));
	for (size_t j = 0; j < n; j += 64) {
		v_philox random = v_random(d->seed, d->step, d->site, d->row + row, (uint32_t)(j / 64));
		for (size_t w = 0; w < 4 && j + 16 * w < n; w++) {
			size_t at = j + 16 * w, here = n - at < 16 ? n - at : 16;
			v16 value = here == 16 ? v_load(x + at) : v_load_part(x + at, here);
			value = v_select(u_lt(random.word[w], limit), v_zero(), v_mul(value, scale));
			if (here == 16)
				v_store(y + at, value);
			else
				v_store_part(y + at, value, here);
		}
	}
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
