/* ensemble.h - several models asked together: their votes, and which of them are worth asking.
 *
 * The members may be of any family, with any tokenizer, cleansing and way of showing targets; they must know the same labels (in any order).
 * Numbers here stand in the order of the first member's labels. */
#ifndef NCH_TRAIN_ENSEMBLE_H
#define NCH_TRAIN_ENSEMBLE_H

#include "train/predictor.h"
#include "train/training.h"

typedef enum nch_vote {
	NCH_VOTE_SOFT, /* the (weighted) mean of the probabilities, against that of the thresholds */
	NCH_VOTE_HARD  /* each member has a vote a label (one label a text: one vote); a tie is broken by the soft vote */
} nch_vote;

typedef struct nch_ensemble {
	nch_predictor **members;
	size_t count, labels;
	bool multi_label;
	size_t *order; /* (count, labels): the member's own number of a label */
	float *thresholds; /* (count, labels) */
	double *weights;   /* (count): of the soft vote, with the sum 1; NULL: all alike */
} nch_ensemble;

/* Opens the folders. Release with nch_ensemble_close. */
nch_status nch_ensemble_open(const char *const *folders, size_t count, const nch_predictor_how *how, nch_ensemble **ensemble, nch_error *error);
void nch_ensemble_close(nch_ensemble *ensemble); /* NULL is allowed */

/* scores (rows, labels): probabilities by one member of its own logits (rows, labels), in the ensemble's order. */
void nch_ensemble_member_scores(const nch_ensemble *ensemble, size_t member, const float *logits, size_t rows, float *scores);

/* The votes of `count` members on one row. scores[m], thresholds[m] are (labels); weights (count) of the soft vote, NULL: all alike. out (labels):
 * mean probabilities, or shares of votes. given (labels), for several labels a row: which ones are given. Returns the best label. */
size_t nch_vote_row(nch_vote vote, const float *const *scores, const float *const *thresholds, const double *weights, size_t count, size_t labels,
                    bool multi_label, float *out, bool *given);

/* What the members, asked with these texts, say together: out, given (rows, labels), best (rows). */
nch_status nch_ensemble_ask(nch_ensemble *ensemble, nch_vote vote, const nch_text *texts, size_t rows, float *out, bool *given, size_t *best,
                            nch_error *error);

/* What is to be judged: scores[m] (rows, labels) of all members, and the truth: goals (rows, labels), or label (rows) where goals is NULL. */
typedef struct nch_jury {
	const float *const *scores;
	const float *thresholds; /* (count, labels) */
	size_t count, rows, labels;
	const float *goals;
	const int32_t *label;
} nch_jury;

/* All figures of the votes of members[0 .. count). The loss is NaN. */
nch_status nch_jury_metrics(const nch_jury *jury, nch_vote vote, const size_t *members, size_t count, nch_metrics *metrics, nch_error *error);

/* Greedy forward selection (Caruana et al. 2004, without replacement): the best single member, then whoever raises the figure most, until nobody
 * does. chosen (jury->count) gets the members in that order, values the figure after each; *count how many. */
nch_status nch_jury_greedy(const nch_jury *jury, nch_vote vote, nch_best_by by, size_t *chosen, double *values, size_t *count, nch_error *error);

#endif
