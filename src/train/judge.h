/* judge.h - do tokenizer and data fit each other, and training and test? */
#ifndef NCH_TRAIN_JUDGE_H
#define NCH_TRAIN_JUDGE_H

#include "data/examples.h"
#include "train/experiment_data.h"

/* The commonest way in which a Korean model silently stays at chance is a tokenizer that does not fit. More than 30 % unknown tokens are NCH_DATA, unless
 * `allow_unknown`; more than 5 %, and rows that were cut to max_len, are told to `warn`. */
nch_status nch_judge_tokens(const nch_examples *examples, size_t max_len, bool allow_unknown, void (*warn)(void *context, const char *text), void *context,
                            nch_error *error);

/* Tells what makes figures worth less than they look: fewer than 100 training rows, and validation or test rows that are among the training rows, too. */
nch_status nch_judge_rows(const nch_experiment_data *data, void (*warn)(void *context, const char *text), void *context, nch_error *error);

#endif
