/* experiment_measure.c - thresholds, figures, and what a cross-validation needs. */
#include "train/experiment_measure.h"

#include <stdio.h>

#include "base/file.h"
#include "base/memory.h"
#include "kernels/math.h"
#include "train/calibration.h"
#include "train/evaluate.h"
#include "train/held_out.h"
#include "train/run_folder.h"

/* What a cross-validation joins in the end. A row is counted among those that take part in it. */
static nch_status keep_held_out(const nch_measuring *m, const nch_examples *e, const float *logits, nch_error *error)
{
	const nch_experiment_data *d = m->data;
	size_t labels = d->train.labels.count, cells = e->rows * labels; /* the logits have shown that it fits */
	float *scores = nch_alloc(cells, sizeof *scores);
	size_t *place = nch_alloc(e->rows, sizeof *place), test = 0;
	nch_status status = scores && place ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK) {
		nch_evaluate_probabilities(logits, e->rows, labels, nch_loss_is_softmax(m->training->loss, e->goals != NULL, labels), scores);
		for (size_t i = 0; i < e->rows; i++) { /* test rows leave gaps: there are none before row i that are not counted here */
			place[i] = d->valid_rows[i];
			for (test = 0; test < d->test_count; test++)
				place[i] -= d->test_rows[test] < d->valid_rows[i];
		}
		status = nch_held_out_write(m->training->out, m->options->fold, place, e, &d->train.labels, logits, scores, *m->thresholds, error);
	}
	nch_free(scores);
	nch_free(place);
	return status;
}

/* One for all labels of a row that has one label, one for each where a row has several. */
static nch_status fit_temperatures(const nch_measuring *m, const nch_examples *e, const float *logits, nch_error *error)
{
	size_t labels = m->data->train.labels.count, count = e->goals != NULL ? labels : 1;
	nch_temperatures *t = m->temperatures;
	if ((t->values = nch_alloc(count, sizeof *t->values)) == NULL)
		return nch_no_memory(error);
	t->count = count;
	if (e->goals != NULL) {
		if ((t->biases = nch_alloc(count, sizeof *t->biases)) == NULL)
			return nch_no_memory(error);
		nch_calibrate_multi(logits, e->goals, e->rows, labels, t->values, t->biases);
	} else
		t->values[0] = (float)nch_temperature_single(logits, e->label, e->rows, labels);
	return NCH_OK;
}

/* A threshold that was given for the logits as they are goes with them, so that the same labels are at or above it. */
static void move_thresholds(const nch_temperatures *t, float *thresholds)
{
	for (size_t c = 0; t->biases != NULL && c < t->count; c++) {
		const double p = (double)thresholds[c];
		if (p > 0.0 && p < 1.0)
			thresholds[c] = (float)(1.0 / (1.0 + nch_exp(-(nch_log(p / (1.0 - p)) / (double)t->values[c] + (double)t->biases[c]))));
	}
}

static nch_status measure(const nch_measuring *m, const nch_examples *examples, const float *logits, bool valid, nch_metrics *metrics,
                          nch_error *error)
{
	const nch_train_options *training = m->training;
	const nch_thresholds fixed = {NCH_THRESHOLD_FIXED, training->thresholds.value};
	size_t labels = m->data->train.labels.count;
	if (*m->thresholds == NULL) {
		if ((*m->thresholds = nch_alloc(labels, sizeof **m->thresholds)) == NULL)
			return nch_no_memory(error);
		NCH_TRY(nch_evaluate_thresholds(examples, logits, labels, training->loss, valid ? &training->thresholds : &fixed, *m->thresholds,
		                                error));
		if (training->thresholds.rule == NCH_THRESHOLD_FIXED)
			move_thresholds(m->temperatures, *m->thresholds);
	}
	const nch_criterion criterion = {training->loss, training->loss_shape, *m->thresholds};
	NCH_TRY(nch_evaluate_metrics(examples, logits, labels, &criterion, metrics, error));
	return valid && m->options->folds > 0 && training->out != NULL ? keep_held_out(m, examples, logits, error) : NCH_OK;
}

nch_status nch_experiment_measure(const nch_measuring *m, const nch_examples *examples, const float *logits, bool valid, nch_metrics *metrics,
                                  nch_error *error)
{
	size_t labels = m->data->train.labels.count, cells = examples->rows * labels; /* the logits have shown that it fits */
	if (valid && m->options->calibrate)
		NCH_TRY(fit_temperatures(m, examples, logits, error));
	if (m->temperatures->count == 0)
		return measure(m, examples, logits, valid, metrics, error);
	float *tempered = nch_alloc(cells, sizeof *tempered);
	if (tempered == NULL)
		return nch_no_memory(error);
	const nch_temperatures *t = m->temperatures;
	for (size_t i = 0; i < cells; i++)
		tempered[i] = logits[i] / t->values[t->count > 1 ? i % labels : 0] + (t->biases != NULL ? t->biases[i % labels] : 0.0f);
	nch_status status = measure(m, examples, tempered, valid, metrics, error);
	nch_free(tempered);
	return status;
}

nch_status nch_experiment_check_tuning(const nch_experiment_options *options, const nch_experiment_data *data, nch_error *error)
{
	if (nch_experiment_part_of(data, NCH_PART_VALID).count > 0)
		return NCH_OK;
	if (data->train.multi_label && options->training.thresholds.rule != NCH_THRESHOLD_FIXED)
		return nch_fail(error, NCH_USAGE, "thresholds are tuned on validation data: give ⟨valid⟩ FILE or ⟨valid-split⟩ SHARE");
	if (options->calibrate)
		return nch_fail(error, NCH_USAGE, "⟨calibrate⟩ fits on validation data: give ⟨valid⟩ FILE or ⟨valid-split⟩ SHARE");
	return NCH_OK;
}

void nch_experiment_settings(const nch_experiment_options *options, const nch_experiment_data *data, const nch_train_options *training,
                             float *thresholds, const nch_temperatures *temperatures, nch_settings *settings)
{
	*settings = nch_settings_defaults();
	settings->seed = training->seed;
	settings->threshold = training->thresholds.value;
	settings->shape = training->loss_shape;
	if (options->data.cleansing != NULL)
		snprintf(settings->cleansing, sizeof settings->cleansing, "%s", nch_cleansing_name(options->data.cleansing));
	snprintf(settings->loss, sizeof settings->loss, "%s", nch_loss_name(training->loss));
	if (thresholds != NULL && training->thresholds.rule == NCH_THRESHOLD_TUNED)
		settings->threshold = (double)thresholds[0];
	if (thresholds != NULL && (training->thresholds.rule == NCH_THRESHOLD_TUNED_EACH ||
	                           (training->thresholds.rule == NCH_THRESHOLD_FIXED && temperatures->biases != NULL))) {
		settings->thresholds = thresholds;
		settings->threshold_count = data->train.labels.count;
	}
	settings->temperatures = temperatures->values;
	settings->temperature_count = temperatures->count;
	settings->biases = temperatures->biases;
	settings->bias_count = temperatures->biases != NULL ? temperatures->count : 0;
	settings->target = options->data.target;
	settings->label_objects = data->train.label_objects;
	snprintf(settings->recipe, sizeof settings->recipe, "%s", options->recipe ? nch_path_name(options->recipe) : "");
	nch_freeze_text(&options->freeze, settings->freeze, sizeof settings->freeze);
	if (options->layer_decay > 0.0)
		settings->layer_decay = options->layer_decay;
	nch_experiment_data_digest(data, settings->data_digest);
}

bool nch_experiment_is_done(const nch_experiment_options *options, const nch_train_options *training)
{
	const char *out = options->training.out;
	if (!options->skip_done || out == NULL || !nch_run_folder_is_done(out, training))
		return false;
	char *held_out = options->folds > 0 ? nch_path_join(out, "held-out.jsonl") : NULL;
	bool done = options->folds == 0 || (held_out != NULL && nch_file_exists(held_out));
	nch_free(held_out);
	return done;
}
