/* cmd_data.c - `nunchi data`: what is in a data file, before anything is trained on it. */
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/data_options.h"
#include "cli/output.h"
#include "data/statistics.h"
#include "tokenizer/tokenizer.h"
#include "train/settings.h"

typedef struct look_call {
	nch_text_list files, test;
	const char *model, *tokenizer;
	size_t max_len;
	bool show_cleansing, json;
} look_call;

static const nch_option own_options[] = {
	{ "data", NCH_SET_LIST(look_call, files), .argument = "FILE", .help = ".csv .tsv .xlsx .jsonl .json .txt, - for standard input" },
	{ "test", NCH_SET_LIST(look_call, test), .argument = "FILE", .help = "test data: how many of its rows stand in the data too" },
	{ "model", NCH_SET_TEXT(look_call, model), .argument = "DIR", .help = "count tokens as this model's tokenizer cuts them, up to its max_len" },
	{ "tokenizer", NCH_SET_TEXT(look_call, tokenizer), .argument = "FILE", .help = "count tokens with this tokenizer (file or folder)" },
	{ "max-len", NCH_SET_INTEGER(look_call, max_len), .argument = "N", .help = "count the rows that are longer than N tokens", .least = 3,
	  .most = 1000000 },
	{ "show-cleansing", NCH_SET_FLAG(look_call, show_cleansing),
	  .help = "instead: the texts that --cleansing (or the model's) changes, step by step" },
	{ "json", NCH_SET_FLAG(look_call, json), .help = "one JSON object instead of a table" },
	{0}
};
static const nch_option_group own_group = { "What is looked at", own_options };
static const nch_option_group *const groups[] = { &own_group, &nch_data_group, NULL };

/* All that has to be released. */
typedef struct work {
	nch_labels labels;
	nch_dataset data, test;
	nch_tokenizer *tokenizer;
	nch_counter *counter;
	nch_statistics statistics;
	nch_buffer out;
} work;

/* The tokenizer, and what the model's folder says where nobody else does. */
static nch_status load_tokenizer(look_call *call, bool cleansing_given, const nch_cleansing **cleansing, nch_tokenizer **tokenizer, nch_error *error)
{
	if (call->model != NULL) {
		nch_settings settings;
		NCH_TRY(nch_settings_read(call->model, &settings, error));
		nch_settings_free(&settings);
		call->max_len = call->max_len > 0 ? call->max_len : settings.max_len;
		if (!cleansing_given)
			NCH_TRY(nch_cleansing_find(settings.cleansing, cleansing, error));
	}
	if (call->model == NULL && call->tokenizer == NULL)
		return call->max_len == 0 ? NCH_OK : nch_fail(error, NCH_USAGE, "--max-len counts tokens: it needs --model or --tokenizer");
	return nch_tokenizer_load(call->tokenizer != NULL ? call->tokenizer : call->model, tokenizer, error);
}

/* The labels before and after --relabel, --drop-label and --undersample, since the table shows those after. */
static void tell_selection(const nch_dataset *data, const size_t *rows)
{
	nch_buffer text = {0};
	nch_dataset_describe_selection(data, rows, &text);
	for (const char *line = text.data; line != NULL && *line != '\0';) {
		size_t length = strcspn(line, "\n");
		nch_output_note("%.*s", (int)length, line);
		line += length + (line[length] == '\n');
	}
	nch_buffer_free(&text);
}

/* A text and what each step made of it, where it changed something. */
static void show_steps(const nch_cleansing *cleansing, const char *text, size_t length, nch_buffer *out)
{
	nch_buffer from = {0}, to = {0};
	const char *name;
	bool told = false;
	nch_buffer_add(&from, text, length);
	for (size_t step = 0; nch_cleansing_step(cleansing, step, from.length > 0 ? from.data : "", from.length, &to, &name);
	     step++) {
		if (from.length == to.length && (to.length == 0 || memcmp(from.data, to.data, to.length) == 0))
			continue;
		if (!told)
			nch_buffer_printf(out, "%.*s\n", (int)length, text);
		nch_buffer_printf(out, "    %-40s%s\n", name, to.length > 0 ? to.data : "");
		told = true;
		nch_buffer swap = from;
		from = to;
		to = swap;
	}
	out->failed |= from.failed || to.failed;
	nch_buffer_free(&from);
	nch_buffer_free(&to);
}

/* --show-cleansing: reads the texts as they are, and shows what the cleansing would do. */
static nch_status show_cleansing(nch_text_list files, nch_dataset_options *data_options, work *w, nch_error *error)
{
	const nch_cleansing *cleansing = data_options->cleansing;
	if (cleansing == NULL)
		return nch_fail(error, NCH_USAGE, "--show-cleansing needs --cleansing NAME, or a model that has one");
	data_options->cleansing = NULL;
	NCH_TRY(nch_dataset_read(files.items, files.count, data_options, &w->data, error));
	nch_data_options_done(&w->data);
	for (size_t i = 0; i < w->data.rows; i++) {
		size_t length;
		const char *text = nch_dataset_text(&w->data, i, &length);
		nch_buffer_clear(&w->out);
		show_steps(cleansing, text, length, &w->out);
		NCH_TRY(nch_buffer_check(&w->out, error));
		nch_output_buffer(&w->out);
	}
	return NCH_OK;
}

static nch_status count_row(void *context, const nch_dataset *data, size_t row, nch_error *error)
{
	return nch_counter_row(context, data, row, error);
}

static nch_status look(const nch_options *options, work *w, nch_error *error)
{
	look_call call = {0};
	nch_dataset_options data_options;
	nch_data_given given;
	NCH_TRY(nch_options_take(options, &own_group, &call, error));
	if (call.files.count == 0)
		return nch_fail(error, NCH_USAGE, "which data? give --data FILE");
	NCH_TRY(nch_data_options_read(options, true, &data_options, &w->labels, &given, error));
	data_options.check_targets = true;
	NCH_TRY(load_tokenizer(&call, given.cleansing, &data_options.cleansing, &w->tokenizer, error));
	if (call.show_cleansing)
		return show_cleansing(call.files, &data_options, w, error);
	NCH_TRY(nch_counter_new(w->tokenizer, call.max_len, &w->counter, error));
	if (data_options.undersample.count == 0) { /* else all rows have to be there */
		data_options.visit = count_row;
		data_options.visit_context = w->counter;
	}
	NCH_TRY(nch_dataset_read(call.files.items, call.files.count, &data_options, &w->data, error));
	nch_data_options_done(&w->data);
	if (call.test.count > 0) {
		data_options.limit = 0;
		data_options.undersample.count = 0;
		data_options.visit = NULL;
		NCH_TRY(nch_dataset_read(call.test.items, call.test.count, &data_options, &w->test, error));
		nch_data_options_done(&w->test);
	}
	const nch_dataset *test = call.test.count > 0 ? &w->test : NULL;
	if (w->data.visited > 0)
		NCH_TRY(nch_counter_finish(w->counter, &w->data, test, &w->statistics, error));
	else
		NCH_TRY(nch_statistics_compute(&w->data, test, w->tokenizer, call.max_len, &w->statistics, error));
	tell_selection(&w->data, w->statistics.label_rows);
	if (call.json)
		nch_statistics_json(&w->statistics, &w->data, &w->out);
	else
		nch_statistics_table(&w->statistics, &w->data, nch_output_columns(false), &w->out);
	NCH_TRY(nch_buffer_check(&w->out, error));
	nch_output_buffer(&w->out);
	return NCH_OK;
}

static nch_status run(const nch_options *options, nch_error *error)
{
	work w = {0};
	nch_status status = look(options, &w, error);
	nch_labels_free(&w.labels);
	nch_dataset_free(&w.data);
	nch_dataset_free(&w.test);
	nch_counter_free(w.counter); /* its scratch memory is the tokenizer's */
	nch_tokenizer_free(w.tokenizer);
	nch_statistics_free(&w.statistics);
	nch_buffer_free(&w.out);
	return status;
}

const nch_command nch_command_data = {
	.name = "data",
	.summary = "labels, lengths, unknown tokens, duplicates of a data file",
	.usage = "--data FILE [--test FILE] [--model DIR | --tokenizer FILE] [--json | --show-cleansing]",
	.details = "Bad rows are counted and told with file and line; --bad-rows error makes the first one the end.",
	.groups = groups,
	.run = run,
};
