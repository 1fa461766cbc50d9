/* experiment_ngram.c - the n-gram model in place of a transformer: one fit, no epochs. */
#include "train/experiment_ngram.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "ngram/model.h"
#include "report/curves.h"
#include "train/experiment_measure.h"
#include "train/experiment_report.h"
#include "train/log.h"
#include "train/model_card.h"
#include "train/run_folder.h"
#include "train/run_identity.h"
#include "train/self_test.h"

/* All that has to be released. */
typedef struct work {
	const nch_experiment_options *options;
	const nch_experiment_data *data;
	nch_compute *compute;
	nch_train_options training;
	float *class_weights, *thresholds;
	nch_temperatures temperatures;
	nch_ngram *model;
	nch_ngram_fit fit;
	nch_buffer identity;
	nch_run_folder folder;
	nch_settings settings;
} work;

static void free_work(work *w)
{
	nch_free(w->class_weights);
	nch_free(w->thresholds);
	nch_free(w->temperatures.values);
	nch_free(w->temperatures.biases);
	nch_ngram_free(w->model);
	nch_free(w->fit.logits);
	nch_buffer_free(&w->identity);
	nch_run_folder_close(&w->folder);
}

/* --- which run this is --- */

/* Texts, pairs and labels of all rows in their order. */
static void digest_part(const nch_experiment_part *part, char hex[65])
{
	nch_sha256 hash;
	unsigned char digest[32];
	nch_sha256_start(&hash);
	for (size_t i = 0; i < part->count; i++) {
		size_t row = part->rows ? part->rows[i] : i, length, count;
		const char *text = nch_dataset_text(part->data, row, &length);
		nch_sha256_add(&hash, text, length + 1);
		if ((text = nch_dataset_pair(part->data, row, &length)) != NULL)
			nch_sha256_add(&hash, text, length + 1);
		const int32_t *classes = nch_dataset_classes(part->data, row, &count);
		nch_sha256_add(&hash, &(uint64_t){count}, sizeof(uint64_t));
		nch_sha256_add(&hash, classes, count * sizeof *classes);
	}
	nch_sha256_finish(&hash, digest);
	nch_sha256_hex(digest, hex);
}

static nch_status make_identity(work *w, nch_error *error)
{
	static const struct { nch_part_kind kind; const char *name; } parts[] = {
		{NCH_PART_TRAIN, "training rows"}, {NCH_PART_VALID, "validation rows"}, {NCH_PART_TEST, "test rows"}};
	nch_buffer *id = &w->identity;
	const nch_experiment_options *o = w->options;
	nch_buffer_text(id, w->training.values ? w->training.values : "");
	for (size_t c = 0; c < w->data->train.labels.count; c++)
		nch_identity_text(id, "label", w->data->train.labels.names[c]);
	if (o->folds > 0) {
		nch_identity_number(id, "folds", (double)o->folds);
		nch_identity_number(id, "fold", (double)o->fold);
	}
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		char hex[65];
		const nch_experiment_part part = nch_experiment_part_of(w->data, parts[i].kind);
		if (part.count == 0)
			continue;
		digest_part(&part, hex);
		nch_identity_text(id, parts[i].name, hex);
	}
	w->training.identity = id->data;
	return nch_buffer_check(id, error);
}

/* --- learning --- */

typedef struct watching {
	const volatile sig_atomic_t *stop;
} watching;

static bool go_on(void *context, size_t step, double objective, double gradient)
{
	const watching *w = context;
	(void)step;
	(void)objective;
	(void)gradient;
	return w->stop == NULL || *w->stop == 0;
}

static nch_status check_loss(const work *w, nch_error *error)
{
	nch_loss_kind loss = w->training.loss;
	if (loss != (w->data->train.multi_label ? NCH_LOSS_BCE : NCH_LOSS_CE))
		return nch_fail(error, NCH_USAGE, "⟨loss⟩ %s: the n-gram model minimises ce, or bce for several labels a row", nch_loss_name(loss));
	return NCH_OK;
}

static nch_status learn(work *w, nch_error *error)
{
	const nch_experiment_part part = nch_experiment_part_of(w->data, NCH_PART_TRAIN);
	nch_examples truth = {0};
	watching watch = {w->training.stop};
	nch_text *texts = nch_dataset_texts(part.data, part.rows, part.count);
	nch_status status = texts != NULL ? nch_examples_truth(part.data, part.rows, part.count, &truth, error) : nch_no_memory(error);
	if (status == NCH_OK) {
		const nch_ngram_data data = {.texts = texts, .count = part.count, .labels = &w->data->train.labels, .label = truth.goals != NULL
		                             ? NULL : truth.label, .goals = truth.goals, .class_weights = w->class_weights};
		status = nch_ngram_learn(&w->options->ngram, &data, w->compute->pool, go_on, &watch, &w->model, &w->fit, error);
	}
	nch_examples_free(&truth);
	nch_free(texts);
	return status;
}

/* --- measuring --- */

static nch_status measure(work *w, nch_part_kind kind, const float *logits, nch_metrics *metrics, nch_error *error)
{
	const nch_experiment_part part = nch_experiment_part_of(w->data, kind);
	const nch_measuring measuring = {w->options, w->data, &w->training, &w->thresholds, &w->temperatures};
	nch_examples truth = {0};
	nch_status status = nch_examples_truth(part.data, part.rows, part.count, &truth, error);
	if (status == NCH_OK)
		status = nch_experiment_measure(&measuring, &truth, logits, kind == NCH_PART_VALID, metrics, error);
	nch_examples_free(&truth);
	return status;
}

static nch_status ask_and_measure(work *w, nch_part_kind kind, nch_metrics *metrics, nch_error *error)
{
	const nch_experiment_part part = nch_experiment_part_of(w->data, kind);
	size_t cells;
	nch_text *texts = nch_dataset_texts(part.data, part.rows, part.count);
	float *logits = nch_size_mul(part.count, w->model->labels.count, &cells) ? nch_alloc(cells, sizeof *logits) : NULL;
	nch_status status = texts && logits ? nch_ngram_logits(w->model, texts, part.count, w->compute->pool, logits, NULL, error) : nch_no_memory(error);
	if (status == NCH_OK)
		status = measure(w, kind, logits, metrics, error);
	nch_free(texts);
	nch_free(logits);
	return status;
}

/* The training rows' figures, as a run's log has them: of the model as it is in the end, at fixed thresholds. Their logits are the solver's. */
static nch_status measure_training(work *w, nch_epoch_record *record, nch_error *error)
{
	float *thresholds = w->thresholds;
	nch_temperatures temperatures = w->temperatures;
	nch_metrics metrics = {0};
	w->thresholds = NULL;
	w->temperatures = (nch_temperatures){0};
	nch_status status = measure(w, NCH_PART_TRAIN, w->fit.logits, &metrics, error);
	record->train_loss = metrics.loss;
	record->train_accuracy = metrics.accuracy;
	nch_metrics_free(&metrics);
	nch_free(w->thresholds);
	w->thresholds = thresholds;
	w->temperatures = temperatures;
	return status;
}

static nch_status measure_all(work *w, nch_experiment_result *r, nch_error *error)
{
	if (r->has_valid)
		NCH_TRY(ask_and_measure(w, NCH_PART_VALID, &r->valid, error));
	return r->has_test ? ask_and_measure(w, NCH_PART_TEST, &r->test, error) : NCH_OK;
}

static nch_status make_record(work *w, nch_experiment_result *r, nch_error *error)
{
	if ((r->training.epochs = nch_alloc(1, sizeof *r->training.epochs)) == NULL)
		return nch_no_memory(error);
	nch_epoch_record *record = r->training.epochs;
	*record = (nch_epoch_record){.epoch = 1, .has_valid = r->has_valid, .best = true, .seconds = r->seconds};
	if (r->has_valid)
		record->valid = nch_scores_of(&r->valid);
	r->training.count = r->training.best_epoch = 1;
	return measure_training(w, record, error);
}

/* --- what is left --- */

static nch_status write_log(const work *w, const nch_experiment_result *r, nch_error *error)
{
	nch_buffer log = {0};
	const char *out = w->training.out;
	nch_log_epoch(&log, &r->training.epochs[0]);
	char *path = w->training.log != NULL ? nch_copy_text(w->training.log, strlen(w->training.log)) : nch_path_join(out, "log.jsonl");
	nch_status status = path != NULL ? nch_buffer_check(&log, error) : nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_file_write(path, log.data, log.length, error);
	if (status == NCH_OK)
		status = nch_curves_write(out, path, 1, error);
	nch_buffer_free(&log);
	nch_free(path);
	return status;
}

/* The model with all that belongs to it, at once. */
static nch_status keep_model(work *w, char fingerprint[65], nch_error *error)
{
	nch_change change;
	NCH_TRY(nch_change_begin(&change, w->training.out, error));
	nch_experiment_settings(w->options, w->data, &w->training, w->thresholds, &w->temperatures, &w->settings);
	nch_status status = nch_settings_write(&w->settings, change.staged, error);
	if (status == NCH_OK)
		status = nch_ngram_save(w->model, change.staged, fingerprint, error);
	return nch_run_folder_commit(&change, status, &w->training, error);
}

static nch_status save(work *w, nch_experiment_result *r, nch_error *error)
{
	const char *out = w->training.out;
	NCH_TRY(keep_model(w, r->training.fingerprint, error));
	NCH_TRY(write_log(w, r, error));
	NCH_TRY(nch_experiment_report(w->options, r, error));
	NCH_TRY(nch_model_card_write(w->options, NULL, w->model, &w->settings, r, error));
	return nch_self_test_write(out, nch_pool_threads(w->compute->pool), w->compute->kernels->name, error);
}

static nch_status run(work *w, nch_experiment_result *r, nch_error *error)
{
	double started = nch_seconds();
	NCH_TRY(learn(w, error));
	r->seconds = nch_seconds() - started;
	r->training.steps = w->fit.steps;
	r->train_rows = nch_experiment_part_of(w->data, NCH_PART_TRAIN).count;
	r->valid_rows = nch_experiment_part_of(w->data, NCH_PART_VALID).count;
	r->test_rows = nch_experiment_part_of(w->data, NCH_PART_TEST).count;
	r->parameters = (w->model->features + 1) * w->model->labels.count;
	r->has_valid = r->valid_rows > 0;
	r->has_test = r->test_rows > 0;
	NCH_TRY(nch_labels_copy(&r->labels, &w->data->train.labels, error));
	NCH_TRY(measure_all(w, r, error));
	NCH_TRY(make_record(w, r, error));
	return w->training.out != NULL ? save(w, r, error) : NCH_OK;
}

static nch_status begin(work *w, nch_error *error)
{
	w->training = w->options->training;
	if (!w->options->loss_given)
		w->training.loss = w->data->train.multi_label ? NCH_LOSS_BCE : NCH_LOSS_CE;
	NCH_TRY(check_loss(w, error));
	NCH_TRY(nch_experiment_check_tuning(w->options, w->data, error));
	return nch_class_weights_make(&w->options->class_weights, &w->data->train, w->data->train_rows, w->data->train_count, &w->class_weights,
	                              error);
}

nch_status nch_experiment_ngram(const nch_experiment_options *options, const nch_experiment_data *data, nch_compute *compute,
                                const nch_experiment_watcher *watcher, nch_experiment_result *result, nch_error *error)
{
	work w = {.options = options, .data = data, .compute = compute};
	nch_status status = begin(&w, error);
	(void)watcher;
	if (status == NCH_OK)
		status = make_identity(&w, error);
	result->skipped = status == NCH_OK && nch_experiment_is_done(options, &w.training);
	if (status == NCH_OK && !result->skipped)
		status = nch_run_folder_open(&w.folder, &w.training, error);
	if (status == NCH_OK && !result->skipped)
		status = run(&w, result, error);
	free_work(&w);
	return status;
}

nch_status nch_experiment_baseline(const nch_experiment_options *options, const nch_experiment_data *data, nch_compute *compute,
                                   nch_experiment_result *result, nch_error *error)
{
	work w = {.options = options, .data = data, .compute = compute};
	nch_metrics valid = {0};
	bool has_valid = nch_experiment_part_of(data, NCH_PART_VALID).count > 0, has_test = nch_experiment_part_of(data, NCH_PART_TEST).count > 0;
	if ((!has_valid && !has_test) || (!data->train.multi_label && data->train.labels.count < 2)) /* of a single label there is nothing to learn */
		return NCH_OK;
	nch_experiment_options plain = *options; /* its loss is its own, and nothing of it is kept */
	plain.loss_given = false;
	plain.training.out = NULL;
	w.options = &plain;
	nch_status status = begin(&w, error);
	if (status == NCH_OK)
		status = learn(&w, error);
	if (status == NCH_OK && has_valid)
		status = ask_and_measure(&w, NCH_PART_VALID, &valid, error);
	if (status == NCH_OK && has_test)
		status = ask_and_measure(&w, NCH_PART_TEST, &result->baseline, error);
	if (status == NCH_OK && !has_test) {
		result->baseline = valid;
		valid = (nch_metrics){0};
	}
	result->has_baseline = status == NCH_OK;
	nch_metrics_free(&valid);
	free_work(&w);
	return status;
}
