/* Every op of the tape against finite differences: (f(x + h) - f(x - h)) / 2h, over all elements of all its inputs.
 *
 * The table below must name every op; one that is missing fails the suite. f is a fixed random projection of the op's output, by way of
 * a weighted sum that the loss op makes exact: BCE is smooth, its gradient is checked in its own row. */
#include "base/memory.h"
#include "nn/tape.h"
#include "test.h"

#include <dirent.h>
#include <stdlib.h>

enum { MOST = 8 };

typedef struct inputs { /* the tensors that are varied */
	nch_tensor tensor[MOST];
	size_t count;
} inputs;

typedef nch_tensor *build(nch_tape *tape, inputs *in);

static const int32_t tokens[] = {1, 0, 2, 1, 2, 2, 0}, types[] = {0, 0, 1, 0, 1, 1, 1}, positions[] = {0, 1, 2, 0, 1, 2, 3};
static const size_t offsets[] = {0, 3, 7}, picks[] = {0, 3, 3};
static const nch_batch batch = {.tokens = 7, .sentences = 2, .token = tokens, .type = types, .position = positions, .offsets = offsets};

static nch_tensor *build_embedding(nch_tape *t, inputs *in) { return nch_embedding(t, &batch, &in->tensor[0], &in->tensor[1], &in->tensor[2]); }
static nch_tensor *build_linear(nch_tape *t, inputs *in) { return nch_linear(t, &in->tensor[0], NCH_ACTIVATIONS, &in->tensor[1], &in->tensor[2]); }
static nch_tensor *build_linear_gelu(nch_tape *t, inputs *in) { return nch_linear(t, &in->tensor[0], NCH_GELU, &in->tensor[1], &in->tensor[2]); }
static nch_tensor *copy_of(nch_tape *t, nch_tensor *x) { return nch_activate(t, x, NCH_SILU); } /* layer norm takes its input's memory */
static nch_tensor *build_norm(nch_tape *t, inputs *in)
{
	return nch_layer_norm(t, copy_of(t, &in->tensor[0]), &in->tensor[1], 0.3f, 5, &in->tensor[2], &in->tensor[3], 1e-5f);
}
static nch_tensor *build_norm_alone(nch_tape *t, inputs *in)
{
	return nch_layer_norm(t, copy_of(t, &in->tensor[0]), NULL, 0.0f, 5, &in->tensor[1], &in->tensor[2], 1e-5f);
}
static nch_tensor *build_norm_without_beta(nch_tape *t, inputs *in)
{
	return nch_layer_norm(t, &in->tensor[0], NULL, 0.0f, 5, &in->tensor[1], NULL, 1e-5f);
}
static nch_tensor *build_attention(nch_tape *t, inputs *in)
{
	return nch_attention_op(t, &batch, &in->tensor[0], &in->tensor[1], &in->tensor[2], 2, 0.2f, 9);
}
static nch_tensor *build_self_attention(nch_tape *t, inputs *in)
{
	return nch_attention_op(t, &batch, &in->tensor[0], &in->tensor[0], &in->tensor[0], 2, 0.0f, 9);
}
/* heads of an even width */
static nch_tensor *build_rotary(nch_tape *t, inputs *in)
{
	return nch_rotary_attention_op(t, &batch, copy_of(t, &in->tensor[0]), nch_rotary_turns(t, 4, 4, 10.0f), 2, 1, 0.2f, 9);
}
static nch_tensor *build_rotary_whole(nch_tape *t, inputs *in)
{
	return nch_rotary_attention_op(t, &batch, copy_of(t, &in->tensor[0]), nch_rotary_turns(t, 4, 16, 10.0f), 1, 0, 0.0f, 9);
}
static nch_tensor *build_add(nch_tape *t, inputs *in) { return nch_add_op(t, &in->tensor[0], &in->tensor[1]); }
static nch_tensor *build_double(nch_tape *t, inputs *in) { return nch_add_op(t, &in->tensor[0], &in->tensor[0]); }
static nch_tensor *build_gate(nch_tape *t, inputs *in) { return nch_gate_op(t, &in->tensor[0], NCH_GELU); }
static nch_tensor *build_gelu(nch_tape *t, inputs *in) { return nch_activate(t, &in->tensor[0], NCH_GELU); }
static nch_tensor *build_gelu_tanh(nch_tape *t, inputs *in) { return nch_activate(t, &in->tensor[0], NCH_GELU_TANH); }
static nch_tensor *build_relu(nch_tape *t, inputs *in) { return nch_activate(t, &in->tensor[0], NCH_RELU); }
static nch_tensor *build_silu(nch_tape *t, inputs *in) { return nch_activate(t, &in->tensor[0], NCH_SILU); }
static nch_tensor *build_tanh(nch_tape *t, inputs *in) { return nch_activate(t, &in->tensor[0], NCH_TANH); }
static nch_tensor *build_dropout(nch_tape *t, inputs *in) { return nch_dropout_op(t, &in->tensor[0], 0.4f, 2, 3); }
static nch_tensor *build_select(nch_tape *t, inputs *in) { return nch_select_rows(t, &in->tensor[0], picks, 3); }
static nch_tensor *build_mean(nch_tape *t, inputs *in) { return nch_mean_rows_op(t, &in->tensor[0], &batch); }
static const size_t pool_begin[] = {0, 1, 3, 4, 5}, pool_end[] = {1, 3, 4, 5, 7};
static nch_tensor *build_pool_mean(nch_tape *t, inputs *in) { return nch_pool_rows(t, &in->tensor[0], pool_begin, pool_end, 5, false); }
static nch_tensor *build_pool_largest(nch_tape *t, inputs *in) { return nch_pool_rows(t, &in->tensor[0], pool_begin, pool_end, 5, true); }
static nch_tensor *build_dropout_packed(nch_tape *t, inputs *in)
{
	static const size_t addresses[] = {0, 11, 20};
	return nch_dropout_packed(t, &in->tensor[0], 0.4f, 2, offsets, addresses, 2);
}

/* 4 queries and 7 keys: q, k, v, kernel, three biases, segments */
static const size_t fewer_offsets[] = {0, 2, 4};
static const int32_t fewer_types[] = {0, 0, 0, 1};
static const nch_batch fewer = {.tokens = 4, .sentences = 2, .type = fewer_types, .offsets = fewer_offsets};
static nch_tensor *build_relative(nch_tape *t, inputs *in, const nch_batch *queries, size_t step, bool first_apart)
{
	static float waves[8 * 4];
	static nch_relative_shape shape; /* outlives the step */
	for (size_t i = 0; i < 32; i++)
		waves[i] = (float)(i * 37 % 17) / 17.0f - 0.4f;
	size_t zero = step * (queries == &batch ? 3 : 1);
	shape = (nch_relative_shape){.queries = queries, .keys = &batch, .addresses = offsets, .step = step, .distances = zero + 4, .zero = zero,
	                             .columns = 4, .waves = waves, .first_apart = first_apart};
	const nch_relative_weights weights = {&in->tensor[3], &in->tensor[4], &in->tensor[5], &in->tensor[6], &in->tensor[7]};
	return nch_relative_op(t, &shape, &in->tensor[0], &in->tensor[1], &in->tensor[2], &weights, 2, 0.2f, 9);
}
/* q, k, v, keys and queries of five rows of distances; far ones share a row */
static const size_t distance_rows[] = {0, 0, 1, 2, 3, 4, 4};
static const nch_distances distances = {.rows = 5, .zero = 3, .row_of = distance_rows};
static nch_tensor *build_disentangled(nch_tape *t, inputs *in)
{
	return nch_disentangled_op(t, &batch, &in->tensor[0], &in->tensor[1], &in->tensor[2], &in->tensor[3], &in->tensor[4], &distances, 2, 3, 0.2f, 9);
}
static nch_tensor *build_disentangled_keys(nch_tape *t, inputs *in)
{
	return nch_disentangled_op(t, &batch, &in->tensor[0], &in->tensor[1], &in->tensor[2], &in->tensor[3], NULL, &distances, 2, 2, 0.0f, 9);
}
static nch_tensor *build_disentangled_queries(nch_tape *t, inputs *in)
{
	return nch_disentangled_op(t, &batch, &in->tensor[0], &in->tensor[1], &in->tensor[2], NULL, &in->tensor[3], &distances, 2, 2, 0.0f, 9);
}
static nch_tensor *build_relative_within(nch_tape *t, inputs *in) { return build_relative(t, in, &batch, 1, true); }
static nch_tensor *build_relative_together(nch_tape *t, inputs *in) { return build_relative(t, in, &batch, 1, false); }
static nch_tensor *build_relative_pooling(nch_tape *t, inputs *in) { return build_relative(t, in, &fewer, 2, true); }
static nch_tensor *build_logits(nch_tape *t, inputs *in) { return nch_linear(t, &in->tensor[0], NCH_ACTIVATIONS, &in->tensor[1], NULL); }

static const struct check {
	const char *op;
	build *build;
	size_t shapes[MOST][2]; /* rows, columns; 0 rows: no such input */
	nch_loss_kind loss;
	float smoothing;
	bool weights;
} checks[] = {
	{"embedding", build_embedding, {{3, 6}, {2, 6}, {4, 6}}, .loss = NCH_LOSS_BCE},
	{"linear", build_linear, {{5, 6}, {4, 6}, {1, 4}}, .loss = NCH_LOSS_BCE},
	{"linear", build_linear_gelu, {{5, 6}, {4, 6}, {1, 4}}, .loss = NCH_LOSS_BCE},
	{"layer norm", build_norm, {{3, 20}, {3, 20}, {1, 20}, {1, 20}}, .loss = NCH_LOSS_BCE},
	{"layer norm", build_norm_alone, {{3, 20}, {1, 20}, {1, 20}}, .loss = NCH_LOSS_BCE},
	{"layer norm", build_norm_without_beta, {{3, 20}, {1, 20}}, .loss = NCH_LOSS_BCE},
	{"attention", build_attention, {{7, 6}, {7, 6}, {7, 6}}, .loss = NCH_LOSS_BCE},
	{"attention", build_self_attention, {{7, 32}}, .loss = NCH_LOSS_BCE},
	{"disentangled attention", build_disentangled, {{7, 6}, {7, 6}, {7, 6}, {5, 6}, {5, 6}}, .loss = NCH_LOSS_BCE},
	{"disentangled attention", build_disentangled_keys, {{7, 32}, {7, 32}, {7, 32}, {5, 32}}, .loss = NCH_LOSS_BCE},
	{"disentangled attention", build_disentangled_queries, {{7, 32}, {7, 32}, {7, 32}, {5, 32}}, .loss = NCH_LOSS_BCE},
	{"rotary attention", build_rotary, {{7, 24}}, .loss = NCH_LOSS_BCE},
	{"rotary attention", build_rotary_whole, {{7, 48}}, .loss = NCH_LOSS_BCE},
	{"add", build_add, {{3, 19}, {3, 19}}, .loss = NCH_LOSS_BCE},
	{"add", build_double, {{3, 19}}, .loss = NCH_LOSS_BCE},
	{"gate", build_gate, {{3, 38}}, .loss = NCH_LOSS_BCE},
	{"relative attention", build_relative_within, {{7, 6}, {7, 6}, {7, 6}, {4, 6}, {2, 3}, {2, 3}, {2, 3}, {2, 6}}, .loss = NCH_LOSS_BCE},
	{"relative attention", build_relative_together, {{7, 32}, {7, 32}, {7, 32}, {4, 32}, {2, 16}, {2, 16}, {2, 16}, {2, 32}}, .loss = NCH_LOSS_BCE},
	{"relative attention", build_relative_pooling, {{4, 6}, {7, 6}, {7, 6}, {4, 6}, {2, 3}, {2, 3}, {2, 3}, {2, 6}}, .loss = NCH_LOSS_BCE},
	{"activation", build_gelu, {{3, 19}}, .loss = NCH_LOSS_BCE},
	{"activation", build_gelu_tanh, {{3, 19}}, .loss = NCH_LOSS_BCE},
	{"activation", build_relu, {{3, 19}}, .loss = NCH_LOSS_BCE},
	{"activation", build_silu, {{3, 19}}, .loss = NCH_LOSS_BCE},
	{"activation", build_tanh, {{3, 19}}, .loss = NCH_LOSS_BCE},
	{"dropout", build_dropout, {{3, 19}}, .loss = NCH_LOSS_BCE},
	{"select rows", build_select, {{7, 5}}, .loss = NCH_LOSS_BCE},
	{"dropout", build_dropout_packed, {{7, 19}}, .loss = NCH_LOSS_BCE},
	{"pool rows", build_pool_mean, {{7, 5}}, .loss = NCH_LOSS_BCE},
	{"pool rows", build_pool_largest, {{7, 5}}, .loss = NCH_LOSS_BCE},
	{"mean rows", build_mean, {{7, 5}}, .loss = NCH_LOSS_BCE},
	{"loss", build_logits, {{5, 6}, {4, 6}}, .loss = NCH_LOSS_CE},
	{"loss", build_logits, {{5, 6}, {4, 6}}, .loss = NCH_LOSS_CE, .smoothing = 0.1f, .weights = true},
	{"loss", build_logits, {{5, 6}, {4, 6}}, .loss = NCH_LOSS_BCE, .weights = true},
	{"loss", build_logits, {{5, 6}, {4, 6}}, .loss = NCH_LOSS_FOCAL, .smoothing = 0.1f, .weights = true},
	{"loss", build_logits, {{5, 6}, {4, 6}}, .loss = NCH_LOSS_ASL, .weights = true}, /* its slope through the factor too */
	{"loss", build_logits, {{5, 6}, {4, 6}}, .loss = NCH_LOSS_ASL_SINGLE, .smoothing = 0.1f},
};

static float noise(unsigned *state)
{
	*state = *state * 1664525u + 1013904223u;
	return (float)(*state >> 8) / 8388608.0f - 1.0f;
}

static nch_compute *compute;
static nch_tape *tape;

/* The loss of the op's output; with `backward`, the inputs' gradients too. */
static double run(const struct check *c, inputs *in, bool backward)
{
	static float goals[400], weights[40];
	static int32_t targets[40];
	unsigned state = 99;
	double sum = 0.0;
	nch_error error;
	const nch_step step = {.record = backward, .dropout = true, .seed = 1234, .number = 3, .token_row = 2, .sentence_row = 1};
	for (size_t i = 0; i < 400; i++)
		goals[i] = (float)(i * 7 % 5) / 4.0f;
	for (size_t i = 0; i < 40; i++) {
		targets[i] = i == 2 ? -1 : (int32_t)(i % 3); /* one row that does not count */
		weights[i] = 0.5f + noise(&state) * 0.3f;
	}
	for (size_t i = 0; i < in->count; i++)
		in->tensor[i].grad_set = false;
	CHECK(nch_tape_begin(tape, &step, &error) == NCH_OK);
	nch_loss loss = {.kind = c->loss, .target = targets, .goals = goals, .weight = c->weights ? weights : NULL, .smoothing = c->smoothing,
	                 .shape = nch_loss_shape_default(c->loss), .scale = 1.0, .sum = &sum};
	loss.shape.whole_gradient = true;
	nch_loss_op(tape, c->build(tape, in), &loss);
	CHECK(nch_tape_check(tape, &error) == NCH_OK);
	if (backward)
		CHECK(nch_tape_backward(tape, &error) == NCH_OK);
	return sum;
}

/* The largest error of the gradients of one op's inputs, relative to the largest gradient. */
static double worst_error(const struct check *c)
{
	inputs in = {.count = 0};
	unsigned state = 7;
	double worst = 0.0, largest = 1e-3;
	for (size_t i = 0; i < MOST && c->shapes[i][0] > 0; i++) {
		nch_tensor *t = &in.tensor[in.count++];
		size_t n = c->shapes[i][0] * c->shapes[i][1];
		*t = (nch_tensor){.rows = c->shapes[i][0], .columns = c->shapes[i][1], .rank = 2, .wants_grad = true};
		t->data = nch_alloc_aligned(n, sizeof(float));
		t->grad = nch_alloc_aligned(n, sizeof(float));
		for (size_t e = 0; e < n; e++) {
			t->data[e] = noise(&state);
			if (fabsf(t->data[e]) < 0.02f)
				t->data[e] = 0.05f; /* relu has a corner at 0 */
		}
	}
	run(c, &in, true);
	for (size_t i = 0; i < in.count; i++) {
		nch_tensor *t = &in.tensor[i];
		for (size_t e = 0; e < t->rows * t->columns; e++) {
			const float h = 4e-3f, here = t->data[e];
			t->data[e] = here + h;
			double above = run(c, &in, false), up = (double)t->data[e];
			t->data[e] = here - h;
			double below = run(c, &in, false), down = (double)t->data[e];
			t->data[e] = here;
			double slope = (above - below) / (up - down), error = fabs(slope - (double)t->grad[e]);
			largest = fabs(slope) > largest ? fabs(slope) : largest;
			worst = error > worst || isnan(error) ? error : worst;
		}
	}
	for (size_t i = 0; i < in.count; i++) {
		nch_free(in.tensor[i].data);
		nch_free(in.tensor[i].grad);
	}
	return worst / largest;
}

static bool is_checked(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
		if (strlen(checks[i].op) == length && memcmp(checks[i].op, name, length) == 0)
			return true;
	printf("  no finite-difference check of the op '%.*s'\n", (int)length, name);
	return false;
}

/* An op is a line of its file: static const nch_op linear_op = {"linear", … */
static size_t check_file(const char *path)
{
	static const char start[] = "static const nch_op ";
	char line[400];
	size_t ops = 0;
	FILE *file = fopen(path, "r");
	while (file != NULL && fgets(line, sizeof line, file) != NULL) {
		const char *name = strchr(line, '"'), *end = name ? strchr(name + 1, '"') : NULL;
		if (strncmp(line, start, sizeof start - 1) != 0)
			continue;
		CHECK(end != NULL && is_checked(name + 1, (size_t)(end - name - 1)));
		ops++;
	}
	if (file != NULL)
		fclose(file);
	return ops;
}

TEST(every_op_has_a_check)
{
	DIR *folder = opendir("src/nn");
	size_t ops = 0;
	if (folder == NULL)
		SKIP("not in the repository's folder: the ops' files are unknown");
	for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		char path[300];
		snprintf(path, sizeof path, "src/nn/%s", entry->d_name);
		ops += check_file(path);
	}
	CHECK(ops >= 11);
	closedir(folder);
}

TEST(longest_sentence)
{
	const size_t ends[] = {0, 3, 10, 12};
	CHECK(nch_batch_longest(&(nch_batch){.sentences = 3, .offsets = ends}) == 7);
	CHECK(nch_batch_longest(&(nch_batch){.sentences = 0, .offsets = ends}) == 0);
}

TEST(gradients_are_finite_differences)
{
	nch_error error;
	CHECK(nch_compute_new(1, NULL, 64, 64, &compute, &error) == NCH_OK);
	CHECK(nch_tape_new(compute, &tape, &error) == NCH_OK);
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
		double worst = worst_error(&checks[i]);
		if (!(worst < 2e-3))
			printf("  op '%s' (row %zu of the table): relative error %.3g\n", checks[i].op, i, worst);
		CHECK(worst < 2e-3);
	}
	nch_tape_free(tape);
	nch_compute_free(compute);
}

int main(void)
{
	RUN(every_op_has_a_check);
	RUN(longest_sentence);
	RUN(gradients_are_finite_differences);
	return test_end();
}
