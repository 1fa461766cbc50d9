/* experiment.c - from file names to a trained, measured and reported model. */
#include "train/experiment.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "data/split.h"
#include "data/statistics.h"
#include "tokenizer/tokenizer.h"
#include "train/experiment_report.h"
#include "train/held_out.h"
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
	nch_dataset train, valid, test;
	nch_split test_split, valid_split;
	size_t *train_rows, *valid_rows, *test_rows; /* of the data set `train`; the last two where they are taken from it */
	size_t train_count, valid_count, test_count;
	nch_tokenizer *tokenizer;
	size_t first_new; /* pieces that the tokenizer had before the markers of targets */
	nch_model *model;
	float *thresholds; /* (labels), of the trained model */
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

/* --- data --- */

/* The labels before and after selection, a note a line. */
static void tell_selection(const work *w)
{
	nch_buffer text = {0};
	size_t *rows = nch_alloc(w->train.labels.count, sizeof *rows);
	if (rows != NULL && w->watcher != NULL && w->watcher->training.note != NULL) {
		nch_dataset_label_counts(&w->train, rows);
		nch_dataset_describe_selection(&w->train, rows, &text);
	}
	nch_free(rows);
	for (char *line = text.data, *end; line != NULL && *line != '\0'; line = end) {
		end = line + strcspn(line, "\n");
		if (*end == '\n')
			*end++ = '\0';
		w->watcher->training.note(w->watcher->training.context, line);
	}
	nch_buffer_free(&text);
}

/* The labels of the model that training begins with: where the data have the same ones, its order stays, and with it its head. */
static nch_status read_init_labels(const char *init, nch_labels *labels, nch_error *error)
{
	nch_config config;
	int32_t id;
	nch_arena *arena = nch_arena_new(0);
	nch_status status = arena ? nch_model_read_config(init, arena, &config, error) : nch_no_memory(error);
	for (size_t i = 0; status == NCH_OK && i < config.labels; i++)
		status = nch_labels_add(labels, config.label_names[i], strlen(config.label_names[i]), &id, error);
	nch_arena_free(arena);
	return status;
}

static nch_status read_train(work *w, nch_dataset_options *options, nch_error *error)
{
	const nch_experiment_options *o = w->options;
	nch_labels order = {0};
	nch_status status = o->init != NULL ? read_init_labels(o->init, &order, error) : NCH_OK;
	options->order = &order;
	if (status == NCH_OK)
		status = nch_dataset_read(o->train.paths, o->train.count, options, &w->train, error);
	options->order = NULL;
	nch_labels_free(&order);
	return status;
}

static nch_status read_data(work *w, nch_error *error)
{
	const nch_experiment_options *o = w->options;
	nch_dataset_options options = o->data;
	options.need_labels = true;
	if (o->loss_given && nch_loss_has_cells(o->training.loss))
		options.multi_label = true;
	NCH_TRY(read_train(w, &options, error));
	tell_selection(w);
	options.known = &w->train.labels; /* in the same order; another label is a bad row */
	options.undersample = NULL;
	options.limit = 0;
	if (o->valid.count > 0)
		NCH_TRY(nch_dataset_read(o->valid.paths, o->valid.count, &options, &w->valid, error));
	if (o->test.count > 0)
		NCH_TRY(nch_dataset_read(o->test.paths, o->test.count, &options, &w->test, error));
	return NCH_OK;
}

/* Cuts `share` off rows[0 .. *count): the rest stays in rows, what was cut off goes to a new list. */
static nch_status cut_off(const work *w, double share, bool from_end, nch_split *split, size_t *rows, size_t *count, size_t **part,
                          size_t *part_count, nch_error *error)
{
	const nch_experiment_options *o = w->options;
	int32_t *classes = NULL;
	size_t *kept = nch_alloc(*count, sizeof *kept);
	*part = nch_alloc(*count, sizeof **part);
	if (kept == NULL || *part == NULL) {
		nch_free(kept);
		return nch_no_memory(error);
	}
	nch_status status = o->stratify ? nch_dataset_strata(&w->train, rows, *count, &classes, error) : NCH_OK;
	if (status == NCH_OK)
		status = from_end ? nch_split_end(*count, share, split, error)
		                  : nch_split_random(*count, share, o->split_seed, true, classes, split, error);
	if (status == NCH_OK) {
		for (size_t i = 0; i < split->train_count; i++)
			kept[i] = rows[split->train[i]];
		for (size_t i = 0; i < split->test_count; i++)
			(*part)[i] = rows[split->test[i]];
		memcpy(rows, kept, split->train_count * sizeof *rows);
		*count = split->train_count;
		*part_count = split->test_count;
	}
	nch_free(kept);
	nch_free(classes);
	return status;
}

/* The validation rows are one fold of those that are left. */
static nch_status take_fold(work *w, nch_error *error)
{
	const nch_experiment_options *o = w->options;
	int32_t *classes = NULL;
	nch_split split = {0};
	size_t *rows = nch_alloc(w->train_count, sizeof *rows);
	w->valid_rows = nch_alloc(w->train_count, sizeof *w->valid_rows);
	nch_status status = rows && w->valid_rows ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK && o->stratify)
		status = nch_dataset_strata(&w->train, w->train_rows, w->train_count, &classes, error);
	if (status == NCH_OK)
		status = nch_split_fold(w->train_count, o->folds, o->fold, true, o->split_seed, classes, &split, error);
	if (status == NCH_OK) {
		memcpy(rows, w->train_rows, w->train_count * sizeof *rows);
		for (size_t i = 0; i < split.train_count; i++)
			w->train_rows[i] = rows[split.train[i]];
		for (size_t i = 0; i < split.test_count; i++)
			w->valid_rows[i] = rows[split.test[i]];
		w->train_count = split.train_count;
		w->valid_count = split.test_count;
	}
	nch_split_free(&split);
	nch_free(classes);
	nch_free(rows);
	return status;
}

static nch_status split_data(work *w, nch_error *error)
{
	const nch_experiment_options *o = w->options;
	w->train_count = w->train.rows;
	w->train_rows = nch_alloc(w->train_count, sizeof *w->train_rows);
	if (w->train_rows == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < w->train_count; i++)
		w->train_rows[i] = i;
	if (o->test_split > 0.0)
		NCH_TRY(cut_off(w, o->test_split, false, &w->test_split, w->train_rows, &w->train_count, &w->test_rows, &w->test_count, error));
	if (o->folds > 0)
		return take_fold(w, error);
	if (o->valid_split > 0.0)
		NCH_TRY(cut_off(w, o->valid_split, o->valid_from_end, &w->valid_split, w->train_rows, &w->train_count, &w->valid_rows, &w->valid_count,
		                error));
	return NCH_OK;
}

/* --- tokens --- */

/* "64", or "p85": the percentile of the training rows' lengths, rounded up. */
static nch_status find_max_len(work *w, nch_error *error)
{
	const char *wanted = w->options->max_len;
	size_t limit = nch_model_max_len(w->model);
	w->max_len = limit;
	if (wanted == NULL)
		return NCH_OK;
	char *end;
	double value = strtod(wanted[0] == 'p' ? wanted + 1 : wanted, &end);
	if (*end != '\0' || end == wanted || !(value > 0.0) || (wanted[0] == 'p' ? value > 100.0 : value < 3.0))
		return nch_fail(error, NCH_USAGE, "--max-len %s: a number of tokens from 3, or a percentile such as p85", wanted);
	if (wanted[0] == 'p') {
		nch_examples all = {0};
		nch_lengths lengths = {0};
		NCH_TRY(nch_examples_make(&w->train, w->train_rows, w->train_count, w->tokenizer, 0, w->compute->pool, &all, error));
		nch_status status = NCH_OK;
		for (size_t i = 0; status == NCH_OK && i < all.rows; i++)
			status = nch_lengths_add(&lengths, all.offsets[i + 1] - all.offsets[i], error);
		value = ceil(nch_lengths_percentile(&lengths, value));
		nch_examples_free(&all);
		nch_lengths_free(&lengths);
		NCH_TRY(status);
	}
	w->max_len = value < 3.0 ? 3 : value > (double)limit ? limit : (size_t)value;
	return NCH_OK;
}

static nch_status make_examples(work *w, nch_error *error)
{
	nch_pool *pool = w->compute->pool;
	NCH_TRY(nch_examples_make(&w->train, w->train_rows, w->train_count, w->tokenizer, w->max_len, pool, &w->train_examples, error));
	if (w->valid.rows > 0)
		NCH_TRY(nch_examples_make(&w->valid, NULL, w->valid.rows, w->tokenizer, w->max_len, pool, &w->valid_examples, error));
	else if (w->valid_count > 0)
		NCH_TRY(nch_examples_make(&w->train, w->valid_rows, w->valid_count, w->tokenizer, w->max_len, pool, &w->valid_examples, error));
	if (w->test.rows > 0)
		return nch_examples_make(&w->test, NULL, w->test.rows, w->tokenizer, w->max_len, pool, &w->test_examples, error);
	if (w->test_count > 0)
		return nch_examples_make(&w->train, w->test_rows, w->test_count, w->tokenizer, w->max_len, pool, &w->test_examples, error);
	return NCH_OK;
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
		const nch_model_options options = {.labels = (const char *const *)w->train.labels.names, .label_count = w->train.labels.count, .seed = seed,
		                                   .pieces = nch_tokenizer_size(w->tokenizer), .first_new = w->first_new};
		NCH_TRY(nch_model_open(o->init, &options, &w->model, error));
		set_dropouts(w, &w->model->config);
		w->model->config.multi_label = w->train.multi_label;
		if (w->model->report.length > 0)
			warn(w, w->model->report.data);
	} else {
		nch_config config;
		if (!nch_config_preset(o->preset, &config))
			return nch_fail(error, NCH_USAGE, "unknown preset '%s'; there are tiny, mini, small, medium, base and large", o->preset);
		NCH_TRY(nch_config_reshape(&config, &o->shape, error));
		config.vocab_size = nch_tokenizer_size(w->tokenizer);
		config.pad_token = nch_tokenizer_specials(w->tokenizer).pad;
		config.labels = w->train.labels.count;
		config.label_names = w->train.labels.names;
		config.multi_label = w->train.multi_label;
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

/* "balanced": n / (labels × n of the label), n being how often labels stand in the rows: with one label a row that is the number of rows, and the formula is
 * scikit-learn's; with several, each of them counts. */
static nch_status balance_weights(work *w, nch_error *error)
{
	size_t labels = w->train.labels.count, total = 0;
	size_t *times = nch_alloc(labels, sizeof *times);
	if (times == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < w->train_count; i++) {
		size_t count;
		const int32_t *classes = nch_dataset_classes(&w->train, w->train_rows[i], &count);
		for (size_t k = 0; k < count; k++)
			times[classes[k]]++;
		total += count;
	}
	for (size_t c = 0; c < labels; c++)
		if (times[c] > 0)
			w->class_weights[c] = (float)((double)total / ((double)labels * (double)times[c]));
	nch_free(times);
	return NCH_OK;
}

/* "balanced", or "name=1.5,other=2", 1 for what is not named. */
static nch_status set_class_weights(work *w, nch_train_options *training, nch_error *error)
{
	const char *wanted = w->options->class_weights;
	const nch_labels *labels = &w->train.labels;
	if (wanted == NULL || strcmp(wanted, "none") == 0)
		return NCH_OK;
	w->class_weights = nch_alloc(labels->count, sizeof *w->class_weights);
	if (w->class_weights == NULL)
		return nch_no_memory(error);
	for (size_t c = 0; c < labels->count; c++)
		w->class_weights[c] = 1.0f;
	training->class_weights = w->class_weights;
	if (strcmp(wanted, "balanced") == 0)
		return balance_weights(w, error);
	for (const char *at = wanted; *at != '\0';) {
		size_t length = strcspn(at, ",");
		const char *equals = memchr(at, '=', length);
		int32_t id = equals ? nch_labels_find_typed(labels, at, (size_t)(equals - at)) : -1;
		char *end = NULL;
		double value = equals ? strtod(equals + 1, &end) : 0.0;
		if (id < 0 || end != at + length || !(value >= 0.0))
			return nch_fail(error, NCH_USAGE, "--class-weights %.*s: 'none', 'balanced', or label=weight pairs with labels of the data", (int)length, at);
		w->class_weights[id] = (float)value;
		at += length + (at[length] == ',');
	}
	return NCH_OK;
}

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

static void data_digest(const work *w, char hex[65])
{
	unsigned char digest[32];
	nch_dataset_digest(&w->train, digest);
	nch_sha256_hex(digest, hex);
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

/* What predicting needs, as far as it is known: the thresholds are tuned in the end. */
static void set_settings(work *w)
{
	const nch_train_options *training = &w->training;
	nch_settings settings = nch_settings_defaults();
	settings.max_len = w->max_len;
	settings.seed = training->seed;
	settings.threshold = training->thresholds.value;
	settings.shape = training->loss_shape;
	if (w->options->data.cleansing != NULL)
		snprintf(settings.cleansing, sizeof settings.cleansing, "%s", nch_cleansing_name(w->options->data.cleansing));
	snprintf(settings.loss, sizeof settings.loss, "%s", nch_loss_name(training->loss));
	if (w->thresholds != NULL && training->thresholds.rule == NCH_THRESHOLD_TUNED)
		settings.threshold = (double)w->thresholds[0];
	if (w->thresholds != NULL && training->thresholds.rule == NCH_THRESHOLD_TUNED_EACH) {
		settings.thresholds = w->thresholds;
		settings.threshold_count = w->model->config.labels;
	}
	settings.target = w->options->data.target;
	settings.label_objects = w->train.label_objects;
	snprintf(settings.recipe, sizeof settings.recipe, "%s", w->options->recipe ? nch_path_name(w->options->recipe) : "");
	snprintf(settings.freeze, sizeof settings.freeze, "%s", w->options->freeze ? w->options->freeze : "");
	if (w->options->layer_decay > 0.0)
		settings.layer_decay = w->options->layer_decay;
	data_digest(w, settings.data_digest);
	w->settings = settings;
}

/* The best model so far, with all that belongs to it. */
static nch_status keep_model(void *context, const nch_model *model, nch_error *error)
{
	work *w = context;
	const char *out = w->training.out;
	nch_self_test_remove(out);
	NCH_TRY(nch_tokenizer_save(w->tokenizer, out, error));
	set_settings(w);
	NCH_TRY(nch_settings_write(&w->settings, out, error));
	NCH_TRY(nch_model_save(model, out, NULL, error));
	return nch_run_folder_sign(out, &w->training, error);
}

/* --- measuring --- */

/* What a cross-validation joins in the end. A row is counted among those that take part in it. */
static nch_status keep_held_out(work *w, const nch_train_options *training, const float *logits, nch_error *error)
{
	const nch_examples *e = &w->valid_examples;
	size_t labels = w->model->config.labels, cells = e->rows * labels; /* the logits have shown that it fits */
	float *scores = nch_alloc(cells, sizeof *scores);
	size_t *place = nch_alloc(e->rows, sizeof *place), test = 0;
	nch_status status = scores && place ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK) {
		nch_evaluate_probabilities(logits, e->rows, labels, nch_loss_is_softmax(training->loss, e->goals != NULL, labels), scores);
		for (size_t i = 0; i < e->rows; i++) { /* test rows leave gaps: there are none before row i that are not counted here */
			place[i] = w->valid_rows[i];
			for (test = 0; test < w->test_count; test++)
				place[i] -= w->test_rows[test] < w->valid_rows[i];
		}
		status = nch_held_out_write(training->out, w->options->fold, place, e, &w->train.labels, logits, scores, w->thresholds, error);
	}
	nch_free(scores);
	nch_free(place);
	return status;
}

static nch_status measure(work *w, const nch_train_options *training, const nch_examples *examples, bool tune, nch_metrics *metrics,
                          nch_error *error)
{
	nch_criterion criterion = {training->loss, training->loss_shape, w->thresholds};
	const nch_thresholds fixed = {NCH_THRESHOLD_FIXED, training->thresholds.value};
	size_t labels = w->model->config.labels, cells;
	nch_tape *tape = NULL;
	float *logits = nch_size_mul(examples->rows, labels, &cells) ? nch_alloc(cells, sizeof *logits) : NULL;
	nch_status status = logits ? nch_tape_new(w->compute, &tape, error) : nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_evaluate_logits(w->model, tape, examples, 0, logits, error);
	if (status == NCH_OK && w->thresholds == NULL) {
		criterion.thresholds = w->thresholds = nch_alloc(labels, sizeof *w->thresholds);
		status = w->thresholds ? nch_evaluate_thresholds(examples, logits, labels, training->loss, tune ? &training->thresholds : &fixed, w->thresholds, error)
		                       : nch_no_memory(error);
	}
	if (status == NCH_OK)
		status = nch_evaluate_metrics(examples, logits, labels, &criterion, metrics, error);
	if (status == NCH_OK && tune && w->options->folds > 0 && training->out != NULL)
		status = keep_held_out(w, training, logits, error);
	nch_tape_free(tape);
	nch_free(logits);
	return status;
}

#define NO_MODEL "nothing was learned. Is the tokenizer the model's own, and is --lr right?"

/* Says so when a run ends where it began. One label a row: it answers no oftener rightly than who always names the most frequent label. */
static void judge_learning(work *w, const nch_experiment_result *r)
{
	size_t most = 0, labels = w->train.labels.count;
	size_t *counts = nch_alloc(labels, sizeof *counts);
	if (counts == NULL || r->training.count == 0 || w->train.multi_label) {
		nch_free(counts);
		return;
	}
	nch_dataset_label_counts(&w->train, counts);
	for (size_t c = 0; c < labels; c++)
		most = counts[c] > most ? counts[c] : most;
	double chance = (double)most / (double)w->train.rows;
	if (r->training.epochs[r->training.count - 1].train_accuracy <= chance + 0.01)
		warn(w, "the last epoch ended at chance level: " NO_MODEL);
	nch_free(counts);
}

/* Any number of labels a row: F1 with tuned thresholds looks fine for a model that gives every row the same scores, the area under the ROC curve (the mean over
 * the labels) is then .5. Few rows say nothing. */
static void judge_ranking(work *w, const nch_metrics *metrics)
{
	nch_buffer text = {0};
	if (!w->train.multi_label || metrics->rows < 100 || !(metrics->roc_auc < 0.52))
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
		training->loss = w->train.multi_label ? NCH_LOSS_BCE : NCH_LOSS_CE;
	training->keep = keep_model;
	training->keep_context = w;
	if (w->train.multi_label && training->thresholds.rule != NCH_THRESHOLD_FIXED && w->valid_examples.rows == 0)
		return nch_fail(error, NCH_USAGE, "thresholds are tuned on validation data: give --valid FILE or --valid-split SHARE");
	NCH_TRY(set_class_weights(w, training, error));
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
	return nch_labels_copy(&r->labels, &w->train.labels, error);
}

static nch_status measure_all(work *w, nch_experiment_result *r, nch_error *error)
{
	if (r->has_valid)
		NCH_TRY(measure(w, &w->training, &w->valid_examples, true, &r->valid, error));
	judge_ranking(w, &r->valid);
	return r->has_test ? measure(w, &w->training, &w->test_examples, false, &r->test, error) : NCH_OK;
}

static nch_status report(work *w, const nch_experiment_result *r, nch_error *error)
{
	const nch_train_options *training = &w->training;
	if (training->out == NULL)
		return NCH_OK;
	set_settings(w);
	NCH_TRY(nch_settings_write(&w->settings, training->out, error));
	NCH_TRY(nch_experiment_report(w->options, r, error));
	NCH_TRY(nch_model_card_write(w->options, w->model, &w->settings, r, error));
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
	if (o->init == NULL && (o->preset == NULL || o->tokenizer == NULL))
		return nch_fail(error, NCH_USAGE, "what is to be trained? give --init DIR, or --preset NAME with --tokenizer FILE");
	NCH_TRY(load_tokenizer(w, error));
	NCH_TRY(read_data(w, error));
	NCH_TRY(split_data(w, error));
	NCH_TRY(make_model(w, error));
	NCH_TRY(find_max_len(w, error));
	NCH_TRY(make_examples(w, error));
	NCH_TRY(nch_judge_tokens(&w->train_examples, w->max_len, o->allow_unknown, warn, w, error));
	NCH_TRY(set_training(w, error));
	result->skipped = o->skip_done && o->training.out != NULL && nch_run_folder_is_done(o->training.out, &w->training);
	if (result->skipped)
		return NCH_OK;
	NCH_TRY(nch_run_folder_open(&w->folder, &w->training, error));
	NCH_TRY(train(w, result, error));
	NCH_TRY(measure_all(w, result, error));
	return report(w, result, error);
}

nch_status nch_experiment_run(const nch_experiment_options *options, nch_compute *compute, const nch_experiment_watcher *watcher,
                              nch_experiment_result *result, nch_error *error)
{
	work w = {.options = options, .watcher = watcher, .compute = compute};
	*result = (nch_experiment_result){0};
	nch_status status = run_all(&w, result, error);
	nch_dataset_free(&w.train);
	nch_dataset_free(&w.valid);
	nch_dataset_free(&w.test);
	nch_split_free(&w.test_split);
	nch_split_free(&w.valid_split);
	nch_free(w.train_rows);
	nch_free(w.valid_rows);
	nch_free(w.test_rows);
	nch_tokenizer_free(w.tokenizer);
	nch_model_free(w.model);
	nch_examples_free(&w.train_examples);
	nch_examples_free(&w.valid_examples);
	nch_examples_free(&w.test_examples);
	nch_free(w.class_weights);
	nch_free(w.rates);
	nch_free(w.thresholds);
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
	nch_labels_free(&result->labels);
	*result = (nch_experiment_result){0};
}
