/* The training loop: it learns, it gives the same bits whoever computes, and it goes on after an interruption as if nothing had happened. */
#include "base/file.h"
#include <math.h>
#include "nn/memory.h"
#include "train_rows.h"

#include <stdlib.h>
#include <unistd.h>

/* Trains on one machine's worth of `threads` and `isa`; the fingerprint of the weights. */
static void train_rows(size_t rows, size_t threads, const char *isa, const nch_train_options *o, nch_status expected, char hex[65])
{
	nch_config c = small_config();
	nch_model *model = NULL;
	nch_compute *compute = NULL;
	nch_train_result result = {0};
	nch_examples e = examples(rows);
	nch_error error;
	CHECK(nch_compute_new(threads, isa, 40, 16, &compute, &error) == NCH_OK);
	CHECK(nch_model_new(&c, &model, &error) == NCH_OK && nch_model_init(model, o->seed, compute, &error) == NCH_OK);
	nch_status status = nch_train(model, compute, &e, NULL, o, NULL, &result, &error);
	CHECK(status == expected);
	if (status != expected)
		printf("  %s\n", error.text);
	memcpy(hex, result.fingerprint, 65);
	nch_train_result_free(&result);
	nch_examples_free(&e);
	nch_model_free(model);
	nch_compute_free(compute);
}

static void train(size_t threads, const char *isa, const nch_train_options *o, nch_status expected, char hex[65])
{
	train_rows(ROWS, threads, isa, o, expected, hex);
}

TEST(one_batch_is_learned_by_heart)
{
	nch_config c = small_config();
	nch_train_options o = options();
	nch_model *model = NULL;
	nch_compute *compute = NULL;
	nch_trainer trainer;
	nch_step_record record = {.loss = 9.0};
	nch_examples e = examples(8);
	nch_error error;
	const size_t rows[] = {0, 1, 2, 3, 4, 5, 6, 7};
	c.dropout = c.attention_dropout = c.classifier_dropout = 0.0f;
	CHECK(nch_compute_new(1, NULL, 40, 16, &compute, &error) == NCH_OK);
	CHECK(nch_model_new(&c, &model, &error) == NCH_OK && nch_model_init(model, 1234, compute, &error) == NCH_OK);
	CHECK(nch_trainer_new(model, compute, &o, &trainer, &error) == NCH_OK);
	for (int step = 0; step < 80 && record.loss >= 0.01; step++)
		CHECK(nch_trainer_step(&trainer, &e, rows, 8, 3e-3, &record, &error) == NCH_OK);
	CHECK(record.loss < 0.01);
	CHECK(trainer.correct == 8);
	/* and a warm step allocates nothing but the norm's partial sums */
	size_t before = nch_alloc_count();
	CHECK(nch_trainer_step(&trainer, &e, rows, 8, 3e-3, &record, &error) == NCH_OK);
	CHECK(nch_alloc_count() - before <= 1);
	nch_trainer_free(&trainer);
	nch_examples_free(&e);
	nch_model_free(model);
	nch_compute_free(compute);
}

/* Of epochs that are equally good the first is kept: at a rate of 0 all are. */
TEST(the_first_of_equal_epochs_is_the_best)
{
	static const nch_best_by by[] = {NCH_BEST_ACCURACY, NCH_BEST_MACRO_F1, NCH_BEST_MICRO_F1, NCH_BEST_LOSS};
	for (size_t i = 0; i < sizeof by / sizeof *by; i++) {
		nch_config c = small_config();
		nch_train_options o = options();
		nch_model *model = NULL;
		nch_compute *compute = NULL;
		nch_train_result result = {0};
		nch_examples e = examples(ROWS), valid = examples(7);
		nch_error error;
		o.epochs = 3;
		o.best_by = by[i];
		o.optimizer.lr = 0.0;
		CHECK(nch_compute_new(1, NULL, 40, 16, &compute, &error) == NCH_OK);
		CHECK(nch_model_new(&c, &model, &error) == NCH_OK && nch_model_init(model, o.seed, compute, &error) == NCH_OK);
		CHECK(nch_train(model, compute, &e, &valid, &o, NULL, &result, &error) == NCH_OK);
		CHECK(result.count == 3 && result.best_epoch == 1);
		for (size_t k = 0; k < result.count; k++)
			CHECK(result.epochs[k].best == (k == 0));
		nch_train_result_free(&result);
		nch_examples_free(&e);
		nch_examples_free(&valid);
		nch_model_free(model);
		nch_compute_free(compute);
	}
}

static nch_tensor *find(nch_model *model, const char *name)
{
	for (size_t i = 0; i < model->count; i++)
		if (strcmp(model->tensors[i].name, name) == 0)
			return &model->tensors[i];
	CHECK(!"the model has such a tensor");
	return NULL;
}

static void fill(nch_tensor *t, size_t begin, size_t end, float value)
{
	for (size_t i = begin; i < end; i++)
		t->data[i] = value;
}

static double square_sum(const nch_tensor *t, const float *other)
{
	double sum = 0.0;
	for (size_t i = 0; i < t->rows * t->columns; i++) {
		double d = (double)t->data[i] - (other ? (double)other[i] : 0.0);
		sum += d * d;
	}
	return sum;
}

/* Without queries attention looks at all alike; units that are far below zero at every token are silent; and the head moves as far as its weights do. */
TEST(details_are_what_they_say)
{
	nch_config c = small_config();
	nch_train_options o = options();
	nch_model *model = NULL;
	nch_compute *compute = NULL;
	nch_trainer trainer;
	nch_step_record record = {.epoch = 1};
	nch_examples e = examples(8);
	nch_error error;
	const size_t rows[] = {0, 1, 2, 3, 4, 5, 6, 7};
	o.log_details = true;
	CHECK(nch_compute_new(1, NULL, 40, 16, &compute, &error) == NCH_OK);
	CHECK(nch_model_new(&c, &model, &error) == NCH_OK && nch_model_init(model, 1234, compute, &error) == NCH_OK);
	fill(find(model, "bert.encoder.layer.0.attention.self.query.weight"), 0, 32 * 32, 0.0f);
	nch_tensor *query = find(model, "bert.encoder.layer.1.attention.self.query.weight"), *up = find(model, "bert.encoder.layer.1.intermediate.dense.bias");
	for (size_t i = 0; i < 32 * 32; i++)
		query->data[i] *= 1000.0f;
	fill(up, 0, 16, -50.0f);
	CHECK(nch_trainer_new(model, compute, &o, &trainer, &error) == NCH_OK);
	nch_tensor *head[] = {find(model, "bert.pooler.dense.weight"), find(model, "bert.pooler.dense.bias"), find(model, "classifier.weight"), find(model, "classifier.bias")};
	float was[4][32 * 32];
	double size = 0.0, moved = 0.0;
	for (size_t i = 0; i < 4; i++) {
		memcpy(was[i], head[i]->data, head[i]->rows * head[i]->columns * sizeof(float));
		size += square_sum(head[i], NULL);
	}
	CHECK(nch_trainer_step(&trainer, &e, rows, 8, 3e-3, &record, &error) == NCH_OK);
	for (size_t i = 0; i < 4; i++)
		moved += square_sum(head[i], was[i]);
	const nch_details *d = record.details;
	CHECK(d != NULL && d->levels == 4 && d->layers == 2);
	CHECK_CLOSE(d->attention_entropy[0], 1.0, 1e-6);
	CHECK(d->attention_entropy[1] > 0.0 && d->attention_entropy[1] < 0.5);
	CHECK(d->dead_units[0] < 0.25 && d->dead_units[1] >= 0.25 && d->dead_units[1] < 0.5); /* 16 of 64 and what happens to be small */
	CHECK(moved > 0.0);
	CHECK_CLOSE(d->update_ratio[3], sqrt(moved / size), 1e-12);
	CHECK(nch_trainer_step(&trainer, &e, rows, 8, 0.0, &record, &error) == NCH_OK);
	CHECK(d->update_ratio[0] == 0.0 && d->update_ratio[3] == 0.0);
	nch_trainer_free(&trainer);
	nch_examples_free(&e);
	nch_model_free(model);
	nch_compute_free(compute);
}

TEST(details_change_no_bit)
{
	nch_train_options o = options();
	char without[65], with[65];
	train(1, NULL, &o, NCH_OK, without);
	o.log_details = true;
	train(2, NULL, &o, NCH_OK, with);
	CHECK_TEXT(with, without);
}

TEST(same_bits_whoever_computes)
{
	static const size_t threads[] = {1, 2, 3, 7};
	nch_train_options o = options();
	char first[65], hex[65];
	train(1, "scalar", &o, NCH_OK, first);
	const char *const *isas = nch_kernels_available();
	for (size_t i = 0; isas[i]; i++)
		for (size_t t = 0; t < 4; t++) {
			train(threads[t], isas[i], &o, NCH_OK, hex);
			if (strcmp(hex, first) != 0)
				printf("  %s, %zu threads\n", isas[i], threads[t]);
			CHECK_TEXT(hex, first);
		}
	/* the reference: another machine, another compiler must find the same */
	CHECK_TEXT(first, "b39908bb4490ec66c7ff645aca96769822fa7b3d35205f0f376380a6bd922c4e");
}

TEST(accumulated_parts_have_the_bits_of_the_batch)
{
	nch_train_options o = options();
	char whole[65], parts[65];
	o.batch = 12;
	train(2, NULL, &o, NCH_OK, whole);
	o.batch = 3;
	o.accumulate = 4;
	train(2, NULL, &o, NCH_OK, parts);
	CHECK_TEXT(parts, whole);
	o.batch = 5; /* parts of uneven size: 5 + 5 + 2 of another batch of 12 are not those of 15 */
	o.accumulate = 3;
	train(2, NULL, &o, NCH_OK, parts);
	CHECK(strcmp(parts, whole) != 0);
}

/* A batch of more tokens than one pass takes is computed in several, of other sentences than those that --accumulate would put together. */
TEST(passes_have_the_bits_of_the_batch)
{
	nch_train_options o = options();
	char passes[65], parts[65];
	enum { MANY = 500 };
	nch_examples e = examples(MANY);
	CHECK(nch_memory_passes(e.offsets[MANY]) == 7);
	nch_examples_free(&e);
	o.epochs = 2;
	o.batch = MANY;
	train_rows(MANY, 2, NULL, &o, NCH_OK, passes);
	o.batch = 20;
	o.accumulate = MANY / 20;
	train_rows(MANY, 2, NULL, &o, NCH_OK, parts);
	CHECK_TEXT(passes, parts);
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
	char folder[] = "/tmp/nunchi-train-XXXXXX", whole[65];
	CHECK(mkdtemp(folder) != NULL);
	nch_train_options o = options();
	o.checkpoint_every = 2;
	train(1, NULL, &o, NCH_OK, whole);
	for (uint64_t at = 1; at <= 12; at += 1) {
		nch_config c = small_config();
		nch_train_watcher watcher = {.step = stop_at, .context = &at};
		nch_train_result result = {0};
		nch_examples e = examples(ROWS);
		nch_error error;
		remove_folder(folder);
		o.out = folder;
		o.stop = &stop;
		o.resume = true;
		for (int part = 0; part < 2; part++) {
			nch_model *model = NULL;
			nch_compute *compute = NULL;
			stop = 0;
			CHECK(nch_compute_new(1, NULL, 40, 16, &compute, &error) == NCH_OK);
			CHECK(nch_model_new(&c, &model, &error) == NCH_OK && nch_model_init(model, o.seed, compute, &error) == NCH_OK);
			nch_status status = nch_train(model, compute, &e, NULL, &o, part == 0 ? &watcher : NULL, &result, &error);
			CHECK(status == (part == 0 ? NCH_CANCELLED : NCH_OK));
			nch_model_free(model);
			nch_compute_free(compute);
		}
		CHECK_TEXT(result.fingerprint, whole);
		CHECK(result.count == 3 && result.steps == 12);
		nch_train_result_free(&result);
		nch_examples_free(&e);
	}
	remove_folder(folder);
}

/* What inspect says a step will take is what it takes. */
TEST(memory_is_as_predicted)
{
	nch_config c = small_config();
	nch_train_options o = options();
	nch_model *model = NULL;
	nch_compute *compute = NULL;
	nch_trainer trainer;
	nch_step_record record;
	nch_error error;
	enum { SENTENCES = 200 };
	nch_examples e = examples(SENTENCES);
	size_t rows[SENTENCES];
	for (size_t i = 0; i < SENTENCES; i++)
		rows[i] = i;
	c.hidden = c.embedding = 128;
	c.feed_forward = 512;
	o.batch = SENTENCES;
	CHECK(nch_compute_new(1, NULL, 40, 64, &compute, &error) == NCH_OK);
	CHECK(nch_model_new(&c, &model, &error) == NCH_OK && nch_model_init(model, 1234, compute, &error) == NCH_OK);
	CHECK(nch_trainer_new(model, compute, &o, &trainer, &error) == NCH_OK);
	for (int step = 0; step < 3; step++)
		CHECK(nch_trainer_step(&trainer, &e, rows, SENTENCES, 1e-4, &record, &error) == NCH_OK);
	nch_memory m = nch_memory_training(&c, model->parameters, e.offsets[SENTENCES], SENTENCES, 40, 1, 2);
	double predicted = (double)(m.activations + m.gradients), measured = (double)nch_tape_peak(trainer.tape);
	CHECK_CLOSE(predicted / measured, 1.0, 0.05);
	nch_trainer_free(&trainer);
	nch_examples_free(&e);
	nch_model_free(model);
	nch_compute_free(compute);
}

TEST(a_loss_that_is_no_number_is_refused)
{
	nch_train_options o = options();
	char hex[65];
	o.optimizer.lr = 1e30;
	o.optimizer.clip = 0.0;
	o.optimizer.warmup = 0.0;
	train(1, NULL, &o, NCH_NUMERIC, hex);
}

int main(void)
{
	RUN(one_batch_is_learned_by_heart);
	RUN(the_first_of_equal_epochs_is_the_best);
	RUN(details_are_what_they_say);
	RUN(details_change_no_bit);
	RUN(same_bits_whoever_computes);
	RUN(accumulated_parts_have_the_bits_of_the_batch);
	RUN(passes_have_the_bits_of_the_batch);
	RUN(resumed_is_as_never_stopped);
	RUN(memory_is_as_predicted);
	RUN(a_loss_that_is_no_number_is_refused);
	return test_end();
}
