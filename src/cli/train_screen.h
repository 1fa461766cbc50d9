/* train_screen.h - what is shown while a model is trained, and Ctrl-C. */
#ifndef NCH_CLI_TRAIN_SCREEN_H
#define NCH_CLI_TRAIN_SCREEN_H

#include <signal.h>

#include "cli/progress.h"
#include "report/tensorboard.h"
#include "train/experiment_options.h"

/* Start with {0}; end with nch_train_screen_end. */
typedef struct nch_train_screen {
	bool words;               /* words are guessed, and there are no labels: for the caller to set */
	const char *board_folder; /* --tensorboard, or NULL: for the caller to set */
	nch_progress progress;
	uint64_t done;
	nch_tensorboard board;
	bool board_failed; /* it has been said */
} nch_train_screen;

/* A watcher that shows steps as a bar, epochs and notes as lines, and warnings, and keeps event files. The screen must outlive it. */
nch_experiment_watcher nch_train_screen_watcher(nch_train_screen *screen);

void nch_train_screen_end(nch_train_screen *screen);

/* From now on Ctrl-C (or SIGTERM) makes what is pointed to its number, which is not zero; a second one ends the program at once. */
const volatile sig_atomic_t *nch_train_screen_stop(void);

/* The signal that came; 0: none. */
int nch_train_screen_signal(void);

#endif
