/* A small BERT against PyTorch: logits, gradients, and 20 steps of every optimizer (tests/golden/bert_golden.py made the numbers). */
#include "base/memory.h"
#include "nn/family.h"
#include "nn/model.h"
#include "test.h"
#include "tests/golden/bert_golden.h"
#include "tests/golden/formula.h"
#include "train/trainer.h"

#include <stdlib.h>

enum { SENTENCES = sizeof golden_lengths / sizeof *golden_lengths, LABELS = 5 };

static nch_config config(void)
{
	static char *names[LABELS] = {"a", "b", "c", "d", "e"};
	return (nch_config){.family = &nch_bert, .vocab_size = 120, .hidden = 48, .embedding = 48, .layers = 3, .heads = 4, .feed_forward = 80,
	                    .max_positions = 600, .types = 2, .activation = NCH_GELU, .norm_epsilon = 1e-12f, .init_range = 0.02f,
	                    .labels = LABELS, .label_names = names};
}

static nch_model *formula_model(void)
{
	nch_config c = config();
	return formula_model_of(&c);
}

/* Sentences s, of the lengths, made by the formula of the script. */
static void add_sentence(nch_examples *e, size_t s, size_t length, int32_t label)
{
	size_t begin = e->offsets[e->rows];
	for (size_t i = 0; i < length; i++)
		e->token[begin + i] = (int32_t)(5 + (s * 31 + i * 17 + i * i * 3) % 115);
	e->first[e->rows] = (uint32_t)(s % 3 == 2 ? length / 2 : length);
	e->label[e->rows] = label;
	e->offsets[++e->rows] = begin + length;
}

static nch_examples room(size_t rows, size_t tokens)
{
	return (nch_examples){.token = nch_alloc(tokens, sizeof(int32_t)), .offsets = nch_alloc(rows + 1, sizeof(size_t)),
	                      .first = nch_alloc(rows, sizeof(uint32_t)), .label = nch_alloc(rows, sizeof(int32_t)), .classes = LABELS};
}

static nch_examples golden_examples(size_t count)
{
	nch_examples e = room(SENTENCES, 2000);
	for (size_t s = 0; s < count; s++)
		add_sentence(&e, s, golden_lengths[s], (int32_t)(s % LABELS));
	return e;
}

static nch_compute *compute(void)
{
	static nch_compute *made;
	nch_error error;
	if (made == NULL && nch_compute_new(2, NULL, 512, 64, &made, &error) != NCH_OK)
		printf("  %s\n", error.text);
	return made;
}

TEST(logits_are_pytorchs)
{
	nch_model *model = formula_model();
	nch_examples e = golden_examples(SENTENCES);
	nch_tape *tape = NULL;
	nch_error error;
	float logits[SENTENCES * LABELS], again[SENTENCES * LABELS];
	CHECK(nch_tape_new(compute(), &tape, &error) == NCH_OK);
	CHECK(nch_evaluate_logits(model, tape, &e, 0, logits, &error) == NCH_OK);
	for (size_t i = 0; i < SENTENCES * LABELS; i++)
		CHECK_CLOSE(logits[i], golden_logits[i], 2e-5);
	/* alone, in pairs, all together: the same bits */
	for (size_t tokens = 1; tokens < 3000; tokens = tokens * 3 + 20) {
		CHECK(nch_evaluate_logits(model, tape, &e, tokens, again, &error) == NCH_OK);
		CHECK(memcmp(logits, again, sizeof logits) == 0);
	}
	nch_tape_free(tape);
	nch_examples_free(&e);
	nch_model_free(model);
}

static nch_train_options options_of(nch_optimizer_kind kind, nch_schedule_kind schedule)
{
	return (nch_train_options){.epochs = 1, .batch = 64, .accumulate = 1, .seed = 1234, .loss = NCH_LOSS_CE,
	                           .optimizer = {.kind = kind, .lr = kind == NCH_SGD ? 0.05 : 2e-3, .momentum = 0.9, .beta1 = 0.9, .beta2 = 0.999,
	                                         .epsilon = 1e-8, .weight_decay = 0.01, .clip = 1.0, .schedule = schedule, .warmup = 4}};
}

TEST(gradients_are_pytorchs)
{
	nch_model *model = formula_model();
	nch_examples e = golden_examples(7);
	const size_t rows[] = {0, 1, 2, 3, 4, 5, 6};
	nch_train_options options = options_of(NCH_ADAMW, NCH_CONSTANT);
	nch_trainer trainer;
	nch_step_record record;
	nch_error error;
	CHECK(nch_trainer_new(model, compute(), &options, &trainer, &error) == NCH_OK);
	CHECK(nch_trainer_step(&trainer, &e, rows, 7, 0.0, &record, &error) == NCH_OK);
	CHECK_CLOSE(record.loss, golden_loss, 1e-5);
	const nch_tensor **sorted = nch_model_sorted(model, NULL);
	for (size_t t = 0; t < model->count; t++) {
		size_t n = sorted[t]->rows * sorted[t]->columns;
		const double place[] = {0.0, 0.37, 1.0};
		double sum = 0.0;
		for (size_t i = 0; i < n; i++)
			sum += (double)sorted[t]->grad[i] * (double)sorted[t]->grad[i];
		double norm = golden_gradient_norms[t], slack = 1e-4 * norm + 2e-8;
		if (strstr(sorted[t]->name, "key.bias")) /* zero but for rounding: a softmax does not see what it adds to all scores */
			slack = 2e-7;
		CHECK_CLOSE(sqrt(sum), norm, slack);
		for (int p = 0; p < 3; p++)
			CHECK_CLOSE(sorted[t]->grad[(size_t)((double)(n - 1) * place[p])], golden_gradient_picks[3 * t + (size_t)p], slack);
	}
	nch_free((void *)sorted);
	nch_trainer_free(&trainer);
	nch_examples_free(&e);
	nch_model_free(model);
}

static void twenty_steps(nch_optimizer_kind kind, nch_schedule_kind schedule, const double *losses, const double *norms)
{
	nch_model *model = formula_model();
	nch_examples e = room(80, 80 * 36);
	nch_train_options options = options_of(kind, schedule);
	nch_trainer trainer;
	nch_error error;
	const nch_schedule rates = nch_optimizer_schedule(&options.optimizer, 20);
	for (size_t step = 0; step < 20; step++)
		for (size_t r = 0; r < 4; r++)
			add_sentence(&e, step * 4 + r, 5 + (step * 7 + r * 13) % 32, (int32_t)((step + r * 3) % LABELS));
	CHECK(nch_trainer_new(model, compute(), &options, &trainer, &error) == NCH_OK);
	for (size_t step = 0; step < 20; step++) {
		const size_t rows[] = {4 * step, 4 * step + 1, 4 * step + 2, 4 * step + 3};
		nch_step_record record;
		CHECK(nch_trainer_step(&trainer, &e, rows, 4, nch_schedule_rate(&rates, step), &record, &error) == NCH_OK);
		CHECK_CLOSE(record.loss, losses[step], 5e-5);
		CHECK_CLOSE(record.grad_norm, norms[step], 2e-4 * norms[step]);
	}
	nch_trainer_free(&trainer);
	nch_examples_free(&e);
	nch_model_free(model);
}

TEST(adamw_linear) { twenty_steps(NCH_ADAMW, NCH_LINEAR, golden_adamw_linear_losses, golden_adamw_linear_norms); }
TEST(adamw_cosine) { twenty_steps(NCH_ADAMW, NCH_COSINE, golden_adamw_cosine_losses, golden_adamw_cosine_norms); }
TEST(adam_constant) { twenty_steps(NCH_ADAM, NCH_CONSTANT, golden_adam_constant_losses, golden_adam_constant_norms); }
TEST(radam_linear) { twenty_steps(NCH_RADAM, NCH_LINEAR, golden_radam_linear_losses, golden_radam_linear_norms); }
TEST(sgd_cosine) { twenty_steps(NCH_SGD, NCH_COSINE, golden_sgd_cosine_losses, golden_sgd_cosine_norms); }

int main(void)
{
	RUN(logits_are_pytorchs);
	RUN(gradients_are_pytorchs);
	RUN(adamw_linear);
	RUN(adamw_cosine);
	RUN(adam_constant);
	RUN(radam_linear);
	RUN(sgd_cosine);
	nch_compute_free(compute());
	return test_end();
}
