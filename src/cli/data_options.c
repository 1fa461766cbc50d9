/* data_options.c - see data_options.h. */
#include "cli/data_options.h"

#include <stdio.h>
#include <string.h>

#include "cli/common.h"
#include "cli/output.h"

#define BAD_ROWS_SHOWN 10

typedef struct data_call {
	nch_dataset_options options;
	const char *labels;
	nch_data_given given;
} data_call;

static nch_status parse_cleansing(const nch_option *option, const char *text, nch_arena *arena, void *variable, nch_error *error)
{
	(void)option;
	(void)arena;
	return nch_cleansing_find(text, variable, error);
}

static const nch_option data_options[] = {
	{ "text", NCH_SET_TEXT(data_call, options.text), .argument = "NAME",
	  .help = "column of the text; JSON: a dotted path (input.form); a number from 1 where no\n"
	          "column has a name (default: text, sentence, 문장 …, else the first)", .effect = NCH_BY_WHAT_IT_BRINGS },
	{ "pair", NCH_SET_TEXT(data_call, options.pair), .argument = "NAME", .help = "column of a second text", .effect = NCH_BY_WHAT_IT_BRINGS },
	{ "label", NCH_SET_TEXT(data_call, options.label), .argument = "NAME",
	  .help = "column of the label (default: label, emotion, 감정 …, else the last);\n"
	          "a,b,c: one column a label, of 0 and 1; none: there is none", .effect = NCH_BY_WHAT_IT_BRINGS },
	{ "multi-label", NCH_SET_FLAG(data_call, options.multi_label), .help = "any number of labels a row: a,b or a JSON array or an object of true" },
	{ "labels", NCH_SET_TEXT(data_call, labels), .argument = "a,b,c",
	  .help = "the labels and their order (default: as found, sorted by code point)", .effect = NCH_BY_WHAT_IT_BRINGS },
	{ "relabel", NCH_SET_PARSED(data_call, options.relabel, nch_parse_relabel), .argument = "a=x,b=x", .help = "rename labels, and so merge them", .effect = NCH_BY_WHAT_IT_BRINGS },
	{ "drop-label", NCH_SET_PARSED(data_call, options.drop_label, nch_parse_drop_label), .argument = "a,b", .help = "leave rows with these labels out (names after --relabel)", .effect = NCH_BY_WHAT_IT_BRINGS },
	{ "undersample", NCH_SET_PARSED(data_call, options.undersample, nch_parse_undersample), .argument = "a=N|min",
	  .help = "keep at most N rows of a label, chosen by --seed (min: as the rarest has)", .effect = NCH_BY_WHAT_IT_BRINGS },
	{ "target", NCH_SET_CHOICE(data_call, options.target), NCH_GIVEN(data_call, given.target),
	  .help = "JSON records with a target (form, begin, end) beside the text: give it as the second text of a\n"
	          "pair, between the new tokens <e> and </e>, or both (kept with the model)",
	  .choices = "none|pair|markers|both" },
	{ "cleansing", NCH_SET_PARSED(data_call, options.cleansing, parse_cleansing), NCH_GIVEN(data_call, given.cleansing), .argument = "NAME",
	  .help = "how texts are cleansed: none, kc-1, kc-2, nikl-ea-1 … (kept with the model)" },
	{ "limit", NCH_SET_INTEGER(data_call, options.limit), .argument = "N", .help = "the first N rows only", .least = 1, .most = 9007199254740992.0, .effect = NCH_BY_WHAT_IT_BRINGS },
	{ "bad-rows", NCH_SET_WHETHER(data_call, options.skip_bad_rows, "skip"), .help = "what happens to a row that can't be used", .choices = "error|skip", .effect = NCH_BY_WHAT_IT_BRINGS },
	NCH_ENCODING_INTO(data_call, options.rows.encoding),
	NCH_TABLE_INTO(data_call, options.rows),
	{0}
};

const nch_option_group nch_data_group = { "Data", data_options };

/* The rows that were told so far; one data set is read at a time. */
static size_t bad_rows_shown;

static void show_bad_row(void *context, const char *text)
{
	(void)context;
	if (bad_rows_shown++ < BAD_ROWS_SHOWN)
		nch_output_warning("%s", text);
}

/* Several files in one run (train, test, folds) mostly have the same columns: they are told once. */
void nch_data_remark(void *context, nch_remark kind, const char *text)
{
	static char told[256];
	(void)context;
	if (kind == NCH_REMARK_WARNING) {
		nch_output_warning("%s", text);
	} else if (strncmp(told, text, sizeof told - 1) != 0) {
		snprintf(told, sizeof told, "%s", text);
		nch_output_note_later("%s", text);
	}
}

void nch_data_options_done(const nch_dataset *dataset)
{
	if (dataset->bad_rows > BAD_ROWS_SHOWN)
		nch_output_warning("%zu bad rows were skipped; the first %d are told above", dataset->bad_rows,
		                   BAD_ROWS_SHOWN);
	else if (dataset->bad_rows > 0)
		nch_output_warning("%zu bad row%s skipped", dataset->bad_rows, dataset->bad_rows == 1 ? " was" : "s were");
	bad_rows_shown = 0;
}

nch_status nch_data_options_read(const nch_options *options, bool skip_by_default, nch_dataset_options *dataset_options,
                                 nch_labels *labels, nch_data_given *given, nch_error *error)
{
	data_call call = { .options = { .skip_bad_rows = skip_by_default, .report_bad_row = show_bad_row, .remark = nch_data_remark } };
	NCH_TRY(nch_options_take(options, &nch_data_group, &call, error));
	call.options.seed = (uint32_t)nch_common_of(options).seed;
	if (call.labels != NULL) {
		nch_status status = nch_labels_parse(labels, call.labels, error);
		if (status != NCH_OK) {
			nch_labels_free(labels);
			return nch_fail_prefix(error, "--labels");
		}
		call.options.known = labels;
	}
	*dataset_options = call.options;
	if (given != NULL)
		*given = call.given;
	return NCH_OK;
}
