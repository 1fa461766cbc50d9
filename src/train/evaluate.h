/* evaluate.h - the logits of many rows, computed without gradients. */
#ifndef NCH_TRAIN_EVALUATE_H
#define NCH_TRAIN_EVALUATE_H

#include "data/examples.h"
#include "nn/model.h"
#include "report/metrics.h"

/* logits (rows, labels) of all examples, in their order. Rows are taken in batches of like length, which is of no consequence for the bits: nothing
 * is padded, and a sentence's logits do not depend on its company. `tokens` bounds a batch (0: 1024, which are as fast as more, in a quarter of the memory). */
nch_status nch_evaluate_logits(const nch_model *model, nch_tape *tape, const nch_examples *examples, size_t tokens, float *logits,
                               nch_error *error);

/* What a model says of a row: the logits (labels), or an embedding (hidden) made from the last layer's output: that of the first token, [CLS], or the
 * mean over all of the row's tokens, special ones included, as Reimers & Gurevych 2019 (sentence-transformers) take it. */
typedef enum nch_output { NCH_OUTPUT_LOGITS, NCH_OUTPUT_CLS, NCH_OUTPUT_MEAN } nch_output;

/* The same for any of these: values (rows, labels or hidden). */
nch_status nch_evaluate_outputs(const nch_model *model, nch_tape *tape, const nch_examples *examples, nch_output output, size_t tokens, float *values,
                                nch_error *error);

/* How logits are judged. {0} with the loss CE or BCE is the plain way. */
typedef struct nch_criterion {
	nch_loss_kind loss;
	nch_loss_shape shape;
	const float *thresholds; /* several labels a row: (labels); NULL: .5 */
} nch_criterion;

/* Where the thresholds of several labels a row come from. */
typedef enum nch_threshold_rule {
	NCH_THRESHOLD_FIXED,
	NCH_THRESHOLD_TUNED,      /* one for all labels: the best micro-F1 */
	NCH_THRESHOLD_TUNED_EACH  /* one a label: each label's best F1 */
} nch_threshold_rule;
typedef struct nch_thresholds {
	nch_threshold_rule rule;
	double value; /* the fixed one; 0: .5 */
} nch_thresholds;

/* Whether this loss means a softmax over so many labels (else each label has a sigmoid of its own, as a single one always has), for data of that
 * kind. */
bool nch_loss_is_softmax(nch_loss_kind loss, bool multi_label, size_t labels);

/* scores (rows, labels): the probabilities of logits (rows, labels), in double and rounded once. */
void nch_evaluate_probabilities(const float *logits, size_t rows, size_t labels, bool softmax, float *scores);

/* The mean loss over the rows (losses of cells: over rows × labels) of those logits, without class weights and smoothing, in double, rows
 * ascending. */
double nch_evaluate_loss(const nch_examples *examples, const float *logits, size_t labels, const nch_criterion *criterion);

/* All figures of those logits. Several labels a row: a label is given where its probability reaches its threshold. *metrics starts as {0};
 * release with nch_metrics_free. */
nch_status nch_evaluate_metrics(const nch_examples *examples, const float *logits, size_t labels, const nch_criterion *criterion,
                                nch_metrics *metrics, nch_error *error);

/* thresholds (labels): fixed, or tuned on these rows, as the rule says. Rows of one label: all become the fixed value. */
nch_status nch_evaluate_thresholds(const nch_examples *examples, const float *logits, size_t labels, nch_loss_kind loss,
                                   const nch_thresholds *rule, float *thresholds, nch_error *error);

/* Those that training watches. */
typedef struct nch_scores {
	double loss, accuracy, macro_f1, micro_f1;
} nch_scores;
nch_scores nch_scores_of(const nch_metrics *metrics);
nch_status nch_evaluate_scores(const nch_examples *examples, const float *logits, size_t labels, const nch_criterion *criterion,
                               nch_scores *scores, nch_error *error);

#endif
