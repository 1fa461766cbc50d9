/* checkpoint.h - all that a training run needs to go on as if nothing had happened. */
#ifndef NCH_TRAIN_CHECKPOINT_H
#define NCH_TRAIN_CHECKPOINT_H

#include "train/trainer.h"

/* Where a run stands, beside its weights and moments. */
typedef struct nch_run_state {
	size_t epoch;       /* the one that is being done, from 1 */
	size_t done;        /* steps of it that are done */
	double loss_sum;    /* over the rows of those steps */
	size_t correct, seen;
	double seconds;     /* of the epoch so far */
	bool has_best;
	double best_value;
	size_t best_epoch, since_best;
	size_t log_bytes;   /* length of log.jsonl: what came after is not true any more */
	nch_epoch_record *epochs; /* those that are done, epoch - 1 of them; owned by the caller */
	size_t epoch_count;
} nch_run_state;

/* OUT/checkpoint/ holds step-N.safetensors (weights and moments) and state.json, which names it: the checkpoint exists from the moment state.json is renamed
 * into its place; older files are removed after that. */
nch_status nch_checkpoint_save(const char *out, const nch_optimizer *optimizer, const nch_run_state *state, const char *identity,
                               nch_error *error);

/* Loads into the optimizer (and its model) and *state, whose `epochs` has room for `room` records. *found is false, and nothing is changed, where there is no
 * checkpoint; one of another run (identity) is an error that says so. */
nch_status nch_checkpoint_load(const char *out, nch_optimizer *optimizer, nch_run_state *state, size_t room, const char *identity, bool *found,
                               nch_error *error);

#endif
