/* math.c - functions of single numbers and addressed random numbers. */
#include "kernels/math.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "kernels/fma.h"
#include "kernels/normal.h"

static double scale_by_power(double x, int exponent) /* x · 2^exponent, -1022 <= exponent <= 1023 */
{
	uint64_t bits = (uint64_t)(exponent + 1023) << 52;
	double factor;
	memcpy(&factor, &bits, sizeof factor);
	return x * factor;
}

double nch_exp(double x)
{
	if (!(x == x))
		return x;
	if (x > 709.9)
		return INFINITY;
	if (x < -746.0)
		return 0.0;
	/* x = n ln 2 + r, e^r by its series to the 14th term: the next is below 2^-53 */
	double n = floor(x * 1.4426950408889634 + 0.5);
	double r = nch_fma(n, -1.9082149292705877e-10, nch_fma(n, -0.69314718036912381670, x));
	double sum = 1.0;
	for (int i = 14; i >= 1; i--)
		sum = nch_fma(sum, r / i, 1.0);
	int half = (int)n / 2;
	return scale_by_power(scale_by_power(sum, half), (int)n - half);
}

double nch_log(double x)
{
	if (!(x > 0.0))
		return x == 0.0 ? -INFINITY : NAN;
	if (x > 1.7976931348623157e308)
		return x;
	double extra = 0.0;
	if (x < 2.2250738585072014e-308) {
		x *= 18014398509481984.0; /* 2^54 */
		extra = -54.0;
	}
	return nch_log_formula(x, extra);
}

double nch_sin_turns(double turns)
{
	turns = turns - floor(turns + 0.5); /* [-1/2, 1/2] */
	if (turns > 0.25)
		turns = 0.5 - turns;
	else if (turns < -0.25)
		turns = -0.5 - turns;
	return nch_sin_formula(turns);
}

double nch_cos_turns(double turns)
{
	return nch_sin_turns(turns + 0.25);
}

double nch_power(double base, uint64_t exponent)
{
	double result = 1.0;
	for (; exponent > 0; exponent >>= 1) {
		if (exponent & 1)
			result *= base;
		base *= base;
	}
	return result;
}

size_t nch_largest(const float *x, size_t n)
{
	size_t best = 0;
	for (size_t i = 1; i < n; i++)
		if (x[i] > x[best])
			best = i;
	return best;
}

void nch_philox(uint64_t key, const uint32_t counter[4], uint32_t words[4])
{
	uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
	uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
	for (int round = 0; round < 10; round++) {
		uint64_t first = (uint64_t)c0 * 0xD2511F53u, second = (uint64_t)c2 * 0xCD9E8D57u;
		c0 = (uint32_t)(second >> 32) ^ c1 ^ k0;
		c1 = (uint32_t)second;
		c2 = (uint32_t)(first >> 32) ^ c3 ^ k1;
		c3 = (uint32_t)first;
		k0 += 0x9E3779B9u;
		k1 += 0xBB67AE85u;
	}
	words[0] = c0;
	words[1] = c1;
	words[2] = c2;
	words[3] = c3;
}

static void random_words(uint64_t seed, nch_purpose purpose, uint32_t step, uint64_t index, uint32_t words[4])
{
	const uint32_t counter[4] = {(uint32_t)index, (uint32_t)(index >> 32), (uint32_t)purpose << 16, step};
	nch_philox(seed, counter, words);
}

uint32_t nch_random_word(uint64_t seed, nch_purpose purpose, uint32_t step, uint64_t index)
{
	uint32_t words[4];
	random_words(seed, purpose, step, index, words);
	return words[0];
}

uint32_t nch_random_below(uint64_t seed, nch_purpose purpose, uint32_t step, uint64_t index, uint32_t limit)
{
	uint32_t words[4];
	random_words(seed, purpose, step, index, words);
	uint64_t wide = (uint64_t)words[0] << 32 | words[1]; /* 64 bits: the bias of the remainder is below 2^-32 */
	return (uint32_t)(wide % limit);
}

double nch_random_uniform(uint64_t seed, nch_purpose purpose, uint32_t step, uint64_t index)
{
	uint32_t words[4];
	random_words(seed, purpose, step, index, words);
	return (double)((uint64_t)(words[0] >> 6) << 27 | words[1] >> 5) * 0x1p-53;
}

double nch_random_normal(uint64_t seed, nch_purpose purpose, uint32_t step, uint64_t index)
{
	uint32_t words[4];
	random_words(seed, purpose, step, index, words);
	return nch_normal_formula(words[0], words[1]);
}

void nch_random_permutation(uint64_t seed, nch_purpose purpose, uint32_t step, uint32_t *order, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		order[i] = i;
	for (uint32_t i = n; i > 1; i--) {
		uint32_t j = nch_random_below(seed, purpose, step, i, i), t = order[i - 1];
		order[i - 1] = order[j];
		order[j] = t;
	}
}
