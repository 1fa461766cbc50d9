/* answering.c - see answering.h. */
#include "cli/answering.h"

#include <string.h>

#include "base/memory.h"
#include "cli/data_options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/source.h"

/* The two characters \t mean a tab. */
static nch_status parse_separator(const nch_option *option, const char *text, nch_arena *arena, void *variable, nch_error *error)
{
	(void)option;
	(void)arena;
	(void)error;
	*(const char **)variable = strcmp(text, "\\t") == 0 ? "\t" : text;
	return NCH_OK;
}

static const nch_option answering_options[] = {
	{"format", NCH_SET_CHOICE(nch_answering_call, form.format), .choices = "jsonl|tsv|csv", .help = "objects; or text, label and score, of a table its rows with label and score behind", .otherwise = "jsonl"},
	{"logits", NCH_SET_FLAG(nch_answering_call, form.logits), .help = "also the logits, in digits that read back exactly"},
	{"abstain", NCH_SET_REAL(nch_answering_call, abstain), .argument = "P", .help = "answer ? where the best label's probability is below P (one label a text)", .otherwise = "0", .most = 1.0},
	{"batch", NCH_SET_INTEGER(nch_answering_call, batch), .argument = "N", .help = "lines answered at once; never changes a bit of the answers", .otherwise = "256", .least = 1,
	 .most = 1000000},
	{"excel-safe", NCH_SET_FLAG(nch_answering_call, form.excel_safe), .help = "--format csv|tsv: a cell that begins with = + - @ gets a ' before it, so that no spreadsheet computes it"},
	{"input", NCH_SET_CHOICE(nch_answering_call, input), .choices = "lines|jsonl|table", .help = "a text a line, an object a line, or a table (default: by the file's name; lines from standard input)"},
	{"pair-separator", NCH_SET_PARSED(nch_answering_call, form.pair_separator, parse_separator), .argument = "S", .help = "--input lines: what stands between text and pair; \\t means a tab"},
	{"in-place", NCH_SET_TEXT(nch_answering_call, form.in_place), .argument = "FIELD", .help = "--input jsonl: put the answer into FIELD of each record and keep the rest as it is"},
	{0}};
const nch_option_group nch_answering_group = {"Lines and answers", answering_options};

static const nch_option record_options[] = {
	{"text", NCH_SET_TEXT(nch_answering_call, form.text), .argument = "NAME", .help = "where the text is: a column, or a dotted path in records (default: text, sentence, form …)"},
	{"pair", NCH_SET_TEXT(nch_answering_call, form.pair), .argument = "NAME", .help = "where a second text is"},
	NCH_ENCODING_INTO(nch_answering_call, rows.encoding),
	NCH_TABLE_INTO(nch_answering_call, rows),
	{0}};
const nch_option_group nch_answering_record_group = {"Records and tables", record_options};

nch_status nch_answering_read(const nch_options *options, nch_answering_call *call, nch_error *error)
{
	call->input = NCH_INPUT_BY_NAME;
	call->path = nch_options_argument(options, 0);
	NCH_TRY(nch_options_take(options, &nch_answering_group, call, error));
	return nch_options_take(options, &nch_answering_record_group, call, error);
}

typedef struct work {
	const nch_answering *a;
	nch_source *source;
	nch_answer_form form;
	nch_arena *arena; /* the batch's records */
	nch_record *records;
	nch_text *texts;
	float *logits, *scores; /* logits: or embeddings */
	bool *given;
	size_t *best;
	float *unknown;
	float abstain; /* answers below this are none */
	size_t batch;
	nch_buffer out;
} work;

/* Answers the records of the batch. */
static nch_status answer_batch(work *w, size_t count, nch_error *error)
{
	const nch_answering *a = w->a;
	size_t labels = a->who->labels;
	for (size_t i = 0; i < count; i++)
		w->texts[i] = w->records[i].text;
	nch_buffer_clear(&w->out);
	if (w->form.embeddings)
		NCH_TRY(a->embed(a->context, w->texts, count, w->form.cls ? NCH_OUTPUT_CLS : NCH_OUTPUT_MEAN, w->logits, error));
	else
		NCH_TRY(a->ask(a->context, w->texts, count, w->logits, w->scores, w->given, w->best, w->unknown, error));
	for (size_t i = 0; i < count; i++) {
		if (w->form.embeddings) {
			nch_answer_write_embedding(&w->records[i], w->logits + i * a->columns, a->columns, &w->out);
			continue;
		}
		const nch_answer answer = {w->scores + i * labels, w->logits + i * labels, w->given + i * labels, w->best[i], w->unknown[i],
		                           w->scores[i * labels + w->best[i]] < w->abstain};
		nch_answer_write(&w->form, a->who, &w->records[i], &answer, &w->out);
	}
	NCH_TRY(nch_buffer_check(&w->out, error));
	nch_output_buffer(&w->out);
	nch_output_flush();
	return NCH_OK;
}

static nch_status answer_all(work *w, uint64_t *done, nch_error *error)
{
	nch_progress progress;
	nch_progress_start(&progress, "predicting", "lines", 0);
	if (!w->form.embeddings)
		nch_answer_write_header(&w->form, w->a->who, &w->out);
	nch_output_buffer(&w->out);
	for (*done = 0;;) {
		size_t count;
		nch_arena_reset(w->arena);
		NCH_TRY(nch_source_next(w->source, w->batch, w->arena, w->records, &count, error));
		if (count == 0)
			break;
		NCH_TRY(answer_batch(w, count, error));
		*done += count;
		if (nch_source_is_file(w->source)) /* nobody types while a bar is drawn */
			nch_progress_update(&progress, *done, NULL);
	}
	nch_output_flush();
	nch_progress_end(&progress);
	return NCH_OK;
}

static nch_status prepare(const nch_answering_call *call, work *w, nch_error *error)
{
	size_t cells, values, labels = w->a->who->labels;
	w->form = call->form;
	NCH_TRY(nch_answer_form_settle(&w->form, call->input, call->path, error));
	w->form.targets = w->a->targets;
	NCH_TRY(nch_source_open(&call->rows, &w->form, call->path, &w->source, error));
	w->batch = call->batch;
	w->abstain = call->abstain;
	w->arena = nch_arena_new(0);
	w->records = nch_alloc(w->batch, sizeof *w->records);
	w->texts = nch_alloc(w->batch, sizeof *w->texts);
	w->best = nch_alloc(w->batch, sizeof *w->best);
	w->unknown = nch_alloc(w->batch, sizeof *w->unknown);
	if (nch_size_mul(w->batch, labels, &cells) && nch_size_mul(w->batch, w->form.embeddings ? w->a->columns : labels, &values)) {
		w->logits = nch_alloc(values, sizeof *w->logits);
		w->scores = nch_alloc(cells, sizeof *w->scores);
		w->given = nch_alloc(cells, sizeof *w->given);
	}
	if (!w->arena || !w->records || !w->texts || !w->scores || !w->logits || !w->given || !w->best || !w->unknown)
		return nch_no_memory(error);
	return NCH_OK;
}

nch_status nch_answering_run(const nch_answering_call *call, const nch_answering *answering, uint64_t *lines, nch_error *error)
{
	work w = {.a = answering};
	nch_status status = prepare(call, &w, error);
	if (status == NCH_OK)
		status = answer_all(&w, lines, error);
	nch_buffer_free(&w.out);
	nch_free(w.logits);
	nch_free(w.scores);
	nch_free(w.given);
	nch_free(w.best);
	nch_free(w.unknown);
	nch_free(w.texts);
	nch_free(w.records);
	nch_arena_free(w.arena);
	nch_source_close(w.source);
	return status;
}
