/* fma.h - a·b + c with one rounding, where the C library or the processor does not give it.
 *
 * The same bits everywhere stand on an exact fma. glibc, musl and macOS have one; Windows' libraries round twice, and WebAssembly has none. Where
 * NCH_OWN_FMA is set, nch_fma and nch_fmaf are the functions below, else the library's. They round to nearest, as everything here does. */
#ifndef NCH_KERNELS_FMA_H
#define NCH_KERNELS_FMA_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* For floats, by way of double. The product of two floats has 48 bits: it is exact. The sum s = p + c may not be; what it lacks, e, is (Knuth's
 * two-sum). Rounding s to float would round twice, and go wrong where s lies half way between two floats only because e was dropped. So s is rounded
 * to odd first: if anything is lacking, the last of its 53 bits becomes 1, downwards or upwards as e says. Such an s is never half way, since a float
 * has 24 bits and 53 >= 24 + 2 (Boldo and Melquiond 2008, "Emulation of a FMA and correctly rounded sums: proved algorithms using rounding to
 * odd"). */
static inline float nch_own_fmaf(float a, float b, float c)
{
	double p = (double)a * (double)b, s = p + (double)c;
	double p_part = s - (double)c, c_part = s - p_part;
	double e = (p - p_part) + ((double)c - c_part);
	int64_t bits, lacks = e < 0.0 || e > 0.0; /* not where e is NaN: s is infinite or NaN, and stays */
	memcpy(&bits, &s, sizeof bits);
	int64_t away = (e > 0.0) == (s > 0.0); /* from zero */
	bits += (lacks & ~bits & 1) * (2 * away - 1);
	memcpy(&s, &bits, sizeof s);
	return (float)s;
}

/* --- double, in whole numbers: 53 bits times 53 bits are 106, and c is laid over them --- */

typedef struct nch_wide { uint64_t high, low; } nch_wide;

static inline nch_wide nch_wide_product(uint64_t a, uint64_t b)
{
	uint64_t al = a & 0xFFFFFFFF, ah = a >> 32, bl = b & 0xFFFFFFFF, bh = b >> 32;
	uint64_t low = al * bl, middle = ah * bl + (low >> 32), other = al * bh + (middle & 0xFFFFFFFF);
	return (nch_wide){ah * bh + (middle >> 32) + (other >> 32), other << 32 | (low & 0xFFFFFFFF)};
}

/* x << n, n from 0 to 127 */
static inline nch_wide nch_wide_left(nch_wide x, int n)
{
	if (n >= 64)
		return (nch_wide){x.low << (n - 64), 0};
	return n == 0 ? x : (nch_wide){x.high << n | x.low >> (64 - n), x.low << n};
}

/* x >> n; the last bit of the result is 1 if any bit that fell out was */
static inline nch_wide nch_wide_right(nch_wide x, int n)
{
	nch_wide r = {0, (x.high | x.low) != 0};
	if (n >= 128)
		return r;
	if (n >= 64) {
		r.low = n == 64 ? x.high : x.high >> (n - 64);
		r.low |= (x.low | (n == 64 ? 0 : x.high << (128 - n))) != 0;
		return r;
	}
	if (n == 0)
		return x;
	r.high = x.high >> n;
	r.low = (x.low >> n | x.high << (64 - n)) | (x.low << (64 - n) != 0);
	return r;
}

/* How far the highest bit of x, which is not 0, is from the top. */
static inline int nch_wide_zeros(nch_wide x)
{
	uint64_t part = x.high != 0 ? x.high : x.low;
	int count = x.high != 0 ? 0 : 64;
	for (int step = 32; step > 0; step /= 2)
		if (part >> (64 - step) == 0) {
			part <<= step;
			count += step;
		}
	return count;
}

/* A finite x, not 0, as whole · 2^exponent with whole < 2^53. */
static inline uint64_t nch_whole_of(uint64_t bits, int *exponent)
{
	int e = (int)(bits >> 52 & 0x7FF);
	*exponent = (e == 0 ? 1 : e) - 1075;
	return (bits & 0xFFFFFFFFFFFFF) | (e == 0 ? 0 : UINT64_C(1) << 52);
}

/* The double that is nearest to ±x · 2^exponent, x not 0, a last bit of 1 meaning "and a little more". */
static inline double nch_wide_round(nch_wide x, int exponent, uint64_t sign)
{
	int zeros = nch_wide_zeros(x);
	x = nch_wide_left(x, zeros); /* its highest bit is the 127th now */
	exponent += 127 - zeros;     /* of that bit */
	uint64_t whole = x.high | (x.low != 0);
	int drop = 11, field = exponent + 1023; /* 64 - 53 */
	if (field <= 0) {                       /* too small for 53 bits */
		drop += 1 - field;
		field = 0;
	}
	for (; drop > 63; drop--) /* below the least number there is */
		whole = whole >> 1 | (whole & 1);
	uint64_t kept = whole >> drop, rest = whole & ((UINT64_C(1) << drop) - 1), half = UINT64_C(1) << (drop - 1), bits;
	kept += rest > half || (rest == half && (kept & 1));
	if (field >= 2047)
		bits = UINT64_C(0x7FF) << 52;
	else /* a kept of 2^53 carries into the exponent, as it should; the leading bit of a normal number is not stored */
		bits = field == 0 ? kept : ((uint64_t)(field - 1) << 52) + kept;
	bits |= sign;
	double result;
	memcpy(&result, &bits, sizeof result);
	return result;
}

static inline double nch_own_fma(double a, double b, double c)
{
	uint64_t x, y, z;
	memcpy(&x, &a, sizeof x);
	memcpy(&y, &b, sizeof y);
	memcpy(&z, &c, sizeof z);
	const uint64_t top = UINT64_C(1) << 63, infinite = UINT64_C(0x7FF) << 52;
	if ((x & infinite) == infinite || (y & infinite) == infinite || (x << 1) == 0 || (y << 1) == 0)
		return a * b + c; /* the product is exact, or no number */
	if ((z & infinite) == infinite)
		return c + 0.0;
	int ex, ey, ez = 0;
	nch_wide product = nch_wide_product(nch_whole_of(x, &ex), nch_whole_of(y, &ey)), third = {0, 0};
	uint64_t sign = (x ^ y) & top;
	int exponent = ex + ey;
	if (z << 1 == 0)
		return nch_wide_round(product, exponent, sign);
	third.low = nch_whole_of(z, &ez);
	/* both get their highest bit to place 125, which leaves room for a carry and 20 bits behind the last one of either */
	int up = nch_wide_zeros(product) - 2, up_third = nch_wide_zeros(third) - 2;
	product = nch_wide_left(product, up);
	third = nch_wide_left(third, up_third);
	exponent -= up;
	ez -= up_third;
	int apart = exponent - ez;
	if (apart >= 0)
		third = nch_wide_right(third, apart);
	else {
		product = nch_wide_right(product, -apart);
		exponent = ez;
	}
	nch_wide sum;
	if (sign == (z & top)) {
		sum.low = product.low + third.low;
		sum.high = product.high + third.high + (sum.low < product.low);
	} else {
		if (product.high < third.high || (product.high == third.high && product.low < third.low)) {
			nch_wide t = product;
			product = third;
			third = t;
			sign ^= top;
		}
		sum.low = product.low - third.low;
		sum.high = product.high - third.high - (product.low < third.low);
		if ((sum.high | sum.low) == 0)
			return 0.0;
	}
	return nch_wide_round(sum, exponent, sign);
}

#ifdef NCH_OWN_FMA
static inline float nch_fmaf(float a, float b, float c) { return nch_own_fmaf(a, b, c); }
static inline double nch_fma(double a, double b, double c) { return nch_own_fma(a, b, c); }
#else
static inline float nch_fmaf(float a, float b, float c) { return fmaf(a, b, c); }
static inline double nch_fma(double a, double b, double c) { return fma(a, b, c); }
#endif

#endif
