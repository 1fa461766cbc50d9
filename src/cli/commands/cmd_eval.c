/* cmd_eval.c - `nunchi eval`: how good a model is on labelled rows, or several that vote. */
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/commands/eval_against.h"
#include "cli/common.h"
#include "cli/data_options.h"
#include "cli/default_model.h"
#include "cli/jury.h"
#include "cli/output.h"
#include "data/table_write.h"
#include "report/contrast.h"
#include "report/evaluation.h"
#include "report/mistakes.h"
#include "report/reliability.h"
#include "train/evaluate.h"
#include "train/held_out.h"
#include "train/predictor.h"

typedef struct eval_call {
	nch_text_list models, files;
	bool int8, hard, json;
	size_t max_len; /* 0: as in training */
	const char *answers, *errors, *slice, *contrast, *against, *differences, *reliability;
} eval_call;

static const nch_option own_options[] = {
	{"model", NCH_SET_LIST(eval_call, models), .argument = "DIR", .help = "the model's folder; several vote (default: the one that comes with the program)"},
	NCH_INT8_INTO(eval_call, int8),
	{"vote", NCH_SET_WHETHER(eval_call, hard, "hard"), .choices = "hard|soft", .help = "several models: the mean of their probabilities, or a vote each", .otherwise = "soft"},
	{"data", NCH_SET_LIST(eval_call, files), .argument = "FILE", .help = "labelled rows: .csv .tsv .xlsx .jsonl .json .txt, - for standard input"},
	{"answers", NCH_SET_TEXT(eval_call, answers), .argument = "FILE", .help = "measure answers that are there already, in place of a model's: a line each, {\"truth\":\"a\",\"label\":\"b\",\"scores\":{\"a\":.4,\"b\":.6}}; several labels: lists, and \"labels\""},
	{"max-len", NCH_SET_INTEGER(eval_call, max_len), .argument = "N", .help = "cut rows to N tokens (default: as in training)", .least = 3, .most = 1000000},
	{"errors", NCH_SET_TEXT(eval_call, errors), .argument = "FILE", .help = "write the wrong rows to FILE (TSV), the most confident mistakes first"},
	{"slice", NCH_SET_TEXT(eval_call, slice), .argument = "COLUMN", .help = "figures for each value of this column too"},
	{"contrast", NCH_SET_TEXT(eval_call, contrast), .argument = "COLUMN", .help = "rows with the same value in this column are a contrast set: how many originals, changed ones and whole sets are right"},
	{"against", NCH_SET_TEXT(eval_call, against), .argument = "DIR", .help = "another model on the same rows: accuracies, McNemar's exact test, a bootstrap interval of the difference"},
	{"differences", NCH_SET_TEXT(eval_call, differences), .argument = "FILE", .help = "--against: write the rows of which just one of the two is right to FILE (TSV)"},
	{"reliability", NCH_SET_TEXT(eval_call, reliability), .argument = "FILE.svg", .help = "draw how often it is right where it is how sure"},
	{"json", NCH_SET_FLAG(eval_call, json), .help = "one JSON object instead of the report"},
	{0}};
static const nch_option_group own_group = {"What is evaluated", own_options};

/* All that has to be released. */
struct work {
	const nch_options *options;
	const eval_call *call;
	nch_predictor *predictor;
	nch_labels labels;
	nch_dataset data;
	nch_examples examples; /* the truth of the rows */
	nch_metrics metrics;
	float *scores;     /* probabilities (rows, labels) */
	size_t *best;      /* (rows): the answers */
	nch_slice *slices; /* one for each of data.groups, or NULL */
	nch_buffer errors;
	bool *right;       /* (rows): wholly right */
	bool has_contrast, has_against;
	nch_contrast contrast;
	nch_against against;
};

/* A score that differs from the training's is often one of these two. */
static void warn_about_tokens(const nch_predictor *p, size_t rows)
{
	double unknown = p->content > 0 ? 100.0 * (double)p->unknown / (double)p->content : 0;
	if (unknown > 5 && p->model != NULL)
		nch_output_warning("%.1f %% of the tokens are unknown to the tokenizer; `nunchi data` shows which strings", unknown);
	if (p->cut > 0 && p->long_texts == NCH_LONG_WINDOW)
		nch_output_warning("%zu of %zu rows are longer than %zu tokens; they were read in windows", p->cut, rows, p->max_len);
	else if (p->cut > 0)
		nch_output_warning("%zu of %zu rows were cut to %zu tokens", p->cut, rows, p->max_len);
}

/* The rows take the way that predict's take, so that both give the same answers. */
static nch_status measure(struct work *w, nch_error *error)
{
	nch_predictor *p = w->predictor;
	size_t labels = nch_predictor_labels(p), cells;
	float *logits = nch_size_mul(w->examples.rows, labels, &cells) ? nch_alloc(cells, sizeof *logits) : NULL;
	const nch_criterion criterion = {p->loss, p->settings.shape, p->thresholds};
	w->scores = logits != NULL ? nch_alloc(cells, sizeof *w->scores) : NULL;
	w->best = nch_alloc(w->examples.rows, sizeof *w->best);
	w->right = nch_alloc(w->examples.rows, sizeof *w->right);
	nch_status status = logits && w->scores && w->best && w->right ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_predictor_dataset(p, &w->data, logits, error);
	for (size_t i = 0; i < w->examples.rows && status == NCH_OK; i++)
		w->best[i] = nch_predictor_answer(p, logits + i * labels, w->scores + i * labels, NULL);
	if (status == NCH_OK)
		status = nch_eval_right(p, &w->examples, logits, w->right, error);
	if (status == NCH_OK) {
		nch_predictor_temper(p, logits, w->examples.rows);
		status = nch_evaluate_metrics(&w->examples, logits, labels, &criterion, &w->metrics, error);
	}
	nch_free(logits);
	return status;
}

/* --errors and --slice */
static nch_status look_closer(struct work *w, nch_error *error)
{
	const char *path = w->call->errors;
	const nch_answers answers = {.data = &w->data, .scores = w->scores, .best = w->best, .thresholds = w->predictor->thresholds};
	size_t count;
	if (w->call->contrast != NULL) {
		NCH_TRY(nch_contrast_make(&w->data, w->right, &w->contrast, error));
		w->has_contrast = true;
	} else if (w->data.groups.count > 0)
		NCH_TRY(nch_slices_make(&answers, &w->slices, error));
	if (path == NULL)
		return NCH_OK;
	NCH_TRY(nch_mistakes_table(&answers, &w->errors, &count, error));
	NCH_TRY(nch_file_write(path, w->errors.data, w->errors.length, error));
	nch_output_note("%zu of %zu rows are wrong: %s", count, w->data.rows, path);
	return NCH_OK;
}

/* The report; its line of the whole, "accuracy …", bold where there is colour. */
static void show(const nch_buffer *report)
{
	const char *line = strstr(report->data, "\n\naccuracy "), *end = line != NULL ? strchr(line + 2, '\n') : NULL;
	if (end == NULL) {
		nch_output_buffer(report);
		return;
	}
	nch_output_add(report->data, (size_t)(line + 2 - report->data));
	nch_output_set_style(NCH_BOLD);
	nch_output_add(line + 2, (size_t)(end - line - 2));
	nch_output_set_style(NCH_PLAIN);
	nch_output_text(end);
}

/* One more member of the object that was written last. */
static void open_member(nch_buffer *out, const char *name)
{
	out->length -= !out->failed;
	nch_buffer_printf(out, ",\"%s\":", name);
}

/* --contrast and --against */
static void add_comparisons(const struct work *w, nch_buffer *out)
{
	bool json = w->call->json;
	if (w->has_contrast && json) {
		open_member(out, "contrast");
		nch_contrast_json(&w->contrast, out);
		nch_buffer_byte(out, '}');
	} else if (w->has_contrast) {
		nch_buffer_byte(out, '\n');
		nch_contrast_text(&w->contrast, w->call->contrast, out);
	}
	if (w->has_against && json) {
		open_member(out, "against");
		nch_against_json(&w->against, out);
		nch_buffer_byte(out, '}');
	} else if (w->has_against) {
		nch_buffer_byte(out, '\n');
		nch_against_text(&w->against, w->predictor->folder, w->call->against, out);
	}
}

/* The figures; with --slice, those of each value too. */
static nch_status print(const eval_call *call, const nch_metrics *metrics, const nch_labels *labels, const struct work *w, nch_error *error)
{
	const char *column = call->slice;
	const nch_slice *slices = w != NULL ? w->slices : NULL;
	nch_buffer out = {0};
	if (call->json) {
		nch_report_json(metrics, labels, &out);
		if (slices != NULL && !out.failed) {
			out.length--; /* another member before the closing brace */
			nch_buffer_text(&out, ",\"slices\":{");
			nch_json_write_text(&out, column, strlen(column));
			nch_buffer_byte(&out, ':');
			nch_slices_json(slices, &w->data.groups, &out);
			nch_buffer_text(&out, "}}");
		}
		if (w != NULL)
			add_comparisons(w, &out);
		nch_buffer_byte(&out, '\n');
	} else {
		nch_report_text(metrics, labels, &out);
		if (slices != NULL) {
			nch_buffer_byte(&out, '\n');
			nch_slices_table(slices, &w->data.groups, column, &out);
		}
		if (w != NULL)
			add_comparisons(w, &out);
	}
	nch_status status = nch_buffer_check(&out, error);
	if (status == NCH_OK)
		show(&out);
	nch_buffer_free(&out);
	return status;
}

/* file, line, which of the two is right, label, text */
static nch_status write_differences(const struct work *w, const bool *second, const char *path, nch_error *error)
{
	nch_buffer out = {0};
	nch_buffer_text(&out, "right\tlabel\tfile\tline\ttext\n");
	for (size_t i = 0; i < w->data.rows; i++) {
		size_t line, length, count;
		const char *file = nch_dataset_where(&w->data, i, &line), *text = nch_dataset_text(&w->data, i, &length);
		const int32_t *classes = nch_dataset_classes(&w->data, i, &count);
		if (w->right[i] == second[i])
			continue;
		nch_buffer_printf(&out, "%s\t", w->right[i] ? "first" : "second");
		for (size_t c = 0; c < count; c++)
			nch_buffer_printf(&out, "%s%s", c > 0 ? "," : "", w->labels.names[classes[c]]);
		nch_buffer_printf(&out, "\t%s\t%zu\t", nch_path_name(file), line);
		nch_table_field(&out, text, length);
		nch_buffer_byte(&out, '\n');
	}
	nch_status status = nch_buffer_check(&out, error);
	if (status == NCH_OK)
		status = nch_file_write(path, out.data, out.length, error);
	nch_buffer_free(&out);
	return status;
}

/* --against */
static nch_status set_against(struct work *w, nch_error *error)
{
	const char *other = w->call->against, *differences = w->call->differences;
	if (other == NULL)
		return differences == NULL ? NCH_OK : nch_fail(error, NCH_USAGE, "--differences: with --against DIR there are two models that may differ");
	bool *second = nch_alloc(w->data.rows, sizeof *second);
	nch_status status = second != NULL ? nch_eval_against(w->options, w->call->files, other, w->right, w->data.rows, second, &w->against, error)
	                                   : nch_no_memory(error);
	if (status == NCH_OK && differences != NULL)
		status = write_differences(w, second, differences, error);
	w->has_against = status == NCH_OK;
	nch_free(second);
	return status;
}

/* --reliability */
static nch_status draw(const char *path, const nch_metrics *metrics, nch_error *error)
{
	nch_buffer picture = {0};
	if (path == NULL)
		return NCH_OK;
	nch_reliability_svg(metrics, &picture);
	nch_status status = nch_buffer_check(&picture, error);
	if (status == NCH_OK)
		status = nch_file_write(path, picture.data, picture.length, error);
	nch_buffer_free(&picture);
	return status;
}

static nch_status evaluate(struct work *w, const char *folder, nch_error *error)
{
	const eval_call *call = w->call;
	const nch_predictor_how how = nch_common_how(w->options, call->int8);
	NCH_TRY(nch_predictor_open_how(folder, &how, &w->predictor, error));
	nch_predictor *p = w->predictor;
	if (call->max_len > 0 && call->max_len < p->max_len)
		p->max_len = call->max_len;
	NCH_TRY(nch_jury_labels(p, &w->labels, error));
	NCH_TRY(nch_jury_read(w->options, call->files, p, &w->labels, call->contrast != NULL ? call->contrast : call->slice, &w->data, error));
	NCH_TRY(nch_examples_truth(&w->data, NULL, w->data.rows, &w->examples, error));
	NCH_TRY(measure(w, error));
	warn_about_tokens(p, w->data.rows);
	NCH_TRY(look_closer(w, error));
	NCH_TRY(set_against(w, error));
	NCH_TRY(draw(call->reliability, &w->metrics, error));
	return print(call, &w->metrics, &w->labels, w, error);
}

static nch_status evaluate_one(const nch_options *options, const eval_call *call, const char *folder, nch_error *error)
{
	struct work w = {.options = options, .call = call};
	nch_status status = evaluate(&w, folder, error);
	nch_predictor_close(w.predictor);
	nch_labels_free(&w.labels);
	nch_slices_free(w.slices, w.data.groups.count);
	nch_dataset_free(&w.data);
	nch_examples_free(&w.examples);
	nch_metrics_free(&w.metrics);
	nch_free(w.scores);
	nch_free(w.right);
	nch_free(w.best);
	nch_buffer_free(&w.errors);
	return status;
}

static nch_status evaluate_votes(const nch_options *options, const eval_call *call, const nch_ensemble *ensemble, nch_error *error)
{
	nch_jury_bench bench = {0};
	nch_metrics metrics = {0};
	size_t *all = nch_alloc(ensemble->count, sizeof *all);
	nch_status status = all ? nch_jury_bench_fill(options, call->files, ensemble, &bench, error) : nch_no_memory(error);
	for (size_t m = 0; status == NCH_OK && m < ensemble->count; m++)
		all[m] = m;
	if (status == NCH_OK)
		status = nch_jury_metrics(&bench.jury, call->hard ? NCH_VOTE_HARD : NCH_VOTE_SOFT, all, ensemble->count, &metrics, error);
	if (status == NCH_OK)
		status = print(call, &metrics, &bench.labels, NULL, error);
	nch_metrics_free(&metrics);
	nch_jury_bench_free(&bench);
	nch_free(all);
	return status;
}

static nch_status evaluate_answers(const eval_call *call, nch_error *error)
{
	nch_held_out answers = {0};
	nch_metrics metrics = {0};
	NCH_TRY(nch_held_out_read_file(call->answers, &answers, error));
	nch_status status = nch_held_out_metrics(&answers, &metrics, error);
	if (status == NCH_OK)
		status = print(call, &metrics, &answers.labels, NULL, error);
	if (status == NCH_OK)
		status = draw(call->reliability, &metrics, error);
	nch_metrics_free(&metrics);
	nch_held_out_free(&answers);
	return status;
}

static nch_status check(const eval_call *call, nch_error *error)
{
	const struct { const char *name; bool given; } alone[] = {
		{"max-len", call->max_len > 0}, {"errors", call->errors != NULL}, {"slice", call->slice != NULL},
		{"contrast", call->contrast != NULL}, {"against", call->against != NULL}, {"differences", call->differences != NULL}};
	if (call->answers != NULL)
		return call->models.count == 0 && call->files.count == 0 ? NCH_OK : nch_fail(error, NCH_USAGE, "--answers: these are measured in place of a --model's on --data");
	if (call->files.count == 0)
		return nch_fail(error, NCH_USAGE, "--data is missing: eval needs labelled rows, --data FILE");
	if (call->contrast != NULL && call->slice != NULL)
		return nch_fail(error, NCH_USAGE, "--contrast and --slice: rows are grouped by one column");
	for (size_t i = 0; call->models.count > 1 && i < sizeof alone / sizeof *alone; i++)
		if (alone[i].given)
			return nch_fail(error, NCH_USAGE, "--%s is for one model", alone[i].name);
	return NCH_OK;
}

static nch_status run(const nch_options *options, nch_error *error)
{
	eval_call call = {0};
	NCH_TRY(nch_options_take(options, &own_group, &call, error));
	NCH_TRY(check(&call, error));
	if (call.answers != NULL)
		return evaluate_answers(&call, error);
	if (call.models.count <= 1) {
		const char *folder;
		NCH_TRY(nch_default_model(call.models.count == 1 ? call.models.items[0] : NULL, NCH_DEFAULT_EMOTIONS, &folder, error));
		return evaluate_one(options, &call, folder, error);
	}
	nch_ensemble *ensemble = NULL;
	const nch_predictor_how how = nch_common_how(options, call.int8);
	NCH_TRY(nch_ensemble_open(call.models.items, call.models.count, &how, &ensemble, error));
	nch_status status = evaluate_votes(options, &call, ensemble, error);
	nch_ensemble_close(ensemble);
	return status;
}

const nch_command nch_command_eval = {
	.name = "eval",
	.summary = "how good a model is on labelled data",
	.usage = "[--model DIR] --data FILE [--errors FILE] [--slice COLUMN] [--json]",
	.details = "Prints scikit-learn's classification_report, accuracy, loss and the confusion matrix. A label that\n"
	           "the model does not know is a bad row: --bad-rows skip leaves such rows out. Several models (--model A\n"
	           "--model B) are measured as they vote together, without a loss.",
	.groups = (const nch_option_group *const[]){&own_group, &nch_data_group, NULL},
	.run = run,
};
