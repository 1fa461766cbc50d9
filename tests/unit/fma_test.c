/* fma_test.c - the project's own fused multiply-add, for systems without one, against the C library's. */
#include "kernels/fma.h"

#include <stdint.h>
#include <string.h>

#include "test.h"

/* The library's own is the oracle; where it is known to round twice, there is none. */
#ifdef NCH_OWN_FMA
#define NEEDS_ORACLE SKIP("this C library's fma rounds twice")
#else
#define NEEDS_ORACLE
#endif

static uint32_t seed = 1;

static uint32_t draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

/* Any bits at all; or numbers of like size, so that the sum cancels; or with few bits set, so that results lie half way between two numbers. */
static float draw_float(int kind)
{
	uint32_t bits = draw();
	if (kind == 1)
		bits = (bits & 0x807FFFFF) | (120 + draw() % 16) << 23;
	if (kind == 2)
		bits &= 0xFF800000 | 1u << (draw() % 23) | 1u << (draw() % 23) | (draw() % 2);
	if (kind == 3) /* around where numbers become too small */
		bits = (bits & 0x807FFFFF) | (draw() % 80) << 23;
	float x;
	memcpy(&x, &bits, sizeof x);
	return x;
}

static double draw_double(int kind)
{
	uint64_t bits = (uint64_t)draw() << 32 | draw();
	if (kind == 1)
		bits = (bits & UINT64_C(0x800FFFFFFFFFFFFF)) | (uint64_t)(1000 + draw() % 40) << 52;
	if (kind == 2)
		bits &= UINT64_C(0xFFF) << 52 | UINT64_C(1) << (draw() % 52) | UINT64_C(1) << (draw() % 52) | (draw() % 2);
	if (kind == 3)
		bits = (bits & UINT64_C(0x800FFFFFFFFFFFFF)) | (uint64_t)(draw() % 600) << 52;
	double x;
	memcpy(&x, &bits, sizeof x);
	return x;
}

static int same_float(float a, float b) { return memcmp(&a, &b, sizeof a) == 0 || (a != a && b != b); }
static int same_double(double a, double b) { return memcmp(&a, &b, sizeof a) == 0 || (a != a && b != b); }

TEST(floats)
{
	NEEDS_ORACLE;
	size_t wrong = 0;
	for (int i = 0; i < 400000; i++) {
		float a = draw_float(i % 4), b = draw_float(i % 4), c = draw_float(i / 4 % 4);
		if (i % 5 == 0) /* the sum cancels, but for what the product's rounding drops */
			c = -(a * b);
		wrong += !same_float(nch_own_fmaf(a, b, c), fmaf(a, b, c));
	}
	CHECK(wrong == 0);
}

TEST(doubles)
{
	NEEDS_ORACLE;
	size_t wrong = 0;
	for (int i = 0; i < 400000; i++) {
		double a = draw_double(i % 4), b = draw_double(i % 4), c = draw_double(i / 4 % 4);
		if (i % 5 == 0)
			c = -(a * b);
		if (!same_double(nch_own_fma(a, b, c), fma(a, b, c)) && wrong++ < 5)
			printf("  fma(%a, %a, %a) is %a, not %a\n", a, b, c, fma(a, b, c), nch_own_fma(a, b, c));
	}
	CHECK(wrong == 0);
}

/* Where two roundings go wrong: 1 + 2^-24 lies half way between two floats, and 2^-60 decides. */
TEST(half_ways)
{
	CHECK(nch_own_fmaf(0x1p-30f, 0x1p-30f, 0x1p0f) == 1.0f);
	CHECK(nch_own_fmaf(0x1.000002p0f, 0x1.000002p0f, 0x1p-60f) == 0x1.000004p0f);
	CHECK(nch_own_fma(0x1p-540, 0x1p-534, 0x0p0) == 0x1p-1074);
	CHECK(nch_own_fma(0x1p-540, 0x1p-535, 0x0p0) == 0.0 && nch_own_fma(0x1.8p-540, 0x1p-535, 0x0p0) == 0x1p-1074);
	CHECK(nch_own_fma(0x1.fffffffffffffp1023, 2.0, -0x1.fffffffffffffp1023) == 0x1.fffffffffffffp1023);
	CHECK(signbit(nch_own_fma(-1.0, 0.0, -0.0)) && !signbit(nch_own_fma(1.0, 1.0, -1.0)));
}

int main(void)
{
	RUN(floats);
	RUN(doubles);
	RUN(half_ways);
	return test_end();
}
