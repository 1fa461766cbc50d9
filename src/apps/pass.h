/* pass.h - one sentence through a model and back, for those who look on: what trace, gradcheck and explain have in common. */
#ifndef NCH_APPS_PASS_H
#define NCH_APPS_PASS_H

#include "nn/eye.h"
#include "train/predictor.h"

/* What is wanted; what is not set is not done. */
typedef struct nch_pass {
	const nch_text *text;
	bool back;             /* with the loss of `label`, and the gradients of all parameters */
	size_t label;
	const nch_eye *eye;
	/* called when all is computed, while the tape and the parameters' gradients are still there. loss: 0 without `back`. */
	nch_status (*then)(void *context, nch_predictor *predictor, const nch_tensor *logits, double loss, nch_error *error);
	void *context;
} nch_pass;

/* The loss is cross-entropy of a model with one label a text, binary cross-entropy (mean over the labels) of one with several. Dropout is off. A text
 * of more tokens than the model reads at once, a model that is no transformer, and a folder without a classifier are refused; `what` says in the
 * message what there is not of a model that is none. */
nch_status nch_pass_run(nch_predictor *predictor, const nch_pass *pass, const char *what, nch_error *error);

#endif
