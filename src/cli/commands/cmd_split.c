/* cmd_split.c - `nunchi split`: train and test files, or folds, of rows as scikit-learn. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/data_options.h"
#include "cli/output.h"
#include "data/split.h"
#include "data/table_write.h"

typedef struct split_call {
	nch_text_list files;
	double test; /* share or number of rows; 0: not given */
	size_t folds; /* 0: not given */
	uint32_t seed;
	bool stratify;
	const char *out;
} split_call;

static const nch_option own_options[] = {
	{"data", NCH_SET_LIST(split_call, files), .argument = "FILE", .help = "the rows to split" },
	{"test-split", NCH_SET_REAL(split_call, test), .argument = "SHARE", .help = "share of the rows for test.tsv (or a number of rows)", .least = 0,
	  .most = 9007199254740992.0, .above_least = true },
	{"folds", NCH_SET_INTEGER(split_call, folds), .argument = "N", .help = "fold-0 … fold-N-1, each with train.tsv and test.tsv", .least = 2,
	  .most = 100000 },
	{"split-seed", NCH_SET_INTEGER(split_call, seed), .argument = "N", .help = "random_state", .otherwise = "42", .most = 4294967295.0 },
	{"stratify", NCH_SET_FLAG(split_call, stratify), .help = "every label in the same share on both sides" },
	{"out-dir", NCH_SET_TEXT(split_call, out), .argument = "DIR", .help = "folder for the files", .required = true },
	{0}
};
static const nch_option_group own_group = { "Split", own_options };
static const nch_option_group *const groups[] = { &own_group, &nch_data_group, NULL };

/* One file: the rows of a list, in its order. Tells its path and its number of rows. */
static nch_status write_rows(const nch_dataset *data, const size_t *rows, size_t count, const char *folder, const char *name,
                             nch_error *error)
{
	char *path = nch_path_join(folder, name);
	if (path == NULL)
		return nch_no_memory(error);
	nch_writer writer = {0};
	nch_buffer out = {0};
	nch_table_header(&out, data);
	nch_status status = nch_writer_open(&writer, path, error);
	for (size_t i = 0; status == NCH_OK && i < count; i++) {
		nch_table_row(&out, data, rows[i]);
		if (out.length < 65536 && i + 1 < count)
			continue;
		status = nch_buffer_check(&out, error);
		if (status == NCH_OK)
			status = nch_writer_add(&writer, out.data, out.length, error);
		nch_buffer_clear(&out);
	}
	if (status == NCH_OK)
		status = nch_writer_commit(&writer, error);
	nch_writer_discard(&writer);
	nch_buffer_free(&out);
	if (status == NCH_OK)
		nch_output_printf("%s\t%zu\n", path, count);
	nch_free(path);
	return status;
}

static nch_status write_split(const nch_dataset *data, const nch_split *split, const char *folder, nch_error *error)
{
	NCH_TRY(nch_folder_make(folder, error));
	NCH_TRY(write_rows(data, split->train, split->train_count, folder, "train.tsv", error));
	return write_rows(data, split->test, split->test_count, folder, "test.tsv", error);
}

static nch_status write_folds(const split_call *call, const nch_dataset *data, const int32_t *classes, nch_error *error)
{
	for (size_t fold = 0; fold < call->folds; fold++) {
		char name[32];
		nch_split split;
		NCH_TRY(nch_split_fold(data->rows, call->folds, fold, true, call->seed, classes, &split, error));
		snprintf(name, sizeof name, "fold-%zu", fold);
		char *folder = nch_path_join(call->out, name);
		nch_status status = folder != NULL ? write_split(data, &split, folder, error) : nch_no_memory(error);
		nch_free(folder);
		nch_split_free(&split);
		NCH_TRY(status);
	}
	return NCH_OK;
}

static nch_status split_rows(const split_call *call, const nch_dataset *data, const int32_t *classes, nch_error *error)
{
	if (call->folds > 0)
		return write_folds(call, data, classes, error);
	nch_split split;
	NCH_TRY(nch_split_random(data->rows, call->test, call->seed, true, classes, &split, error));
	nch_status status = write_split(data, &split, call->out, error);
	nch_split_free(&split);
	return status;
}

static nch_status run(const nch_options *options, nch_error *error)
{
	split_call call = {0};
	NCH_TRY(nch_options_take(options, &own_group, &call, error));
	if (call.files.count == 0)
		return nch_fail(error, NCH_USAGE, "which data? give --data FILE");
	if ((call.test > 0.0) == (call.folds > 0))
		return nch_fail(error, NCH_USAGE, "give either --test-split SHARE or --folds N");
	nch_labels labels = {0};
	nch_dataset_options data_options;
	nch_dataset data = {0};
	int32_t *classes = NULL;
	NCH_TRY(nch_data_options_read(options, false, &data_options, &labels, NULL, error));
	nch_status status = nch_dataset_read(call.files.items, call.files.count, &data_options, &data, error);
	if (status == NCH_OK) {
		nch_data_options_done(&data);
		if (call.stratify)
			status = nch_dataset_strata(&data, NULL, data.rows, &classes, error);
	}
	if (status == NCH_OK)
		status = split_rows(&call, &data, classes, error);
	nch_free(classes);
	nch_dataset_free(&data);
	nch_labels_free(&labels);
	return status;
}

const nch_command nch_command_split = {
	.name = "split",
	.summary = "train and test files, or folds, dealt as scikit-learn does",
	.usage = "--data FILE (--test-split 0.2 | --folds 10) [--split-seed 42] [--stratify] --out-dir DIR",
	.details = "The same rows in the same order as train_test_split(shuffle=True, random_state=SEED), or "
	           "KFold(shuffle=True,\n"
		   "random_state=SEED); with --stratify as train_test_split(stratify=…) and StratifiedKFold. Texts are kept "
	           "as they are.",
	.groups = groups,
	.run = run,
};
