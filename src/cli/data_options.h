/* data_options.h - the options that say what in a data file is text and label, which rows count, and how the file is read.
 */
#ifndef NCH_CLI_DATA_OPTIONS_H
#define NCH_CLI_DATA_OPTIONS_H

#include "cli/common.h"
#include "cli/parse_data.h"
#include "data/dataset.h"

/* --text --pair --label --multi-label --labels --relabel --drop-label --undersample --cleansing --limit --bad-rows
 * --encoding
 * --delimiter --quoting
 * --header --sheet */
extern const nch_option_group nch_data_group;

/* How a table is read, into member `m` (an nch_rows_options) of struct T: for tables of commands that have no further options of data. */
#define NCH_TABLE_INTO(T, m) \
	{ "delimiter", NCH_SET_PARSED(T, m.delimiter, nch_parse_delimiter), .argument = "C", .help = "what separates the columns of a table, \\t for a tab (default: found by looking)", .effect = NCH_BY_WHAT_IT_BRINGS }, \
	{ "quoting", NCH_SET_CHOICE(T, m.quoting), .help = "whether quotes in tables are quoting or text", .otherwise = "auto", .choices = "auto|yes|no", .effect = NCH_BY_WHAT_IT_BRINGS }, \
	{ "header", NCH_SET_CHOICE(T, m.header), .help = "whether a table's first row names its columns", .otherwise = "auto", .choices = "auto|yes|no", .effect = NCH_BY_WHAT_IT_BRINGS }, \
	{ "skip-rows", NCH_SET_INTEGER(T, m.skip_rows), .argument = "N", .help = "lines (of a sheet: rows) above the header that are passed over", .most = 1000000, .effect = NCH_BY_WHAT_IT_BRINGS }, \
	{ "sheet", NCH_SET_TEXT(T, m.sheet), .argument = "NAME", .help = "sheet of an .xlsx file, by name or number (default: the first)", .effect = NCH_BY_WHAT_IT_BRINGS }
/* What a data set's reading has to say (nch_dataset_options.remark; the context is not looked at): warnings, and as a note which columns are
 * taken. */
void nch_data_remark(void *context, nch_remark kind, const char *text);

/* Which of them somebody has given; to them a model has an answer of its own. */
typedef struct nch_data_given {
	bool target, cleansing;
} nch_data_given;

/* Fills *dataset_options from them, and *given, which may be NULL. *labels takes the names of --labels (release with nch_labels_free after reading)
 * and is pointed to by dataset_options->known if they were given. Bad rows that are skipped are told as warnings: the first ten, then their number,
 * once nch_data_options_done is called. `skip_by_default` is what happens without --bad-rows. */
nch_status nch_data_options_read(const nch_options *options, bool skip_by_default, nch_dataset_options *dataset_options,
                                 nch_labels *labels, nch_data_given *given, nch_error *error);
void nch_data_options_done(const nch_dataset *dataset);

#endif
