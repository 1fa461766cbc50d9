/* checkpoint.h - all that a training run needs to go on as if nothing had happened. */
#ifndef NCH_TRAIN_CHECKPOINT_H
#define NCH_TRAIN_CHECKPOINT_H

#include "train/trainer.h"

/* Where a run stands, beside its weights and moments. */
typedef struct nch_run_state {
	size_t epoch;       /* the one that is being done, from 1 */
	size_t done;        /* steps of it that are done */
	double loss_sum;    /* over the rows (or hidden tokens) of those steps */
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
 * into its place. Of older ones the last `keep` - 1 stay, each with its own step-N.json; the others are removed after that. */
nch_status nch_checkpoint_save(const char *out, const nch_optimizer *optimizer, const nch_run_state *state, const char *identity, size_t keep,
                               nch_error *error);

/* Loads the newest checkpoint that can be read into the optimizer (and its model) and *state, whose `epochs` has room for `room` records. *found is false, and
 * nothing is changed, where there is none; one of another run (identity) is an error that says so. *damaged gets the reason why a newer one was
 * passed over (status NCH_OK: none was). If none can be read, the newest one's error is returned. */
nch_status nch_checkpoint_load(const char *out, nch_optimizer *optimizer, nch_run_state *state, size_t room, const char *identity, bool *found,
                               nch_error *damaged, nch_error *error);

#endif
