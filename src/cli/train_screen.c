/* train_screen.c - bar, lines, event files and Ctrl-C of everything that trains. */
#include "cli/train_screen.h"

#include <stdio.h>
#include <string.h>

#include "base/os.h"
#include "cli/output.h"

/* --- Ctrl-C --- */

static volatile sig_atomic_t stop_wanted;

static void want_stop(int signal_number)
{
	stop_wanted = signal_number;
}

const volatile sig_atomic_t *nch_train_screen_stop(void)
{
	nch_os_on_stop(want_stop);
	return &stop_wanted;
}

int nch_train_screen_signal(void)
{
	return stop_wanted;
}

/* --- TensorBoard --- */

/* Training does not end because a diary cannot be written: the first failure is told, and then no more is tried. */
static void board_check(nch_train_screen *s, nch_status status, const nch_error *error)
{
	if (status == NCH_OK || s->board_failed)
		return;
	nch_output_warning("%s (no more event files are written)", error->text);
	s->board_failed = true;
}

static void board_number(nch_train_screen *s, const char *tag, uint64_t step, double value)
{
	nch_error error;
	if (s->board_folder != NULL && !s->board_failed && value - value == 0.0)
		board_check(s, nch_tensorboard_number(&s->board, tag, step, value, &error), &error);
}

static void board_step(nch_train_screen *s, const nch_step_record *record)
{
	nch_error error;
	if (s->board_folder != NULL && s->board.file == NULL && !s->board_failed)
		board_check(s, nch_tensorboard_open(&s->board, s->board_folder, record->step, &error), &error);
	board_number(s, "step/loss", record->step, record->loss);
	board_number(s, "step/lr", record->step, record->lr);
	board_number(s, "step/grad_norm", record->step, record->grad_norm);
}

static void board_epoch(nch_train_screen *s, const nch_epoch_record *record)
{
	board_number(s, "loss/train", record->epoch, record->train_loss);
	board_number(s, "accuracy/train", record->epoch, record->train_accuracy);
	if (!record->has_valid)
		return;
	board_number(s, "loss/valid", record->epoch, record->valid.loss);
	board_number(s, "accuracy/valid", record->epoch, record->valid.accuracy);
	if (record->has_replaced) {
		board_number(s, "mlm_accuracy/valid", record->epoch, record->replaced.mlm_accuracy);
		board_number(s, "precision/valid", record->epoch, record->replaced.precision);
		board_number(s, "recall/valid", record->epoch, record->replaced.recall);
	}
	if (s->words)
		return;
	board_number(s, "macro_f1/valid", record->epoch, record->valid.macro_f1);
	board_number(s, "micro_f1/valid", record->epoch, record->valid.micro_f1);
}

/* --- the terminal --- */

static void show_step(void *context, const nch_step_record *record, uint64_t total)
{
	nch_train_screen *s = context;
	char note[80];
	if (s->done == 0) { /* its time is not measured: the clock starts now */
		nch_progress_start(&s->progress, "training", "steps", total);
		s->progress.before = record->step;
		s->progress.rate_unit = "tokens";
	} else {
		s->progress.rate_done += record->tokens;
	}
	s->done = record->step;
	board_step(s, record);
	snprintf(s->progress.title, sizeof s->progress.title, "epoch %zu", record->epoch);
	snprintf(note, sizeof note, "loss %.4f", record->loss);
	nch_progress_update(&s->progress, record->step, note);
}

static void show_epoch(void *context, const nch_epoch_record *record, size_t epochs)
{
	nch_train_screen *s = context;
	nch_progress_end(&s->progress);
	board_epoch(s, record);
	char valid[200] = "";
	if (record->has_replaced)
		snprintf(valid, sizeof valid, "  valid loss %.4f MLM accuracy %.4f RTD accuracy %.4f precision %.4f recall %.4f%s", record->valid.loss,
		         record->replaced.mlm_accuracy, record->valid.accuracy, record->replaced.precision, record->replaced.recall, record->best ? "  best" : "");
	else if (record->has_valid && s->words)
		snprintf(valid, sizeof valid, "  valid loss %.4f accuracy %.4f%s", record->valid.loss, record->valid.accuracy, record->best ? "  best" : "");
	else if (record->has_valid)
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

nch_experiment_watcher nch_train_screen_watcher(nch_train_screen *screen)
{
	return (nch_experiment_watcher){{show_step, show_epoch, show_note, screen, show_warning}, show_warning};
}

void nch_train_screen_end(nch_train_screen *screen)
{
	nch_progress_end(&screen->progress);
	nch_tensorboard_close(&screen->board);
}
