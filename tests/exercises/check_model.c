/* check_model.c - the exercises on the model: what they should give, in double, or measured by differences. */
#include <math.h>
#include <string.h>

#include "kernels/math.h"
#include "tests/exercises/check.h"

enum { N = 11, M = 5, K = 7, TOKENS = 6, WIDTH = 8 };
static const double close = 2e-6, measured = 2e-4; /* of floats; of differences, whose own error is of the order h² */

static void softmax(double *p, const float *z, size_t n)
{
	double top = (double)z[0], sum = 0;
	for (size_t j = 1; j < n; j++)
		top = fmax(top, (double)z[j]);
	for (size_t j = 0; j < n; j++)
		sum += p[j] = exp((double)z[j] - top);
	for (size_t j = 0; j < n; j++)
		p[j] /= sum;
}

void check_1(void)
{
	float z[N], p[N] = {0};
	double want[N];
	check_fill(z, N, 1);
	softmax(want, z, N);
	exercise_softmax(p, z, N);
	check_floats("p", p, want, N, close);
	for (int i = 0; i < N; i++)
		z[i] *= 200;
	softmax(want, z, N);
	exercise_softmax(p, z, N);
	check_floats("large z", p, want, N, close);
}

void check_2(void)
{
	float z[N], dz[N] = {0};
	double p[N], label = 3;
	check_fill(z, N, 2);
	softmax(p, z, N);
	double loss = exercise_cross_entropy(dz, z, N, (size_t)label);
	check_number("L", loss, -log(p[3]), close);
	p[3] -= 1;
	check_floats("dz", dz, p, N, close);
}

/* L = Σ_j softmax(z)_j c_j, so that dp = c. */
static double weighted_softmax(const float *z, void *c)
{
	double p[N], sum = 0;
	softmax(p, z, N);
	for (int j = 0; j < N; j++)
		sum += p[j] * (double)((float *)c)[j];
	return sum;
}

void check_3(void)
{
	float z[N], dp[N], p[N], dz[N] = {0};
	double exact[N], want[N];
	check_fill(z, N, 3);
	check_fill(dp, N, 4);
	softmax(exact, z, N);
	for (int j = 0; j < N; j++)
		p[j] = (float)exact[j];
	check_differences(want, z, N, weighted_softmax, dp);
	exercise_softmax_backward(dz, p, dp, N);
	check_floats("dz", dz, want, N, measured);
}

void check_4(void)
{
	float x[M * K], w[N * K], b[N], y[M * N] = {0};
	double want[M * N];
	check_fill(x, M * K, 5);
	check_fill(w, N * K, 6);
	check_fill(b, N, 7);
	for (int i = 0; i < M * N; i++) {
		want[i] = (double)b[i % N];
		for (int p = 0; p < K; p++)
			want[i] += (double)x[i / N * K + p] * (double)w[i % N * K + p];
	}
	exercise_linear(y, x, w, b, M, N, K);
	check_floats("y", y, want, M * N, close);
}

void check_5(void)
{
	float x[M * K], w[N * K], dy[M * N], dx[M * K] = {0}, dw[N * K] = {0}, db[N] = {0};
	double want_x[M * K] = {0}, want_w[N * K] = {0}, want_b[N] = {0};
	check_fill(x, M * K, 8);
	check_fill(w, N * K, 9);
	check_fill(dy, M * N, 10);
	for (int i = 0; i < M * N; i++) {
		want_b[i % N] += (double)dy[i];
		for (int p = 0; p < K; p++) {
			want_x[i / N * K + p] += (double)dy[i] * (double)w[i % N * K + p];
			want_w[i % N * K + p] += (double)dy[i] * (double)x[i / N * K + p];
		}
	}
	exercise_linear_backward(dx, dw, db, dy, x, w, M, N, K);
	check_floats("dx", dx, want_x, M * K, close);
	check_floats("dw", dw, want_w, N * K, close);
	check_floats("db", db, want_b, N, close);
}

typedef struct norm {
	float gain[N], bias[N], dy[N];
	double y[N];
} norm;

static double norm_loss(const float *x, void *context)
{
	norm *a = context;
	double mean = 0, variance = 0, loss = 0;
	for (int i = 0; i < N; i++)
		mean += (double)x[i] / N;
	for (int i = 0; i < N; i++)
		variance += ((double)x[i] - mean) * ((double)x[i] - mean) / N;
	for (int i = 0; i < N; i++) {
		a->y[i] = ((double)x[i] - mean) / sqrt(variance + 1e-5) * (double)a->gain[i] + (double)a->bias[i];
		loss += a->y[i] * (double)a->dy[i];
	}
	return loss;
}

static void fill_norm(norm *a, float *x)
{
	check_fill(x, N, 11);
	check_fill(a->gain, N, 12);
	check_fill(a->bias, N, 13);
	check_fill(a->dy, N, 14);
}

void check_6(void)
{
	norm a;
	float x[N], y[N] = {0};
	fill_norm(&a, x);
	norm_loss(x, &a);
	exercise_layer_norm(y, x, a.gain, a.bias, N, 1e-5f);
	check_floats("y", y, a.y, N, close);
}

void check_7(void)
{
	norm a;
	float x[N], dx[N] = {0}, dgain[N] = {0}, dbias[N] = {0};
	double want[N], want_gain[N], want_bias[N];
	fill_norm(&a, x);
	check_differences(want, x, N, norm_loss, &a);
	norm_loss(x, &a);
	for (int i = 0; i < N; i++) {
		want_bias[i] = (double)a.dy[i];
		want_gain[i] = (a.y[i] - (double)a.bias[i]) / (double)a.gain[i] * (double)a.dy[i];
	}
	exercise_layer_norm_backward(dx, dgain, dbias, a.dy, x, a.gain, N, 1e-5f);
	check_floats("dx", dx, want, N, measured);
	check_floats("dgain", dgain, want_gain, N, 1e-5);
	check_floats("dbias", dbias, want_bias, N, close);
}

void check_8(void)
{
	float x[N], dy[N], dx[N] = {0};
	double want[N];
	check_fill(x, N, 15);
	check_fill(dy, N, 16);
	for (int i = 0; i < N; i++) {
		x[i] *= 3;
		double h = 1e-5, up = (double)x[i] + h, down = (double)x[i] - h;
		want[i] = (double)dy[i] * (up / 2 * (1 + erf(up / sqrt(2))) - down / 2 * (1 + erf(down / sqrt(2)))) / (2 * h);
	}
	exercise_gelu_backward(dx, dy, x, N);
	check_floats("dx", dx, want, N, close);
}

/* --- attention --- */

typedef struct head {
	float x[3][TOKENS * WIDTH], dout[TOKENS * WIDTH]; /* q, k, v */
	double p[TOKENS * TOKENS], out[TOKENS * WIDTH];
	int moved; /* which of the three the differences are taken by */
} head;

static double head_loss(const float *moved, void *context)
{
	head *a = context;
	double loss = 0;
	const float *x[3] = {a->x[0], a->x[1], a->x[2]};
	x[a->moved] = moved;
	for (int i = 0; i < TOKENS; i++) {
		double sum = 0, *p = a->p + i * TOKENS;
		for (int j = 0; j < TOKENS; j++) {
			double s = 0;
			for (int d = 0; d < WIDTH; d++)
				s += (double)x[0][i * WIDTH + d] * (double)x[1][j * WIDTH + d];
			sum += p[j] = exp(s / sqrt(WIDTH));
		}
		for (int j = 0; j < TOKENS; j++)
			p[j] /= sum;
		for (int d = 0; d < WIDTH; d++) {
			double o = 0;
			for (int j = 0; j < TOKENS; j++)
				o += p[j] * (double)x[2][j * WIDTH + d];
			a->out[i * WIDTH + d] = o;
			loss += o * (double)a->dout[i * WIDTH + d];
		}
	}
	return loss;
}

static void fill_head(head *a)
{
	for (int i = 0; i < 3; i++)
		check_fill(a->x[i], TOKENS * WIDTH, 17 + (unsigned)i);
	check_fill(a->dout, TOKENS * WIDTH, 20);
	a->moved = 0;
}

void check_9(void)
{
	head a;
	float out[TOKENS * WIDTH] = {0};
	fill_head(&a);
	head_loss(a.x[0], &a);
	exercise_attention(out, a.x[0], a.x[1], a.x[2], TOKENS, WIDTH);
	check_floats("out", out, a.out, TOKENS * WIDTH, close);
}

void check_10(void)
{
	static const char *const names[] = {"dq", "dk", "dv"};
	head a;
	float p[TOKENS * TOKENS], d[3][TOKENS * WIDTH] = {{0}};
	double want[TOKENS * WIDTH];
	fill_head(&a);
	head_loss(a.x[0], &a);
	for (int i = 0; i < TOKENS * TOKENS; i++)
		p[i] = (float)a.p[i];
	exercise_attention_backward(d[0], d[1], d[2], a.dout, p, a.x[0], a.x[1], a.x[2], TOKENS, WIDTH);
	for (int i = 0; i < 3; i++) {
		a.moved = i;
		check_differences(want, a.x[i], TOKENS * WIDTH, head_loss, &a);
		check_floats(names[i], d[i], want, TOKENS * WIDTH, measured);
	}
}

/* --- addresses and tables --- */

void check_11(void)
{
	enum { ROWS = 9, COLUMNS = 8 };
	float x[ROWS * COLUMNS], y[ROWS * COLUMNS] = {0}, apart[ROWS * COLUMNS] = {0};
	double want[ROWS * COLUMNS];
	check_fill(x, ROWS * COLUMNS, 21);
	for (size_t i = 0; i < ROWS * COLUMNS; i++)
		want[i] = (double)nch_random_word(7, NCH_RANDOM_SAMPLE, 3, i) < 0.25 * 4294967296.0 ? 0 : (double)x[i] / 0.75;
	exercise_dropout(y, x, 0, ROWS, COLUMNS, 0.25f, 7, 3);
	check_floats("y", y, want, ROWS * COLUMNS, close);
	for (size_t r = ROWS; r-- > 0;) /* the same rows, one by one, from the last on */
		exercise_dropout(apart + r * COLUMNS, x + r * COLUMNS, r, 1, COLUMNS, 0.25f, 7, 3);
	check_floats("by rows", apart, want, ROWS * COLUMNS, close);
}

void check_12(void)
{
	static const int32_t ids[] = {2, 0, 3, 2, 2, 0};
	float dy[6 * K], dtable[5 * K] = {0};
	double want[5 * K] = {0};
	check_fill(dy, 6 * K, 22);
	for (int i = 0; i < 6 * K; i++)
		want[ids[i / K] * K + i % K] += (double)dy[i];
	exercise_embedding_backward(dtable, dy, ids, 6, K);
	check_floats("dtable", dtable, want, 5 * K, close);
}

void check_13(void)
{
	enum { LONG = 100 };
	float a[4 * LONG], b[LONG * 4], c[4][4] = {{0}}, flat[16];
	double want[16];
	check_fill(a, 4 * LONG, 23);
	check_fill(b, LONG * 4, 24);
	for (int i = 0; i < 16; i++) {
		float chain = 0;
		for (int p = 0; p < LONG; p++)
			chain = fmaf(a[i / 4 * LONG + p], b[p * 4 + i % 4], chain);
		want[i] = (double)chain;
	}
	exercise_gemm_tile(c, a, b, LONG);
	memcpy(flat, c, sizeof flat);
	check_floats("c", flat, want, 16, 0);
}

void check_14(void)
{
	enum { LONG = 203 };
	float x[LONG + 5] = {0}, lane[16];
	check_fill(x, LONG, 25);
	for (int l = 0; l < 16; l++) {
		lane[l] = 0;
		for (int i = l; i < LONG; i += 16)
			lane[l] += x[i];
	}
	for (int half = 8; half > 0; half /= 2)
		for (int l = 0; l < half; l++)
			lane[l] += lane[l + half];
	check_number("sum", (double)exercise_lanes(x, LONG), (double)lane[0], 0);
}
