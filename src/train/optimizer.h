/* optimizer.h - from gradients to new weights: clipping, AdamW and its relatives; and the weights' average. */
#ifndef NCH_TRAIN_OPTIMIZER_H
#define NCH_TRAIN_OPTIMIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nn/model.h"
#include "train/schedule.h"

typedef enum nch_optimizer_kind {
	NCH_ADAMW, /* Loshchilov & Hutter 2019: the decay stands beside the gradient */
	NCH_ADAM,  /* Kingma & Ba 2015; weight decay is added to the gradient */
	NCH_RADAM, /* Liu et al. 2020, as torch has it: L2 in the gradient, plain steps while the variance is intractable */
	NCH_SGD,   /* with momentum, torch's form */
	NCH_RADAM_TFA /* the same as TensorFlow Addons' RectifiedAdam has it: the decay stands beside the gradient, epsilon beside the corrected
	                 root √(v / (1 - β₂ᵗ)), and the schedule counts steps from 1 */
} nch_optimizer_kind;

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
	float *moment1, *moment2;  /* SGD: moment1 is the velocity, moment2 NULL */
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
 * Then the average follows (Polyak & Juditsky 1992, with weights that fall exponentially): average ← d · average + (1 - d) · weight, where step t (from 1) has
 * d = min(ema, (1 + t) / (10 + t)), so that the first steps, far from where training leads, are soon forgotten. */
nch_status nch_optimizer_step(nch_optimizer *optimizer, double lr, const nch_compute *compute, double *norm, nch_error *error);

/* The model gets the average for its weights, and what it had is kept in its place; the next call takes it back. Nothing where no average is kept. */
void nch_optimizer_swap(nch_optimizer *optimizer);

#endif
