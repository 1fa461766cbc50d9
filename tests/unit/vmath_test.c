/* How exact the project's own functions are: the error of every one against the C library's double, in units in the last place.
 *
 * An error of 0.5 is a correctly rounded result; a unit is the distance of two floats at the true value. One float of 4,093 is
 * measured; NUNCHI_STEP=31 measures one of 31 (that is how the table of docs/numbers.md was made), and 1 all there are. */
#include "kernels/vmath.h"

#include <stdlib.h>

#include "kernels/kernels.h"
#include "kernels/math.h"
#include "test.h"

enum { SAMPLE_STEP = 4093, PARTS = 256 };

typedef struct function {
	const char *name;
	void (*compute)(const struct function *f, const float *x, float *y); /* sixteen */
	double (*exact)(double x);
	float low, high;  /* the range that is measured */
	double relative;  /* the most that is allowed, as a part of max(1, |value|) */
	double units;     /* and in units in the last place, from units_low on (a slope that crosses zero has none there) */
	float units_low;
	nch_activation kind;
	int backward;
} function;

typedef struct worst { /* of one part of the floats */
	double units, relative;
	float at, relative_at;
	size_t count;
} worst;

typedef struct job {
	const function *f;
	const nch_kernels *kernels;
	uint32_t step;
	worst parts[PARTS];
} job;

static const nch_kernels *active; /* the set whose activation kernels are measured */

static void compute_exp(const function *f, const float *x, float *y) { (void)f; v_store(y, v_exp(v_load(x))); }
static void compute_log(const function *f, const float *x, float *y) { (void)f; v_store(y, v_log(v_load(x))); }
static void compute_tanh(const function *f, const float *x, float *y) { (void)f; v_store(y, v_tanh(v_load(x), NULL)); }
static void compute_normal(const function *f, const float *x, float *y) { (void)f; v_store(y, v_normal(v_load(x), NULL)); }
static void compute_density(const function *f, const float *x, float *y)
{
	v16 density;
	(void)f;
	v_normal(v_load(x), &density);
	v_store(y, density);
}

static void compute_activation(const function *f, const float *x, float *y)
{
	static const float ones[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
	if (f->backward)
		active->activation_backward(f->kind, y, ones, x, 16);
	else
		active->activation(f->kind, y, x, 16);
}

/* --- the formulas in double, written so that nothing cancels --- */

#define ROOT_HALF_EXACT 0.70710678118654752440
#define ROOT_2_OVER_PI_EXACT 0.79788456080286535588

static double normal_below(double x) { return 0.5 * erfc(-x * ROOT_HALF_EXACT); }
static double normal_density(double x) { return 0.39894228040143267794 * exp(-0.5 * x * x); }
static double sigmoid_exact(double x) { return x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x)); }
static double gelu(double x) { return x * normal_below(x); }
static double gelu_slope(double x) { return normal_below(x) + x * normal_density(x); }
static double gelu_tanh_exact(double x) { return x * sigmoid_exact(2 * ROOT_2_OVER_PI_EXACT * (x + 0.044715 * x * x * x)); }
static double gelu_tanh_slope(double x)
{
	double s = sigmoid_exact(2 * ROOT_2_OVER_PI_EXACT * (x + 0.044715 * x * x * x));
	double t = sigmoid_exact(-2 * ROOT_2_OVER_PI_EXACT * (x + 0.044715 * x * x * x));
	return s + x * 2 * s * t * ROOT_2_OVER_PI_EXACT * (1 + 3 * 0.044715 * x * x);
}
static double silu(double x) { return x * sigmoid_exact(x); }
static double silu_slope(double x) { return sigmoid_exact(x) * (1 + x * sigmoid_exact(-x)); }
static double tanh_slope(double x) { double c = cosh(x); return 1 / (c * c); }

#define EVERY INFINITY
static const function functions[] = {
	{"exp", compute_exp, exp, -EVERY, EVERY, 1e-7, 1.1, -EVERY, 0, 0},
	{"log", compute_log, log, 0, EVERY, 1e-7, 1.0, -EVERY, 0, 0},
	{"tanh", compute_tanh, tanh, -EVERY, EVERY, 1e-7, 1.5, -EVERY, 0, 0},
	{"Phi", compute_normal, normal_below, -EVERY, EVERY, 1e-7, 4, -7, 0, 0},
	{"phi", compute_density, normal_density, -EVERY, EVERY, 1e-7, 2.5, -13, 0, 0},
	{"gelu", compute_activation, gelu, -EVERY, EVERY, 1.2e-7, 4, -7, NCH_GELU, 0},
	{"gelu_new", compute_activation, gelu_tanh_exact, -EVERY, EVERY, 2e-7, 80, -7, NCH_GELU_TANH, 0},
	{"silu", compute_activation, silu, -EVERY, EVERY, 2e-7, 3, -80, NCH_SILU, 0},
	{"gelu'", compute_activation, gelu_slope, -EVERY, EVERY, 2e-7, 3, 0, NCH_GELU, 1},
	{"gelu_new'", compute_activation, gelu_tanh_slope, -1e12f, 1e12f, 2.2e-7, 3, 0, NCH_GELU_TANH, 1},
	{"silu'", compute_activation, silu_slope, -EVERY, EVERY, 2e-7, 3, 0, NCH_SILU, 1},
	{"tanh'", compute_activation, tanh_slope, -40, 40, 1e-7, 2.5, -40, NCH_TANH, 1},
};

/* The distance between the floats around a true value. */
static double unit_at(double exact)
{
	double size = fabs(exact);
	if (size < 0x1p-126)
		return 0x1p-149;
	int exponent;
	frexp(size, &exponent); /* size = m · 2^exponent, 1/2 <= m < 1 */
	return ldexp(1, exponent - 24);
}

static double error_of(float got, double exact)
{
	if (isnan(exact))
		return 0;
	if (fabs(exact) >= 0x1.ffffffp127) /* rounds to infinity */
		return isinf(got) && (got > 0) == (exact > 0) ? 0 : got == copysign(0x1.fffffep127, exact) ? 1 : INFINITY;
	if (isinf(got))
		return exact >= 0x1.fffffep127 ? 1 : INFINITY;
	return fabs((double)got - exact) / unit_at(exact);
}

static void measure_part(void *context, size_t part, size_t thread)
{
	job *j = context;
	const function *f = j->f;
	worst w = {0, 0, 0, 0, 0};
	uint64_t bits = (uint64_t)part << 24, end = bits + (1u << 24);
	(void)thread;
	while (bits < end) {
		float x[16], y[16];
		size_t n = 0;
		for (; n < 16 && bits < end; bits += j->step) {
			uint32_t b = (uint32_t)bits;
			float value;
			memcpy(&value, &b, sizeof value);
			if (value >= f->low && value <= f->high)
				x[n++] = value;
		}
		if (n == 0)
			continue;
		for (size_t i = n; i < 16; i++)
			x[i] = x[0];
		f->compute(f, x, y);
		for (size_t i = 0; i < n; i++) {
			double exact = f->exact((double)x[i]), error = error_of(y[i], exact);
			if (error > w.units && x[i] >= f->units_low) {
				w.units = error;
				w.at = x[i];
			}
			double relative = isfinite(exact) && isfinite(y[i]) ? fabs((double)y[i] - exact) / fmax(1, fabs(exact)) : 0;
			if (relative > w.relative) {
				w.relative = relative;
				w.relative_at = x[i];
			}
		}
		w.count += n;
	}
	j->parts[part] = w;
}

static worst measure(const function *f, uint32_t step)
{
	static job j;
	worst w = {0, 0, 0, 0, 0};
	nch_pool *pool = nch_pool_new(2);
	j.f = f;
	j.step = step;
	nch_pool_run(pool, PARTS, measure_part, &j);
	nch_pool_free(pool);
	for (size_t i = 0; i < PARTS; i++) {
		const worst *p = &j.parts[i];
		w.count += p->count;
		if (p->units > w.units) {
			w.units = p->units;
			w.at = p->at;
		}
		if (p->relative > w.relative) {
			w.relative = p->relative;
			w.relative_at = p->relative_at;
		}
	}
	return w;
}

TEST(errors_are_small)
{
	const char *given = getenv("NUNCHI_STEP");
	long step = given != NULL ? strtol(given, NULL, 10) : SAMPLE_STEP;
	active = nch_kernels_find("auto");
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
		const function *f = &functions[i];
		worst w = measure(f, step > 0 ? (uint32_t)step : SAMPLE_STEP);
		printf("%-10s %10zu floats   %8.3g units at %-13.9g   %.2g of max(1, |y|) at %.9g\n", f->name, w.count, w.units, (double)w.at,
		       w.relative, (double)w.relative_at);
		fflush(stdout);
		CHECK(w.units <= f->units);
		CHECK(w.relative <= f->relative);
	}
}

static float one(void (*compute)(const function *, const float *, float *), float x)
{
	float in[16], out[16];
	for (int i = 0; i < 16; i++)
		in[i] = x;
	compute(&functions[0], in, out);
	return out[0];
}

TEST(special_values)
{
	CHECK(one(compute_exp, 0) == 1 && one(compute_exp, -INFINITY) == 0 && isinf(one(compute_exp, INFINITY)) && isnan(one(compute_exp, NAN)));
	CHECK(isinf(one(compute_exp, 88.8f)) && one(compute_exp, 88.7f) < INFINITY && one(compute_exp, -103.9f) == 0x1p-149f && one(compute_exp, -104.1f) == 0);
	CHECK(one(compute_log, 1) == 0 && one(compute_log, 0) == -INFINITY && isnan(one(compute_log, -1)) && isnan(one(compute_log, NAN)));
	CHECK(isinf(one(compute_log, INFINITY)) && one(compute_log, 0x1p-149f) == -103.278929903431851f);
	CHECK(one(compute_tanh, INFINITY) == 1 && one(compute_tanh, -INFINITY) == -1 && isnan(one(compute_tanh, NAN)));
	CHECK(signbit(one(compute_tanh, -0.0f)) && one(compute_tanh, 0x1p-149f) == 0x1p-149f);
	CHECK(one(compute_normal, 0) == 0.5f && one(compute_normal, INFINITY) == 1 && one(compute_normal, -INFINITY) == 0 && isnan(one(compute_normal, NAN)));
	CHECK(one(compute_density, -1e30f) == 0 && one(compute_density, INFINITY) == 0 && isnan(one(compute_density, NAN)));
}

/* All activations, forward and backward, over a sample of all finite floats: every instruction set gives plain C's bits. */
TEST(every_set_the_same_bits)
{
	enum { COUNT = 1 << 16 };
	static float x[COUNT], dy[COUNT], y[COUNT], slopes[COUNT], expected[COUNT];
	const nch_kernels *scalar = nch_kernels_find("scalar");
	size_t n = 0;
	for (uint64_t bits = 0; bits < 1ull << 32; bits += 65537) {
		uint32_t b = (uint32_t)bits;
		memcpy(&x[n], &b, sizeof b);
		if (isfinite(x[n]) && n < COUNT)
			dy[n++] = 1;
	}
	for (const char *const *name = nch_kernels_available(); *name != NULL; name++)
		for (int kind = 0; kind < NCH_ACTIVATIONS; kind++) {
			scalar->activation((nch_activation)kind, expected, x, n);
			nch_kernels_find(*name)->activation((nch_activation)kind, y, x, n);
			CHECK(memcmp(y, expected, n * sizeof *y) == 0);
			scalar->activation_backward((nch_activation)kind, expected, dy, x, n);
			nch_kernels_find(*name)->activation_backward((nch_activation)kind, y, dy, x, n);
			CHECK(memcmp(y, expected, n * sizeof *y) == 0);
			/* both at once: the bits of each */
			nch_kernels_find(*name)->activation_both((nch_activation)kind, y, slopes, dy, x, n);
			CHECK(memcmp(slopes, expected, n * sizeof *slopes) == 0);
			scalar->activation((nch_activation)kind, expected, x, n);
			CHECK(memcmp(y, expected, n * sizeof *y) == 0);
		}
}

int main(void)
{
	RUN(errors_are_small);
	RUN(special_values);
	RUN(every_set_the_same_bits);
	return test_end();
}
