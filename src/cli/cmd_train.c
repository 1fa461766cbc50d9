/* cmd_train.c - `nunchi train`: from a data set to a model folder. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/data_options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/train_options.h"
#include "report/evaluation.h"
#include "report/tensorboard.h"
#include "train/experiment.h"

static const nch_option own_options[] = {
	{"out", NCH_OPTION_TEXT, "DIR", .help = "folder for the model, log.jsonl, metrics.json, report.txt and plots", .required = true},
	{"tensorboard", NCH_OPTION_TEXT, "DIR", .help = "write event files for TensorBoard there"},
	{"resume", NCH_OPTION_FLAG, .help = "go on from DIR/checkpoint"},
	{0}};
static const nch_option_group own_group = {"Result", own_options};
static const nch_option_group *const groups[] = {&nch_train_data_group, &nch_train_model_group, &nch_train_group, &own_group, &nch_data_group, NULL};

/* --- Ctrl-C --- */

static volatile sig_atomic_t stop_wanted;

static void want_stop(int signal_number)
{
	(void)signal_number;
	stop_wanted = 1;
	signal(SIGINT, SIG_DFL); /* a second one ends the program at once */
}

/* --- what is shown and noted while it trains --- */

typedef struct screen {
	nch_progress progress;
	size_t epoch;
	uint64_t steps_an_epoch, done;
	const char *board_folder; /* --tensorboard, or NULL */
	nch_tensorboard board;
	bool board_failed;        /* it has been said */
} screen;

/* --- TensorBoard --- */

/* Training does not end because a diary cannot be written: the first failure is told, and then no more is tried. */
static void board_check(screen *s, nch_status status, const nch_error *error)
{
	if (status == NCH_OK || s->board_failed)
		return;
	nch_output_warning("%s (no more event files are written)", error->text);
	s->board_failed = true;
}

static void board_number(screen *s, const char *tag, uint64_t step, double value)
{
	nch_error error;
	if (s->board_folder != NULL && !s->board_failed && value - value == 0.0)
		board_check(s, nch_tensorboard_number(&s->board, tag, step, value, &error), &error);
}

static void board_step(screen *s, const nch_step_record *record)
{
	nch_error error;
	if (s->board_folder != NULL && s->board.file == NULL && !s->board_failed)
		board_check(s, nch_tensorboard_open(&s->board, s->board_folder, record->step, &error), &error);
	board_number(s, "step/loss", record->step, record->loss);
	board_number(s, "step/lr", record->step, record->lr);
	board_number(s, "step/grad_norm", record->step, record->grad_norm);
}

static void board_epoch(screen *s, const nch_epoch_record *record)
{
	board_number(s, "loss/train", record->epoch, record->train_loss);
	board_number(s, "accuracy/train", record->epoch, record->train_accuracy);
	if (!record->has_valid)
		return;
	board_number(s, "loss/valid", record->epoch, record->valid.loss);
	board_number(s, "accuracy/valid", record->epoch, record->valid.accuracy);
	board_number(s, "macro_f1/valid", record->epoch, record->valid.macro_f1);
	board_number(s, "micro_f1/valid", record->epoch, record->valid.micro_f1);
}

/* --- the terminal --- */

static void show_step(void *context, const nch_step_record *record, uint64_t total)
{
	screen *s = context;
	char note[80];
	if (s->done == 0)
		nch_progress_start(&s->progress, "training", "steps", total);
	s->done = record->step;
	board_step(s, record);
	snprintf(note, sizeof note, "epoch %zu, loss %.4f", record->epoch, record->loss);
	nch_progress_update(&s->progress, record->step, note);
}

static void show_epoch(void *context, const nch_epoch_record *record, size_t epochs)
{
	screen *s = context;
	nch_progress_end(&s->progress);
	board_epoch(s, record);
	char valid[120] = "";
	if (record->has_valid)
		snprintf(valid, sizeof valid, "  valid loss %.4f accuracy %.4f macro-F1 %.4f%s", record->valid.loss, record->valid.accuracy,
		         record->valid.macro_f1, record->best ? "  best" : "");
	nch_output_note("epoch %zu/%zu  loss %.4f accuracy %.4f%s  %s", record->epoch, epochs, record->train_loss, record->train_accuracy, valid,
	                nch_duration_text(record->seconds));
}

static void show_note(void *context, const char *text)
{
	(void)context;
	nch_output_note("%s", text);
}

static void show_warning(void *context, const char *text)
{
	(void)context;
	for (const char *line = text; *line != '\0';) { /* a report may have several lines */
		size_t length = strcspn(line, "\n");
		nch_output_warning("%.*s", (int)length, line);
		line += length + (line[length] == '\n');
	}
}

/* --- the command --- */

static void print_result(const nch_experiment_result *r, const char *out)
{
	nch_buffer text = {0};
	if (r->has_test || r->has_valid) {
		nch_report_text(r->has_test ? &r->test : &r->valid, &r->labels, &text);
		nch_output_printf("%s, %zu rows (epoch %zu of %zu)\n\n", r->has_test ? "test" : "validation", r->has_test ? r->test_rows : r->valid_rows,
		                  r->training.best_epoch, r->training.count);
		nch_output_buffer(&text);
		nch_output_text("\n");
	}
	nch_output_printf("model in %s: %zu parameters, trained on %zu rows in %s\n", out, r->parameters, r->train_rows, nch_duration_text(r->seconds));
	nch_output_printf("weights sha256 %s\n", r->training.fingerprint);
	nch_buffer_free(&text);
}

static nch_status run(const nch_options *options, nch_error *error)
{
	nch_experiment_options experiment = {0};
	nch_experiment_result result = {0};
	nch_compute *compute = NULL;
	nch_labels labels = {0};
	nch_buffer command = {0};
	screen s = {.board_folder = nch_options_text(options, "tensorboard")};
	const nch_experiment_watcher watcher = {{show_step, show_epoch, show_note, &s}, show_warning};
	nch_status status = nch_train_options_read(options, &experiment, &labels, error);
	if (status == NCH_OK)
		status = nch_common_compute(options, &compute, error);
	if (status == NCH_OK) {
		nch_options_command_line(options, &command);
		experiment.command = command.failed ? NULL : command.data;
		experiment.training.out = nch_options_text(options, "out");
		experiment.training.resume = nch_options_flag(options, "resume");
		experiment.training.stop = &stop_wanted;
		signal(SIGINT, want_stop);
		signal(SIGTERM, want_stop);
		status = nch_experiment_run(&experiment, compute, &watcher, &result, error);
		nch_progress_end(&s.progress);
	}
	if (status == NCH_OK)
		print_result(&result, experiment.training.out);
	nch_tensorboard_close(&s.board);
	nch_experiment_result_free(&result);
	nch_compute_free(compute);
	nch_labels_free(&labels);
	nch_buffer_free(&command);
	return status;
}

const nch_command nch_command_train = {
	"train", "train a classifier on labelled sentences", "--train FILE … --out DIR [--init DIR | --preset NAME --tokenizer FILE] [options]",
	"Reads labelled sentences, trains a classifier from random weights (--preset) or from a model folder\n"
	"(--init), keeps the best epoch, and measures it. The same files, options and seed give the same weights,\n"
	"bit for bit, on any machine and with any number of threads.\n"
	"The last line is `weights sha256 …`. Ctrl-C saves a checkpoint; the same command with --resume goes on.",
	groups, 0, run};
