/* experiment.c - from file names to a trained, measured and reported model. */
#include "train/experiment.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "data/statistics.h"
#include "tokenizer/tokenizer.h"
#include "train/experiment_data.h"
#include "train/experiment_measure.h"
#include "train/experiment_ngram.h"
#include "train/experiment_report.h"
#include "train/judge.h"
#include "train/layers.h"
#include "train/model_card.h"
#include "train/run_folder.h"
#include "train/run_identity.h"
#include "train/self_test.h"

/* All that has to be released. */
typedef struct work {
	const nch_experiment_options *options;
	const nch_experiment_watcher *watcher;
	nch_compute *compute;
	nch_experiment_data data;
	nch_tokenizer *tokenizer;
	size_t first_new; /* pieces that the tokenizer had before the markers of targets */
	nch_model *model;
	float *thresholds; /* (labels), of the trained model */
	nch_temperatures temperatures;
	nch_examples train_examples, valid_examples, test_examples;
	float *class_weights;
	double *rates; /* of the tensors, where they are not all alike */
	nch_train_options training; /* the caller's, with what only the data tell filled in */
	nch_buffer identity;
	nch_run_folder folder;
	size_t max_len;
	nch_settings settings; /* as written */
} work;

static void warn(void *context, const char *text)
{
	const work *w = context;
	if (w->watcher && w->watcher->warning)
		w->watcher->warning(w->watcher->training.context, text);
}

/* --- tokens --- */

static nch_status percentile_of_lengths(work *w, double percentile, double *length, nch_error *error)
{
	nch_examples all = {0};
	nch_lengths lengths = {0};
	NCH_TRY(nch_examples_make(&w->data.train, w->data.train_rows, w->data.train_count, w->tokenizer, 0, w->compute->pool, &all, error));
	nch_status status = NCH_OK;
	for (size_t i = 0; status == NCH_OK && i < all.rows; i++)
		status = nch_lengths_add(&lengths, all.offsets[i + 1] - all.offsets[i], error);
	*length = ceil(nch_lengths_percentile(&lengths, percentile));
	nch_examples_free(&all);
	nch_lengths_free(&lengths);
	return status;
}

static nch_status find_max_len(work *w, nch_error *error)
{
	const nch_max_len *wanted = &w->options->max_len;
	size_t limit = nch_model_max_len(w->model);
	double length = wanted->tokens > 0 ? (double)wanted->tokens : (double)limit;
	if (wanted->tokens == 0 && wanted->percentile > 0.0)
		NCH_TRY(percentile_of_lengths(w, wanted->percentile, &length, error));
	w->max_len = length < 3.0 ? 3 : length > (double)limit ? limit : (size_t)length;
	return NCH_OK;
}

static nch_status make_part(work *w, nch_part_kind kind, nch_examples *examples, nch_error *error)
{
	nch_experiment_part part = nch_experiment_part_of(&w->data, kind);
	return part.count == 0 ? NCH_OK : nch_examples_make(part.data, part.rows, part.count, w->tokenizer, w->max_len, w->compute->pool, examples, error);
}

static nch_status make_examples(work *w, nch_error *error)
{
	NCH_TRY(make_part(w, NCH_PART_TRAIN, &w->train_examples, error));
	NCH_TRY(make_part(w, NCH_PART_VALID, &w->valid_examples, error));
	return make_part(w, NCH_PART_TEST, &w->test_examples, error);
}

/* --- model --- */

static void set_dropouts(const work *w, nch_config *config)
{
	const nch_experiment_options *o = w->options;
	if (!isnan(o->dropout))
		config->dropout = o->dropout;
	if (!isnan(o->attention_dropout))
		config->attention_dropout = o->attention_dropout;
	if (!isnan(o->classifier_dropout))
		config->classifier_dropout = o->classifier_dropout;
}

static nch_status make_model(work *w, nch_error *error)
{
	const nch_experiment_options *o = w->options;
	uint64_t seed = o->training.seed;
	if (o->init != NULL) {
		const nch_model_options options = {.labels = (const char *const *)w->data.train.labels.names, .label_count = w->data.train.labels.count, .seed = seed,
		                                   .pieces = nch_tokenizer_size(w->tokenizer), .first_new = w->first_new};
		NCH_TRY(nch_model_open(o->init, &options, &w->model, error));
		set_dropouts(w, &w->model->config);
		w->model->config.multi_label = w->data.train.multi_label;
		if (w->model->report.length > 0)
			warn(w, w->model->report.data);
	} else {
		nch_config config;
		if (!nch_config_preset(o->preset, &config))
			return nch_fail(error, NCH_USAGE, "unknown preset '%s'; there are tiny, mini, small, medium, base and large", o->preset);
		NCH_TRY(nch_config_reshape(&config, &o->shape, error));
		config.vocab_size = nch_tokenizer_size(w->tokenizer);
		config.pad_token = nch_tokenizer_specials(w->tokenizer).pad;
		config.labels = w->data.train.labels.count;
		config.label_names = w->data.train.labels.names;
		config.multi_label = w->data.train.multi_label;
		set_dropouts(w, &config);
		NCH_TRY(nch_model_new(&config, &w->model, error));
		NCH_TRY(nch_model_init(w->model, seed, w->compute, error));
	}
	if (nch_tokenizer_size(w->tokenizer) > w->model->config.vocab_size)
		return nch_fail(error, NCH_DATA, "the tokenizer has %zu pieces, the model only %zu: they do not belong together",
		                nch_tokenizer_size(w->tokenizer), w->model->config.vocab_size);
	return nch_compute_reserve(w->compute, 128, w->model->config.hidden / w->model->config.heads, error);
}

/* --- options that depend on the data --- */

/* What is frozen, and the layers' learning rates. */
static nch_status set_rates(work *w, nch_train_options *training, nch_error *error)
{
	const nch_experiment_options *o = w->options;
	double decay = o->layer_decay > 0.0 ? o->layer_decay : 1.0;
	if (o->freeze == NULL && decay == 1.0)
		return NCH_OK;
	w->rates = nch_alloc(w->model->count, sizeof *w->rates);
	if (w->rates == NULL)
		return nch_no_memory(error);
	training->optimizer.rates = w->rates;
	return nch_layer_rates(w->model, o->freeze, decay, w->rates, error);
}

/* Which run this is: train/run_identity.h. */
static nch_status make_identity(work *w, nch_error *error)
{
	nch_buffer *id = &w->identity;
	const nch_experiment_options *o = w->options;
	nch_buffer_text(id, w->training.values ? w->training.values : "");
	nch_identity_steps(id, &w->training, w->model);
	nch_identity_tokenizer(id, w->tokenizer);
	NCH_TRY(nch_identity_model(id, w->model, error));
	nch_identity_number(id, "max_len", (double)w->max_len);
	if (o->folds > 0) {
		nch_identity_number(id, "folds", (double)o->folds);
		nch_identity_number(id, "fold", (double)o->fold);
	}
	nch_identity_examples(id, "training rows", &w->train_examples);
	if (w->valid_examples.rows > 0)
		nch_identity_examples(id, "validation rows", &w->valid_examples);
	if (w->test_examples.rows > 0)
		nch_identity_examples(id, "test rows", &w->test_examples);
	w->training.identity = id->data;
	return nch_buffer_check(id, error);
}

static void set_settings(work *w)
{
	nch_experiment_settings(w->options, &w->data, &w->training, w->thresholds, &w->temperatures, &w->settings);
	w->settings.max_len = w->max_len;
}

/* The best model so far, with all that belongs to it. */
static nch_status keep_model(void *context, const nch_model *model, nch_error *error)
{
	work *w = context;
	nch_change change;
	NCH_TRY(nch_change_begin(&change, w->training.out, error));
	set_settings(w);
	nch_status status = nch_tokenizer_save(w->tokenizer, change.staged, error);
	if (status == NCH_OK)
		status = nch_settings_write(&w->settings, change.staged, error);
	if (status == NCH_OK)
		status = nch_model_save(model, change.staged, NULL, error);
	return nch_run_folder_commit(&change, status, &w->training, error);
}

/* --- measuring --- */

static nch_status measure(work *w, const nch_examples *examples, bool valid, nch_metrics *metrics, nch_error *error)
{
	const nch_measuring measuring = {w->options, &w->data, &w->training, &w->thresholds, &w->temperatures};
	size_t cells;
	nch_tape *tape = NULL;
	float *logits = nch_size_mul(examples->rows, w->model->config.labels, &cells) ? nch_alloc(cells, sizeof *logits) : NULL;
	nch_status status = logits ? nch_tape_new(w->compute, &tape, error) : nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_evaluate_logits(w->model, tape, examples, 0, logits, error);
	if (status == NCH_OK)
		status = nch_experiment_measure(&measuring, examples, logits, valid, metrics, error);
	nch_tape_free(tape);
	nch_free(logits);
	return status;
}

#define NO_MODEL "nothing was learned. Is the tokenizer the model's own, and is --lr right?"

/* Says so when a run ends where it began. One label a row: it answers no oftener rightly than who always names the most frequent label. */
static void judge_learning(work *w, const nch_experiment_result *r)
{
	size_t most = 0, labels = w->data.train.labels.count;
	size_t *counts = nch_alloc(labels, sizeof *counts);
	if (counts == NULL || r->training.count == 0 || w->data.train.multi_label) {
		nch_free(counts);
		return;
	}
	nch_dataset_label_counts(&w->data.train, counts);
	for (size_t c = 0; c < labels; c++)
		most = counts[c] > most ? counts[c] : most;
	double chance = (double)most / (double)w->data.train.rows;
	if (r->training.epochs[r->training.count - 1].train_accuracy <= chance + 0.01)
		warn(w, "the last epoch ended at chance level: " NO_MODEL);
	nch_free(counts);
}

/* Any number of labels a row: F1 with tuned thresholds looks fine for a model that gives every row the same scores, the area under the ROC curve (the mean over
 * the labels) is then .5. Few rows say nothing. */
static void judge_ranking(work *w, const nch_metrics *metrics)
{
	nch_buffer text = {0};
	if (!w->data.train.multi_label || metrics->rows < 100 || !(metrics->roc_auc < 0.52))
		return;
	nch_buffer_printf(&text, "the model tells the rows hardly apart (ROC-AUC %.2f; chance is 0.50): " NO_MODEL, metrics->roc_auc);
	if (text.data != NULL)
		warn(w, text.data);
	nch_buffer_free(&text);
}

/* Fills w->training: the caller's options, and what only the data tell. */
static nch_status set_training(work *w, nch_error *error)
{
	nch_train_options *training = &w->training;
	*training = w->options->training;
	if (!w->options->loss_given)
		training->loss = w->data.train.multi_label ? NCH_LOSS_BCE : NCH_LOSS_CE;
	training->keep = keep_model;
	training->keep_context = w;
	NCH_TRY(nch_experiment_check_tuning(w->options, &w->data, error));
	NCH_TRY(nch_class_weights_make(&w->options->class_weights, &w->data.train, w->data.train_rows, w->data.train_count, &w->class_weights, error));
	training->class_weights = w->class_weights;
	NCH_TRY(set_rates(w, training, error));
	return make_identity(w, error);
}

static nch_status train(work *w, nch_experiment_result *r, nch_error *error)
{
	double started = nch_seconds();
	NCH_TRY(nch_train(w->model, w->compute, &w->train_examples, w->valid_examples.rows ? &w->valid_examples : NULL, &w->training,
	                  w->watcher ? &w->watcher->training : NULL, &r->training, error));
	r->seconds = nch_seconds() - started;
	judge_learning(w, r);
	r->train_rows = w->train_examples.rows;
	r->valid_rows = w->valid_examples.rows;
	r->test_rows = w->test_examples.rows;
	r->max_len = w->max_len;
	r->parameters = w->model->parameters;
	r->has_valid = r->valid_rows > 0;
	r->has_test = r->test_rows > 0;
	return nch_labels_copy(&r->labels, &w->data.train.labels, error);
}

static nch_status measure_all(work *w, nch_experiment_result *r, nch_error *error)
{
	if (r->has_valid)
		NCH_TRY(measure(w, &w->valid_examples, true, &r->valid, error));
	judge_ranking(w, &r->valid);
	return r->has_test ? measure(w, &w->test_examples, false, &r->test, error) : NCH_OK;
}

static nch_status report(work *w, const nch_experiment_result *r, nch_error *error)
{
	const nch_train_options *training = &w->training;
	if (training->out == NULL)
		return NCH_OK;
	set_settings(w);
	NCH_TRY(nch_settings_write(&w->settings, training->out, error));
	NCH_TRY(nch_experiment_report(w->options, r, error));
	NCH_TRY(nch_model_card_write(w->options, w->model, NULL, &w->settings, r, error));
	NCH_TRY(nch_run_folder_sign(training->out, training, error));
	return nch_self_test_write(training->out, nch_pool_threads(w->compute->pool), w->compute->kernels->name, error);
}

/* With the markers of targets, where they are asked for. */
static nch_status load_tokenizer(work *w, nch_error *error)
{
	static const char *const markers[] = {NCH_TARGET_OPEN, NCH_TARGET_CLOSE};
	const nch_experiment_options *o = w->options;
	if (o->init != NULL)
		NCH_TRY(nch_model_check_folder(o->init, error));
	NCH_TRY(nch_tokenizer_load(o->tokenizer ? o->tokenizer : o->init, &w->tokenizer, error));
	w->first_new = nch_tokenizer_size(w->tokenizer);
	return nch_target_mode_has_markers(o->data.target) ? nch_tokenizer_extend(w->tokenizer, markers, 2, error) : NCH_OK;
}

static nch_status run_all(work *w, nch_experiment_result *result, nch_error *error)
{
	const nch_experiment_options *o = w->options;
	if (o->preset != NULL && strcmp(o->preset, NCH_NGRAM_PRESET) == 0) {
		NCH_TRY(nch_experiment_data_read(o, w->watcher, &w->data, error));
		NCH_TRY(nch_judge_rows(&w->data, warn, w, error));
		return nch_experiment_ngram(o, &w->data, w->compute, w->watcher, result, error);
	}
	if (o->init == NULL && (o->preset == NULL || o->tokenizer == NULL))
		return nch_fail(error, NCH_USAGE, "what is to be trained? give --init DIR, or --preset NAME with --tokenizer FILE");
	NCH_TRY(load_tokenizer(w, error));
	NCH_TRY(nch_experiment_data_read(o, w->watcher, &w->data, error));
	NCH_TRY(make_model(w, error));
	NCH_TRY(find_max_len(w, error));
	NCH_TRY(make_examples(w, error));
	NCH_TRY(nch_judge_tokens(&w->train_examples, w->max_len, o->allow_unknown, warn, w, error));
	NCH_TRY(set_training(w, error));
	result->skipped = o->skip_done && o->training.out != NULL && nch_run_folder_is_done(o->training.out, &w->training);
	if (result->skipped)
		return NCH_OK;
	NCH_TRY(nch_run_folder_open(&w->folder, &w->training, error));
	NCH_TRY(nch_judge_rows(&w->data, warn, w, error));
	NCH_TRY(train(w, result, error));
	NCH_TRY(measure_all(w, result, error));
	if (o->baseline)
		NCH_TRY(nch_experiment_baseline(o, &w->data, w->compute, result, error));
	return report(w, result, error);
}

nch_status nch_experiment_run(const nch_experiment_options *options, nch_compute *compute, const nch_experiment_watcher *watcher,
                              nch_experiment_result *result, nch_error *error)
{
	work w = {.options = options, .watcher = watcher, .compute = compute};
	*result = (nch_experiment_result){0};
	nch_status status = run_all(&w, result, error);
	nch_experiment_data_free(&w.data);
	nch_tokenizer_free(w.tokenizer);
	nch_model_free(w.model);
	nch_examples_free(&w.train_examples);
	nch_examples_free(&w.valid_examples);
	nch_examples_free(&w.test_examples);
	nch_free(w.class_weights);
	nch_free(w.rates);
	nch_free(w.thresholds);
	nch_free(w.temperatures.values);
	nch_buffer_free(&w.identity);
	nch_run_folder_close(&w.folder);
	if (status != NCH_OK)
		nch_experiment_result_free(result);
	return status;
}

void nch_experiment_result_free(nch_experiment_result *result)
{
	nch_train_result_free(&result->training);
	nch_metrics_free(&result->valid);
	nch_metrics_free(&result->test);
	nch_metrics_free(&result->baseline);
	nch_labels_free(&result->labels);
	*result = (nch_experiment_result){0};
}
