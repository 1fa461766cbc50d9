/* Every instruction set against plain C, bit for bit, and plain C against the textbook formula. */
#include "kernels/fma.h"
#include "kernels/kernels.h"
#include "kernels/math.h"
#include "test.h"

#include <stdlib.h>

static unsigned state = 1;
static float noise(void) /* [-1, 1) */
{
	state = state * 1664525u + 1013904223u;
	return (float)(state >> 8) / 8388608.0f - 1.0f;
}

static float *numbers(size_t n) /* n floats and a margin, at an address that no vector likes */
{
	float *x = malloc((n + 80) * sizeof *x);
	for (size_t i = 0; i < n + 80; i++)
		x[i] = noise();
	return x;
}

static nch_compute compute_for(const nch_kernels *kernels, nch_pool *pool)
{
	static float *shared, *scratch;
	size_t each = nch_gemm_scratch_floats() + nch_attention_scratch_floats(512, 64);
	if (shared == NULL) {
		shared = malloc(nch_gemm_shared_floats() * sizeof *shared);
		scratch = malloc(8 * each * sizeof *scratch);
	}
	return (nch_compute){.kernels = kernels, .pool = pool, .shared = shared, .scratch = scratch, .scratch_floats = each};
}

static const nch_kernels *table(size_t i) /* the i-th set that can run here, or NULL */
{
	const char *const *names = nch_kernels_available();
	for (size_t n = 0; names[n]; n++)
		if (n == i)
			return nch_kernels_find(names[n]);
	return NULL;
}

#define SAME(a, b, n) CHECK(memcmp((a), (b), (n) * sizeof(float)) == 0)

/* c by the definition: one chain of fma, p ascending */
static void reference_gemm(const nch_gemm *g, float *c)
{
	for (size_t i = 0; i < g->m; i++)
		for (size_t j = 0; j < g->n; j++) {
			float sum = g->accumulate ? c[i * g->c_row + j] : g->bias ? g->bias[j] : 0.0f;
			for (size_t p = 0; p < g->k; p++)
				sum = nch_fmaf(g->a[i * g->a_row + p * g->a_col], g->b[p * g->b_row + j * g->b_col], sum);
			c[i * g->c_row + j] = sum;
		}
}

/* One product in the given layout (0: X·Wᵀ, 1: dY·W, 2: dYᵀ·X), with odd strides, on one set: every element, and nothing beside them. */
static int gemm_agrees(const nch_compute *compute, size_t m, size_t n, size_t k, int layout, int start)
{
	size_t rows_of_a = layout == 2 ? k : m, rows_of_b = layout == 0 ? n : k;
	size_t a_line = (layout == 2 ? m : k) + 3, b_line = (layout == 0 ? k : n) + 5, c_line = n + 1;
	float *a = numbers(rows_of_a * a_line), *b = numbers(rows_of_b * b_line), *bias = numbers(n);
	float *c = numbers(m * c_line), *expected = malloc((m * c_line + 80) * sizeof *expected);
	if (k > 2 && m > 0) {
		a[1] = 1e-40f; /* denormals are numbers too */
		a[2] = -0.0f;
	}
	memcpy(expected, c, (m * c_line + 80) * sizeof *c);
	nch_gemm g = {.m = m, .n = n, .k = k, .a = a + 1, .b = b + 1, .c = expected + 1, .c_row = c_line, .bias = start == 1 ? bias + 1 : NULL,
	              .accumulate = start == 2};
	g.a_row = layout == 2 ? 1 : a_line;
	g.a_col = layout == 2 ? a_line : 1;
	g.b_row = layout == 0 ? 1 : b_line;
	g.b_col = layout == 0 ? b_line : 1;
	if (start == 0) /* NaN where nothing may be read */
		for (size_t i = 0; i < m; i++)
			for (size_t j = 0; j < n; j++)
				c[1 + i * c_line + j] = NAN;
	reference_gemm(&g, expected + 1);
	g.c = c + 1;
	compute->kernels->gemm(&g, compute);
	int same = memcmp(c, expected, (m * c_line + 80) * sizeof *c) == 0;
	free(a); free(b); free(bias); free(c); free(expected);
	return same;
}

TEST(gemm_small_shapes)
{
	for (size_t t = 0; table(t); t++) {
		nch_compute compute = compute_for(table(t), NULL);
		int bad = 0;
		for (size_t m = 0; m <= 33 && !bad; m++)
			for (size_t n = 0; n <= 33 && !bad; n++)
				for (size_t k = 0; k <= 33 && !bad; k += m % 3 == 0 || n % 5 == 0 ? 1 : 4)
					if (!gemm_agrees(&compute, m, n, k, (int)(m + n + k) % 3, (int)(m + k) / 3 % 3)) {
						printf("  %s: m %zu n %zu k %zu layout %zu start %zu\n", table(t)->name, m, n, k, (m + n + k) % 3, (m + k) / 3 % 3);
						bad = 1;
					}
		CHECK(!bad);
	}
}

TEST(gemm_large_shapes)
{
	static const size_t shapes[][3] = {{64, 70, 100}, {65, 70, 100}, {130, 33, 800}, {17, 3100, 40}, {70, 3100, 20}, {120, 48, 1600}, {66, 64, 64}, {40, 20, 4100},
	                                   {256, 50, 30}, {257, 50, 30}, {300, 33, 1600}, {260, 800, 20}, {270, 40, 1024}, {270, 33, 1025}};
	nch_pool *pool = nch_pool_new(3);
	for (size_t t = 0; table(t); t++) {
		nch_compute compute = compute_for(table(t), t % 2 ? pool : NULL);
		for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
			for (int layout = 0; layout < 3; layout++)
				CHECK(gemm_agrees(&compute, shapes[s][0], shapes[s][1], shapes[s][2], layout, layout));
	}
	nch_pool_free(pool);
}

/* The steps of docs/gemm.md, on shapes with and without edges, from every start: the definition's bits. */
TEST(gemm_steps)
{
	static const size_t shapes[][3] = {{0, 5, 3}, {1, 1, 1}, {5, 7, 0}, {13, 17, 19}, {28, 64, 300}, {113, 545, 260}, {30, 1040, 20}};
	for (size_t t = 0; table(t); t++) {
		nch_compute compute = compute_for(table(t), NULL);
		for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
			for (int step = 1; step <= NCH_GEMM_STEPS; step++) {
				size_t m = shapes[s][0], n = shapes[s][1], k = shapes[s][2];
				float *a = numbers(m * (k + 1)), *b = numbers(k * (n + 2)), *bias = numbers(n), *c = numbers(m * n);
				float *expected = malloc((m * n + 80) * sizeof *c);
				nch_gemm g = {m, n, k, a, k + 1, 1, b, n + 2, 1, expected, n, step % 3 == 1 ? bias : NULL, step % 3 == 2};
				memcpy(expected, c, (m * n + 80) * sizeof *c);
				reference_gemm(&g, expected);
				g.c = c;
				compute.kernels->gemm_step(step, &g, &compute);
				SAME(c, expected, m * n + 80);
				free(a); free(b); free(bias); free(c); free(expected);
			}
	}
}

static nch_dropout dropout_of(float p)
{
	return (nch_dropout){.seed = 1234, .step = 7, .site = 3, .row = 11, .p = p};
}

/* Attention of two sentences on one set; fills out, dq, dk, dv (tokens × heads·width each). */
static void run_attention(const nch_compute *compute, size_t heads, size_t width, const size_t *offsets, size_t sentences, float p,
                          const float *input, float *results)
{
	size_t tokens = offsets[sentences], row = heads * width, all = tokens * row;
	nch_attention a = {.heads = heads, .width = width, .offsets = offsets, .q = input, .k = input + all, .v = input + 2 * all, .row = row,
	                   .scale = 0.3f, .dropout = dropout_of(p), .out = results, .dout = input + 3 * all, .dq = results + all,
	                   .dk = results + 2 * all, .dv = results + 3 * all};
	for (size_t s = 0; s < sentences; s++)
		for (size_t h = 0; h < heads; h++) {
			compute->kernels->attention(&a, s, h, compute->scratch);
			compute->kernels->attention_backward(&a, s, h, compute->scratch);
		}
}

TEST(attention_is_the_formula)
{
	enum { T = 5, D = 7 };
	const size_t offsets[] = {0, T};
	float *input = numbers(4 * T * D), results[4 * T * D];
	nch_compute compute = compute_for(nch_kernels_find("scalar"), NULL);
	run_attention(&compute, 1, D, offsets, 1, 0.0f, input, results);
	for (size_t i = 0; i < T; i++) {
		double weight[T], sum = 0.0;
		for (size_t j = 0; j < T; j++) {
			double score = 0.0;
			for (size_t d = 0; d < D; d++)
				score += (double)input[i * D + d] * input[T * D + j * D + d];
			sum += weight[j] = exp(score * 0.3f);
		}
		for (size_t d = 0; d < D; d++) {
			double out = 0.0;
			for (size_t j = 0; j < T; j++)
				out += weight[j] / sum * input[2 * T * D + j * D + d];
			CHECK_CLOSE(results[i * D + d], out, 1e-6);
		}
	}
	free(input);
}

TEST(attention_same_bits)
{
	static const size_t cases[][3] = {{1, 64, 1}, {2, 64, 24}, {1, 64, 33}, {3, 8, 17}, {1, 20, 70}, {1, 64, 130}, {2, 16, 2}};
	for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
		size_t heads = cases[c][0], width = cases[c][1], offsets[] = {0, cases[c][2], cases[c][2] + 3};
		size_t all = offsets[2] * heads * width;
		float *input = numbers(4 * all), *expected = numbers(4 * all), *results = numbers(4 * all);
		for (float p = 0.0f; p < 0.3f; p += 0.2f) {
			nch_compute plain = compute_for(nch_kernels_find("scalar"), NULL);
			run_attention(&plain, heads, width, offsets, 2, p, input, expected);
			for (size_t t = 0; table(t); t++) {
				nch_compute compute = compute_for(table(t), NULL);
				memset(results, 0xFF, 4 * all * sizeof *results);
				run_attention(&compute, heads, width, offsets, 2, p, input, results);
				SAME(results, expected, 4 * all);
			}
		}
		free(input); free(expected); free(results);
	}
}

/* Everything that is not a product, one after the other into `out`, which has room for 50 × n floats; returns how much was written. */
static size_t run_rest(const nch_kernels *k, const float *x, size_t n, float *out)
{
	static const size_t offsets[] = {0, 1, 3};
	static const int32_t tokens[] = {2, 0, 2}, types[] = {0, 1, 1}, positions[] = {0, 1, 2};
	float *at = out, statistics[6];
	nch_dropout dropout = dropout_of(0.25f);
	for (int kind = 0; kind < NCH_ACTIVATIONS; kind++) {
		k->activation((nch_activation)kind, at, x, n);
		k->activation_backward((nch_activation)kind, at + n, x + n, x, n);
		k->activation_both((nch_activation)kind, at + 2 * n, at + 3 * n, x + n, x, n);
		at += 4 * n;
	}
	k->dropout(&dropout, at, x, n, 0, 3);
	at += 3 * n;
	nch_norm norm = {.columns = n, .epsilon = 1e-12f, .x = x, .residual = x + 3 * n, .dropout = dropout, .gamma = x + 6 * n, .beta = x + 7 * n,
	                 .sum = at, .mean = statistics, .rstd = statistics + 3, .y = at + 3 * n};
	k->norm(&norm, 0, 3);
	at += 6 * n;
	memcpy(at, x + 2 * n, 2 * n * sizeof *at);
	nch_norm_backward back = {.rows = 3, .columns = n, .sum = norm.sum, .mean = statistics, .rstd = statistics + 3, .gamma = norm.gamma,
	                          .dy = x + n, .dgamma = at, .dbeta = at + n, .ds = at + 2 * n};
	k->norm_backward_columns(&back, 0, n);
	k->norm_backward(&back, 0, 3);
	at += 5 * n;
	memcpy(at, x, n * sizeof *at);
	k->column_sums(at, x + n, 3, n, 0, n);
	at += n;
	k->mean_rows(at, x, offsets, n, 0, 2);
	at += 2 * n;
	k->embedding(at, x, x + 3 * n, x + 5 * n, tokens, types, positions, n, 0, 3);
	at += 3 * n;
	memcpy(at, x, 3 * n * sizeof *at);
	k->embedding_backward(at, x + 3 * n, tokens, 3, n, 0, n);
	at += 3 * n;
	at[n] = k->softmax(at, x, n);
	at += n + 1;
	*at++ = k->sum_squares(x, n);
	nch_adam adam = {.gradient_scale = 0.7f, .decay = 0.001f, .l2 = 0.01f, .beta1 = 0.9f, .beta2 = 0.999f, .step_size = 0.01f, .root_scale = 3.0f,
	                 .epsilon = 1e-8f};
	memcpy(at, x, 3 * n * sizeof *at);
	for (size_t i = 0; i < n; i++)
		at[2 * n + i] = fabsf(at[2 * n + i]);
	k->adam(&adam, at, x + 3 * n, at + n, at + 2 * n, n);
	at += 3 * n;
	memcpy(at, x, 2 * n * sizeof *at);
	k->sgd(0.01f, 0.9f, 0.001f, 0.5f, at, x + 3 * n, at + n, n);
	at += 2 * n;
	memcpy(at, x, 2 * n * sizeof *at);
	k->lion(&adam, at, x + 3 * n, at + n, n);
	at += 2 * n;
	memcpy(at, x, 4 * n * sizeof *at);
	for (size_t i = 0; i < n; i++)
		at[3 * n + i] = fabsf(at[3 * n + i]);
	k->lamb(&adam, at, at + n, at + 2 * n, at + 3 * n, n);
	k->add_scaled(at, -0.3f, at + n, n);
	at += 4 * n;
	memcpy(at, x, n * sizeof *at);
	k->add(at, x + n, n);
	k->average(at, 0.1f, x + 2 * n, n);
	k->scale(at, 0.3f, n);
	return (size_t)(at + n - out);
}

TEST(everything_else_same_bits)
{
	for (size_t n = 1; n <= 200; n += n < 70 ? 1 : 13) {
		float *x = numbers(8 * n), *expected = numbers(60 * n + 2), *results = numbers(60 * n + 2);
		for (size_t i = 0; i < n; i++)
			x[i] *= 6.0f;
		size_t count = run_rest(nch_kernels_find("scalar"), x + 1, n, expected + 1);
		CHECK(count <= 60 * n + 2);
		for (size_t t = 0; table(t); t++) {
			memset(results, 0xFF, (60 * n + 2) * sizeof *results);
			CHECK(run_rest(table(t), x + 1, n, results + 1) == count);
			SAME(results + 1, expected + 1, count);
		}
		free(x); free(expected); free(results);
	}
}

TEST(dropout_depends_on_the_address_alone)
{
	enum { ROWS = 4, N = 100 };
	float x[ROWS * N], whole[ROWS * N], part[ROWS * N];
	const nch_kernels *k = nch_kernels_find("auto");
	for (size_t i = 0; i < ROWS * N; i++)
		x[i] = 1.0f;
	nch_dropout d = dropout_of(0.5f);
	k->dropout(&d, whole, x, N, 0, ROWS);
	d.row += 2; /* the same rows, met later in the batch */
	k->dropout(&d, part, x, N, 0, 2);
	SAME(part, whole + 2 * N, 2 * N);
	int kept = 0;
	for (size_t i = 0; i < ROWS * N; i++)
		kept += whole[i] == 2.0f;
	CHECK(kept > 150 && kept < 250);
	d.step++;
	k->dropout(&d, part, x, N, 0, 2);
	CHECK(memcmp(part, whole + 2 * N, 2 * N * sizeof *part) != 0);
}

/* The first word of the all-zero and the all-one counter, from the authors' known answers. */
TEST(philox_known_answers)
{
	uint32_t words[4];
	const uint32_t zero[4] = {0, 0, 0, 0}, one[4] = {0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu};
	nch_philox(0, zero, words);
	CHECK(words[0] == 0x6627e8d5u && words[1] == 0xe169c58du && words[2] == 0xbc57ac4cu && words[3] == 0x9b00dbd8u);
	nch_philox(0xFFFFFFFFFFFFFFFFu, one, words);
	CHECK(words[0] == 0x408f276du && words[1] == 0x41c83b0eu && words[2] == 0xa20bc7c6u && words[3] == 0x6d5451fdu);
}

TEST(double_functions)
{
	for (double x = -30.0; x < 30.0; x += 0.37) {
		CHECK_CLOSE(nch_exp(x) / exp(x), 1.0, 5e-16);
		CHECK_CLOSE(nch_log(exp(x)), log(exp(x)), 1e-15 + 4e-16 * fabs(x));
		CHECK_CLOSE(nch_cos_turns(x), cos(2.0 * 3.14159265358979323846 * x), 2e-13);
		CHECK_CLOSE(nch_sin_turns(x), sin(2.0 * 3.14159265358979323846 * x), 2e-13);
	}
	CHECK(nch_exp(-1e9) == 0.0 && isinf(nch_exp(1e9)) && isnan(nch_log(-1.0)) && isinf(nch_log(0.0)));
	CHECK_CLOSE(nch_power(0.999, 1000), pow(0.999, 1000), 1e-14);
	double sum = 0.0, squares = 0.0;
	for (uint64_t i = 0; i < 10000; i++) {
		double z = nch_random_normal(1234, NCH_RANDOM_INIT, 0, i);
		sum += z;
		squares += z * z;
	}
	CHECK_CLOSE(sum / 10000, 0.0, 0.03);
	CHECK_CLOSE(squares / 10000, 1.0, 0.05);
}

/* Many at once are the same as one at a time, whatever the set, and also where the address passes 2^32. */
TEST(random_numbers_have_an_address)
{
	enum { N = 1000 };
	const uint64_t firsts[] = {0, 7, 4294967296u - 300};
	for (size_t t = 0; table(t); t++)
		for (size_t f = 0; f < 3; f++) {
			float y[N + 1] = {[N] = 5.0f};
			size_t n = N - f, wrong = 0;
			table(t)->random_normals(y, 0.02, 99, NCH_RANDOM_INIT, 12345, firsts[f], n);
			for (size_t i = 0; i < n; i++)
				wrong += y[i] != (float)(0.02 * nch_random_normal(99, NCH_RANDOM_INIT, 12345, firsts[f] + i));
			CHECK(wrong == 0 && y[n] == (f == 0 ? 5.0f : 0.0f));
		}
}

TEST(largest_of_equals_is_the_first)
{
	const float x[] = {-3.0f, 2.0f, 1.0f, 2.0f, -0.0f};
	CHECK(nch_largest(x, 5) == 1 && nch_largest(x, 1) == 0 && nch_largest(x + 2, 3) == 1);
}

TEST(dispatch_says_why)
{
	CHECK(nch_kernels_find("scalar") != NULL);
	CHECK(nch_kernels_find("auto") != NULL);
	CHECK(nch_kernels_find("sse9") == NULL);
	CHECK(strstr(nch_kernels_why("sse9"), "unknown") != NULL);
#if defined(__x86_64__)
	CHECK(nch_kernels_find("neon") == NULL && strstr(nch_kernels_why("neon"), "machine") != NULL);
#endif
}

int main(void)
{
	RUN(gemm_small_shapes);
	RUN(gemm_large_shapes);
	RUN(gemm_steps);
	RUN(attention_is_the_formula);
	RUN(attention_same_bits);
	RUN(everything_else_same_bits);
	RUN(dropout_depends_on_the_address_alone);
	RUN(philox_known_answers);
	RUN(double_functions);
	RUN(random_numbers_have_an_address);
	RUN(largest_of_equals_is_the_first);
	RUN(dispatch_says_why);
	return test_end();
}
