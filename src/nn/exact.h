/* exact.h - what a tape has recorded, computed once more in double, from the weights as they are or with one of them moved: the yardstick of `nunchi
 * gradcheck`.
 *
 * A derivative by differences is the difference of two losses that are nearly equal; of losses made of floats nothing would be left. Each op
 * therefore has, beside its forward and its backward pass, its formula in double (nch_op.exact): plain loops without tricks, in the same file.
 * Dropout must be off. */
#ifndef NCH_NN_EXACT_H
#define NCH_NN_EXACT_H

#include "nn/tape.h"

typedef struct nch_exact nch_exact;

/* Computes all nodes that the tape has recorded since it began; they, and what they point to, must stay as they are. An op that has no formula in
 * double is NCH_USAGE. Release with nch_exact_free. */
nch_status nch_exact_new(nch_tape *tape, nch_exact **exact, nch_error *error);
void nch_exact_free(nch_exact *exact); /* NULL is allowed */

double nch_exact_loss(const nch_exact *exact);

/* The loss with one element of a parameter larger by delta. Only what comes behind the parameter's first use is computed again. */
nch_status nch_exact_loss_with(nch_exact *exact, const nch_tensor *parameter, size_t element, double delta, double *loss, nch_error *error);

/* --- for the ops --- */

/* Without memory the two below return NULL, and the run has failed, as it has where an op says so. */
bool nch_exact_failed(const nch_exact *exact);
void nch_exact_fail(nch_exact *exact);
/* A tensor's values in double, (rows, columns): what its op left, or its floats. */
const double *nch_exact_values(nch_exact *exact, const nch_tensor *tensor);
/* The place for an op's output. */
double *nch_exact_room(nch_exact *exact, const nch_tensor *out);
void nch_exact_add_loss(nch_exact *exact, double loss);
double nch_exact_activation(nch_activation f, double x);
/* y = softmax(x), n numbers; may be in place. Returns ln Σ e^x. */
double nch_exact_softmax(double *y, const double *x, size_t n);
/* y (m, n) = x (m, k) · w (n, k)ᵀ + bias (n), which may be NULL; on all threads. */
void nch_exact_product(nch_exact *exact, double *y, const double *x, const double *w, const double *bias, size_t m, size_t n, size_t k);

#endif
