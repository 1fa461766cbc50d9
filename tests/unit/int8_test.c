/* Products of bytes: every variant against sums by hand, bit for bit, at every small shape and in the corners of what a byte can hold. */
#include "kernels/fma.h"
#include "kernels/int8.h"
#include "test.h"

#include <stdlib.h>

static unsigned state = 1;
static float noise(void) /* [-1, 1) */
{
	state = state * 1664525u + 1013904223u;
	return (float)(state >> 8) / 8388608.0f - 1.0f;
}

static nch_compute compute_of(nch_pool *pool)
{
	return (nch_compute){.kernels = nch_kernels_find("scalar"), .pool = pool};
}

typedef struct problem {
	size_t m, n, k;
	float *x, *w, *bias; /* (m, k), (n, k), (n) */
	int8_t *v;           /* (n, k) */
	float *scale;        /* (n, padded) */
} problem;

enum { NOISE, CORNERS, ONE_SIDED, OUTLIERS };

/* CORNERS: only the largest and the smallest numbers, so that each byte is -127 or 127, and the sums are the largest there are. */
static problem make_problem(size_t m, size_t n, size_t k, int kind)
{
	problem p = {m, n, k, malloc((m * k + 1) * sizeof(float)), malloc((n * k + 1) * sizeof(float)), malloc((n + 16) * sizeof(float)), malloc(n * k + 1),
	             calloc(nch_int8_padded_rows(n) + 1, sizeof(float))};
	for (size_t i = 0; i < m * k; i++) {
		p.x[i] = 3.0f * noise();
		if (kind == CORNERS)
			p.x[i] = i % 7 == 0 || k < 3 ? 2.0f : -2.0f;
		if (kind == ONE_SIDED)
			p.x[i] = p.x[i] > 0.0f ? p.x[i] : -0.05f * p.x[i];
		if (kind == OUTLIERS && i % 61 == 5)
			p.x[i] *= 40.0f;
	}
	for (size_t i = 0; i < n * k; i++)
		p.w[i] = kind == CORNERS ? (i / 3 % 2 ? 0.5f : -0.5f) : noise();
	for (size_t j = 0; j < n; j++)
		p.bias[j] = noise();
	return p;
}

static void free_problem(problem *p)
{
	free(p->x); free(p->w); free(p->bias); free(p->v); free(p->scale);
}

static float nearest(float x, float factor) /* the whole number at x · factor, ties to even */
{
	return nch_fmaf(x, factor, 0x1.8p23f) - 0x1.8p23f;
}

static float within(float q)
{
	return q > 127.0f ? 127.0f : q < -127.0f ? -127.0f : q;
}

/* The definition, number by number. */
static void by_hand(problem *p, float *y)
{
	for (size_t j = 0; j < p->n; j++) {
		float top = 0.0f;
		for (size_t q = 0; q < p->k; q++)
			top = fabsf(p->w[j * p->k + q]) > top ? fabsf(p->w[j * p->k + q]) : top;
		p->scale[j] = top > 0x1p-100f ? top / 127.0f : 0.0f;
		for (size_t q = 0; q < p->k; q++)
			p->v[j * p->k + q] = (int8_t)within(nearest(p->w[j * p->k + q], top > 0x1p-100f ? 127.0f / top : 0.0f));
	}
	for (size_t i = 0; i < p->m; i++) {
		const float *x = p->x + i * p->k;
		float low = 0.0f, high = 0.0f;
		for (size_t q = 0; q < p->k; q++) {
			low = x[q] < low ? x[q] : low;
			high = x[q] > high ? x[q] : high;
		}
		float range = high - low, factor = range > 0x1p-100f ? 254.0f / range : 0.0f, scale = range > 0x1p-100f ? range / 254.0f : 0.0f;
		float zero = -127.0f - nearest(low, factor);
		for (size_t j = 0; j < p->n; j++) {
			long long sum = 0;
			for (size_t q = 0; q < p->k; q++)
				sum += ((long long)within(nearest(x[q], factor) + zero) - (long long)within(zero)) * p->v[j * p->k + q];
			y[i * p->n + j] = nch_fmaf((float)sum, scale * p->scale[j], p->bias[j]);
		}
	}
}

/* The same by one variant of the kernels. */
static void by_kernels(const nch_int8_kernels *t, const nch_compute *compute, const problem *p, float *y)
{
	size_t padded = nch_int8_padded_rows(p->n);
	int8_t *v = malloc(p->n * p->k + 1);
	nch_int8_matrix b = {p->n, p->k, aligned_alloc(64, (nch_int8_matrix_bytes(p->n, p->k) + 127) / 64 * 64), calloc(padded + 1, 4), calloc(padded + 1, 4)};
	nch_int8_rows a = {p->m, p->k, malloc(nch_int8_rows_bytes(p->m, p->k) + 4), malloc((p->m + 1) * 4), malloc((p->m + 1) * 4)};
	for (size_t j = 0; j < p->n; j++)
		b.scale[j] = t->round_row(v + j * p->k, p->w + j * p->k, p->k);
	CHECK(memcmp(v, p->v, p->n * p->k) == 0 && memcmp(b.scale, p->scale, p->n * sizeof(float)) == 0);
	for (size_t panel = 0; panel < padded / 16; panel++)
		t->pack(&b, v + 16 * panel * p->k, panel);
	t->round_rows(&a, p->x, 0, p->m / 2);
	t->round_rows(&a, p->x + p->m / 2 * p->k, p->m / 2, p->m);
	nch_int8_product g = {&a, &b, p->bias, y, p->n};
	t->multiply(&g, compute);
	free(v); free(b.packed); free(b.scale); free(b.sums); free(a.packed); free(a.scale); free(a.zero);
}

static int agrees(size_t m, size_t n, size_t k, int kind, nch_pool *pool)
{
	problem p = make_problem(m, n, k, kind);
	float *expected = malloc((m * n + 1) * sizeof(float)), *y = malloc((m * n + 1) * sizeof(float));
	nch_compute compute = compute_of(pool);
	int good = 1;
	by_hand(&p, expected);
	for (const nch_int8_kernels *const *t = nch_int8_available(); *t != NULL; t++) {
		memset(y, 0xFF, (m * n + 1) * sizeof(float));
		by_kernels(*t, &compute, &p, y);
		if (memcmp(y, expected, m * n * sizeof(float)) != 0) {
			printf("  %s: m %zu n %zu k %zu kind %d\n", (*t)->name, m, n, k, kind);
			good = 0;
		}
	}
	free_problem(&p);
	free(expected); free(y);
	return good;
}

TEST(small_shapes)
{
	int good = 1;
	for (size_t m = 1; m <= 30 && good; m++)
		for (size_t n = 1; n <= 50 && good; n += 1 + n / 4)
			for (size_t k = 1; k <= 140 && good; k += 1 + k / 3)
				good = agrees(m, n, k, (int)(m + n + k) % 4, NULL);
	CHECK(good);
}

TEST(large_shapes)
{
	static const size_t shapes[][3] = {{64, 70, 100}, {257, 50, 30}, {16, 768, 256}, {130, 33, 800}, {1, 40, 5000}, {300, 64, 64}};
	nch_pool *pool = nch_pool_new(3);
	for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
		for (int kind = NOISE; kind <= OUTLIERS; kind++)
			CHECK(agrees(shapes[s][0], shapes[s][1], shapes[s][2], kind, kind % 2 ? pool : NULL));
	nch_pool_free(pool);
}

/* 254 · 127 · 65536 is just below 2^31: the sums before the zeros are taken off wrap around, and come back. */
TEST(the_largest_sum)
{
	CHECK(agrees(2, 3, NCH_INT8_COLUMNS, CORNERS, NULL));
}

/* The lowest byte, -128, which nunchi does not write, comes from other programs: it must not overflow where pairs are added in 16 bits. */
TEST(weights_of_minus_128)
{
	enum { K = 70, N = 3 };
	nch_compute compute = compute_of(NULL);
	for (const nch_int8_kernels *const *t = nch_int8_available(); *t != NULL; t++) {
		int8_t v[N * K];
		float x[K], scale[16] = {1.0f, 1.0f, 1.0f}, y[N], a_scale[1];
		int32_t sums[16], zero[1];
		uint32_t packed_a[(K + 3) / 4];
		int8_t *packed = aligned_alloc(64, 64 * ((K + 3) / 4));
		memset(v, -128, sizeof v);
		for (int p = 0; p < K; p++)
			x[p] = p % 5 ? -127.0f : 127.0f;
		nch_int8_matrix b = {N, K, packed, scale, sums};
		nch_int8_rows a = {1, K, packed_a, a_scale, zero};
		(*t)->pack(&b, v, 0);
		(*t)->round_rows(&a, x, 0, 1);
		nch_int8_product g = {&a, &b, NULL, y, N};
		(*t)->multiply(&g, &compute);
		CHECK(y[0] == -128.0f * 127.0f * (14 - 56) && y[1] == y[0] && y[2] == y[0] && sums[0] == -128 * K && sums[3] == 0);
		free(packed);
	}
}

/* A row of zeros, of one number, of numbers too small to have a scale; and what is no number makes all of its row no number. */
TEST(odd_rows)
{
	static const float rows[][4] = {{0.0f, 0.0f, 0.0f, 0.0f}, {5.0f, 5.0f, 5.0f, 5.0f}, {1e-38f, -1e-39f, 0.0f, 0.0f}, {-1.0f, -2.0f, -3.0f, -254.0f}};
	const float sums[] = {0.0f, 20.0f, 0.0f, -260.0f};
	const float broken[] = {NAN, INFINITY, -INFINITY};
	nch_compute compute = compute_of(NULL);
	for (const nch_int8_kernels *const *t = nch_int8_available(); *t != NULL; t++) {
		int8_t packed[64];
		float scale[16] = {1.0f / 127.0f}, y[4], a_scale[4];
		int32_t sums_of[16], zero[4];
		uint32_t packed_a[4];
		const int8_t v[4] = {127, 127, 127, 127};
		nch_int8_matrix b = {1, 4, packed, scale, sums_of};
		nch_int8_rows a = {4, 4, packed_a, a_scale, zero};
		nch_int8_product g = {&a, &b, NULL, y, 1};
		(*t)->pack(&b, v, 0);
		(*t)->round_rows(&a, rows[0], 0, 4);
		(*t)->multiply(&g, &compute);
		for (int i = 0; i < 4; i++)
			CHECK_CLOSE(y[i], sums[i], 1e-4);
		for (int i = 0; i < 3; i++) {
			float x[16] = {1.0f, broken[i], 2.0f, 3.0f};
			int8_t ignored[16];
			(*t)->round_rows(&a, x, 0, 4);
			(*t)->multiply(&g, &compute);
			CHECK(isnan(y[0]) && !isnan(y[1]));
			CHECK(isnan((*t)->round_row(ignored, x, 4)));
		}
	}
}

TEST(tables)
{
	enum { ROWS = 5, COLUMNS = 21 };
	int8_t table[ROWS * COLUMNS];
	float scale[ROWS], y[3 * COLUMNS], twice[3 * COLUMNS];
	const int32_t index[] = {4, 0, 4};
	for (int i = 0; i < ROWS * COLUMNS; i++)
		table[i] = (int8_t)(37 * i);
	for (int r = 0; r < ROWS; r++)
		scale[r] = 0.01f * (float)(r + 1);
	for (const nch_int8_kernels *const *t = nch_int8_available(); *t != NULL; t++) {
		(*t)->look_up(y, table, scale, index, COLUMNS, 0, 0, 2);
		(*t)->look_up(y, table, scale, index, COLUMNS, 0, 2, 3);
		memcpy(twice, y, sizeof y);
		(*t)->look_up(twice, table, scale, index, COLUMNS, 1, 0, 3);
		for (size_t i = 0; i < 3 * COLUMNS; i++) {
			int32_t row = index[i / COLUMNS];
			float value = (float)table[(size_t)row * COLUMNS + i % COLUMNS] * scale[row];
			CHECK(memcmp(&y[i], &value, sizeof value) == 0 && twice[i] == value + value);
		}
	}
}

TEST(chosen_within_the_set)
{
	CHECK(nch_int8_find("auto") == nch_int8_available()[0] && nch_int8_find("sse9") == NULL);
	for (const char *const *name = nch_kernels_available(); *name != NULL; name++)
		CHECK(nch_int8_find(*name) != NULL && strncmp(nch_int8_find(*name)->name, *name, strlen(*name)) == 0);
}

int main(void)
{
	RUN(small_shapes);
	RUN(large_shapes);
	RUN(the_largest_sum);
	RUN(weights_of_minus_128);
	RUN(odd_rows);
	RUN(tables);
	RUN(chosen_within_the_set);
	return test_end();
}
