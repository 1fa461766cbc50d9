/* trainer.h - the training loop: epochs of steps, each a batch forward, backward, and a step of the optimizer. */
#ifndef NCH_TRAIN_TRAINER_H
#define NCH_TRAIN_TRAINER_H

#include "train/training.h"

/* Trains the model (with memory of its own, not mapped) on `train`; `valid` may be NULL: then the last epoch is the best. The best epoch's model is
 * in options->out when this returns, and in *model. A loss that is not finite is NCH_NUMERIC and changes no file. */
nch_status nch_train(nch_model *model, nch_compute *compute, const nch_examples *train, const nch_examples *valid,
                     const nch_train_options *options, const nch_train_watcher *watcher, nch_train_result *result, nch_error *error);

/* One step on the given rows: gradients cleared, forward and backward over `accumulate` parts, one step of the optimizer. For tests and benchmarks
 * too.
 *
 * record->epoch says which epoch it is. A masked language model uses the word table twice, at both ends; a generator uses its discriminator's tables.
 * Each use has a chain of additions of its own, from part to part, and the others are added to the first when all parts are done: so these bits, too,
 * do not depend on how the batch is cut. */
typedef struct nch_twin { /* another use of a table: the same data, a gradient of its own */
	nch_tensor tensor;
	nch_tensor *first, **place; /* the table, and where in the model the twin stands for it */
} nch_twin;
enum { NCH_MOST_TWINS = 4 };

typedef struct nch_trainer {
	nch_model *model;
	nch_compute *compute;
	nch_tape *tape;
	nch_optimizer optimizer;
	nch_packed packed;
	const nch_train_options *options;
	nch_masked masked;     /* of the part that is computed */
	nch_replaced replaced; /* the same, of a discriminator and its generator */
	nch_twin twins[NCH_MOST_TWINS];
	size_t twin_count;
	nch_details details; /* where options->log_details */
	size_t epoch;        /* of the step */
	size_t counted;      /* what the last step's loss is the mean over: rows, or hidden tokens; of a discriminator, tokens */
	size_t correct;      /* how many of them were right while training */
} nch_trainer;
nch_status nch_trainer_new(nch_model *model, nch_compute *compute, const nch_train_options *options, nch_trainer *trainer, nch_error *error);
void nch_trainer_free(nch_trainer *trainer);
/* Takes memory in advance for steps of up to so many tokens and sentences, the longest of that many tokens: only a wish, before the first step. Without
 * it the first step finds out what is needed, and the second takes it anew, in one piece: both touch each page for the first time. */
void nch_trainer_reserve(nch_trainer *trainer, size_t tokens, size_t sentences, size_t longest);
nch_status nch_trainer_step(nch_trainer *trainer, const nch_examples *examples, const size_t *rows, size_t count, double lr,
                            nch_step_record *record, nch_error *error);

#endif
