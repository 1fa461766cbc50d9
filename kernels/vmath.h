/* vmath.h - exp, log, tanh and the normal distribution on v16, the same bits on every machine.
 *
 * The C library's functions differ from one library to the next in the last bit, so a trainer that calls them cannot promise its
 * results. These are polynomials evaluated by Horner's rule with explicit fma; tests/golden/polynomials.py makes the
 * coefficients, tests/unit/vmath_test.c measures the error over all floats (docs/numbers.md has the figures). */
#ifndef NCH_VMATH_H
#define NCH_VMATH_H

#include "kernels/vec.h"

/* c[0] + c[1] x + … + c[n-1] x^(n-1) */
#define V_POLY(x, c) v_poly((x), (c), sizeof(c) / sizeof *(c))
V_INLINE v16 v_poly(v16 x, const float *c, size_t n)
{
	v16 sum = v_set(c[n - 1]);
	for (size_t i = n - 1; i-- > 0;)
		sum = v_fma(sum, x, v_set(c[i]));
	return sum;
}

V_INLINE v16 v_negate(v16 a) { return v_from_bits(u_xor(v_bits(a), u_set(0x80000000u))); }
V_INLINE v16 v_abs(v16 a) { return v_from_bits(u_and(v_bits(a), u_set(0x7FFFFFFFu))); }
V_INLINE v16 v_copy_sign(v16 size, v16 sign) { return v_from_bits(u_or(v_bits(size), u_and(v_bits(sign), u_set(0x80000000u)))); }

#define V_LOG2_E 0x1.715476p+0f
#define V_LN2_HIGH 0x1.62e400p-1f /* fifteen bits, so that n · high is exact for |n| < 512 */
#define V_LN2_LOW 0x1.7f7d1cp-20f /* ln 2 = high + low to 2^-45 */

#define V_ROUND 0x1.8p23f /* adding it rounds to a whole number, which then stands in the low bits */

/* e^r · 2^n for |r| <= ln 2 / 2, n given as n + V_ROUND. e^r by polynomial, 2^n through the exponent bits, in two factors since n may go
 * below -126 (denormal results are exact in their last bit too). */
V_INLINE v16 v_exp_reduced(v16 r, v16 shifted)
{
	static const float c[] = {0x1.fffff8p-2f, 0x1.55548ep-3f, 0x1.555b96p-5f, 0x1.123bccp-7f, 0x1.68532cp-10f};
	v16 y = v_add(v_fma(v_mul(r, r), V_POLY(r, c), r), v_set(1.0f));
#ifdef V_HAS_SCALE /* the same, since the first factor rounds nothing */
	return v_scale(y, v_sub(shifted, v_set(V_ROUND)));
#else
	u16 biased = u_add(u_sub(v_bits(shifted), v_bits(v_set(V_ROUND))), u_set(256)); /* n + 256 > 0 */
	u16 half = u_shr(biased, 1);                                                   /* floor(n/2) + 128 */
	u16 rest = u_sub(biased, half);                                                /* n - floor(n/2) + 128 */
	v16 first = v_from_bits(u_shl(u_sub(half, u_set(1)), 23));                     /* 2^(half - 128) */
	v16 second = v_from_bits(u_shl(u_sub(rest, u_set(1)), 23));
	return v_mul(v_mul(y, first), second);
#endif
}

/* e^x: x = n ln 2 + r. Above 88.72 infinity, below -103.97 zero, NaN stays NaN. */
V_INLINE v16 v_exp(v16 x)
{
	x = v_max(v_set(-104.0f), v_min(v_set(89.0f), x));
	v16 shifted = v_fma(x, v_set(V_LOG2_E), v_set(V_ROUND));
	v16 n = v_sub(shifted, v_set(V_ROUND));
	v16 r = v_fma(n, v_set(-V_LN2_LOW), v_fma(n, v_set(-V_LN2_HIGH), x));
	return v_exp_reduced(r, shifted);
}

/* e^-(a + b + c) for 0 <= a + b <= 110 and c small, more exactly than the rounded sum would give it: what is large goes first. */
V_INLINE v16 v_exp_minus(v16 a, v16 b, v16 c)
{
	v16 shifted = v_fma(v_add(v_add(a, b), c), v_set(-V_LOG2_E), v_set(V_ROUND));
	v16 n = v_sub(shifted, v_set(V_ROUND));
	v16 r = v_sub(v_sub(v_fma(n, v_set(-V_LN2_HIGH), v_negate(a)), b), c);
	return v_exp_reduced(v_fma(n, v_set(-V_LN2_LOW), r), shifted);
}

/* ln x: x = 2^e · m with m in [sqrt(1/2), sqrt(2)). Zero gives -infinity, negative numbers and NaN give NaN. */
V_INLINE v16 v_log(v16 x)
{
	static const float c[] = {0x1.555564p-2f, -0x1.00023cp-2f, 0x1.999860p-3f, -0x1.546790p-3f,
	                          0x1.236438p-3f, -0x1.0e6826p-3f, 0x1.025beap-3f, -0x1.2d3636p-4f};
	const uint32_t root_half = 0x3F3504F3u;
	m16 denormal = v_lt(x, v_set(0x1p-126f));
	v16 scaled = v_select(denormal, v_mul(x, v_set(0x1p23f)), x);
	u16 offset = u_add(u_sub(v_bits(scaled), u_set(root_half)), u_set(128u << 23));
	u16 exponent = u_shr(offset, 23); /* e + 128 */
	v16 m = v_from_bits(u_sub(v_bits(scaled), u_shl(u_sub(exponent, u_set(128)), 23)));
	v16 e = v_sub(u_to_float(exponent), v_select(denormal, v_set(128.0f + 23.0f), v_set(128.0f)));
	v16 f = v_sub(m, v_set(1.0f));
	v16 square = v_mul(f, f);
	v16 tail = v_fma(v_mul(square, f), V_POLY(f, c), v_mul(square, v_set(-0.5f)));
	v16 y = v_fma(e, v_set(V_LN2_HIGH), v_add(f, v_fma(e, v_set(V_LN2_LOW), tail)));
	y = v_select(v_lt(v_set(0.0f), x), y, v_select(v_lt(x, v_set(0.0f)), v_from_bits(u_set(0x7FC00000u)), v_from_bits(u_set(0xFF800000u))));
	y = v_select(v_lt(x, v_from_bits(u_set(0x7F800000u))), y, x); /* infinity and NaN answer themselves */
	return y;
}

/* tanh x: an odd polynomial near zero, 1 - d with d = 2 / (e^2|x| + 1) elsewhere. Its slope 1 - tanh^2 x is d (2 - d). */
V_INLINE v16 v_tanh(v16 x, v16 *slope)
{
	static const float c[] = {-0x1.555532p-2f, 0x1.1106fep-3f, -0x1.b83780p-5f, 0x1.52095ep-6f, -0x1.7567ecp-8f};
	v16 size = v_abs(x);
	v16 square = v_mul(x, x);
	v16 near_zero = v_fma(v_mul(square, x), V_POLY(square, c), x);
	v16 e = v_exp(v_add(size, size));
	v16 d = v_div(v_set(2.0f), v_add(e, v_set(1.0f)));
	v16 far = v_sub(v_set(1.0f), d);
	m16 small = v_lt(size, v_set(0.625f));
	if (slope != NULL)
		*slope = v_select(small, v_fma(v_negate(near_zero), near_zero, v_set(1.0f)), v_fma(v_negate(d), d, v_add(d, d)));
	return v_copy_sign(v_select(small, near_zero, far), x);
}

/* Phi(x) = (1 + erf(x / sqrt 2)) / 2, the normal distribution, and phi(x) = e^(-x^2 / 2) / sqrt(2 pi), its density. Near zero Phi is
 * 1/2 + an odd polynomial; elsewhere e^-(x^2 / 2 + q(|x|)), q a polynomial in |x| - 2.5 up to 7, on the side where it is small, and one minus that on
 * the other. So both keep their digits where x is far below zero: 1 + erf would have none left. x^2 / 2 is taken in two parts. */
V_INLINE v16 v_normal(v16 x, v16 *density)
{
	static const float near[] = {0x1.988450p-2f, -0x1.105786p-4f, 0x1.46b808p-7f, -0x1.35bfc2p-10f, 0x1.cbf478p-14f, -0x1.b4099cp-18f};
	static const float far[] = {0x1.cdce12p-9f, 0x1.4a7d96p-2f, -0x1.6c7004p-5f, 0x1.d45fb0p-8f, -0x1.298b50p-10f,
	                            0x1.5dd458p-13f, -0x1.64654cp-16f, 0x1.1cee7cp-19f, -0x1.30a92cp-23f, 0x1.3a9764p-28f};
	v16 size = v_min(v_set(14.5f), v_abs(x)); /* there both are zero */
	v16 half = v_mul(size, v_set(0.5f));
	v16 high = v_mul(size, half), low = v_fma(size, half, v_negate(high));
	v16 place = v_sub(v_min(v_set(7.0f), size), v_set(2.5f));
	v16 tail = v_exp_minus(high, v_set(0x1.f4p0f), v_add(V_POLY(place, far), low));
	v16 side = v_select(v_lt(x, v_zero()), tail, v_sub(v_set(1.0f), tail));
	v16 middle = v_fma(x, V_POLY(v_mul(x, x), near), v_set(0.5f));
	if (density != NULL)
		*density = v_mul(v_exp_minus(high, v_zero(), low), v_set(0x1.988454p-2f));
	return v_select(v_lt(size, v_set(1.25f)), middle, side);
}

#endif
