/* experiment.c - from file names to a trained, measured and reported model. */
#include "train/experiment.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/setting.h"
#include "train/experiment_data.h"
#include "train/experiment_measure.h"
#include "train/experiment_model.h"
#include "train/experiment_ngram.h"
#include "train/experiment_report.h"
#include "train/judge.h"
#include "train/model_card.h"
#include "train/run_folder.h"
#include "train/run_identity.h"
#include "train/self_test.h"
#include "train/trainer.h"

/* All that has to be released. */
typedef struct work {
	const nch_experiment_options *options;
	const nch_experiment_watcher *watcher;
	nch_compute *compute;
	nch_experiment_data data;
	nch_experiment_model begun;
	float *thresholds; /* (labels), of the trained model */
	nch_temperatures temperatures;
	nch_examples train_examples, valid_examples, test_examples;
	float *class_weights;
	nch_train_options training; /* the caller's, with what only the data tell filled in */
	nch_buffer identity;
	nch_run_folder folder;
	nch_settings settings; /* as written */
} work;

static void warn(void *context, const char *text)
{
	const work *w = context;
	char spelled[400];
	snprintf(spelled, sizeof spelled, "%s", text);
	nch_setting_spell(spelled);
	if (w->watcher && w->watcher->warning)
		w->watcher->warning(w->watcher->training.context, spelled);
}

/* --- the rows as tokens --- */

static nch_status make_part(work *w, nch_part_kind kind, nch_examples *examples, nch_error *error)
{
	nch_experiment_part part = nch_experiment_part_of(&w->data, kind);
	return part.count == 0 ? NCH_OK : nch_examples_make(part.data, part.rows, part.count, w->begun.tokenizer, w->begun.max_len, w->compute->pool,
	                                                    examples, error);
}

static nch_status make_examples(work *w, nch_error *error)
{
	NCH_TRY(make_part(w, NCH_PART_TRAIN, &w->train_examples, error));
	NCH_TRY(make_part(w, NCH_PART_VALID, &w->valid_examples, error));
	return make_part(w, NCH_PART_TEST, &w->test_examples, error);
}

/* --- options that depend on the data --- */

/* Which run this is: train/run_identity.h. */
static nch_status make_identity(work *w, nch_error *error)
{
	nch_buffer *id = &w->identity;
	const nch_experiment_options *o = w->options;
	nch_buffer_text(id, w->training.values ? w->training.values : "");
	nch_identity_steps(id, &w->training, w->begun.model);
	nch_identity_tokenizer(id, w->begun.tokenizer);
	NCH_TRY(nch_identity_model(id, w->begun.model, error));
	nch_identity_number(id, "max_len", (double)w->begun.max_len);
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
	w->settings.max_len = w->begun.max_len;
}

/* The best model so far, with all that belongs to it. */
static nch_status keep_model(void *context, const nch_model *model, nch_error *error)
{
	work *w = context;
	nch_change change;
	NCH_TRY(nch_change_begin(&change, w->training.out, error));
	set_settings(w);
	nch_status status = nch_tokenizer_save(w->begun.tokenizer, change.staged, error);
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
	float *logits = nch_size_mul(examples->rows, w->begun.model->config.labels, &cells) ? nch_alloc(cells, sizeof *logits) : NULL;
	nch_status status = logits ? nch_tape_new(w->compute, &tape, error) : nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_evaluate_logits(w->begun.model, tape, examples, 0, logits, error);
	if (status == NCH_OK)
		status = nch_experiment_measure(&measuring, examples, logits, valid, metrics, error);
	nch_tape_free(tape);
	nch_free(logits);
	return status;
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
	NCH_TRY(nch_class_weights_make(&w->options->class_weights, &w->data.train, w->data.train_rows, w->data.train_count, &w->class_weights,
	                               error));
	training->class_weights = w->class_weights;
	NCH_TRY(nch_experiment_rates(w->options, &w->begun, error));
	training->optimizer.rates = w->begun.rates;
	return make_identity(w, error);
}

static nch_status train(work *w, nch_experiment_result *r, nch_error *error)
{
	double started = nch_seconds();
	NCH_TRY(nch_train(w->begun.model, w->compute, &w->train_examples, w->valid_examples.rows ? &w->valid_examples : NULL, &w->training,
	                  w->watcher ? &w->watcher->training : NULL, &r->training, error));
	r->seconds = nch_seconds() - started;
	nch_judge_learning(&w->data.train, &r->training, warn, w);
	r->train_rows = w->train_examples.rows;
	r->valid_rows = w->valid_examples.rows;
	r->test_rows = w->test_examples.rows;
	r->max_len = w->begun.max_len;
	r->parameters = w->begun.model->parameters;
	r->has_valid = r->valid_rows > 0;
	r->has_test = r->test_rows > 0;
	return nch_labels_copy(&r->labels, &w->data.train.labels, error);
}

static nch_status measure_all(work *w, nch_experiment_result *r, nch_error *error)
{
	if (r->has_valid)
		NCH_TRY(measure(w, &w->valid_examples, true, &r->valid, error));
	nch_judge_ranking(&r->valid, warn, w);
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
	NCH_TRY(nch_model_card_write(w->options, w->begun.model, NULL, &w->settings, r, error));
	NCH_TRY(nch_run_folder_sign(training->out, training, error));
	return nch_self_test_write(training->out, nch_pool_threads(w->compute->pool), w->compute->kernels->name, error);
}

/* The linear model in place of a transformer. */
static nch_status run_ngram(work *w, nch_experiment_result *result, nch_error *error)
{
	const nch_experiment_options *o = w->options;
	NCH_TRY(nch_experiment_data_read(o, w->watcher, &w->data, error));
	NCH_TRY(nch_judge_rows(&w->data, warn, w, error));
	return nch_experiment_ngram(o, &w->data, w->compute, w->watcher, result, error);
}

/* All that is there before the first step. */
static nch_status prepare(work *w, nch_error *error)
{
	const nch_experiment_options *o = w->options;
	if (o->init == NULL && (o->preset == NULL || o->tokenizer == NULL))
		return nch_fail(error, NCH_USAGE, "what is to be trained? give ⟨init⟩ DIR, or ⟨preset⟩ NAME with ⟨tokenizer⟩ FILE");
	NCH_TRY(nch_experiment_tokenizer(o, &w->begun, error));
	NCH_TRY(nch_experiment_data_read(o, w->watcher, &w->data, error));
	NCH_TRY(nch_experiment_model_make(o, &w->data, w->compute, w->watcher, &w->begun, error));
	NCH_TRY(make_examples(w, error));
	NCH_TRY(nch_judge_tokens(&w->train_examples, w->begun.max_len, o->allow_unknown, warn, w, error));
	return set_training(w, error);
}

static nch_status open_folder(work *w, nch_error *error)
{
	NCH_TRY(nch_run_folder_open(&w->folder, &w->training, error));
	return nch_judge_rows(&w->data, warn, w, error);
}

static nch_status run_all(work *w, nch_experiment_result *result, nch_error *error)
{
	const nch_experiment_options *o = w->options;
	NCH_TRY(prepare(w, error));
	result->skipped = nch_experiment_is_done(o, &w->training);
	if (result->skipped)
		return NCH_OK;
	NCH_TRY(open_folder(w, error));
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
	bool ngram = options->preset != NULL && strcmp(options->preset, NCH_NGRAM_PRESET) == 0;
	nch_status status = ngram ? run_ngram(&w, result, error) : run_all(&w, result, error);
	nch_experiment_data_free(&w.data);
	nch_experiment_model_free(&w.begun);
	nch_examples_free(&w.train_examples);
	nch_examples_free(&w.valid_examples);
	nch_examples_free(&w.test_examples);
	nch_free(w.class_weights);
	nch_free(w.thresholds);
	nch_free(w.temperatures.values);
	nch_free(w.temperatures.biases);
	nch_buffer_free(&w.identity);
	nch_run_folder_close(&w.folder);
	if (status != NCH_OK)
		nch_experiment_result_free(result);
	return status;
}
