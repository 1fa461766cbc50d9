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
	nch_schedule schedule; /* of the run, set by its caller also before loading. One under another schedule can go on from here if the rates of all steps so far are the same */
	uint64_t stable;       /* the step at which the schedule's decay began, once it is reached; 0: it is not */
	nch_epoch_record *epochs; /* those that are done, epoch - 1 of them; owned by the caller */
	size_t epoch_count;
} nch_run_state;

/* OUT/checkpoint/ holds step-N.safetensors (weights and moments) and state.json, which names it: the checkpoint exists from the moment state.json is renamed
 * into its place. Of older ones the last `keep` - 1 stay, each with its own step-N.json; the others are removed after that.
 *
 * The checkpoint of the step state->stable stays, too, and with it the best model so far (step-N.best….safetensors): a run that was cooled down can be
 * lengthened from there. */
nch_status nch_checkpoint_save(const char *out, const nch_optimizer *optimizer, const nch_run_state *state, const char *identity, size_t keep,
                               nch_error *error);

/* Loads the newest checkpoint that can be read, and whose steps had the rates of state->schedule, into the optimizer (and its model) and *state, whose `epochs`
 * has room for `room` records. *found is false, and nothing is changed, where there is none; one of another run (identity) is an error that says so. *passed
 * gets the reason why a newer one was passed over: NCH_OK, none was; NCH_DATA, other rates; else it is damaged. If none will do, the newest one's error is
 * returned. */
nch_status nch_checkpoint_load(const char *out, nch_optimizer *optimizer, nch_run_state *state, size_t room, const char *identity, bool *found,
                               nch_error *passed, nch_error *error);

/* Puts the best model that is kept beside the checkpoint of this step, if one is, back into OUT. */
nch_status nch_checkpoint_take_best(const char *out, uint64_t step, nch_error *error);

#endif
