/* A masked language model: the hidden tokens and five steps against PyTorch (tests/golden/pretrain_golden.py made the numbers), and the same bits
 * however the batch is cut, whoever computes, and after an interruption. */
#include "base/memory.h"
#include "nn/family.h"
#include "test.h"
#include "tests/golden/formula.h"
#include "tests/golden/masking.h"
#include "tests/golden/pretrain_golden.h"
#include "train/masked.h"
#include "train/trainer.h"
#include "train_masked.h"

#include <math.h>
#include <stdlib.h>

static nch_model *formula_model(float dropout)
{
	const nch_config c = {.family = &nch_bert, .head = NCH_HEAD_MLM, .vocab_size = VOCABULARY, .hidden = 48, .embedding = 48, .layers = 2, .heads = 4,
	                      .feed_forward = 80, .max_positions = 64, .types = 2, .activation = NCH_GELU, .norm_epsilon = 1e-12f, .init_range = 0.02f,
	                      .dropout = dropout, .attention_dropout = dropout};
	return formula_model_of(&c);
}

TEST(hidden_tokens)
{
	nch_examples e = examples(ROWS);
	size_t rows[ROWS], tokens = e.offsets[ROWS];
	nch_error error;
	for (size_t i = 0; i < ROWS; i++)
		rows[i] = i;
	for (int whole = 0; whole < 2; whole++) {
		nch_masking m = masking(whole);
		nch_packed packed = {0};
		nch_masked masked = {0};
		const int32_t *ids = whole ? golden_hidden_words : golden_hidden_tokens, *targets = whole ? golden_targets_words : golden_targets_tokens;
		size_t count = whole ? sizeof golden_targets_words / sizeof *targets : sizeof golden_targets_tokens / sizeof *targets;
		CHECK(sizeof golden_hidden_words / sizeof *ids == tokens);
		CHECK(nch_packed_fill(&packed, &e, rows, ROWS, 0, &error) == NCH_OK && nch_masked_fill(&masked, &m, &packed, rows, 3, &error) == NCH_OK);
		CHECK(memcmp(packed.token, ids, tokens * sizeof *ids) == 0);
		CHECK(masked.count == count && memcmp(masked.target, targets, count * sizeof *targets) == 0);
		CHECK(nch_masked_count(&m, &e, rows, ROWS, 3) == count);
		for (size_t i = 0; i < masked.count; i++)
			CHECK(e.token[masked.where[i]] == masked.target[i]);
		nch_packed_free(&packed);
		nch_masked_free(&masked);
	}
	nch_examples_free(&e);
}

static nch_train_options options(const nch_masking *m)
{
	return (nch_train_options){.epochs = 3, .batch = ROWS, .accumulate = 1, .loss = NCH_LOSS_CE, .masking = m, .seed = 99, .shuffle = true,
	                           .optimizer = {.kind = NCH_ADAMW, .lr = 2e-3, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weight_decay = 0.01, .clip = 1.0}};
}

TEST(five_steps_of_pytorch)
{
	nch_masking m = masking(false);
	nch_train_options o = options(&m);
	nch_examples e = examples(ROWS);
	nch_model *model = formula_model(0.0f);
	nch_compute *compute = NULL;
	nch_trainer trainer;
	nch_error error;
	const size_t rows[ROWS] = {0, 1, 2, 3, 4, 5, 6, 7};
	CHECK(nch_compute_new(2, NULL, 40, 16, &compute, &error) == NCH_OK && nch_trainer_new(model, compute, &o, &trainer, &error) == NCH_OK);
	for (size_t step = 0; step < sizeof golden_losses / sizeof *golden_losses; step++) {
		nch_step_record record = {.epoch = step + 1};
		CHECK(nch_trainer_step(&trainer, &e, rows, ROWS, 2e-3, &record, &error) == NCH_OK);
		CHECK_CLOSE(record.loss, golden_losses[step], 2e-5);
		CHECK_CLOSE(record.grad_norm, golden_norms[step], 2e-4 * golden_norms[step]);
		CHECK(trainer.correct == golden_right[step]);
		if (step > 0)
			continue;
		double sum = 0.0; /* the gradient of the word table, from both of its ends */
		const float *gradient = model->word->grad;
		for (size_t i = 0; i < VOCABULARY * 48; i++)
			sum += (double)gradient[i] * (double)gradient[i];
		CHECK_CLOSE(sqrt(sum), (double)golden_word_gradients[0], 1e-4);
		for (size_t t = 0; t < VOCABULARY; t += 6)
			CHECK_CLOSE((double)gradient[t * 48 + t * 7 % 48], (double)golden_word_gradients[1 + t / 6], 1e-5);
	}
	nch_trainer_free(&trainer);
	CHECK(model->decoder == model->word);
	nch_examples_free(&e);
	nch_model_free(model);
	nch_compute_free(compute);
}

static void train(size_t threads, const char *isa, const nch_train_options *o, const nch_train_watcher *watcher, nch_status expected, char hex[65],
                  nch_epoch_record *last)
{
	nch_model *model = formula_model(0.1f);
	train_masked(model, threads, isa, o, watcher, expected, hex, last);
	nch_model_free(model);
}

TEST(same_bits)
{
	nch_masking m = masking(true);
	nch_train_options o = options(&m);
	char first[65], hex[65];
	nch_epoch_record last = {0};
	o.best_by = NCH_BEST_LOSS;
	train(1, "scalar", &o, NULL, NCH_OK, first, &last);
	CHECK(last.has_valid && last.valid.loss > 0.0 && last.valid.loss < 8.0 && last.train_loss > 0.0);
	train(3, NULL, &o, NULL, NCH_OK, hex, NULL);
	CHECK_TEXT(hex, first);
	o.batch = 1; /* parts in which nothing is hidden are among them */
	o.accumulate = ROWS;
	train(2, NULL, &o, NULL, NCH_OK, hex, NULL);
	CHECK_TEXT(hex, first);
}

/* A head that has seen nothing but the counts: its loss is the entropy of the words. */
TEST(first_biases_are_log_shares)
{
	nch_masking m = masking(false);
	nch_examples e = examples(30);
	nch_model *model = formula_model(0.0f);
	nch_error error;
	size_t times[VOCABULARY] = {0}, total = VOCABULARY;
	double sum = 0.0;
	CHECK(nch_masked_prior(model, &m, &e, &error) == NCH_OK);
	for (size_t t = 0; t < e.offsets[e.rows]; t++) {
		times[e.token[t]] += e.token[t] >= 5;
		total += e.token[t] >= 5;
	}
	for (size_t w = 0; w < VOCABULARY; w++) {
		CHECK_CLOSE((double)model->mlm_bias->data[w], log((double)(times[w] + 1) / (double)total), 1e-6);
		sum += exp((double)model->mlm_bias->data[w]);
	}
	CHECK_CLOSE(sum, 1.0, 1e-6);
	nch_examples_free(&e);
	nch_model_free(model);
}

static volatile sig_atomic_t stop;

static void stop_at(void *context, const nch_step_record *record, uint64_t total)
{
	(void)total;
	if (record->step == *(uint64_t *)context)
		stop = 1;
}

TEST(resumed_is_as_never_stopped)
{
	char folder[] = "/tmp/nunchi-pretrain-XXXXXX", whole[65], hex[65], command[300];
	nch_masking m = masking(false);
	nch_train_options o = options(&m);
	CHECK(mkdtemp(folder) != NULL);
	o.best_by = NCH_BEST_LOSS;
	train(1, NULL, &o, NULL, NCH_OK, whole, NULL);
	o.out = folder;
	o.stop = &stop;
	o.resume = true;
	uint64_t at = 6; /* in the middle of the second epoch */
	nch_train_watcher watcher = {.step = stop_at, .context = &at};
	train(1, NULL, &o, &watcher, NCH_CANCELLED, hex, NULL);
	stop = 0;
	train(2, NULL, &o, NULL, NCH_OK, hex, NULL);
	CHECK_TEXT(hex, whole);
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	CHECK(system(command) == 0);
}

int main(void)
{
	RUN(hidden_tokens);
	RUN(five_steps_of_pytorch);
	RUN(same_bits);
	RUN(first_biases_are_log_shares);
	RUN(resumed_is_as_never_stopped);
	return test_end();
}
