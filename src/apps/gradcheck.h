/* gradcheck.h - are the gradients right? Each parameter tensor's gradient, as the tape found it, beside central differences of the loss in double
 * (nn/exact.h), on one sentence of the user's.
 *
 *   dL/dw ≈ (L(w + h) - L(w - h)) / 2h,  h = 1e-4
 *
 * at sampled elements: the one of the largest gradient, and others drawn among those that have one. The difference is taken relative to the larger of
 * the two, but to no less than 1e-2 of the tensor's largest gradient and 1e-4 of the model's: below that floats know no better. */
#ifndef NCH_APPS_GRADCHECK_H
#define NCH_APPS_GRADCHECK_H

#include "apps/pass.h"

enum { NCH_GRADCHECK_MOST = 64 }; /* samples of one tensor */
#define NCH_GRADCHECK_LIMIT 1e-4

typedef struct nch_gradcheck_tensor {
	const nch_tensor *tensor;
	size_t samples, element[NCH_GRADCHECK_MOST];
	double tape[NCH_GRADCHECK_MOST], differences[NCH_GRADCHECK_MOST]; /* the two gradients of each sample */
	double largest; /* relative difference */
	bool ok;        /* it is not above NCH_GRADCHECK_LIMIT */
} nch_gradcheck_tensor;

/* Start with {0}; release with nch_gradcheck_free. */
typedef struct nch_gradcheck {
	double loss, loss_float; /* in double, and as the program computes it */
	nch_gradcheck_tensor *tensors; /* all that the loss depends on, in the model's order */
	size_t count, bad;       /* bad: those that are not ok */
} nch_gradcheck;

/* spoil: for tests: this tensor's gradient is taken a tenth too large; NULL: none. */
nch_status nch_gradcheck_run(nch_predictor *predictor, const nch_text *text, size_t label, size_t samples, uint64_t seed, const char *spoil,
                             nch_gradcheck *check, nch_error *error);
void nch_gradcheck_free(nch_gradcheck *check);

#endif
