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

static const nch_option own_options[] = {
	{ "data", NCH_OPTION_LIST, "FILE", .help = ".csv .tsv .xlsx .jsonl .json .txt, - for standard input" },
	{ "test", NCH_OPTION_LIST, "FILE", .help = "test data: how many of its rows stand in the data too" },
	{ "model", NCH_OPTION_TEXT, "DIR", .help = "count tokens as this model's tokenizer cuts them, up to its max_len" },
	{ "tokenizer", NCH_OPTION_TEXT, "FILE", .help = "count tokens with this tokenizer (file or folder)" },
	{ "max-len", NCH_OPTION_INTEGER, "N", .help = "count the rows that are longer than N tokens", .least = 3,
	  .most = 1000000 },
	{ "show-cleansing", NCH_OPTION_FLAG,
	  .help = "instead: the texts that --cleansing (or the model's) changes, step by step" },
	{ "json", NCH_OPTION_FLAG, .help = "one JSON object instead of a table" },
	{ 0 }
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

static nch_status load_tokenizer(const nch_options *options, work *w, size_t *max_len, const nch_cleansing **cleansing,
                                 nch_error *error)
{
	const char *model = nch_options_text(options, "model"), *tokenizer = nch_options_text(options, "tokenizer");
	*max_len = (size_t)nch_options_integer(options, "max-len");
	if (model != NULL) {
		nch_settings settings;
		NCH_TRY(nch_settings_read(model, &settings, error));
		nch_settings_free(&settings);
		*max_len = *max_len > 0 ? *max_len : settings.max_len;
		if (!nch_options_given(options, "cleansing"))
			NCH_TRY(nch_cleansing_find(settings.cleansing, cleansing, error));
	}
	if (model == NULL && tokenizer == NULL)
		return *max_len == 0
		               ? NCH_OK
		               : nch_fail(error, NCH_USAGE, "--max-len counts tokens: it needs --model or --tokenizer");
	return nch_tokenizer_load(tokenizer != NULL ? tokenizer : model, &w->tokenizer, error);
}

/* The files of --data, or the arguments. */
static nch_status data_files(const nch_options *options, const char *const **paths, size_t *count, nch_error *error)
{
	*paths = nch_options_list(options, "data", count);
	return *count > 0 ? NCH_OK : nch_fail(error, NCH_USAGE, "which data? give --data FILE");
}

/* The labels before and after --relabel, --drop-label and --undersample, since the table shows those after. */
static void tell_selection(const nch_dataset *data, const size_t *rows)
{
	nch_buffer text = { 0 };
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
	nch_buffer from = { 0 }, to = { 0 };
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
static nch_status show_cleansing(const char *const *paths, size_t count, nch_dataset_options *data_options, work *w,
                                 nch_error *error)
{
	const nch_cleansing *cleansing = data_options->cleansing;
	if (cleansing == NULL)
		return nch_fail(error, NCH_USAGE, "--show-cleansing needs --cleansing NAME, or a model that has one");
	data_options->cleansing = NULL;
	NCH_TRY(nch_dataset_read(paths, count, data_options, &w->data, error));
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
	const char *const *paths, *const *test_paths;
	size_t count, test_count, max_len;
	nch_dataset_options data_options;
	NCH_TRY(data_files(options, &paths, &count, error));
	NCH_TRY(nch_data_options_read(options, true, &data_options, &w->labels, error));
	data_options.check_targets = true;
	NCH_TRY(load_tokenizer(options, w, &max_len, &data_options.cleansing, error));
	if (nch_options_flag(options, "show-cleansing"))
		return show_cleansing(paths, count, &data_options, w, error);
	NCH_TRY(nch_counter_new(w->tokenizer, max_len, &w->counter, error));
	if (data_options.undersample == NULL) { /* else all rows have to be there */
		data_options.visit = count_row;
		data_options.visit_context = w->counter;
	}
	NCH_TRY(nch_dataset_read(paths, count, &data_options, &w->data, error));
	nch_data_options_done(&w->data);
	test_paths = nch_options_list(options, "test", &test_count);
	if (test_count > 0) {
		data_options.limit = 0;
		data_options.undersample = NULL;
		data_options.visit = NULL;
		NCH_TRY(nch_dataset_read(test_paths, test_count, &data_options, &w->test, error));
		nch_data_options_done(&w->test);
	}
	const nch_dataset *test = test_count > 0 ? &w->test : NULL;
	if (w->data.visited > 0)
		NCH_TRY(nch_counter_finish(w->counter, &w->data, test, &w->statistics, error));
	else
		NCH_TRY(nch_statistics_compute(&w->data, test, w->tokenizer, max_len, &w->statistics, error));
	tell_selection(&w->data, w->statistics.label_rows);
	if (nch_options_flag(options, "json"))
		nch_statistics_json(&w->statistics, &w->data, &w->out);
	else
		nch_statistics_table(&w->statistics, &w->data, nch_output_columns(false), &w->out);
	NCH_TRY(nch_buffer_check(&w->out, error));
	nch_output_buffer(&w->out);
	return NCH_OK;
}

static nch_status run(const nch_options *options, nch_error *error)
{
	work w = { 0 };
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
