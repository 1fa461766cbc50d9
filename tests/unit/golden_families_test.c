/* Every family and head against transformers: config.json read, logits, the gradient of every tensor, and ten steps of AdamW
 * (tests/golden/families_golden.py made the numbers). */
#include "base/memory.h"
#include "nn/family.h"
#include "nn/funnel.h"
#include "nn/int8.h"
#include "nn/model.h"
#include "test.h"
#include "tests/golden/families_golden.h"
#include "tests/golden/formula.h"
#include "train/optimizer.h"

#include <stdlib.h>

enum { LENGTHS = sizeof golden_lengths / sizeof *golden_lengths, PLACES = sizeof golden_places / sizeof *golden_places, LABELS = 5, ROOM = 1024 };

static nch_compute *compute;
static nch_tape *tape;
static nch_error error;

static nch_model *formula_model(const golden_case *golden)
{
	nch_arena *arena = nch_arena_new(0);
	nch_config config;
	nch_model *model = NULL;
	if (nch_config_parse(golden->config, strlen(golden->config), golden->name, arena, &config, &error) == NCH_OK)
		model = formula_model_of(&config);
	if (model == NULL) {
		printf("  %s: %s\n", golden->name, error.text);
		exit(1);
	}
	nch_arena_free(arena);
	return model;
}

/* Sentences as the script makes them, packed; and what would be right for them. */
typedef struct sentences {
	nch_batch batch;
	int32_t token[ROOM], type[ROOM], position[ROOM], label[ROOM];
	size_t offsets[LENGTHS + 1], chosen[ROOM], chosen_count;
	float goals[LENGTHS * LABELS];
} sentences;

static void add_sentence(sentences *to, const golden_case *golden, const nch_model *model, size_t s, size_t length, size_t label)
{
	length = length < golden->shortest ? golden->shortest : length;
	bool mlm = model->config.head == NCH_HEAD_MLM;
	size_t begin = to->batch.tokens, n = to->batch.sentences;
	for (size_t i = 0; i < length; i++) {
		to->token[begin + i] = (int32_t)(5 + (s * 31 + i * 17 + i * i * 3) % 115);
		to->type[begin + i] = s % 2 == 1 && i >= length / 2 && i > 0;
		to->position[begin + i] = (int32_t)(i + model->config.position_offset);
		if (mlm && ((s + i) % 6 == 0 || i == length - 1)) {
			to->label[to->chosen_count] = (int32_t)((s * 13 + i * 5) % 120);
			to->chosen[to->chosen_count++] = begin + i;
		}
	}
	if (!mlm)
		to->label[n] = (int32_t)label;
	for (size_t c = 0; c < LABELS; c++)
		to->goals[n * LABELS + c] = (label + c) % 3 == 0;
	to->offsets[n] = begin;
	to->offsets[n + 1] = begin + length;
	to->batch = (nch_batch){.tokens = begin + length, .sentences = n + 1, .token = to->token, .type = to->type, .position = to->position,
	                        .offsets = to->offsets};
}

static nch_tensor *forward(const nch_model *model, const sentences *given)
{
	return model->config.head == NCH_HEAD_MLM ? nch_model_mlm_logits(model, tape, &given->batch, given->chosen, given->chosen_count)
	                                          : nch_model_logits(model, tape, &given->batch);
}

/* Forward and backward; gradients are added to what is set. Returns the sum of the losses times `scale`. */
static double learn_step(const nch_model *model, const sentences *given, const nch_step *step, double scale)
{
	bool many = model->config.multi_label && model->config.head == NCH_HEAD_CLASSIFIER;
	double sum = 0.0;
	nch_loss loss = {.kind = many ? NCH_LOSS_BCE : NCH_LOSS_CE, .target = given->label, .goals = given->goals, .scale = scale, .sum = &sum};
	CHECK(nch_tape_begin(tape, step, &error) == NCH_OK);
	nch_loss_op(tape, forward(model, given), &loss);
	CHECK(nch_tape_backward(tape, &error) == NCH_OK);
	return sum;
}

/* The same of a whole batch, without dropout: the mean of the losses. */
static double learn(const nch_model *model, const sentences *given)
{
	const nch_step step = {.record = true};
	bool mlm = model->config.head == NCH_HEAD_MLM, many = model->config.multi_label && !mlm;
	double count = mlm ? (double)given->chosen_count : (double)given->batch.sentences * (many ? LABELS : 1);
	return learn_step(model, given, &step, 1.0 / count);
}

static size_t place(size_t elements, size_t p)
{
	return (size_t)((double)(elements - 1) * golden_places[p]);
}

static void close_to(const char *name, const char *what, double a, double b, double slack)
{
	if (!(fabs(a - b) <= slack))
		printf("  %s: %s: %.9g and %.9g differ by %.3g (allowed: %.3g)\n", name, what, a, b, fabs(a - b), slack);
	CHECK(fabs(a - b) <= slack);
}

static unsigned names_hash(const nch_model *model, const nch_tensor **sorted)
{
	uint32_t hash = 2166136261u;
	for (size_t t = 0; t < model->count; t++)
		for (const char *at = sorted[t]->name;; at++) {
			hash = (hash ^ (unsigned char)(*at ? *at : '\n')) * 16777619u;
			if (*at == '\0')
				break;
		}
	return hash;
}

/* The logits of each sentence alone are transformers', and those of all together have the bits of each alone. */
static void check_logits(const golden_case *golden, const nch_model *model)
{
	static sentences alone, together;
	const nch_step step = {0};
	const float *expected = golden->logits;
	float *all = nch_alloc(LENGTHS * ROOM * 8, sizeof *all);
	size_t values = 0;
	memset(&together, 0, sizeof together);
	for (size_t s = 0; s < LENGTHS; s++) {
		memset(&alone, 0, sizeof alone);
		add_sentence(&alone, golden, model, s, golden_lengths[s], 0);
		add_sentence(&together, golden, model, s, golden_lengths[s], 0);
		CHECK(nch_tape_begin(tape, &step, &error) == NCH_OK);
		nch_tensor *z = forward(model, &alone);
		CHECK(nch_tape_check(tape, &error) == NCH_OK);
		size_t n = z->rows * z->columns;
		for (size_t p = 0; p < PLACES; p++)
			close_to(golden->name, "logit", z->data[model->config.head == NCH_HEAD_MLM ? place(n, p) : p], *expected++, 2e-5);
		memcpy(all + values, z->data, n * sizeof *all);
		values += n;
	}
	CHECK(nch_tape_begin(tape, &step, &error) == NCH_OK);
	nch_tensor *z = forward(model, &together);
	CHECK(nch_tape_check(tape, &error) == NCH_OK && z->rows * z->columns == values);
	CHECK(memcmp(all, z->data, values * sizeof *all) == 0);
	nch_free(all);
}

static void check_gradients(const golden_case *golden, nch_model *model, const nch_tensor **sorted)
{
	static sentences given;
	double largest = 0.0;
	memset(&given, 0, sizeof given);
	for (size_t s = 0; s < LENGTHS - 1; s++)
		add_sentence(&given, golden, model, s, golden_lengths[s], s % LABELS);
	close_to(golden->name, "loss", learn(model, &given), golden->loss, 1e-5);
	for (size_t t = 0; t < model->count; t++)
		largest = fmax(largest, (double)golden->gradients[t * (PLACES + 1)]);
	for (size_t t = 0; t < model->count; t++) {
		const float *expected = golden->gradients + t * (PLACES + 1), *grad = sorted[t]->grad;
		size_t n = sorted[t]->rows * sorted[t]->columns;
		/* a key's bias: zero but for rounding, since a softmax does not see what is added to all scores */
		bool nothing = strstr(sorted[t]->name, "key.bias") || strstr(sorted[t]->name, "k_lin.bias") || strstr(sorted[t]->name, "k_head.bias") ||
		               strstr(sorted[t]->name, "key_proj.bias");
		double sum = 0.0, norm = expected[0], noise = (nothing ? 1e-6 : 1e-7) * largest;
		for (size_t i = 0; i < n; i++)
			sum += (double)grad[i] * (double)grad[i];
		close_to(golden->name, sorted[t]->name, sqrt(sum), norm, 1e-4 * norm + noise);
		for (size_t p = 0; p < PLACES; p++)
			close_to(golden->name, sorted[t]->name, grad[place(n, p)], expected[1 + p], 1e-4 * norm / sqrt((double)n) + noise);
	}
}

static void check_steps(const golden_case *golden, nch_model *model, nch_optimizer *optimizer)
{
	static sentences given;
	for (size_t step = 0; step < 10; step++) {
		double norm;
		memset(&given, 0, sizeof given);
		for (size_t r = 0; r < 4; r++)
			add_sentence(&given, golden, model, step * 4 + r, 1 + (step * 7 + r * 13) % 32, (step + r * 3) % LABELS);
		nch_optimizer_clear(optimizer);
		close_to(golden->name, "loss of a step", learn(model, &given), golden->losses[step], 1e-4);
		CHECK(nch_optimizer_step(optimizer, 2e-3, compute, &norm, &error) == NCH_OK);
	}
}

static void check_case(const golden_case *golden)
{
	const nch_optimizer_options options = {.kind = NCH_ADAMW, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weight_decay = 0.01, .clip = 1.0};
	nch_optimizer optimizer = {0};
	nch_model *model = formula_model(golden);
	const nch_tensor **sorted = nch_model_sorted(model, NULL);
	CHECK(model->count == golden->tensors && model->parameters == golden->parameters);
	CHECK(names_hash(model, sorted) == golden->names);
	CHECK(nch_optimizer_new(model, &options, &optimizer, &error) == NCH_OK);
	nch_optimizer_clear(&optimizer);
	check_logits(golden, model);
	check_gradients(golden, model, sorted);
	check_steps(golden, model, &optimizer);
	nch_optimizer_free(&optimizer);
	nch_free((void *)sorted);
	nch_model_free(model);
}

static void check_family(const char *start)
{
	bool found = false;
	for (size_t i = 0; i < sizeof golden_cases / sizeof *golden_cases; i++)
		if (strncmp(golden_cases[i].name, start, strlen(start)) == 0) {
			found = true;
			check_case(&golden_cases[i]);
		}
	CHECK(found);
}

TEST(bert) { check_family("bert"); }
TEST(roberta) { check_family("roberta"); }
TEST(electra) { check_family("electra"); }
TEST(distilbert) { check_family("distilbert"); }
TEST(albert) { check_family("albert"); }
TEST(funnel) { check_family("funnel"); }
TEST(modernbert) { check_family("modernbert"); }
TEST(deberta) { check_family("deberta"); }

/* The whole of it once more on one thread and in every instruction set: the same bits after ten steps. */
static void check_instruction_set(const char *isa)
{
	const nch_optimizer_options options = {.kind = NCH_ADAMW, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weight_decay = 0.01, .clip = 1.0};
	nch_compute *usual = compute;
	nch_tape *usual_tape = tape;
	CHECK(nch_compute_new(1, isa, 512, 64, &compute, &error) == NCH_OK && nch_tape_new(compute, &tape, &error) == NCH_OK);
	nch_compute *other = compute;
	nch_tape *other_tape = tape;
	for (size_t i = 0; i < sizeof golden_cases / sizeof *golden_cases; i++) {
		char hex[2][65];
		for (int again = 0; again < 2; again++) {
			nch_model *model = formula_model(&golden_cases[i]);
			nch_optimizer optimizer = {0};
			compute = again ? other : usual;
			tape = again ? other_tape : usual_tape;
			CHECK(nch_optimizer_new(model, &options, &optimizer, &error) == NCH_OK);
			check_steps(&golden_cases[i], model, &optimizer);
			nch_model_fingerprint(model, hex[again], NULL);
			nch_optimizer_free(&optimizer);
			nch_model_free(model);
		}
		CHECK_TEXT(hex[0], hex[1]);
	}
	nch_tape_free(other_tape);
	nch_compute_free(other);
	compute = usual;
	tape = usual_tape;
}

TEST(threads_and_instruction_sets_change_no_bit)
{
	for (const char *const *isa = nch_kernels_available(); *isa != NULL; isa++)
		check_instruction_set(*isa);
}

/* With dropout: a batch taken sentence by sentence leaves the gradients of the whole one, bit for bit, whatever a sentence was pooled to. */
TEST(a_batch_in_parts_is_the_whole_batch)
{
	const nch_optimizer_options options = {.kind = NCH_ADAMW};
	static sentences whole, part;
	for (size_t i = 0; i < sizeof golden_cases / sizeof *golden_cases; i++) {
		const golden_case *golden = &golden_cases[i];
		nch_model *model = formula_model(golden);
		nch_optimizer optimizer = {0};
		/* where a tensor is used twice, as the word table of a masked-LM head or a shared layer is, its users take turns in another order */
		nch_funnel_config *funnel = nch_funnel_of(&model->config);
		bool shared = funnel == NULL && model->config.family->parts_differ && model->config.layers > 1;
		for (size_t b = 0; funnel != NULL && b < funnel->blocks; b++)
			shared = shared || funnel->repeats[b] > 1;
		if (model->config.head == NCH_HEAD_MLM || shared) {
			nch_model_free(model);
			continue;
		}
		model->config.dropout = model->config.attention_dropout = model->config.classifier_dropout = 0.2f;
		if (funnel != NULL)
			funnel->activation_dropout = 0.2f;
		CHECK(nch_optimizer_new(model, &options, &optimizer, &error) == NCH_OK);
		memset(&whole, 0, sizeof whole);
		nch_step step = {.record = true, .dropout = true, .seed = 5, .number = 2};
		for (size_t s = 0; s < 5; s++)
			add_sentence(&whole, golden, model, s, 1 + s * 5, s % LABELS);
		nch_optimizer_clear(&optimizer);
		learn_step(model, &whole, &step, 0.2);
		float *expected = nch_alloc(model->storage_floats, sizeof *expected);
		memcpy(expected, optimizer.gradients, model->storage_floats * sizeof *expected);
		nch_optimizer_clear(&optimizer);
		for (size_t s = 0; s < 5; s++) {
			memset(&part, 0, sizeof part);
			add_sentence(&part, golden, model, s, 1 + s * 5, s % LABELS);
			learn_step(model, &part, &step, 0.2);
			step.token_row += part.batch.tokens;
			step.sentence_row++;
		}
		for (size_t t = 0; t < model->count; t++) {
			const nch_tensor *tensor = &model->tensors[t];
			bool same = memcmp(tensor->grad, expected + nch_model_offset(model, tensor), tensor->rows * tensor->columns * sizeof(float)) == 0;
			if (!same)
				printf("  %s: %s\n", golden->name, tensor->name);
			CHECK(same);
		}
		nch_free(expected);
		nch_optimizer_free(&optimizer);
		nch_model_free(model);
	}
}

/* The logits of all sentences together, into `out` (ROOM · 8 floats at most); returns how many. */
static size_t all_logits(const golden_case *golden, const nch_model *model, float *out)
{
	static sentences given;
	const nch_step step = {0};
	memset(&given, 0, sizeof given);
	for (size_t s = 0; s < LENGTHS; s++)
		add_sentence(&given, golden, model, s, golden_lengths[s], 0);
	CHECK(nch_tape_begin(tape, &step, &error) == NCH_OK);
	const nch_tensor *z = forward(model, &given);
	CHECK(nch_tape_check(tape, &error) == NCH_OK && z != NULL && z->rows * z->columns <= ROOM * 128);
	memcpy(out, z->data, z->rows * z->columns * sizeof *out);
	return z->rows * z->columns;
}

/* Kept as bytes, every family answers nearly what it answered, with the same bits by every kind of products; the floats are read no more. */
TEST(in_bytes)
{
	static float floats[ROOM * 128], first[ROOM * 128], here[ROOM * 128];
	const nch_int8_kernels *usual = compute->int8;
	for (size_t i = 0; i < sizeof golden_cases / sizeof *golden_cases; i++) {
		const golden_case *golden = &golden_cases[i];
		nch_model *model = formula_model(golden);
		size_t count = all_logits(golden, model, floats), matrices = 0;
		double largest = 0.0, apart = 0.0;
		CHECK(nch_model_to_bytes(model, &error) == NCH_OK);
		for (size_t t = 0; t < model->count; t++) {
			nch_tensor *tensor = &model->tensors[t];
			matrices += tensor->int8 != NULL && tensor->int8->table == NULL;
			for (size_t e = 0; tensor->int8 != NULL && e < tensor->rows * tensor->columns; e++)
				tensor->data[e] = NAN;
		}
		CHECK(matrices >= 4);
		for (const nch_int8_kernels *const *t = nch_int8_available(); *t != NULL; t++) {
			compute->int8 = *t;
			CHECK(all_logits(golden, model, t == nch_int8_available() ? first : here) == count);
			if (t != nch_int8_available() && memcmp(first, here, count * sizeof *first) != 0) {
				printf("  %s: %s\n", golden->name, (*t)->name);
				CHECK(!"the same bits");
			}
		}
		for (size_t e = 0; e < count; e++) {
			largest = fabs((double)floats[e]) > largest ? fabs((double)floats[e]) : largest;
			apart = fabs((double)first[e] - (double)floats[e]) > apart ? fabs((double)first[e] - (double)floats[e]) : apart;
		}
		if (!(apart < 0.03 * largest))
			printf("  %s: logits up to %.3g, %.3g apart\n", golden->name, largest, apart);
		CHECK(apart < 0.03 * largest && apart > 0.0);
		nch_model_free(model);
	}
	compute->int8 = usual;
}

int main(void)
{
	if (nch_compute_new(3, NULL, 512, 64, &compute, &error) != NCH_OK || nch_tape_new(compute, &tape, &error) != NCH_OK) {
		printf("  %s\n", error.text);
		return 1;
	}
	RUN(bert);
	RUN(roberta);
	RUN(electra);
	RUN(distilbert);
	RUN(albert);
	RUN(funnel);
	RUN(modernbert);
	RUN(deberta);
	RUN(a_batch_in_parts_is_the_whole_batch);
	RUN(threads_and_instruction_sets_change_no_bit);
	RUN(in_bytes);
	nch_tape_free(tape);
	nch_compute_free(compute);
	return test_end();
}
