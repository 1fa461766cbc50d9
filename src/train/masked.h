/* masked.h - a masked language model's batches and figures. */
#ifndef NCH_TRAIN_MASKED_H
#define NCH_TRAIN_MASKED_H

#include "nn/model.h"
#include "train/evaluate.h"
#include "train/masking.h"

/* The hidden tokens of one packed batch. Start with {0}; release with nch_masked_free; reused from batch to batch. */
typedef struct nch_masked {
	size_t *where;   /* (count): rows of the batch's token matrix, ascending */
	int32_t *target; /* (count): what stood there */
	size_t count, room;
} nch_masked;

/* Hides tokens of the packed batch, whose sentences are examples rows[0 .. packed->sentences), as that epoch wants it. */
nch_status nch_masked_fill(nch_masked *masked, const nch_masking *masking, nch_packed *packed, const size_t *rows, uint32_t epoch, nch_error *error);
void nch_masked_free(nch_masked *masked);

/* Of the logits (count, words) of hidden tokens: in how many rows the largest is the target's. */
size_t nch_masked_right(const nch_tensor *logits, const int32_t *target);

/* Tokens to be guessed in those rows: what a step's loss is the mean over. */
size_t nch_masked_count(const nch_masking *masking, const nch_examples *examples, const size_t *rows, size_t count, uint32_t epoch);

/* The mean loss over all hidden tokens of the examples (hidden as in epoch 0, so always the same ones), and the share of them that is guessed right,
 * which is accuracy and both F1. */
nch_status nch_masked_scores(const nch_model *model, nch_tape *tape, const nch_examples *examples, const nch_masking *masking, nch_scores *scores,
                             nch_error *error);

/* Begins the bias of each word's logit at the logarithm of its share of the examples' tokens (each counted once more than it occurs; special ones,
 * which are never asked for, once). From zeros, Adam needs thousands of steps of 1e-3 to say no more than that some words are frequent; a head that
 * knows it from the start learns from its first step what the context adds. */
nch_status nch_masked_prior(nch_model *model, const nch_masking *masking, const nch_examples *examples, nch_error *error);

#endif
