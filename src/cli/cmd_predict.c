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
	float *logits, *scores;
	size_t batch;
	nch_buffer out;
};

static nch_status answer_batch(struct work *w, const nch_line *lines, size_t count, nch_error *error)
{
	size_t labels = nch_predictor_labels(w->predictor);
	nch_arena_reset(w->arena);
	for (size_t i = 0; i < count; i++) {
		if (nch_record_read(&w->form, &lines[i], w->arena, &w->records[i], error) != NCH_OK)
			return nch_fail_prefix(error, "%s:%llu", nch_lines_path(w->lines), (unsigned long long)(nch_lines_number(w->lines) + i));
		w->texts[i] = w->records[i].text;
	}
	NCH_TRY(nch_predictor_logits(w->predictor, w->texts, count, w->logits, error));
	nch_buffer_clear(&w->out);
	for (size_t i = 0; i < count; i++) {
		nch_predictor_scores(w->predictor, w->logits + i * labels, w->scores);
		nch_answer_write(&w->form, w->predictor, &w->records[i], w->logits + i * labels, w->scores, &w->out);
	}
	NCH_TRY(nch_buffer_check(&w->out, error));
	nch_output_buffer(&w->out);
	nch_output_flush();
	return NCH_OK;
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
	if (w->predictor->cut > 0)
		nch_output_warning("%zu of %llu texts were cut to %zu tokens", w->predictor->cut, (unsigned long long)done, w->predictor->max_len);
	return NCH_OK;
}

static nch_status prepare(const nch_options *options, struct work *w, nch_error *error)
{
	NCH_TRY(nch_answer_form_read(options, &w->form, error));
	NCH_TRY(nch_predictor_open(nch_options_text(options, "model"), (size_t)nch_options_integer(options, "threads"),
	                           nch_common_isa(options), &w->predictor, error));
	NCH_TRY(nch_lines_open(nch_options_argument(options, 0), &w->lines, error));
	size_t cells, labels = nch_predictor_labels(w->predictor);
	w->batch = (size_t)nch_options_integer(options, "batch");
	w->arena = nch_arena_new(0);
	w->records = nch_alloc(w->batch, sizeof *w->records);
	w->texts = nch_alloc(w->batch, sizeof *w->texts);
	w->scores = nch_alloc(labels, sizeof *w->scores);
	if (nch_size_mul(w->batch, labels, &cells))
		w->logits = nch_alloc(cells, sizeof *w->logits);
	if (!w->arena || !w->records || !w->texts || !w->scores || !w->logits)
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
	nch_free(w.logits);
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
	           "A model of many labels gives \"labels\":[…], those above its threshold, and \"best\" in place of \"label\".",
	.groups = (const nch_option_group *const[]){&own_group, NULL},
	.most_arguments = 1,
	.run = run,
};
