/* cmd_eval.c - `nunchi eval`: how good a model is on labelled rows. */
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/data_options.h"
#include "cli/output.h"
#include "report/evaluation.h"
#include "report/mistakes.h"
#include "train/evaluate.h"
#include "train/predictor.h"

static const nch_option own_options[] = {
	{"model", NCH_OPTION_TEXT, "DIR", .help = "the model's folder", .required = true},
	{"data", NCH_OPTION_LIST, "FILE", .help = "labelled rows: .csv .tsv .xlsx .jsonl .json .txt, - for standard input", .required = true},
	{"max-len", NCH_OPTION_INTEGER, "N", .help = "cut rows to N tokens (default: as in training)", .least = 3, .most = 1000000},
	{"errors", NCH_OPTION_TEXT, "FILE", .help = "write the wrong rows to FILE (TSV), the most confident mistakes first"},
	{"slice", NCH_OPTION_TEXT, "COLUMN", .help = "figures for each value of this column too"},
	{"json", NCH_OPTION_FLAG, .help = "one JSON object instead of the report"},
	{0}};
static const nch_option_group own_group = {"What is evaluated", own_options};

/* All that has to be released. */
struct work {
	nch_predictor *predictor;
	nch_labels labels, asked;
	nch_dataset data;
	nch_examples examples;
	nch_metrics metrics;
	float *scores, *thresholds; /* probabilities (rows, labels); from where on a label is given (labels) */
	nch_slice *slices;          /* one for each of data.groups, or NULL */
	nch_buffer out, errors;
};

/* The labels of the model as a list. */
static nch_status list_labels(const nch_config *config, nch_labels *labels, nch_error *error)
{
	for (size_t i = 0; i < config->labels; i++) {
		int32_t id;
		NCH_TRY(nch_labels_add(labels, config->label_names[i], strlen(config->label_names[i]), &id, error));
		if ((size_t)id != i)
			return nch_fail(error, NCH_FORMAT, "the model's config.json has the label \"%s\" twice", config->label_names[i]);
	}
	return NCH_OK;
}

static nch_status read_rows(const nch_options *options, struct work *w, nch_error *error)
{
	nch_dataset_options data_options;
	size_t count;
	const char *const *paths = nch_options_list(options, "data", &count);
	const nch_config *config = &w->predictor->model->config;
	NCH_TRY(list_labels(config, &w->labels, error));
	NCH_TRY(nch_data_options_read(options, false, &data_options, &w->asked, error));
	if (data_options.known != NULL)
		return nch_fail(error, NCH_USAGE, "--labels: eval takes the labels from the model");
	data_options.known = &w->labels;
	data_options.need_labels = true;
	if (!nch_options_given(options, "cleansing"))
		data_options.cleansing = w->predictor->cleansing;
	data_options.multi_label = config->multi_label;
	data_options.group = nch_options_text(options, "slice");
	NCH_TRY(nch_dataset_read(paths, count, &data_options, &w->data, error));
	nch_data_options_done(&w->data);
	return NCH_OK;
}

/* A score that differs from the training's is often one of these two. */
static void warn_about_tokens(const nch_examples *examples, size_t max_len)
{
	double unknown = examples->content > 0 ? 100.0 * (double)examples->unknown / (double)examples->content : 0;
	if (unknown > 5)
		nch_output_warning("%.1f %% of the tokens are unknown to the tokenizer; `nunchi data` shows which strings", unknown);
	if (examples->cut > 0)
		nch_output_warning("%zu of %zu rows were cut to %zu tokens", examples->cut, examples->rows, max_len);
}

static nch_status measure(struct work *w, nch_error *error)
{
	nch_predictor *p = w->predictor;
	size_t labels = nch_predictor_labels(p), cells;
	float *logits = nch_size_mul(w->examples.rows, labels, &cells) ? nch_alloc(cells, sizeof *logits) : NULL;
	w->scores = logits != NULL ? nch_alloc(cells, sizeof *w->scores) : NULL;
	w->thresholds = nch_alloc(labels, sizeof *w->thresholds);
	for (size_t c = 0; w->thresholds != NULL && c < labels; c++)
		w->thresholds[c] = (float)p->settings.threshold;
	nch_status status = logits && w->scores && w->thresholds ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_evaluate_logits(p->model, p->tape, &w->examples, 0, logits, error);
	if (status == NCH_OK)
		status = nch_evaluate_metrics(&w->examples, logits, labels, w->thresholds, &w->metrics, error);
	for (size_t i = 0; i < w->examples.rows && status == NCH_OK; i++)
		nch_predictor_scores(p, logits + i * labels, w->scores + i * labels);
	nch_free(logits);
	return status;
}

/* --errors and --slice */
static nch_status look_closer(const nch_options *options, struct work *w, nch_error *error)
{
	const char *path = nch_options_text(options, "errors");
	const nch_answers answers = {.data = &w->data, .scores = w->scores, .thresholds = w->thresholds};
	size_t count;
	if (w->data.groups.count > 0)
		NCH_TRY(nch_slices_make(&answers, &w->slices, error));
	if (path == NULL)
		return NCH_OK;
	NCH_TRY(nch_mistakes_table(&answers, &w->errors, &count, error));
	NCH_TRY(nch_file_write(path, w->errors.data, w->errors.length, error));
	nch_output_note("%zu of %zu rows are wrong: %s", count, w->data.rows, path);
	return NCH_OK;
}

static void report(const nch_options *options, struct work *w)
{
	const char *column = nch_options_text(options, "slice");
	if (!nch_options_flag(options, "json")) {
		nch_report_text(&w->metrics, &w->labels, &w->out);
		if (w->slices != NULL) {
			nch_buffer_byte(&w->out, '\n');
			nch_slices_table(w->slices, &w->data.groups, column, &w->out);
		}
		return;
	}
	nch_report_json(&w->metrics, &w->labels, &w->out);
	if (w->slices != NULL && !w->out.failed) {
		w->out.length--; /* another member before the closing brace */
		nch_buffer_text(&w->out, ",\"slices\":{");
		nch_json_write_text(&w->out, column, strlen(column));
		nch_buffer_byte(&w->out, ':');
		nch_slices_json(w->slices, &w->data.groups, &w->out);
		nch_buffer_text(&w->out, "}}");
	}
	nch_buffer_byte(&w->out, '\n');
}

static nch_status evaluate(const nch_options *options, struct work *w, nch_error *error)
{
	size_t threads = (size_t)nch_options_integer(options, "threads"), max_len = (size_t)nch_options_integer(options, "max-len");
	NCH_TRY(nch_predictor_open(nch_options_text(options, "model"), threads, nch_common_isa(options), &w->predictor, error));
	nch_predictor *p = w->predictor;
	if (max_len == 0 || max_len > p->max_len)
		max_len = p->max_len;
	NCH_TRY(read_rows(options, w, error));
	NCH_TRY(nch_examples_make(&w->data, NULL, w->data.rows, p->tokenizer, max_len, p->compute->pool, &w->examples, error));
	warn_about_tokens(&w->examples, max_len);
	NCH_TRY(measure(w, error));
	NCH_TRY(look_closer(options, w, error));
	report(options, w);
	NCH_TRY(nch_buffer_check(&w->out, error));
	nch_output_buffer(&w->out);
	return NCH_OK;
}

static nch_status run(const nch_options *options, nch_error *error)
{
	struct work w = {0};
	nch_status status = evaluate(options, &w, error);
	nch_predictor_close(w.predictor);
	nch_labels_free(&w.labels);
	nch_labels_free(&w.asked);
	nch_examples_free(&w.examples);
	nch_slices_free(w.slices, w.data.groups.count);
	nch_dataset_free(&w.data);
	nch_metrics_free(&w.metrics);
	nch_free(w.scores);
	nch_free(w.thresholds);
	nch_buffer_free(&w.out);
	nch_buffer_free(&w.errors);
	return status;
}

const nch_command nch_command_eval = {
	.name = "eval",
	.summary = "how good a model is on labelled data",
	.usage = "--model DIR --data FILE [--errors FILE] [--slice COLUMN] [--json]",
	.details = "Prints scikit-learn's classification_report, accuracy, loss and the confusion matrix. A label that\n"
	           "the model does not know is a bad row: --bad-rows skip leaves such rows out.",
	.groups = (const nch_option_group *const[]){&own_group, &nch_data_group, NULL},
	.run = run,
};
