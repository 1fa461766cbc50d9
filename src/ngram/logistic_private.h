/* logistic_private.h - what the files of the solver share: its vectors, and the passes over the rows that Newton's method is made of.
 *
 * A vector has a line for each feature and a last one for the biases; a line has a number for each output, and zeros behind them up to a width that
 * processors like.
 *
 * With several labels the outputs have nothing to do with one another: they are so many problems, which share the passes over the rows and nothing
 * else. So every scalar of the method (how long a step is, what is left) is an array with a number for each output. A softmax's outputs are one
 * problem: all of such an array is the same number. */
#ifndef NCH_NGRAM_LOGISTIC_PRIVATE_H
#define NCH_NGRAM_LOGISTIC_PRIVATE_H

#include "ngram/logistic.h"

enum { NCH_LOGISTIC_GROUP = 8 }; /* so many of the outputs that have nothing to do with one another go together: a line of eight doubles is a cache
                                    line */
enum { NCH_ROW_RUN = 256, NCH_LINE_RUN = 1024 }; /* sums are taken in runs of so many rows or lines, one after the other; then those of the runs are
                                                    added in order, whoever computed them */

typedef struct nch_logistic_work {
	const nch_logistic *p;
	nch_pool *pool;
	size_t rows, features;
	size_t first, k, wide; /* outputs first .. first + k - 1, in lines of `wide` numbers: 1, 4, or a multiple of 8 */
	nch_sparse xt;         /* (features, rows) */
	size_t *runs;          /* (run_count + 1): the features, in runs of about as many cells */
	size_t run_count, row_runs;
	/* vectors (features + 1, wide) */
	double *w, *gradient, *direction, *residual, *scaled, *conjugate, *product, *diagonal;
	/* (rows, wide): logits; what the direction adds to them; probabilities; curvature, for a softmax only its factor p; what goes back from the
	 * rows to the features */
	double *z, *along, *probability, *curvature, *back;
	/* scalars (wide) */
	double *objective, *square, *start, *length; /* f, ‖W‖², the gradient's length at the start, and now as part of that */
	double *rest, *left, *enough, *bend, *turn;  /* conjugate gradients: r · z, r · r, the r · r that is enough, p · H p, how far to turn */
	double *step, *slope, *across, *ahead, *loss; /* the search: step, gradient · d, w · d, d · d, Σ w ℓ */
	bool *done, *going;                          /* whose optimum is found; who takes part in what is being done */
	double *run_sums;      /* (runs of rows or of lines, 2, wide) */
	double *bias_sums;     /* (row_runs, wide) */
	/* arguments of the tasks */
	const double *from;
	double *to;
	size_t lines;
	bool squared;
} nch_logistic_work;

/* to (rows, wide) = X V + v for the vector V, whose last line is v. */
void nch_logistic_rows(nch_logistic_work *w, const double *from, double *to);
/* The vector to = from + Xᵀ back, its last line Σ back. from NULL: 1 for the features, and Xᵀ's cells squared. */
void nch_logistic_features(nch_logistic_work *w, const double *from, double *to);

/* loss: Σ w ℓ at z + step · along of the outputs that are `going`; and their probabilities. */
void nch_logistic_losses(nch_logistic_work *w);
/* z += step · along */
void nch_logistic_move(nch_logistic_work *w);
/* From the probabilities, into `back`: the slope of C w ℓ by z (and the curvature A, where it belongs); the diagonal of A; A u for the u that stands
 * there. */
void nch_logistic_slopes(nch_logistic_work *w);
void nch_logistic_diagonal(nch_logistic_work *w);
void nch_logistic_curve(nch_logistic_work *w);

/* to (wide): sum number `which` of what the tasks of `runs` runs left in run_sums; where the outputs are one problem, each gets the sum of all. */
void nch_logistic_sum(const nch_logistic_work *w, size_t runs, size_t which, double *to);

#endif
