/* cmd_predict.c - `nunchi predict`: a line in, an object out, as soon as its batch is done. */
#include <string.h>

#include "base/memory.h"
#include "cli/answer.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/lines.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "train/predictor.h"

static const nch_option own_options[] = {
	{"model", NCH_OPTION_TEXT, "DIR", .help = "the model's folder", .required = true},
	{"format", NCH_OPTION_CHOICE, .choices = "jsonl|tsv", .help = "objects, or text, label and score between tabs", .otherwise = "jsonl"},
	{"logits", NCH_OPTION_FLAG, .help = "also the logits, in digits that read back exactly"},
	{"embeddings", NCH_OPTION_CHOICE, .choices = "mean|cls", .help = "instead of an answer, the text as a vector: the mean of all tokens' last hidden states, or [CLS]'s"},
	{"long", NCH_OPTION_CHOICE, .choices = "cut|tail|head-tail|window", .help = "texts over the limit: keep the beginning, the end, a quarter and three quarters, or average windows (default: the model's, cut)"},
	{"batch", NCH_OPTION_INTEGER, "N", .help = "lines answered at once; never changes a bit of the answers", .otherwise = "256", .least = 1,
	 .most = 1000000},
	{"input", NCH_OPTION_CHOICE, .choices = "text|jsonl", .help = "what a line is", .otherwise = "text"},
	{"text", NCH_OPTION_TEXT, "NAME", .help = "--input jsonl: where the text is, a dotted path (default: text, sentence, form …)"},
	{"pair", NCH_OPTION_TEXT, "NAME", .help = "--input jsonl: where a second text is"},
	{"pair-separator", NCH_OPTION_TEXT, "S", .help = "--input text: what stands between text and pair; \\t means a tab"},
	{"in-place", NCH_OPTION_TEXT, "FIELD", .help = "--input jsonl: put the answer into FIELD of each record and keep the rest as it is"},
	{0}};
static const nch_option_group own_group = {"Options", own_options};

struct work {
	nch_predictor *predictor;
	nch_lines *lines;
	nch_answer_form form;
	nch_arena *arena; /* the batch's records */
	nch_record *records;
	nch_text *texts;
	float *values, *scores; /* values: logits, or embeddings */
	size_t batch, columns;
	nch_buffer out;
};

static nch_status answer_batch(struct work *w, const nch_line *lines, size_t count, nch_error *error)
{
	nch_arena_reset(w->arena);
	for (size_t i = 0; i < count; i++) {
		if (nch_record_read(&w->form, &lines[i], w->arena, &w->records[i], error) != NCH_OK)
			return nch_fail_prefix(error, "%s:%llu", nch_lines_path(w->lines), (unsigned long long)(nch_lines_number(w->lines) + i));
		w->texts[i] = w->records[i].text;
	}
	NCH_TRY(w->form.embeddings ? nch_predictor_embeddings(w->predictor, w->texts, count, w->form.output, w->values, error)
	                           : nch_predictor_logits(w->predictor, w->texts, count, w->values, error));
	nch_buffer_clear(&w->out);
	for (size_t i = 0; i < count; i++) {
		const float *values = w->values + i * w->columns;
		if (w->form.embeddings) {
			nch_answer_write_embedding(&w->records[i], values, w->columns, &w->out);
			continue;
		}
		nch_predictor_scores(w->predictor, values, w->scores);
		nch_answer_write(&w->form, w->predictor, &w->records[i], values, w->scores, &w->out);
	}
	NCH_TRY(nch_buffer_check(&w->out, error));
	nch_output_buffer(&w->out);
	nch_output_flush();
	return NCH_OK;
}

/* What may make the answers worse than they could be. */
static void warn(const nch_predictor *p, uint64_t done)
{
	static const char *const done_with[] = {"cut to their beginnings", "cut to their ends", "cut to a quarter from the beginning and the rest from the end",
	                                        "read in windows"};
	double unknown = p->content > 0 ? 100.0 * (double)p->unknown / (double)p->content : 0.0;
	if (unknown > 5.0)
		nch_output_warning("%.1f %% of the tokens are unknown to the tokenizer; `nunchi data` shows which strings", unknown);
	if (p->cut > 0)
		nch_output_warning("%zu of %llu texts are longer than %zu tokens; they were %s", p->cut, (unsigned long long)done, p->max_len,
		                   done_with[p->long_texts]);
}

static nch_status answer_all(struct work *w, nch_error *error)
{
	nch_progress progress;
	uint64_t done = 0;
	nch_progress_start(&progress, "predicting", "lines", 0);
	for (;;) {
		const nch_line *lines;
		size_t count;
		NCH_TRY(nch_lines_next(w->lines, w->batch, &lines, &count, error));
		if (count == 0)
			break;
		NCH_TRY(answer_batch(w, lines, count, error));
		done += count;
		if (nch_lines_size(w->lines) > 0) /* nobody types while a bar is drawn */
			nch_progress_update(&progress, done, NULL);
	}
	nch_progress_end(&progress);
	warn(w->predictor, done);
	return NCH_OK;
}

static nch_status prepare(const nch_options *options, struct work *w, nch_error *error)
{
	NCH_TRY(nch_answer_form_read(options, &w->form, error));
	NCH_TRY(nch_predictor_open(nch_options_text(options, "model"), (size_t)nch_options_integer(options, "threads"),
	                           nch_common_isa(options), &w->predictor, error));
	NCH_TRY(nch_lines_open(nch_options_argument(options, 0), &w->lines, error));
	size_t cells, labels = nch_predictor_labels(w->predictor);
	const char *how = nch_options_text(options, "long");
	if (how != NULL)
		nch_long_find(how, &w->predictor->long_texts);
	w->columns = w->form.embeddings ? w->predictor->model->config.hidden : labels;
	w->batch = (size_t)nch_options_integer(options, "batch");
	w->arena = nch_arena_new(0);
	w->records = nch_alloc(w->batch, sizeof *w->records);
	w->texts = nch_alloc(w->batch, sizeof *w->texts);
	w->scores = nch_alloc(labels, sizeof *w->scores);
	if (nch_size_mul(w->batch, w->columns, &cells))
		w->values = nch_alloc(cells, sizeof *w->values);
	if (!w->arena || !w->records || !w->texts || !w->scores || !w->values)
		return nch_no_memory(error);
	return NCH_OK;
}

static nch_status run(const nch_options *options, nch_error *error)
{
	struct work w = {0};
	nch_status status = prepare(options, &w, error);
	if (status == NCH_OK)
		status = answer_all(&w, error);
	nch_buffer_free(&w.out);
	nch_free(w.values);
	nch_free(w.scores);
	nch_free(w.texts);
	nch_free(w.records);
	nch_arena_free(w.arena);
	nch_lines_close(w.lines);
	nch_predictor_close(w.predictor);
	return status;
}

const nch_command nch_command_predict = {
	.name = "predict",
	.summary = "the emotion of each line",
	.usage = "--model DIR [FILE|-]",
	.details = "Each line of FILE (or of standard input), blank ones too, gives an object on a line, in order:\n"
	           "  {\"text\":…,\"label\":…,\"score\":…,\"scores\":{…}}\n"
	           "A model of many labels gives \"labels\":[…], those above its threshold, and \"best\" in place of \"label\".\n"
	           "--embeddings gives {\"text\":…,\"embedding\":[…]}; for this the folder needs no classifier.",
	.groups = (const nch_option_group *const[]){&own_group, NULL},
	.most_arguments = 1,
	.run = run,
};
