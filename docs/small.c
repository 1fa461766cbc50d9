/* small.c - the small whole: an emotion classifier from file to answer in one plain file.
 *
 *     cc -O2 docs/small.c -lm -o small && ./small data/emotions.tsv
 *
 * It reads labelled sentences, takes their characters for tokens, sends them through a transformer (Vaswani et al. 2017; post-norm, as BERT: Devlin et al. 2019),
 * walks back through every formula by hand, and lets AdamW (Loshchilov & Hutter 2019) move the weights. No library but libc and libm, no threads, no vectors, no memory
 * but static arrays. What nunchi does in 50,000 lines for speed, for equal bits, for all files and all families of models, is here done once and naively: first
 * read this, then the chapters. docs/small.md walks through it; tests/unit/small_test.c holds its logits and gradients against nunchi's.
 *
 * Shapes: T tokens in a sentence, H the width of a token's vector, A heads of W = H/A numbers each, F the width of the feed-forward part, V characters, C labels.
 * A matrix (rows, columns) lies row by row. For an array x, dx is ∂L/∂x, of the same shape: how much the loss L grows with each of its numbers. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { H = 32, A = 4, W = H / A, F = 64, LAYERS = 2, T_MOST = 48, V_MOST = 4000, C_MOST = 16, ROWS_MOST = 30000 };
static const float EPSILON = 1e-12f; /* of LayerNorm */

/* ------------------------------------------------------------------------------------------------------------------------------
 * 1. Parameters: the numbers that are learnt. Each has its value w, its gradient g, and AdamW's two running means m and v. */

typedef struct parameter {
	const char *name;
	int rows, columns, decays; /* decays: a matrix; biases and LayerNorm are left alone by weight decay */
	float *w, *g, *m, *v;
} parameter;

enum { PARAMETERS_MOST = 5 + 16 * LAYERS + 4 };
static parameter parameters[PARAMETERS_MOST];
static int parameter_count;

/* A small generator of random numbers (xorshift, Marsaglia 2003), and from it the normal distribution, by the sum of twelve uniform numbers. */
static unsigned long long random_state = 88172645463325252ull;
static double random_uniform(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (double)(random_state >> 11) / 9007199254740992.0;
}
static float random_normal(void)
{
	double sum = -6.0;
	for (int i = 0; i < 12; i++)
		sum += random_uniform();
	return (float)sum;
}

static void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);
	if (memory == NULL) {
		fprintf(stderr, "small: not enough memory\n");
		exit(1);
	}
	return memory;
}

/* A weight begins as a small random number, so that no two neurons are alike; a bias as 0; a LayerNorm as if it were not there: gain 1, bias 0. */
static parameter *add_parameter(const char *name, int rows, int columns, float deviation, float start)
{
	parameter *p = &parameters[parameter_count++];
	size_t count = (size_t)rows * (size_t)columns;
	*p = (parameter){name, rows, columns, deviation > 0, allocate(count, 4), allocate(count, 4), allocate(count, 4), allocate(count, 4)};
	for (size_t i = 0; i < count; i++)
		p->w[i] = deviation > 0 ? deviation * random_normal() : start;
	return p;
}

/* ------------------------------------------------------------------------------------------------------------------------------
 * 2. The formulas, each forward and backward. A backward function is given dy and adds to the gradients of what y was made of. "Adds", since what is used twice
 * gets its gradient from both users. */

/* y = x Wᵀ + b          x (T, k), W (n, k), b (n), y (T, n) */
static void linear(float *y, const float *x, const parameter *w, const parameter *b, int T)
{
	int n = w->rows, k = w->columns;
	for (int t = 0; t < T; t++)
		for (int j = 0; j < n; j++) {
			float sum = b->w[j];
			for (int p = 0; p < k; p++)
				sum += x[t * k + p] * w->w[j * k + p];
			y[t * n + j] = sum;
		}
}

/* dx = dy W             dx_tp = Σ_j dy_tj W_jp      since ∂y_tj/∂x_tp = W_jp
 * dW = dyᵀ x            dW_jp = Σ_t dy_tj x_tp      since ∂y_tj/∂W_jp = x_tp
 * db = Σ_t dy_t */
static void linear_backward(float *dx, const float *dy, const float *x, parameter *w, parameter *b, int T)
{
	int n = w->rows, k = w->columns;
	for (int t = 0; t < T; t++)
		for (int j = 0; j < n; j++) {
			float d = dy[t * n + j];
			b->g[j] += d;
			for (int p = 0; p < k; p++) {
				w->g[j * k + p] += d * x[t * k + p];
				dx[t * k + p] += d * w->w[j * k + p];
			}
		}
}

/* y = x̂ · gain + bias, x̂ = (x - mean) / √(variance + ε), mean and variance those of the row (Ba et al. 2016). x̂ and 1/√… are kept for the way back. */
static void layer_norm(float *y, float *x_hat, float *rstd, const float *x, const parameter *gain, const parameter *bias, int T)
{
	for (int t = 0; t < T; t++) {
		float mean = 0, variance = 0;
		for (int i = 0; i < H; i++)
			mean += x[t * H + i] / H;
		for (int i = 0; i < H; i++)
			variance += (x[t * H + i] - mean) * (x[t * H + i] - mean) / H;
		rstd[t] = 1 / sqrtf(variance + EPSILON);
		for (int i = 0; i < H; i++) {
			x_hat[t * H + i] = (x[t * H + i] - mean) * rstd[t];
			y[t * H + i] = x_hat[t * H + i] * gain->w[i] + bias->w[i];
		}
	}
}

/* With g = dy · gain, the gradient of x̂:   dx_i = rstd · (g_i - mean(g) - x̂_i · mean(g · x̂))
 * The two means are what x_i does to the others through the row's mean and variance (docs/backward.md derives it). dgain = Σ_t dy x̂, dbias = Σ_t dy. */
static void layer_norm_backward(float *dx, const float *dy, const float *x_hat, const float *rstd, parameter *gain, parameter *bias, int T)
{
	for (int t = 0; t < T; t++) {
		float mean_g = 0, mean_gx = 0;
		for (int i = 0; i < H; i++) {
			float g = dy[t * H + i] * gain->w[i];
			mean_g += g / H;
			mean_gx += g * x_hat[t * H + i] / H;
			gain->g[i] += dy[t * H + i] * x_hat[t * H + i];
			bias->g[i] += dy[t * H + i];
		}
		for (int i = 0; i < H; i++)
			dx[t * H + i] += rstd[t] * (dy[t * H + i] * gain->w[i] - mean_g - x_hat[t * H + i] * mean_gx);
	}
}

/* p = softmax(s): p_j = e^s_j / Σ_m e^s_m. The largest is taken away first, which changes no p, so that no e^s overflows. In place. */
static void softmax(float *s, int n)
{
	float top = s[0], sum = 0;
	for (int j = 1; j < n; j++)
		top = s[j] > top ? s[j] : top;
	for (int j = 0; j < n; j++)
		sum += s[j] = expf(s[j] - top);
	for (int j = 0; j < n; j++)
		s[j] /= sum;
}

/* Attention. Each head a looks at its own W columns of q, k and v (T, H):
 *   S_ij = q_i · k_j / √W      how well key j fits query i
 *   P_i  = softmax(S_i)        (A, T, T); kept for the way back
 *   o_i  = Σ_j P_ij v_j        out (T, H), the heads side by side */
static void attention(float *out, float *P, const float *q, const float *k, const float *v, int T)
{
	for (int a = 0; a < A; a++)
		for (int i = 0; i < T; i++) {
			float *p = P + (a * T + i) * T;
			for (int j = 0; j < T; j++) {
				float sum = 0;
				for (int d = a * W; d < (a + 1) * W; d++)
					sum += q[i * H + d] * k[j * H + d];
				p[j] = sum / sqrtf(W);
			}
			softmax(p, T);
			for (int d = a * W; d < (a + 1) * W; d++) {
				float sum = 0;
				for (int j = 0; j < T; j++)
					sum += p[j] * v[j * H + d];
				out[i * H + d] = sum;
			}
		}
}

/* From the end: dP_ij = dout_i · v_j and dv_j += P_ij dout_i; the softmax gives dS_ij = P_ij (dP_ij - Σ_m P_im dP_im); and S = q kᵀ / √W gives
 * dq_i += dS_ij k_j / √W and dk_j += dS_ij q_i / √W. */
static void attention_backward(float *dq, float *dk, float *dv, const float *dout, const float *P, const float *q, const float *k, const float *v, int T)
{
	for (int a = 0; a < A; a++)
		for (int i = 0; i < T; i++) {
			const float *p = P + (a * T + i) * T;
			float dP[T_MOST], mean = 0;
			for (int j = 0; j < T; j++) {
				dP[j] = 0;
				for (int d = a * W; d < (a + 1) * W; d++) {
					dP[j] += dout[i * H + d] * v[j * H + d];
					dv[j * H + d] += p[j] * dout[i * H + d];
				}
				mean += p[j] * dP[j];
			}
			for (int j = 0; j < T; j++) {
				float dS = p[j] * (dP[j] - mean) / sqrtf(W);
				for (int d = a * W; d < (a + 1) * W; d++) {
					dq[i * H + d] += dS * k[j * H + d];
					dk[j * H + d] += dS * q[i * H + d];
				}
			}
		}
}

/* GELU (Hendrycks & Gimpel 2016): f(x) = x Φ(x), Φ the normal distribution; f'(x) = Φ(x) + x φ(x), φ its density. */
static float gelu(float x)
{
	return 0.5f * x * (1 + erff(x * 0.70710678f));
}
static float gelu_slope(float x)
{
	return 0.5f * (1 + erff(x * 0.70710678f)) + x * 0.39894228f * expf(-0.5f * x * x);
}

/* ------------------------------------------------------------------------------------------------------------------------------
 * 3. The model: which formula follows which. */

typedef struct layer {
	parameter *wq, *bq, *wk, *bk, *wv, *bv, *wo, *bo; /* (H, H), (H) */
	parameter *gain1, *bias1, *gain2, *bias2;         /* (H) */
	parameter *wu, *bu, *wd, *bd;                     /* (F, H), (F), (H, F), (H) */
} layer;
static parameter *word, *place, *gain0, *bias0; /* (V, H), (T_MOST, H), (H) */
static layer layers[LAYERS];
static parameter *wp, *bp, *wc, *bc; /* (H, H), (H), (C, H), (C) */

/* What one layer computes of a sentence and keeps for the way back. */
typedef struct trace {
	float x[T_MOST * H], q[T_MOST * H], k[T_MOST * H], v[T_MOST * H], P[A * T_MOST * T_MOST], context[T_MOST * H];
	float x_hat1[T_MOST * H], rstd1[T_MOST], attended[T_MOST * H];
	float up[T_MOST * F], active[T_MOST * F], x_hat2[T_MOST * H], rstd2[T_MOST];
} trace;
static trace traces[LAYERS];
static float x_hat0[T_MOST * H], rstd0[T_MOST], last[T_MOST * H], pooled[H], logits[C_MOST], probabilities[C_MOST];

static void make_model(int V, int C)
{
	const float d = .05f;
	word = add_parameter("word", V, H, d, 0);
	place = add_parameter("place", T_MOST, H, d, 0);
	gain0 = add_parameter("gain0", 1, H, 0, 1);
	bias0 = add_parameter("bias0", 1, H, 0, 0);
	for (int l = 0; l < LAYERS; l++) {
		layer *y = &layers[l];
		y->wq = add_parameter("wq", H, H, d, 0), y->bq = add_parameter("bq", 1, H, 0, 0);
		y->wk = add_parameter("wk", H, H, d, 0), y->bk = add_parameter("bk", 1, H, 0, 0);
		y->wv = add_parameter("wv", H, H, d, 0), y->bv = add_parameter("bv", 1, H, 0, 0);
		y->wo = add_parameter("wo", H, H, d, 0), y->bo = add_parameter("bo", 1, H, 0, 0);
		y->gain1 = add_parameter("gain1", 1, H, 0, 1), y->bias1 = add_parameter("bias1", 1, H, 0, 0);
		y->wu = add_parameter("wu", F, H, d, 0), y->bu = add_parameter("bu", 1, F, 0, 0);
		y->wd = add_parameter("wd", H, F, d, 0), y->bd = add_parameter("bd", 1, H, 0, 0);
		y->gain2 = add_parameter("gain2", 1, H, 0, 1), y->bias2 = add_parameter("bias2", 1, H, 0, 0);
	}
	wp = add_parameter("wp", H, H, d, 0), bp = add_parameter("bp", 1, H, 0, 0);
	wc = add_parameter("wc", C, H, d, 0), bc = add_parameter("bc", 1, C, 0, 0);
}

/* One layer: x (T, H), in its trace, to y (T, H).
 *   attended = LayerNorm(x + W_o attention(W_q x, W_k x, W_v x))        y = LayerNorm(attended + W_d gelu(W_u attended)) */
static void layer_forward(float *y, const layer *p, trace *t, int T)
{
	static float sum[T_MOST * H];
	linear(t->q, t->x, p->wq, p->bq, T);
	linear(t->k, t->x, p->wk, p->bk, T);
	linear(t->v, t->x, p->wv, p->bv, T);
	attention(t->context, t->P, t->q, t->k, t->v, T);
	linear(sum, t->context, p->wo, p->bo, T);
	for (int i = 0; i < T * H; i++)
		sum[i] += t->x[i]; /* the residual (He et al. 2016): the layer has only to learn what to change */
	layer_norm(t->attended, t->x_hat1, t->rstd1, sum, p->gain1, p->bias1, T);

	linear(t->up, t->attended, p->wu, p->bu, T);
	for (int i = 0; i < T * F; i++)
		t->active[i] = gelu(t->up[i]);
	linear(sum, t->active, p->wd, p->bd, T);
	for (int i = 0; i < T * H; i++)
		sum[i] += t->attended[i];
	layer_norm(y, t->x_hat2, t->rstd2, sum, p->gain2, p->bias2, T);
}

/* The same lines from the last to the first: dy (T, H) becomes dx (T, H). */
static void layer_backward(float *dx, const float *dy, layer *p, const trace *t, int T)
{
	static float d_sum[T_MOST * H], d_attended[T_MOST * H], d_up[T_MOST * F], d_context[T_MOST * H];
	static float dq[T_MOST * H], dk[T_MOST * H], dv[T_MOST * H];
	size_t bytes = (size_t)T * H * sizeof(float);
	memset(d_sum, 0, bytes), memset(d_up, 0, (size_t)T * F * sizeof(float)), memset(d_context, 0, bytes);
	memset(dq, 0, bytes), memset(dk, 0, bytes), memset(dv, 0, bytes);

	layer_norm_backward(d_sum, dy, t->x_hat2, t->rstd2, p->gain2, p->bias2, T);
	memcpy(d_attended, d_sum, bytes);                                       /* the residual: a sum hands its gradient on to both */
	linear_backward(d_up, d_sum, t->active, p->wd, p->bd, T);
	for (int i = 0; i < T * F; i++)
		d_up[i] *= gelu_slope(t->up[i]);
	linear_backward(d_attended, d_up, t->attended, p->wu, p->bu, T);

	memset(d_sum, 0, bytes);
	layer_norm_backward(d_sum, d_attended, t->x_hat1, t->rstd1, p->gain1, p->bias1, T);
	memcpy(dx, d_sum, bytes);                                               /* the other residual */
	linear_backward(d_context, d_sum, t->context, p->wo, p->bo, T);
	attention_backward(dq, dk, dv, d_context, t->P, t->q, t->k, t->v, T);
	linear_backward(dx, dq, t->x, p->wq, p->bq, T);
	linear_backward(dx, dk, t->x, p->wk, p->bk, T);
	linear_backward(dx, dv, t->x, p->wv, p->bv, T);
}

/* ids (T) to logits (C): the embeddings, the layers, then the first token's vector, which has seen all others, through tanh(W_p x + b_p) and W_c. */
static void forward(const int *ids, int T)
{
	static float sum[T_MOST * H];
	for (int i = 0; i < T * H; i++)
		sum[i] = word->w[ids[i / H] * H + i % H] + place->w[i];
	layer_norm(traces[0].x, x_hat0, rstd0, sum, gain0, bias0, T);
	for (int l = 0; l < LAYERS; l++)
		layer_forward(l + 1 < LAYERS ? traces[l + 1].x : last, &layers[l], &traces[l], T);
	linear(pooled, last, wp, bp, 1);
	for (int i = 0; i < H; i++)
		pooled[i] = tanhf(pooled[i]);
	linear(logits, pooled, wc, bc, 1);
	memcpy(probabilities, logits, sizeof logits);
	softmax(probabilities, wc->rows);
}

/* L = -ln p[label] · scale. Adds to the gradients of all parameters, and returns L. Softmax and logarithm together leave dz = p - [c = label] (docs/backward.md). */
static float backward(const int *ids, int T, int label, float scale)
{
	static float d_logits[C_MOST], d_pooled[H], d_here[T_MOST * H], d_before[T_MOST * H];
	for (int c = 0; c < wc->rows; c++)
		d_logits[c] = scale * (probabilities[c] - (c == label));
	memset(d_pooled, 0, sizeof d_pooled);
	linear_backward(d_pooled, d_logits, pooled, wc, bc, 1);
	for (int i = 0; i < H; i++)
		d_pooled[i] *= 1 - pooled[i] * pooled[i]; /* tanh' = 1 - tanh² */
	memset(d_here, 0, sizeof d_here);                 /* only the first token's vector was used: the others get 0 */
	linear_backward(d_here, d_pooled, last, wp, bp, 1);
	for (int l = LAYERS - 1; l >= 0; l--) {
		layer_backward(d_before, d_here, &layers[l], &traces[l], T);
		memcpy(d_here, d_before, sizeof d_here);
	}
	memset(d_before, 0, sizeof d_before);
	layer_norm_backward(d_before, d_here, x_hat0, rstd0, gain0, bias0, T);
	for (int i = 0; i < T * H; i++) { /* a row of the table gets the gradients of all tokens that it stood for */
		word->g[ids[i / H] * H + i % H] += d_before[i];
		place->g[i] += d_before[i];
	}
	return -logf(probabilities[label]) * scale;
}

/* ------------------------------------------------------------------------------------------------------------------------------
 * 4. AdamW. m is a running mean of the gradient, v of its square; both begin at 0 and are therefore divided by 1 - β^step. The step in each weight is about lr, whatever
 * the size of its gradients. Then, apart from that, weights shrink a little: the decay. */
static void adamw(float lr, int step)
{
	const float beta1 = .9f, beta2 = .999f, decay = .01f;
	float whole1 = 1 - powf(beta1, (float)step), whole2 = 1 - powf(beta2, (float)step);
	for (int n = 0; n < parameter_count; n++) {
		parameter *p = &parameters[n];
		for (int i = 0; i < p->rows * p->columns; i++) {
			p->m[i] = beta1 * p->m[i] + (1 - beta1) * p->g[i];
			p->v[i] = beta2 * p->v[i] + (1 - beta2) * p->g[i] * p->g[i];
			if (p->decays)
				p->w[i] -= lr * decay * p->w[i];
			p->w[i] -= lr * (p->m[i] / whole1) / (sqrtf(p->v[i] / whole2) + 1e-8f);
			p->g[i] = 0;
		}
	}
}

/* ------------------------------------------------------------------------------------------------------------------------------
 * 5. The data: lines of text, label, and in the fourth column whether they are for training ("train"), all between tabs. */

typedef struct row {
	int ids[T_MOST], length, label, train;
} row;
static row rows[ROWS_MOST];
static unsigned characters[V_MOST] = {'?', '^'}; /* the vocabulary: 0 stands for what was never seen, 1 begins each sentence ([CLS]) */
static char labels[C_MOST][64];
static int row_count, vocabulary = 2, label_count;

/* One character of UTF-8; *text goes behind it. The first byte tells how many follow, six bits in each. */
static unsigned next_character(const char **text)
{
	const unsigned char *s = (const unsigned char *)*text;
	int more = s[0] >= 0xF0 ? 3 : s[0] >= 0xE0 ? 2 : s[0] >= 0xC0 ? 1 : 0;
	unsigned code = more == 0 ? s[0] : s[0] & (0x3Fu >> more);
	int i = 1;
	for (; i <= more && (s[i] & 0xC0) == 0x80; i++)
		code = code << 6 | (s[i] & 0x3F);
	*text += i;
	return code;
}

/* The character's number; a new one gets the next, if it may (only sentences for training may teach new characters). */
static int find_character(unsigned code, int add)
{
	for (int i = 2; i < vocabulary; i++)
		if (characters[i] == code)
			return i;
	if (!add || vocabulary == V_MOST)
		return 0;
	characters[vocabulary] = code;
	return vocabulary++;
}

static int find_label(const char *name)
{
	for (int c = 0; c < label_count; c++)
		if (strcmp(labels[c], name) == 0)
			return c;
	if (label_count == C_MOST) {
		fprintf(stderr, "small: more than %d labels\n", C_MOST);
		exit(1);
	}
	snprintf(labels[label_count], sizeof labels[0], "%s", name);
	return label_count++;
}

static void encode(const char *text, row *r)
{
	r->ids[0] = 1;
	for (r->length = 1; *text != '\0' && r->length < T_MOST; r->length++)
		r->ids[r->length] = find_character(next_character(&text), r->train);
}

static void read_rows(const char *path)
{
	char line[4096];
	FILE *file = fopen(path, "r");
	if (file == NULL) {
		fprintf(stderr, "small: cannot open %s\n", path);
		exit(1);
	}
	for (int number = 0; fgets(line, sizeof line, file) != NULL && row_count < ROWS_MOST; number++) {
		char *fields[4] = {line, NULL, NULL, NULL};
		line[strcspn(line, "\r\n")] = '\0';
		for (int i = 1; i < 4 && fields[i - 1] != NULL; i++)
			if ((fields[i] = strchr(fields[i - 1], '\t')) != NULL)
				*fields[i]++ = '\0';
		for (int i = 1; i < 4; i++) /* the last field ends at the next tab */
			if (fields[i] != NULL)
				fields[i][strcspn(fields[i], "\t")] = '\0';
		if (number == 0 || fields[1] == NULL)
			continue; /* the heading */
		row *r = &rows[row_count++];
		r->train = fields[3] != NULL ? strcmp(fields[3], "train") == 0 : number % 10 != 0;
		r->label = find_label(fields[1]);
		encode(line, r);
	}
	fclose(file);
}

/* ------------------------------------------------------------------------------------------------------------------------------
 * 6. Training. */

static int best_label(void)
{
	int best = 0;
	for (int c = 1; c < label_count; c++)
		best = logits[c] > logits[best] ? c : best;
	return best;
}

/* The share of the sentences that were not trained on whose label is the most probable one. */
static double accuracy(int most)
{
	int right = 0, all = 0;
	for (int i = 0; i < row_count && all < most; i++)
		if (!rows[i].train) {
			forward(rows[i].ids, rows[i].length);
			right += best_label() == rows[i].label;
			all++;
		}
	return all > 0 ? (double)right / all : 0;
}

/* `steps` steps of BATCH sentences that are drawn at random; the rate rises for a tenth of the steps and then falls to 0 in a straight line. */
static void train(int steps)
{
	enum { BATCH = 16, EVERY = 100 };
	const float most = 2e-3f;
	double sum = 0;
	for (int step = 1; step <= steps; step++) {
		for (int i = 0; i < BATCH; i++) {
			const row *r;
			do
				r = &rows[(int)(random_uniform() * row_count)];
			while (!r->train);
			forward(r->ids, r->length);
			sum += backward(r->ids, r->length, r->label, 1.0f / BATCH);
		}
		float share = (float)step / (float)steps, rate = share < .1f ? share / .1f : (1 - share) / .9f;
		adamw(most * rate, step);
		if (step % EVERY == 0) {
			printf("step %4d  loss %.4f\n", step, sum / EVERY);
			fflush(stdout);
			sum = 0;
		}
	}
}

static void answer(const char *text)
{
	row r = {.train = 0};
	encode(text, &r);
	forward(r.ids, r.length);
	printf("%s  %s %.1f %%\n", text, labels[best_label()], 100 * (double)probabilities[best_label()]);
}

#ifndef SMALL_WITHOUT_MAIN
int main(int count, char **words)
{
	if (count < 2) {
		fprintf(stderr, "usage: small FILE.tsv [steps]\n");
		return 2;
	}
	read_rows(words[1]);
	make_model(vocabulary, label_count);
	int numbers = 0, for_training = 0;
	for (int n = 0; n < parameter_count; n++)
		numbers += parameters[n].rows * parameters[n].columns;
	for (int i = 0; i < row_count; i++)
		for_training += rows[i].train;
	if (for_training == 0) {
		fprintf(stderr, "small: %s has no sentence to train on\n", words[1]);
		return 1;
	}
	printf("%d sentences, %d of them to train on, %d characters, %d labels, %d numbers to learn\n", row_count, for_training, vocabulary, label_count, numbers);
	train(count > 2 ? atoi(words[2]) : 800);
	printf("right: %.3f (by chance: %.3f)\n", accuracy(1000), 1.0 / label_count);
	answer("오늘은 정말 행복해요");
	answer("너무 슬퍼서 눈물이 났다");
	answer("이게 무슨 짓이야, 진짜 화가 난다");
	return 0;
}
#endif
