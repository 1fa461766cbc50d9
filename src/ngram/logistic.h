/* logistic.h - logistic regression on sparse rows: the linear model that a few dozen lines of mathematics fit to its one optimum.
 *
 * With rows x_i (features), weights W (features, outputs) and biases b (outputs), z_i = Wᵀ x_i + b, it finds the minimum of
 *
 *     f(W, b) = ½ ‖W‖² + C Σ_i w_i ℓ_i(z_i)                                                     (C: --ngram-c; biases are not held back)
 *
 *   softmax   ℓ_i = -ln p_y,  p = softmax(z)                    one label of several
 *   sigmoid   ℓ_i = -Σ_c v_c y_c ln p_c + (1 - y_c) ln(1 - p_c),  p_c = 1 / (1 + e^-z_c)         any number of labels, or two labels in one output
 *
 * f is strictly convex in W, so that any solver that goes far enough ends in the same place; this one is Newton's method, whose linear systems are
 * solved by conjugate gradients as far as is worth while (Lin, Weng & Keerthi 2008, "Trust region Newton method for large-scale logistic regression",
 * JMLR 9; here with a line search in place of the trust region, and a diagonal preconditioner as Hsia, Chiang & Lin 2018 have it). The Hessian is
 * never written down: with u_i = Vᵀ x_i + v
 *
 *     H V = V + C Σ_i w_i x_i (A_i u_i)ᵀ,   A_i = diag(p) - p pᵀ  (softmax),  diag(p (1 - p))  (sigmoid)
 *
 * The sigmoid's outputs share the passes over the rows, and nothing else: each has its own steps and its own end. A step is tried on z alone, to
 * which the direction's part was added once: it costs no pass. Everything is double; every sum is taken in a fixed order (rows and features in runs
 * of fixed length), whatever the number of threads. */
#ifndef NCH_NGRAM_LOGISTIC_H
#define NCH_NGRAM_LOGISTIC_H

#include <stdbool.h>

#include "kernels/threads.h"
#include "ngram/sparse.h"

typedef struct nch_logistic {
	const nch_sparse *x;      /* (rows, features) */
	size_t outputs;
	bool softmax;             /* else sigmoid */
	const int32_t *label;     /* softmax: (rows), the class of each */
	const float *goals;       /* sigmoid: (rows, outputs), y in [0, 1] */
	const double *row_weight; /* w: (rows), or NULL: all 1 */
	const double *positive_weight; /* v: (outputs), sigmoid; or NULL: all 1 */
	double c;                 /* C > 0 */
	double tolerance;         /* ends when the gradient is shorter than this times what it was at the start; 0: 1e-6 */
	size_t most_steps;        /* Newton steps; 0: 100 */
	double *logits;           /* (rows, outputs): gets z at the end; or NULL */
	/* told after each step; false ends the fit with NCH_CANCELLED. May be NULL */
	bool (*watch)(void *context, size_t step, double objective, double gradient);
	void *context;
} nch_logistic;

typedef struct nch_logistic_result {
	size_t steps, products; /* Newton steps of the output that took most, products with the Hessian of all */
	double objective, gradient; /* f, and the length of its gradient over that at the start, of the output that is farthest from its end */
} nch_logistic_result;

/* weights (features, outputs) row by row, bias (outputs): given by the caller, filled in; what stands there is where the search starts (zeros, or an
 * older model's). NCH_MEMORY, NCH_CANCELLED, or NCH_NUMERIC where the numbers are not finite. */
nch_status nch_logistic_fit(const nch_logistic *problem, nch_pool *pool, double *weights, double *bias, nch_logistic_result *result,
                            nch_error *error);

#endif
