/* log.h - log.jsonl read back: what happened in training, one object a step and one an epoch. */
#ifndef NCH_REPORT_LOG_H
#define NCH_REPORT_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Numbers of one step, a row of nch_log's values; count 0: none. */
typedef struct nch_logged_list {
	size_t first, count;
} nch_logged_list;

typedef struct nch_logged_step {
	uint64_t step, epoch; /* both from 1 */
	double lr, loss, grad_norm;
	uint64_t tokens; /* of this step's batch */
	double seconds;  /* this step's own */
	nch_logged_list update_ratio, attention_entropy, dead_units; /* with --log-details, see train/details.h; NaN where the log has null */
} nch_logged_step;

typedef struct nch_logged_epoch {
	uint64_t epoch; /* from 1 */
	double train_loss, train_accuracy;
	double valid_loss, valid_accuracy, valid_macro_f1, valid_micro_f1; /* NaN (written null) without validation data */
	bool best;                                                         /* the best epoch so far */
	double seconds;
} nch_logged_epoch;

/* Start with {0}, release with nch_log_free. */
typedef struct nch_log {
	nch_logged_step *steps;
	nch_logged_epoch *epochs;
	size_t step_count, epoch_count, step_capacity, epoch_capacity;
	double *values; /* of the lists */
	size_t value_count, value_capacity;
} nch_log;

/* Reads a log (appends to *log). A last line without its line break was being written when the run was killed, and is left
 * out; a step or epoch that stands twice (a resumed run did it again) keeps its last record. Errors: "FILE:LINE: what is
 * wrong". */
nch_status nch_log_read(const char *path, nch_log *log, nch_error *error);
nch_status nch_log_parse(const char *text, size_t length, const char *where, nch_log *log, nch_error *error);
void nch_log_free(nch_log *log);

bool nch_log_has_details(const nch_log *log); /* some step has lists */

#endif
