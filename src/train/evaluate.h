/* evaluate.h - the logits of many rows, computed without gradients. */
#ifndef NCH_TRAIN_EVALUATE_H
#define NCH_TRAIN_EVALUATE_H

#include "data/examples.h"
#include "nn/model.h"

/* logits (rows, labels) of all examples, in their order. Rows are taken in batches of like length, which is of no consequence for the bits: nothing is padded, and
 * a sentence's logits do not depend on its company. `tokens` bounds a batch (0: 4096). */
nch_status nch_evaluate_logits(const nch_model *model, nch_tape *tape, const nch_examples *examples, size_t tokens, float *logits,
                               nch_error *error);

/* The mean loss over the rows (BCE: over rows × labels) of those logits, without class weights and smoothing, in double, rows ascending. */
double nch_evaluate_loss(const nch_examples *examples, const float *logits, size_t labels);

/* What training watches. For multi-label data a label counts as predicted above logit 0, and accuracy is that of whole rows. */
typedef struct nch_scores {
	double loss, accuracy, macro_f1, micro_f1;
} nch_scores;
nch_status nch_evaluate_scores(const nch_examples *examples, const float *logits, size_t labels, nch_scores *scores, nch_error *error);

#endif
