/* Replaced-token detection: generator and discriminator are one list of tensors, come out of a folder as they went in, learn as in PyTorch (tests/golden/replaced_golden.py made the
 * numbers), and are trained to the same bits however the batch is cut, whoever computes, and after an interruption. */
#include "base/file.h"
#include "base/memory.h"
#include "nn/family.h"
#include "test.h"
#include "tests/golden/formula.h"
#include "tests/golden/masking.h"
#include "tests/golden/replaced_golden.h"
#include "train/trainer.h"
#include "train_masked.h"

#include <stdlib.h>

static nch_model *pair(size_t embedding, float dropout)
{
	nch_model *model = NULL;
	nch_error error;
	const nch_config c = {.family = &nch_electra, .head = NCH_HEAD_RTD, .vocab_size = VOCABULARY, .hidden = 64, .embedding = embedding, .layers = 2, .heads = 4,
	                      .feed_forward = 80, .max_positions = 64, .types = 2, .activation = NCH_GELU, .norm_epsilon = 1e-12f, .init_range = 0.05f,
	                      .dropout = dropout, .attention_dropout = dropout};
	const nch_config generator = nch_config_generator(&c, 0.25);
	CHECK(nch_model_new_pair(&c, &generator, &model, &error) == NCH_OK && nch_model_init(model, 5, NULL, &error) == NCH_OK);
	return model;
}

static nch_train_options options(const nch_masking *m)
{
	return (nch_train_options){.epochs = 3, .batch = ROWS, .accumulate = 1, .loss = NCH_LOSS_CE, .masking = m, .rtd_weight = 50.0, .seed = 99, .shuffle = true, .best_by = NCH_BEST_LOSS,
	                           .optimizer = {.kind = NCH_ADAMW, .lr = 2e-3, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weight_decay = 0.01, .clip = 1.0}};
}

TEST(one_list)
{
	nch_model *model = pair(32, 0.0f);
	const nch_model *generator = model->generator;
	CHECK(generator->tables == model && generator->word == model->word && generator->position == model->position && generator->type == model->type);
	CHECK(generator->decoder == model->word && generator->config.hidden == 32 && generator->config.heads == 1 && generator->config.layers == 2);
	CHECK(model->project_weight != NULL && generator->project_weight == NULL); /* embeddings of 32: as wide as the generator */
	CHECK(nch_model_own_count(model) + generator->count == model->count);
	CHECK(nch_model_find(model, "generator/generator_lm_head.bias") == generator->mlm_bias);
	for (size_t i = 0; i < model->count; i++)
		for (size_t j = 0; j < i; j++)
			CHECK(strcmp(model->tensors[i].name, model->tensors[j].name) != 0);
	size_t count;
	const nch_tensor **sorted = nch_model_sorted(generator, &count);
	CHECK(count == generator->count + 3);
	for (size_t i = 1; i < count; i++)
		CHECK(strcmp(nch_tensor_file_name(sorted[i - 1]), nch_tensor_file_name(sorted[i])) < 0);
	nch_free((void *)sorted);
	nch_model_free(model);
}

static bool same_values(const nch_model *a, const nch_model *b)
{
	bool same = a->count == b->count;
	for (size_t i = 0; same && i < a->count; i++)
		same = memcmp(a->tensors[i].data, b->tensors[i].data, a->tensors[i].rows * a->tensors[i].columns * sizeof(float)) == 0;
	return same;
}

TEST(saved_and_opened)
{
	char folder[] = "/tmp/nunchi-replaced-XXXXXX", command[300], hex[65], again[65];
	nch_error error;
	CHECK(mkdtemp(folder) != NULL);
	nch_model *model = pair(48, 0.0f), *opened = NULL;
	CHECK(nch_model_save(model, folder, hex, &error) == NCH_OK);
	for (int map = 0; map < 2; map++) {
		const nch_model_options both = {.head = NCH_HEAD_RTD, .pair = true, .map = map, .seed = 6};
		CHECK(nch_model_open(folder, &both, &opened, &error) == NCH_OK && opened->report.length == 0);
		CHECK(same_values(model, opened) && opened->generator->decoder == opened->word);
		nch_model_fingerprint(opened, again, NULL);
		CHECK_TEXT(again, hex);
		nch_model_free(opened);
	}
	CHECK(nch_model_open(folder, &(nch_model_options){.saved_head = true}, &opened, &error) == NCH_OK && opened->config.head == NCH_HEAD_RTD && opened->report.length == 0);
	CHECK(opened->generator == NULL && opened->count == nch_model_own_count(model));
	nch_model_free(opened);
	/* another word table in the generator's folder: said, and not taken */
	snprintf(command, sizeof command, "%s/generator", folder);
	float before = model->word->data[7];
	model->word->data[7] = 1.0f;
	CHECK(nch_model_save(model->generator, command, NULL, &error) == NCH_OK);
	CHECK(nch_model_open(folder, &(nch_model_options){.head = NCH_HEAD_RTD, .pair = true}, &opened, &error) == NCH_OK && strstr(opened->report.data, "tables"));
	CHECK(opened->word->data[7] == before);
	nch_model_free(opened);
	/* a generator of another discriminator */
	nch_model *other = pair(32, 0.0f);
	CHECK(nch_model_save(other->generator, command, NULL, &error) == NCH_OK);
	CHECK(nch_model_open(folder, &(nch_model_options){.head = NCH_HEAD_RTD, .pair = true}, &opened, &error) == NCH_FORMAT && strstr(error.text, "not the generator"));
	nch_model_free(other);
	nch_model_free(model);
	/* and none at all */
	snprintf(command, sizeof command, "rm -rf '%s/generator'", folder);
	CHECK(system(command) == 0);
	CHECK(nch_model_open(folder, &(nch_model_options){.head = NCH_HEAD_RTD, .pair = true, .generator_size = 0.5}, &opened, &error) == NCH_OK);
	CHECK_TEXT(opened->report.data, "newly made: the generator (2 × 32)\n");
	CHECK(opened->generator->mlm_weight->fresh && !opened->word->fresh);
	nch_model_free(opened);
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	CHECK(system(command) == 0);
}

/* --- beside PyTorch --- */

enum { PLACES = sizeof golden_places / sizeof *golden_places };

static void close_to(const char *name, const char *what, double a, double b, double slack)
{
	if (!(fabs(a - b) <= slack))
		printf("  %s: %s: %.9g and %.9g differ by %.3g (allowed: %.3g)\n", name, what, a, b, fabs(a - b), slack);
	CHECK(fabs(a - b) <= slack);
}

/* The norm of these values and those at golden_places; all differences within `slack`, and relative to what is large. */
static void check_values(const char *name, const float *values, size_t count, const float *expected, double slack)
{
	double sum = 0.0;
	for (size_t i = 0; i < count; i++)
		sum += (double)values[i] * (double)values[i];
	double limit = slack * fmax(1.0, (double)expected[0]);
	close_to(name, "norm", sqrt(sum), (double)expected[0], limit);
	for (size_t p = 0; p < PLACES; p++)
		close_to(name, "element", (double)values[(size_t)(golden_places[p] * (double)(count - 1))], (double)expected[1 + p], limit);
}

/* All tensors of the pair: the discriminator's in the order of their names, then the generator's own. */
static void check_tensors(const nch_model *model, bool gradients, const float *expected, double slack)
{
	size_t count = 0, checked = 0;
	for (const nch_model *part = model; part != NULL; part = part->generator) {
		const nch_tensor **sorted = nch_model_sorted(part, &count);
		for (size_t t = 0; t < count; t++) {
			bool shared = part->tables != NULL && (sorted[t]->data == model->word->data || sorted[t]->data == model->position->data || sorted[t]->data == model->type->data);
			if (shared)
				continue;
			/* a key's bias has no gradient but for rounding, since a softmax does not see what is added to all scores; Adam makes steps of it */
			if (strstr(sorted[t]->name, "key.bias") == NULL || gradients)
				check_values(sorted[t]->name, gradients ? sorted[t]->grad : sorted[t]->data, sorted[t]->rows * sorted[t]->columns, expected, slack);
			expected += 1 + PLACES;
			checked++;
		}
		nch_free((void *)sorted);
	}
	CHECK(checked == model->count && sizeof golden_gradients / sizeof *golden_gradients == checked * (1 + PLACES));
}

TEST(five_steps_of_pytorch)
{
	nch_config c = {.family = &nch_electra, .head = NCH_HEAD_RTD, .vocab_size = VOCABULARY, .hidden = 48, .embedding = 40, .layers = 2, .heads = 4, .feed_forward = 80,
	                .max_positions = 64, .types = 2, .activation = NCH_GELU, .norm_epsilon = 1e-12f};
	const nch_config generator = nch_config_generator(&c, 0.25);
	nch_masking m = masking(false);
	nch_train_options o = options(&m);
	nch_examples e = examples(ROWS);
	nch_model *model = formula_pair_of(&c, &generator);
	nch_compute *compute = NULL;
	nch_trainer trainer;
	nch_error error;
	const int32_t *drawn = golden_drawn;
	const size_t rows[ROWS] = {0, 1, 2, 3, 4, 5, 6, 7};
	CHECK(nch_compute_new(2, NULL, 40, 32, &compute, &error) == NCH_OK && nch_trainer_new(model, compute, &o, &trainer, &error) == NCH_OK);
	for (size_t step = 0; step < sizeof golden_norms / sizeof *golden_norms; step++) {
		nch_step_record record = {.epoch = step + 1};
		CHECK(nch_trainer_step(&trainer, &e, rows, ROWS, 2e-3, &record, &error) == NCH_OK);
		size_t hidden = trainer.replaced.masked.count;
		CHECK(memcmp(trainer.replaced.sample, drawn, hidden * sizeof *drawn) == 0);
		drawn += hidden;
		CHECK_CLOSE(record.mlm_loss, golden_losses[2 * step], step == 0 ? 1e-6 : 2e-5);
		CHECK_CLOSE(record.rtd_loss, golden_losses[2 * step + 1], step == 0 ? 1e-6 : 2e-5);
		CHECK_CLOSE(record.loss, record.mlm_loss + 50.0 * record.rtd_loss, 1e-9);
		CHECK_CLOSE(record.grad_norm, golden_norms[step], (step == 0 ? 1e-5 : 2e-4) * golden_norms[step]);
		CHECK(trainer.correct == golden_right[step]);
		if (step == 0)
			check_tensors(model, true, golden_gradients, 1e-5);
	}
	CHECK(drawn == golden_drawn + sizeof golden_drawn / sizeof *golden_drawn);
	check_tensors(model, false, golden_weights, 5e-5);
	nch_trainer_free(&trainer);
	nch_examples_free(&e);
	nch_model_free(model);
	nch_compute_free(compute);
}

/* --- bits --- */

static void train(size_t threads, const char *isa, const nch_train_options *o, const nch_train_watcher *watcher, nch_status expected, char hex[130],
                  nch_epoch_record *last)
{
	nch_model *model = pair(48, 0.1f);
	train_masked(model, threads, isa, o, watcher, expected, hex, last);
	CHECK(model->generator->word == model->word && model->generator->decoder == model->word && model->generator->position == model->position);
	nch_model_fingerprint(model->generator, hex + strlen(hex), NULL); /* of both, one after the other */
	nch_model_free(model);
}

TEST(same_bits)
{
	nch_masking m = masking(true);
	nch_train_options o = options(&m);
	char first[130], hex[130];
	nch_epoch_record last = {0};
	o.optimizer.ema = 0.9;
	train(1, "scalar", &o, NULL, NCH_OK, first, &last);
	const nch_replaced_scores *s = &last.replaced;
	CHECK(last.has_valid && last.has_replaced && s->mlm_loss > 0.0 && s->mlm_loss < 8.0 && s->rtd_loss > 0.0 && s->precision >= 0.0 && s->recall <= 1.0);
	CHECK_CLOSE(last.valid.loss, s->mlm_loss + 50.0 * s->rtd_loss, 1e-12);
	train(3, NULL, &o, NULL, NCH_OK, hex, NULL);
	CHECK_TEXT(hex, first);
	o.batch = 1; /* parts in which nothing is hidden are among them */
	o.accumulate = ROWS;
	train(2, NULL, &o, NULL, NCH_OK, hex, NULL);
	CHECK_TEXT(hex, first);
}

static volatile sig_atomic_t stop;

static void stop_at(void *context, const nch_step_record *record, uint64_t total)
{
	(void)total;
	CHECK(record->has_parts && fabs(record->loss - record->mlm_loss - 50.0 * record->rtd_loss) < 1e-9);
	if (record->step == *(uint64_t *)context)
		stop = 1;
}

TEST(resumed_is_as_never_stopped)
{
	char folder[] = "/tmp/nunchi-replaced-XXXXXX", whole[130], hex[130], command[300];
	nch_masking m = masking(false);
	nch_train_options o = options(&m);
	nch_epoch_record last = {0}, again = {0};
	CHECK(mkdtemp(folder) != NULL);
	o.optimizer.ema = 0.9;
	train(1, NULL, &o, NULL, NCH_OK, whole, &last);
	o.out = folder;
	o.stop = &stop;
	o.resume = true;
	for (uint64_t at = 2; at <= 6; at += 4) { /* in the middle of the first and of the second epoch */
		nch_train_watcher watcher = {.step = stop_at, .context = &at};
		train(1, NULL, &o, &watcher, NCH_CANCELLED, hex, NULL);
		stop = 0;
	}
	train(2, NULL, &o, NULL, NCH_OK, hex, &again);
	CHECK_TEXT(hex, whole);
	CHECK(again.replaced.precision == last.replaced.precision && again.replaced.mlm_loss == last.replaced.mlm_loss);
	train(1, NULL, &o, NULL, NCH_OK, hex, &again); /* all is done: its records come from the checkpoint, its weights from the folder */
	CHECK_TEXT(hex, whole);
	CHECK(again.has_replaced && again.replaced.recall == last.replaced.recall && again.replaced.rtd_loss == last.replaced.rtd_loss);
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	CHECK(system(command) == 0);
}

/* Eight sentences are learned by heart: the generator knows most hidden words, and most of what it puts in their place is found, and little else is suspected. */
TEST(a_few_sentences_by_heart)
{
	nch_masking m = masking(false);
	nch_train_options o = options(&m);
	nch_examples e = examples(ROWS);
	nch_model *model = pair(48, 0.0f);
	nch_compute *compute = NULL;
	nch_trainer trainer;
	nch_error error;
	nch_scores scores;
	nch_replaced_scores s;
	const size_t rows[ROWS] = {0, 1, 2, 3, 4, 5, 6, 7};
	CHECK(nch_compute_new(1, NULL, 40, 32, &compute, &error) == NCH_OK && nch_trainer_new(model, compute, &o, &trainer, &error) == NCH_OK);
	for (size_t step = 1; step <= 300; step++) {
		nch_step_record record = {.epoch = step};
		CHECK(nch_trainer_step(&trainer, &e, rows, ROWS, 2e-3, &record, &error) == NCH_OK);
	}
	CHECK(nch_replaced_measure(model, trainer.tape, &e, &m, 50.0, &scores, &s, &error) == NCH_OK);
	CHECK(scores.accuracy > 0.95 && s.precision > 0.8 && s.recall > 0.5 && s.mlm_accuracy > 0.5);
	nch_trainer_free(&trainer);
	nch_examples_free(&e);
	nch_model_free(model);
	nch_compute_free(compute);
}

TEST(every_allocation_may_fail)
{
	char folder[] = "/tmp/nunchi-replaced-XXXXXX", command[300];
	nch_masking m = masking(false);
	nch_train_options o = options(&m);
	nch_examples e = examples(ROWS);
	nch_model *model = pair(48, 0.1f), *opened = NULL;
	nch_compute *compute = NULL;
	nch_error error;
	nch_status status = NCH_MEMORY;
	const size_t rows[ROWS] = {0, 1, 2, 3, 4, 5, 6, 7};
	CHECK(mkdtemp(folder) != NULL && nch_model_save(model, folder, NULL, &error) == NCH_OK);
	for (size_t n = 1; status == NCH_MEMORY && n < 3000; n++) {
		nch_alloc_fail_after(n);
		status = nch_model_open(folder, &(nch_model_options){.head = NCH_HEAD_RTD, .pair = true}, &opened, &error);
		nch_alloc_fail_after(0);
	}
	CHECK(status == NCH_OK);
	nch_model_free(opened);
	CHECK(nch_compute_new(2, NULL, 40, 32, &compute, &error) == NCH_OK);
	status = NCH_MEMORY;
	for (size_t n = 1; status == NCH_MEMORY && n < 3000; n++) {
		nch_trainer trainer;
		nch_step_record record = {.epoch = 1};
		nch_alloc_fail_after(n);
		status = nch_trainer_new(model, compute, &o, &trainer, &error);
		if (status == NCH_OK) {
			status = nch_trainer_step(&trainer, &e, rows, ROWS, 2e-3, &record, &error);
			nch_alloc_fail_after(0);
			nch_trainer_free(&trainer);
		}
		nch_alloc_fail_after(0);
	}
	CHECK(status == NCH_OK && model->generator->word == model->word);
	nch_examples_free(&e);
	nch_model_free(model);
	nch_compute_free(compute);
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	CHECK(system(command) == 0);
}

int main(void)
{
	RUN(one_list);
	RUN(saved_and_opened);
	RUN(five_steps_of_pytorch);
	RUN(same_bits);
	RUN(resumed_is_as_never_stopped);
	RUN(a_few_sentences_by_heart);
	RUN(every_allocation_may_fail);
	return test_end();
}
