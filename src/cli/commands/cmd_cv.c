/* cmd_cv.c - `nunchi cv`: cross-validation, all folds here, or some of them here and the others elsewhere. */
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/cluster.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/data_options.h"
#include "cli/output.h"
#include "cli/train_options.h"
#include "cli/train_screen.h"
#include "report/evaluation.h"
#include "train/experiment.h"
#include "train/folds.h"

typedef struct cv_call {
	nch_experiment_options experiment; /* out, and folds: of all of them together */
	size_t fold;
	bool single, merge, emit;
} cv_call;

static const nch_option own_options[] = {
	{"out", NCH_SET_TEXT(cv_call, experiment.training.out), .argument = "DIR", .help = "folder for fold-0, fold-1 …, cv.json and out-of-fold.jsonl", .required = true, .effect = NCH_NO_EFFECT},
	{"folds", NCH_SET_INTEGER(cv_call, experiment.folds), .argument = "K", .help = "parts that the rows are dealt into, as scikit-learn's KFold(K, shuffle=True, random_state=--split-seed)", .otherwise = "10", .least = 2, .most = 100000, .effect = NCH_BY_WHAT_IT_BRINGS},
	{"fold", NCH_SET_INTEGER(cv_call, fold), NCH_GIVEN(cv_call, single), .argument = "N", .help = "train this fold alone (from 0); join them later by --merge", .most = 99999, .effect = NCH_BY_WHAT_IT_BRINGS},
	{"merge", NCH_SET_FLAG(cv_call, merge), .help = "train nothing: join the folds that are in DIR", .effect = NCH_NO_EFFECT},
	{"overwrite", NCH_SET_FLAG(cv_call, experiment.training.overwrite), .help = "replace the folds of another run in DIR", .effect = NCH_NO_EFFECT},
	{"resume", NCH_SET_FLAG(cv_call, experiment.training.resume), .help = "go on from the checkpoints in DIR; finished folds stay as they are", .effect = NCH_NO_EFFECT},
	{"emit", NCH_SET_WHETHER(cv_call, emit, "slurm"), .choices = "slurm", .help = "print a job-array script with a task for each fold, and do nothing else", .effect = NCH_NO_EFFECT},
	{0}};
static const nch_option_group own_group = {"Folds", own_options};
static const nch_option_group *const groups[] = {&nch_train_data_group, &nch_train_model_group, &nch_shape_group, &nch_ngram_group, &nch_steps_group,
                                                 &nch_train_group, &own_group, &nch_data_group, NULL};

/* --- one fold --- */

static nch_status run_fold(const char *out, nch_experiment_options *experiment, nch_compute *compute, size_t fold, nch_error *error)
{
	nch_experiment_result result = {0};
	nch_train_screen screen = {0};
	const nch_experiment_watcher watcher = nch_train_screen_watcher(&screen);
	char *folder = nch_fold_folder(out, fold);
	if (folder == NULL)
		return nch_no_memory(error);
	nch_output_note("fold %zu of %zu", fold, experiment->folds);
	experiment->fold = fold;
	experiment->training.out = folder;
	nch_status status = nch_experiment_run(experiment, compute, &watcher, &result, error);
	nch_train_screen_end(&screen);
	if (status == NCH_OK && result.skipped)
		nch_output_note("done already");
	else if (status == NCH_OK)
		nch_output_printf("fold %zu: accuracy %.4f, loss %.4f, macro F1 %.4f, micro F1 %.4f (epoch %zu of %zu), weights sha256 %s\n", fold,
		                  result.valid.accuracy, result.valid.loss, result.valid.macro.f1, result.valid.micro.f1, result.training.best_epoch,
		                  result.training.count, result.training.fingerprint);
	nch_output_flush();
	nch_experiment_result_free(&result);
	nch_free(folder);
	return status;
}

static nch_status run_folds(const nch_options *options, const cv_call *call, nch_error *error)
{
	nch_experiment_options experiment = call->experiment;
	nch_compute *compute = NULL;
	nch_labels labels = {0};
	nch_buffer command = {0}, values = {0};
	size_t folds = experiment.folds, first = call->single ? call->fold : 0;
	if (first >= folds)
		return nch_fail(error, NCH_USAGE, "--fold %zu: the folds of --folds %zu have the numbers 0 to %zu", first, folds, folds - 1);
	nch_status status = nch_train_options_read(options, &experiment, &labels, &values, error);
	if (status == NCH_OK && (experiment.valid.count > 0 || experiment.valid_split > 0.0))
		status = nch_fail(error, NCH_USAGE, "--valid and --valid-split: each fold is validated on the rows that it leaves out");
	if (status == NCH_OK)
		status = nch_common_compute(options, &compute, error);
	nch_options_command_line(options, &command);
	if (status == NCH_OK)
		status = nch_buffer_check(&command, error);
	experiment.command = command.data;
	experiment.training.stop = nch_train_screen_stop();
	experiment.skip_done = experiment.training.resume;
	for (size_t fold = first; fold < (call->single ? first + 1 : folds) && status == NCH_OK; fold++)
		status = run_fold(call->experiment.training.out, &experiment, compute, fold, error);
	nch_compute_free(compute);
	nch_labels_free(&labels);
	nch_buffer_free(&command);
	nch_buffer_free(&values);
	return status;
}

/* --- all of them --- */

static nch_status join(const cv_call *call, nch_error *error)
{
	nch_folds folds;
	nch_buffer out = {0};
	const char *folder = call->experiment.training.out;
	NCH_TRY(nch_folds_merge(folder, call->experiment.folds, call->experiment.training.best_by, &folds, error));
	nch_buffer_byte(&out, '\n');
	nch_folds_table(&folds, &out);
	nch_buffer_printf(&out, "\nall %zu rows, each by the model that had not seen it\n\n", folds.rows);
	nch_report_text(&folds.out_of_fold, &folds.labels, &out);
	if (folds.out_of_fold.multi_label)
		nch_buffer_printf(&out, "\nwith thresholds tuned on the other folds' rows: macro F1 %.4f   micro F1 %.4f\n", folds.honest_macro_f1, folds.honest_micro_f1);
	nch_buffer_printf(&out, "\nbest fold: %s/fold-%zu\n", folder, folds.best);
	nch_status status = nch_buffer_check(&out, error);
	if (status == NCH_OK)
		nch_output_buffer(&out);
	nch_buffer_free(&out);
	nch_folds_free(&folds);
	return status;
}

static nch_status emit(const nch_options *options, const cv_call *call, nch_error *error)
{
	nch_buffer script = {0};
	const char *const nothing[] = {NULL};
	NCH_TRY(nch_folder_make(call->experiment.training.out, error));
	nch_cluster_slurm(options, call->experiment.training.out, "fold", call->experiment.folds, true, nothing, &script);
	nch_status status = nch_buffer_check(&script, error);
	if (status == NCH_OK)
		nch_output_buffer(&script);
	nch_buffer_free(&script);
	return status;
}

static nch_status run(const nch_options *options, nch_error *error)
{
	cv_call call = {0};
	NCH_TRY(nch_options_take(options, &own_group, &call, error));
	NCH_TRY(nch_options_take(options, &nch_train_group, &call.experiment, error)); /* --best-by, for joining alone */
	if (call.merge && call.single)
		return nch_fail(error, NCH_USAGE, "--merge joins folds, --fold trains one: give one or the other");
	if (call.emit)
		return emit(options, &call, error);
	if (!call.merge)
		NCH_TRY(run_folds(options, &call, error));
	return call.single ? NCH_OK : join(&call, error);
}

const nch_command nch_command_cv = {
	.name = "cv",
	.summary = "cross-validation: train on all rows but a part, in turn",
	.usage = "--train FILE … --out DIR [--folds 10] [--fold N | --merge | --emit slurm] [options]",
	.details =
	"Deals the rows into folds and trains a model for each on the others, as train does; DIR/fold-N is what train\n"
	"leaves, with held-out.jsonl beside it. Then cv.json gets the figures of each fold, their mean and deviation, and\n"
	"out-of-fold.jsonl what was said of every row by the model that had not seen it.\n"
	"Folds can be trained apart by --fold N, on several machines too, and joined by --merge: the files have the same\n"
	"bits as those of one call.",
	.groups = groups,
	.run = run,
};
