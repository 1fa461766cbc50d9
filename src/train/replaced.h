/* replaced.h - replaced-token detection (ELECTRA; Clark et al. 2020): a generator, which is a masked language model, draws words for the hidden
 * tokens, and a discriminator says of every token whether it was replaced. docs/pretraining.md tells why. */
#ifndef NCH_TRAIN_REPLACED_H
#define NCH_TRAIN_REPLACED_H

#include "nn/model.h"
#include "train/evaluate.h"
#include "train/masked.h"

/* Working memory of one packed batch. Start with {0}; release with nch_replaced_free; reused from batch to batch. */
typedef struct nch_replaced {
	nch_masked masked;
	uint64_t *address; /* (tokens): of the hidden ones, for the draw */
	int32_t *sample;   /* (tokens): of the hidden ones, what was drawn */
	float *goals;      /* (tokens): 1 where a token was replaced, else 0 */
	float *chances;    /* (threads, vocab_size) */
	size_t room, chances_room;
} nch_replaced;
void nch_replaced_free(nch_replaced *replaced);

/* What is trained or measured, and how much each loss counts. */
typedef struct nch_replaced_task {
	const nch_model *model; /* with its generator */
	nch_tape *tape;
	const nch_masking *masking;
	double mlm_scale, rtd_scale; /* of one hidden token's loss, of one token's */
} nch_replaced_task;

/* Sums over passes. */
typedef struct nch_replaced_sums {
	double mlm_loss, rtd_loss;          /* each times its scale */
	size_t hidden, guessed;             /* tokens to be guessed; where the generator's best guess is right */
	size_t tokens, right;               /* tokens; where the discriminator is right */
	size_t replaced, suspected, caught; /* tokens that were replaced; that it said were; both */
} nch_replaced_sums;

/* Forward, and while recording backward, through the generator and then the discriminator. In the packed batch, whose sentences are examples
 * rows[0 .. packed->sentences), tokens are hidden as that epoch wants it; when this returns it holds what the discriminator read. The word for a
 * hidden token is the first whose cumulative probability, summed in ascending order of the ids, is above a random number with the address (seed,
 * epoch, row, token); one that is drawn right counts as not replaced. No gradient goes through the draw. The discriminator judges every token,
 * special ones too (as Clark et al.'s code and transformers do). */
nch_status nch_replaced_pass(nch_replaced *replaced, const nch_replaced_task *task, nch_packed *packed, const size_t *rows, uint32_t epoch,
                             const nch_step *step, nch_replaced_sums *sums, nch_error *error);

/* What one measures of it: means over the hidden tokens and over all. */
typedef struct nch_replaced_scores {
	double mlm_loss, mlm_accuracy, rtd_loss;
	double precision, recall; /* of "replaced" */
} nch_replaced_scores;

/* Of all examples, hidden and replaced as in epoch 0. scores: the loss is mlm_loss + weight · rtd_loss, the accuracy the discriminator's (micro-F1 is
 * the same), macro-F1 the mean over "replaced" and "original". */
nch_status nch_replaced_measure(const nch_model *model, nch_tape *tape, const nch_examples *examples, const nch_masking *masking, double weight,
                                nch_scores *scores, nch_replaced_scores *replaced, nch_error *error);

#endif
