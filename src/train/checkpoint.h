/* checkpoint.h - all that a training run needs to go on as if nothing had happened. */
#ifndef NCH_TRAIN_CHECKPOINT_H
#define NCH_TRAIN_CHECKPOINT_H

#include "train/training.h"

/* Where a run stands, beside its weights and moments. */
typedef struct nch_run_state {
	size_t epoch;       /* the one that is being done, from 1 */
	size_t done;        /* steps of it that are done */
	double loss_sum;    /* over the rows (or hidden tokens) of those steps */
	size_t correct, seen;
	double seconds;     /* of the epoch so far */
	double first_loss;  /* of the first step of all */
	bool exploded;      /* that the loss has grown far beyond it has been told */
	bool has_best;
	double best_value;
	size_t best_epoch, since_best;
	char best[65];      /* fingerprint of the best epoch's weights, where a folder keeps them; else "" */
	size_t log_bytes;   /* length of log.jsonl: what came after is not true any more */
	nch_schedule schedule; /* of the run, set by its caller also before loading. One under another schedule can go on from here if the rates of
	                          all steps so far are the same */
	uint64_t stable;       /* the step at which the schedule's decay began, once it is reached; 0: it is not */
	nch_epoch_record *epochs; /* those that are done, epoch - 1 of them; owned by the caller */
	size_t epoch_count;
} nch_run_state;

/* Numbers of a run that lie as a model's storage does: weights, a moment, an average. In the file each of the model's tensors is KIND/NAME. */
typedef struct nch_checkpoint_values {
	const char *kind; /* "weight", "moment1" … */
	const nch_model *model;
	float *values;
} nch_checkpoint_values;

enum { NCH_CHECKPOINT_VALUES = 16 }; /* the most that a run has */

/* A run, as its checkpoints see it. All is borrowed. */
typedef struct nch_checkpoint {
	const char *out;
	const char *identity;     /* which run it is: train/run_identity.h */
	size_t keep;              /* the last so many stay; 0 and 1: the newest alone */
	size_t epochs, steps;     /* of the run, and of an epoch: what the numbers of a state are checked against */
	uint64_t *taken;          /* steps that the optimizer has taken so far */
	nch_run_state *state;     /* epochs has room for `epochs` records */
	nch_checkpoint_values values[NCH_CHECKPOINT_VALUES];
	size_t count;
} nch_checkpoint;

/* OUT/checkpoint/ holds step-N.safetensors (all the values) and state.json, which names it: the checkpoint exists from the moment state.json is
 * renamed into its place. It has a checksum of its own and one of step-N.safetensors, so that a flipped bit is damage and not another run. Of older
 * ones the last `keep` - 1 stay, each with its own step-N.json; the others are removed after that.
 *
 * The checkpoint of the step state->stable stays, too, and with it the best model so far (step-N.best….safetensors): a run that was cooled down can
 * be lengthened from there. */
nch_status nch_checkpoint_save(const nch_checkpoint *checkpoint, nch_error *error);

/* Loads the newest checkpoint that can be read, and whose steps had the rates of state->schedule, into values, *taken and *state. *found is false,
 * and nothing is changed, where there is none; one of another run (identity) is NCH_DATA and says what differs. Numbers that no such run can have had
 * are NCH_FORMAT, as is a damaged file. *passed gets the reason why a newer one was passed over: NCH_OK, none was; NCH_DATA, other rates; else it is
 * damaged. If none will do, the newest one's error is returned. No file is touched. */
nch_status nch_checkpoint_load(const nch_checkpoint *checkpoint, bool *found, nch_error *passed, nch_error *error);

/* Puts the best model that is kept beside the checkpoint of this step, if one is, back into OUT. */
nch_status nch_checkpoint_take_best(const char *out, uint64_t step, nch_error *error);

/* Whether there is a checkpoint in OUT; *identity (start with {0}) gets the run it is of, and stays empty where that cannot be read. NCH_MEMORY: it
 * cannot be found out. */
nch_status nch_checkpoint_exists(const char *out, bool *exists, nch_buffer *identity, nch_error *error);

/* What is said of a checkpoint in OUT that is of another run; returns its status. */
nch_status nch_checkpoint_refuse(const char *out, const char *here, const char *there, nch_error *error);

/* Removes OUT/checkpoint with all that this program writes there, state.json first: it is there or it is not. */
nch_status nch_checkpoint_remove(const char *out, nch_error *error);

#endif
