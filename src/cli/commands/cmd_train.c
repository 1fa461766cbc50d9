/* cmd_train.c - `nunchi train`: from a data set to a model folder. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/data_options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/train_options.h"
#include "cli/train_screen.h"
#include "report/evaluation.h"
#include "train/experiment.h"
#include "train/experiment_report.h"

typedef struct train_call {
	nch_experiment_options experiment;
	const char *tensorboard;
} train_call;

static const nch_option own_options[] = {
	{"out", NCH_SET_TEXT(train_call, experiment.training.out), .argument = "DIR", .help = "folder for the model, log.jsonl, metrics.json, report.txt and plots", .required = true, .effect = NCH_NO_EFFECT},
	{"tensorboard", NCH_SET_TEXT(train_call, tensorboard), .argument = "DIR", .help = "write event files for TensorBoard there", .effect = NCH_NO_EFFECT},
	{"overwrite", NCH_SET_FLAG(train_call, experiment.training.overwrite), .help = "replace the model that another run left in DIR", .effect = NCH_NO_EFFECT},
	{"resume", NCH_SET_FLAG(train_call, experiment.training.resume), .help = "go on from DIR/checkpoint", .effect = NCH_NO_EFFECT},
	{0}};
static const nch_option_group own_group = {"Result", own_options};
static const nch_option_group *const groups[] = {&nch_train_data_group, &nch_train_model_group, &nch_shape_group, &nch_ngram_group, &nch_steps_group,
                                                 &nch_train_group, &own_group, &nch_data_group, NULL};

/* --- the command --- */

static void print_result(const nch_experiment_result *r, const char *out)
{
	nch_buffer text = {0};
	if (r->has_test || r->has_valid) {
		nch_report_text(r->has_test ? &r->test : &r->valid, &r->labels, &text);
		nch_experiment_baseline_line(r, &text);
		nch_output_printf("%s, %zu rows (epoch %zu of %zu)\n\n", r->has_test ? "test" : "validation", r->has_test ? r->test_rows : r->valid_rows,
		                  r->training.best_epoch, r->training.count);
		nch_output_buffer(&text);
		nch_output_text("\n");
	}
	nch_output_printf("model in %s: %zu parameters, trained on %zu rows in %s\n", out, r->parameters, r->train_rows, nch_duration_text(r->seconds));
	nch_output_printf("weights sha256 %s\n", r->training.fingerprint);
	nch_buffer_free(&text);
}

/* Trains, when all options are read. */
static nch_status train(const nch_options *options, train_call *call, nch_experiment_result *result, nch_error *error)
{
	nch_experiment_options *experiment = &call->experiment;
	nch_compute *compute = NULL;
	nch_buffer command = {0};
	nch_train_screen screen = {.board_folder = call->tensorboard};
	const nch_experiment_watcher watcher = nch_train_screen_watcher(&screen);
	nch_options_command_line(options, &command);
	experiment->command = command.data;
	experiment->training.stop = nch_train_screen_stop();
	nch_status status = nch_buffer_check(&command, error);
	if (status == NCH_OK)
		status = nch_common_compute(options, &compute, error);
	if (status == NCH_OK)
		status = nch_experiment_run(experiment, compute, &watcher, result, error);
	if (status == NCH_OK)
		print_result(result, experiment->training.out);
	nch_train_screen_end(&screen);
	nch_compute_free(compute);
	nch_buffer_free(&command);
	return status;
}

static nch_status run(const nch_options *options, nch_error *error)
{
	train_call call = {0};
	nch_experiment_result result = {0};
	nch_labels labels = {0};
	nch_buffer values = {0};
	nch_status status = nch_train_options_read(options, &call.experiment, &labels, &values, error);
	if (status == NCH_OK)
		status = nch_options_take(options, &own_group, &call, error);
	if (status == NCH_OK)
		status = train(options, &call, &result, error);
	nch_experiment_result_free(&result);
	nch_labels_free(&labels);
	nch_buffer_free(&values);
	return status;
}

const nch_command nch_command_train = {
	.name = "train",
	.summary = "train a classifier on labelled sentences",
	.usage = "--train FILE … --out DIR [--init DIR | --preset NAME --tokenizer FILE] [options]",
	.details =
	"Reads labelled sentences, trains a classifier from random weights (--preset) or from a model folder\n"
	"(--init), keeps the best epoch, and measures it. The same files, options and seed give the same weights,\n"
	"bit for bit, on any machine and with any number of threads.\n"
	"The last line is `weights sha256 …`. Ctrl-C saves a checkpoint; the same command with --resume goes on.",
	.groups = groups,
	.run = run,
};
