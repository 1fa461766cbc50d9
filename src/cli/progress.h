/* progress.h - how far the work is: a bar with rate and time left on a terminal, a plain line now and then elsewhere.
 *
 * All of it goes to standard error and none of it under --quiet. */
#ifndef NCH_CLI_PROGRESS_H
#define NCH_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Start with nch_progress_start. */
typedef struct nch_progress {
	const char *what, *unit; /* "epoch 2/10", "rows" */
	uint64_t total, done;    /* total 0: unknown */
	uint64_t before;         /* of `done`, what was done before the start: for the caller to set */
	const char *rate_unit;   /* what is counted a second, if it is not `unit`: for the caller to set, and to count in `rate_done` */
	uint64_t rate_done;
	double started, shown;   /* seconds */
	bool terminal, silent;
	bool on_screen;          /* a bar stands on the current line */
	char title[64];
} nch_progress;

/* The texts are copied (what) and borrowed (unit, a constant). */
void nch_progress_start(nch_progress *progress, const char *what, const char *unit, uint64_t total);

/* Shows it if it is time to. `note` (may be NULL) is put at the end: "loss 0.512". */
void nch_progress_update(nch_progress *progress, uint64_t done, const char *note);

/* Takes the bar off the screen. */
void nch_progress_end(nch_progress *progress);

/* "1:02:03", "2:03" or "0:03", for people; the text is valid until the fourth next call. */
const char *nch_duration_text(double seconds);


#endif
