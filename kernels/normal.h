/* normal.h - the logarithm, the sine and the normal deviate of math.h, as formulas without a branch: math.c calls them for a number at a time, random.c
 * for many at once, where the compiler makes vectors of them. Each operation rounds as IEEE 754 says, so that both give the same bits. */
#ifndef NCH_KERNELS_NORMAL_H
#define NCH_KERNELS_NORMAL_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "kernels/fma.h"

/* A term for each odd number: written out, since no vectors are made of a loop within a loop. */
#define NCH_ODD(term) term(23) term(21) term(19) term(17) term(15) term(13) term(11) term(9) term(7) term(5) term(3)

/* ln x of a normal x > 0, whose exponent has `extra` added. x = 2^e · m, m in (√1/2, √2]. */
static inline double nch_log_formula(double x, double extra)
{
	const uint64_t fraction = 0x000FFFFFFFFFFFFFull, root_two = 0x6A09E667F3BCDull; /* of x; of 1.4142135623730951 */
	uint64_t bits, large;
	double e, m;
	memcpy(&bits, &x, sizeof bits);
	large = ((bits & fraction) + (fraction - root_two)) >> 52; /* 1 if half the fraction is taken, and e is one more */
	uint64_t power = ((bits >> 52) + large) | 0x4330000000000000ull; /* 2^52 + e, as a double */
	uint64_t part = (bits & fraction) | (0x3FF - large) << 52;
	memcpy(&e, &power, sizeof e);
	memcpy(&m, &part, sizeof m);
	e = e - 0x1p52 - 1023.0 + extra;
	/* ln m = 2 artanh(s), s = (m-1)/(m+1), |s| <= 0.1716 */
	double s = (m - 1.0) / (m + 1.0), square = s * s, sum = 0.0;
#define NCH_TERM(i) sum = nch_fma(sum, square, 1.0 / (i));
	NCH_ODD(NCH_TERM)
#undef NCH_TERM
	sum = nch_fma(sum * square, s, s);
	return nch_fma(e, 0.69314718036912381670, nch_fma(e, 1.9082149292705877e-10, 2.0 * sum));
}

/* sin(2 pi · turns), |turns| <= 1/4 */
static inline double nch_sin_formula(double turns)
{
	double x = turns * 6.283185307179586, square = x * x, sum = 1.0;
#define NCH_TERM(i) sum = nch_fma(sum, -square / (double)((i) * ((i) - 1)), 1.0);
	NCH_ODD(NCH_TERM)
#undef NCH_TERM
	return x * sum;
}

/* Box and Muller (1958), from two of Philox's words. Words become doubles as signed numbers, for which every set has an instruction: the first by 2^31 too
 * small, which is added again; the second, an angle, as the part of a turn in [-1/2, 1/2). The cosine of an angle is the sine of a quarter more. */
static inline double nch_normal_formula(uint32_t word0, uint32_t word1)
{
	double u = ((double)(int32_t)(word0 ^ 0x80000000u) + 2147483649.0) * 0x1p-32; /* (word0 + 1) / 2^32, in (0, 1] */
	double turns = (double)(int32_t)(word1 + 0x40000000u) * 0x1p-32, size = fabs(turns), rest = 0.5 - size;
	double folded = copysign(size < rest ? size : rest, turns) + 0.0; /* at a quarter; never -0 */
	return sqrt(-2.0 * nch_log_formula(u, 0.0)) * nch_sin_formula(folded);
}

#endif
