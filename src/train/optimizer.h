/* optimizer.h - from gradients to new weights: clipping, AdamW and its relatives; and the weights' average. */
#ifndef NCH_TRAIN_OPTIMIZER_H
#define NCH_TRAIN_OPTIMIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/choice.h"
#include "nn/model.h"
#include "train/schedule.h"

/* The optimizers, a row each: name on the command line, title for people, moments that are kept, the β₂ of its paper,
 * and which of optimizer.c's ways to step.
 *   AdamW  Loshchilov & Hutter 2019: the decay stands beside the gradient.
 *   Adam   Kingma & Ba 2015; weight decay is added to the gradient.
 *   RAdam  Liu et al. 2020, as torch has it: L2 in the gradient, plain steps while the variance is intractable.
 *   SGD    with momentum, torch's form.
 *   Lion   Chen et al. 2023, algorithm 2: every weight moves by the rate, in the direction of a sign; one moment.
 *   LAMB   You et al. 2020, algorithm 2: Adam's direction, for each tensor as long as the tensor itself. */
#define NCH_OPTIMIZERS(ROW) \
	ROW(NCH_ADAMW, "adamw", "AdamW", 2, "0.999", adam) \
	ROW(NCH_ADAM, "adam", "Adam", 2, "0.999", adam) \
	ROW(NCH_RADAM, "radam", "RAdam", 2, "0.999", adam) \
	ROW(NCH_SGD, "sgd", "SGD", 1, "0.999", sgd) \
	ROW(NCH_LION, "lion", "Lion", 1, "0.99", lion) \
	ROW(NCH_LAMB, "lamb", "LAMB", 2, "0.999", lamb)

typedef enum nch_optimizer_kind {
	NCH_OPTIMIZERS(NCH_CHOICE_VALUE)
	NCH_RADAM_TFA, /* a form of RAdam, without a name of its own, as TensorFlow Addons' RectifiedAdam has it: the decay stands beside the
	                  gradient, epsilon beside the corrected root √(v / (1 - β₂ᵗ)), and the schedule counts steps from 1 */
	NCH_OPTIMIZER_KINDS
} nch_optimizer_kind;

struct nch_optimizer_pass;

typedef struct nch_optimizer_row {
	const char *name, *title; /* name NULL: it cannot be asked for by one */
	size_t moments;
	nch_status (*step)(struct nch_optimizer_pass *pass, nch_error *error);
} nch_optimizer_row;
extern const nch_optimizer_row nch_optimizers[NCH_OPTIMIZER_KINDS]; /* by nch_optimizer_kind */

typedef struct nch_optimizer_options {
	nch_optimizer_kind kind;
	double lr, momentum, beta1, beta2, epsilon, weight_decay;
	double clip; /* the largest norm of all gradients together; 0: none */
	nch_schedule_kind schedule;
	double warmup, decay; /* as nch_schedule has them */
	double ema;           /* > 0: an average of the weights is kept, see nch_optimizer_step */
	const double *rates; /* of each tensor of the model, relative to the step's rate; 0: frozen (train/layers.h). NULL: 1 for all */
} nch_optimizer_options;

/* The learning rates of a run of `total` steps. */
nch_schedule nch_optimizer_schedule(const nch_optimizer_options *options, uint64_t total);

typedef struct nch_optimizer {
	nch_optimizer_options options;
	nch_model *model;
	float *gradients;          /* these three have the layout of the model's storage */
	float *moment1, *moment2;  /* moment2 NULL where there is but one, as SGD's velocity */
	float *average;            /* of the weights, or NULL */
	uint64_t steps;            /* taken so far */
} nch_optimizer;

/* Memory for gradients and moments of every tensor that is trained; those with the rate 0 are not. Start with {0}. */
nch_status nch_optimizer_new(nch_model *model, const nch_optimizer_options *options, nch_optimizer *optimizer, nch_error *error);
void nch_optimizer_free(nch_optimizer *optimizer);

/* Gradients count as zero from here on. */
void nch_optimizer_clear(nch_optimizer *optimizer);

/* One step with the given learning rate. *norm gets the norm of all gradients before clipping: sums of squares in blocks of 65,536 elements, each in
 * sixteen lanes, the blocks added in double in the order of the storage. A norm that is not finite changes nothing and is NCH_NUMERIC.
 *
 * Then the average follows (Polyak & Juditsky 1992, with weights that fall exponentially): average ← d · average + (1 - d) · weight, where step t
 * (from 1) has d = min(ema, (1 + t) / (10 + t)), so that the first steps, far from where training leads, are soon forgotten. */
nch_status nch_optimizer_step(nch_optimizer *optimizer, double lr, const nch_compute *compute, double *norm, nch_error *error);

/* The model gets the average for its weights, and what it had is kept in its place; the next call takes it back. Nothing where no average is kept. */
void nch_optimizer_swap(nch_optimizer *optimizer);

#endif
