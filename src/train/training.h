/* training.h - what a training is told, and what it tells: options, records of steps and epochs, who looks on, the result. */
#ifndef NCH_TRAIN_TRAINING_H
#define NCH_TRAIN_TRAINING_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/choice.h"
#include "data/examples.h"
#include "nn/model.h"
#include "train/details.h"
#include "train/epoch_order.h"
#include "train/evaluate.h"
#include "train/masked.h"
#include "train/optimizer.h"
#include "train/replaced.h"

/* What makes an epoch, a fold, a member better: name of the choice, key in the files and in nch_scores. Of a loss the least is best, of the others
 * the most. */
#define NCH_BEST_SHARES(ROW) \
	ROW(NCH_BEST_ACCURACY, "accuracy", accuracy) ROW(NCH_BEST_MACRO_F1, "macro-f1", macro_f1) ROW(NCH_BEST_MICRO_F1, "micro-f1", micro_f1)
#define NCH_BEST_BYS(ROW) NCH_BEST_SHARES(ROW) ROW(NCH_BEST_LOSS, "loss", loss) /* votes, for one, have no loss */
typedef enum nch_best_by { NCH_BEST_BYS(NCH_CHOICE_VALUE) NCH_BEST_BY_KINDS } nch_best_by;

typedef struct nch_best_row {
	const char *name, *key;
	size_t score; /* where in nch_scores the double is */
} nch_best_row;
extern const nch_best_row nch_best_rows[NCH_BEST_BY_KINDS];
double nch_best_value(nch_best_by by, const nch_scores *scores); /* that of them which decides */

typedef struct nch_train_options {
	size_t epochs;
	size_t batch;      /* sentences computed at once */
	size_t accumulate; /* batches a step: batch 16 × accumulate 4 has the bits of batch 64, unless layers share weights (ALBERT) */
	nch_optimizer_options optimizer;
	bool chosen_lr;    /* nobody asked for this learning rate: it is told */
	nch_loss_kind loss;
	nch_loss_shape loss_shape;
	float smoothing;
	const float *class_weights; /* (labels) or NULL */
	const nch_masking *masking; /* a masked language model is trained, on tokens hidden so, or a discriminator with its generator; NULL: a
	                               classifier */
	double rtd_weight;          /* of the discriminator's loss beside its generator's */
	uint64_t seed;
	bool shuffle;            /* a new order every epoch */
	const nch_row_part *parts; /* of the training rows, where an epoch does not see all of them: see nch_epoch_order_new */
	size_t part_count;
	size_t patience;         /* epochs without a better one before training ends; 0: never */
	nch_best_by best_by;
	nch_thresholds thresholds; /* several labels a row: what the validation figures of an epoch are measured with */
	size_t checkpoint_every;   /* steps; 0: not by steps. Checkpoints need `out`; the end of an epoch has one in any case */
	double checkpoint_seconds; /* the first step that ends so long after the last checkpoint has one; 0: not by time */
	double deadline;           /* of nch_seconds(): from then on a checkpoint is written and NCH_PAUSED returned; 0: none */
	size_t keep_checkpoints; /* the last so many stay; 0 and 1: the newest alone */
	bool resume;
	const char *go_on;       /* what a stopped run tells the user to go on with; NULL: "the same command and --resume" */
	const char *out;         /* folder for model, log and checkpoint; NULL: nothing is written */
	const char *log;         /* NULL: OUT/log.jsonl */
	bool log_details;        /* each step tells more of itself, in the log and in OUT/details.svg (train/details.h) */
	const char *values;      /* of the options, a line each: the first half of the run's identity; NULL: nothing is known of them */
	const char *identity;    /* what must be equal for a checkpoint to be gone on with (train/run_identity.h); NULL: nothing. Epochs, rate and
	                            schedule are not in it: what matters of them is that the steps that are done had the same rates
	                            (nch_schedule_agree) */
	bool overwrite;          /* another run's model in `out` may be replaced */
	nch_status (*keep)(void *context, const nch_model *model, nch_error *error); /* writes the best model so far into `out`, with all that belongs
	                                                                                to it */
	void *keep_context;      /* NULL keep: config.json and model.safetensors alone */
	const volatile sig_atomic_t *stop; /* becomes nonzero when the user wants to stop: a checkpoint is written, NCH_CANCELLED returned */
} nch_train_options;

typedef struct nch_step_record {
	uint64_t step;    /* from 1 */
	size_t epoch;     /* from 1 */
	double lr, loss, grad_norm, seconds;
	size_t tokens, sentences;
	bool has_parts; /* the loss is mlm_loss + rtd_weight · rtd_loss */
	double mlm_loss, rtd_loss;
	const nch_details *details; /* valid until the next step; NULL where nobody asked for them */
} nch_step_record;

typedef struct nch_epoch_record {
	size_t epoch;
	double train_loss, train_accuracy;
	nch_scores valid;
	bool has_valid, best;
	double seconds;
	bool has_replaced; /* a discriminator and its generator were measured */
	nch_replaced_scores replaced;
} nch_epoch_record;

/* Told of every step and epoch; either may be NULL. `total` is the number of all steps. */
typedef struct nch_train_watcher {
	void (*step)(void *context, const nch_step_record *record, uint64_t total);
	void (*epoch)(void *context, const nch_epoch_record *record, size_t epochs);
	void (*note)(void *context, const char *text); /* "resumed at step 120" */
	void *context;
	void (*warning)(void *context, const char *text);
} nch_train_watcher;

typedef struct nch_train_result {
	nch_epoch_record *epochs; /* release with nch_train_result_free */
	size_t count;
	size_t best_epoch; /* from 1 */
	uint64_t steps;
	size_t peak_bytes; /* activations and their gradients */
	char fingerprint[65]; /* of the best epoch's weights */
} nch_train_result;
void nch_train_result_free(nch_train_result *result);

#endif
