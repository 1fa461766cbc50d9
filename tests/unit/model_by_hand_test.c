/* docs/model.md as a program: BERT from its tensors, found by name, to a logit, in double and in the plainest loops, against the model itself. */
#include <stdlib.h>

#include "base/memory.h"
#include "nn/family.h"
#include "nn/model.h"
#include "test.h"

enum { V = 30, H = 12, HEADS = 3, WIDTH = H / HEADS, F = 20, LAYERS = 2, POSITIONS = 16, LABELS = 4, T = 9 };

static const nch_model *model;
static nch_error error;

/* The element (row, column) of a tensor. */
static double at(const char *layer, const char *name, size_t row, size_t column)
{
	char full[120];
	snprintf(full, sizeof full, "%s%s", layer, name);
	const nch_tensor *t = nch_model_find(model, full);
	if (t == NULL || row >= t->rows || column >= t->columns) {
		printf("  no element (%zu, %zu) of %s\n", row, column, full);
		exit(1);
	}
	return (double)t->data[row * t->columns + column];
}

/* y_j = b_j + sum_i x_i W_ji */
static void linear(const char *layer, const char *name, const double *x, size_t in, double *y, size_t out)
{
	char weight[100], bias[100];
	snprintf(weight, sizeof weight, "%s.weight", name);
	snprintf(bias, sizeof bias, "%s.bias", name);
	for (size_t j = 0; j < out; j++) {
		y[j] = at(layer, bias, 0, j);
		for (size_t i = 0; i < in; i++)
			y[j] += x[i] * at(layer, weight, j, i);
	}
}

static void layer_norm(const char *layer, const char *name, double *x)
{
	char weight[100], bias[100];
	double mean = 0.0, variance = 0.0;
	snprintf(weight, sizeof weight, "%s.weight", name);
	snprintf(bias, sizeof bias, "%s.bias", name);
	for (size_t i = 0; i < H; i++)
		mean += x[i] / H;
	for (size_t i = 0; i < H; i++)
		variance += (x[i] - mean) * (x[i] - mean) / H;
	for (size_t i = 0; i < H; i++)
		x[i] = (x[i] - mean) / sqrt(variance + 1e-12) * at(layer, weight, 0, i) + at(layer, bias, 0, i);
}

static void embeddings(const int32_t *token, const int32_t *type, double x[T][H])
{
	for (size_t t = 0; t < T; t++) {
		for (size_t i = 0; i < H; i++)
			x[t][i] = at("bert.embeddings.", "word_embeddings.weight", (size_t)token[t], i) +
			          at("bert.embeddings.", "token_type_embeddings.weight", (size_t)type[t], i) +
			          at("bert.embeddings.", "position_embeddings.weight", t, i);
		layer_norm("bert.embeddings.", "LayerNorm", x[t]);
	}
}

/* out_i = sum_j softmax_j(q_i · k_j / sqrt(width)) v_j, for each head */
static void attention(double q[T][H], double k[T][H], double v[T][H], double out[T][H])
{
	for (size_t head = 0; head < HEADS; head++)
		for (size_t i = 0; i < T; i++) {
			double p[T], sum = 0.0;
			for (size_t j = 0; j < T; j++) {
				double score = 0.0;
				for (size_t d = head * WIDTH; d < (head + 1) * WIDTH; d++)
					score += q[i][d] * k[j][d];
				sum += p[j] = exp(score / sqrt(WIDTH));
			}
			for (size_t d = head * WIDTH; d < (head + 1) * WIDTH; d++) {
				out[i][d] = 0.0;
				for (size_t j = 0; j < T; j++)
					out[i][d] += p[j] / sum * v[j][d];
			}
		}
}

static void encoder_layer(size_t index, double x[T][H])
{
	static double q[T][H], k[T][H], v[T][H], context[T][H];
	char layer[60];
	snprintf(layer, sizeof layer, "bert.encoder.layer.%zu.", index);
	for (size_t t = 0; t < T; t++) {
		linear(layer, "attention.self.query", x[t], H, q[t], H);
		linear(layer, "attention.self.key", x[t], H, k[t], H);
		linear(layer, "attention.self.value", x[t], H, v[t], H);
	}
	attention(q, k, v, context);
	for (size_t t = 0; t < T; t++) {
		double y[H], up[F];
		linear(layer, "attention.output.dense", context[t], H, y, H);
		for (size_t i = 0; i < H; i++)
			x[t][i] += y[i];
		layer_norm(layer, "attention.output.LayerNorm", x[t]);
		linear(layer, "intermediate.dense", x[t], H, up, F);
		for (size_t i = 0; i < F; i++) /* GELU */
			up[i] *= 0.5 * (1.0 + erf(up[i] / sqrt(2.0)));
		linear(layer, "output.dense", up, F, y, H);
		for (size_t i = 0; i < H; i++)
			x[t][i] += y[i];
		layer_norm(layer, "output.LayerNorm", x[t]);
	}
}

static nch_model *make(void)
{
	static char *names[LABELS] = {"공포", "놀람", "분노", "슬픔"};
	const nch_config config = {.family = &nch_bert, .vocab_size = V, .hidden = H, .embedding = H, .layers = LAYERS, .heads = HEADS, .feed_forward = F,
	                           .max_positions = POSITIONS, .types = 2, .activation = NCH_GELU, .norm_epsilon = 1e-12f, .init_range = 0.3f,
	                           .labels = LABELS, .label_names = names};
	nch_model *made = NULL;
	if (nch_model_new(&config, &made, &error) != NCH_OK || nch_model_init(made, 11, NULL, &error) != NCH_OK)
		exit(1);
	for (size_t t = 0; t < made->count; t++) /* biases that are not all zero */
		for (size_t i = 0; made->tensors[t].rank == 1 && i < made->tensors[t].columns; i++)
			made->tensors[t].data[i] += (float)((i * 7 + t) % 11) / 20.0f - 0.25f;
	return made;
}

TEST(a_logit_by_hand)
{
	static const int32_t token[T] = {2, 7, 9, 3, 28, 5, 7, 7, 3}, type[T] = {0, 0, 0, 0, 1, 1, 1, 1, 1}, position[T] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
	static const size_t offsets[] = {0, T};
	const nch_batch batch = {.tokens = T, .sentences = 1, .token = token, .type = type, .position = position, .offsets = offsets};
	static double x[T][H];
	double pooled[H], logits[LABELS];
	nch_model *made = make();
	nch_compute *compute = NULL;
	nch_tape *tape = NULL;
	model = made;
	embeddings(token, type, x);
	for (size_t l = 0; l < LAYERS; l++)
		encoder_layer(l, x);
	linear("", "bert.pooler.dense", x[0], H, pooled, H);
	for (size_t i = 0; i < H; i++)
		pooled[i] = tanh(pooled[i]);
	linear("", "classifier", pooled, H, logits, LABELS);

	CHECK(nch_compute_new(1, NULL, T, WIDTH, &compute, &error) == NCH_OK && nch_tape_new(compute, &tape, &error) == NCH_OK);
	CHECK(nch_tape_begin(tape, &(nch_step){0}, &error) == NCH_OK);
	const nch_tensor *z = nch_model_logits(model, tape, &batch);
	CHECK(nch_tape_check(tape, &error) == NCH_OK && z->rows == 1 && z->columns == LABELS);
	for (size_t c = 0; c < LABELS; c++)
		CHECK_CLOSE(z->data[c], logits[c], 2e-6);
	nch_tape_free(tape);
	nch_compute_free(compute);
	nch_model_free(made);
}

int main(void)
{
	RUN(a_logit_by_hand);
	return test_end();
}
