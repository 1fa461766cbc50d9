/* judge.h - do tokenizer and data fit each other, and training and test; and has anything been learned? */
#ifndef NCH_TRAIN_JUDGE_H
#define NCH_TRAIN_JUDGE_H

#include "data/examples.h"
#include "train/experiment_data.h"

/* The commonest way in which a Korean model silently stays at chance is a tokenizer that does not fit. More than 30 % unknown tokens are NCH_DATA,
 * unless
 * `allow_unknown`; more than 5 %, and rows that were cut to max_len, are told to `warn`. */
nch_status nch_judge_tokens(const nch_examples *examples, size_t max_len, bool allow_unknown, void (*warn)(void *context, const char *text),
                            void *context, nch_error *error);

/* Tells what makes figures worth less than they look: fewer than 100 training rows, and validation or test rows that are among the training rows,
 * too. */
nch_status nch_judge_rows(const nch_experiment_data *data, void (*warn)(void *context, const char *text), void *context, nch_error *error);

/* Says so when a run ends where it began. One label a row: it answers no oftener rightly than who always names the most frequent label. */
void nch_judge_learning(const nch_dataset *train, const nch_train_result *result, void (*warn)(void *context, const char *text), void *context);

/* Any number of labels a row: F1 with tuned thresholds looks fine for a model that gives every row the same scores, the area under the ROC curve (the
 * mean over the labels) is then .5. Few rows say nothing. */
void nch_judge_ranking(const nch_metrics *metrics, void (*warn)(void *context, const char *text), void *context);

#endif
