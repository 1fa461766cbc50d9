/* op_loss.c - the loss of a batch, and the gradient of its logits.
 *
 * Each row's loss is computed in double and added to the caller's sum, rows ascending, so that a batch taken in parts has the bits of
 * the whole one. */
#include "nn/tape_private.h"

#include "base/memory.h"
#include "kernels/math.h"

/* -sum_c q(c) ln p(c) of one row and its gradient, softmax(z) · sum(q) - q; `p` has room for the row. */
static double cross_entropy_row(const nch_tape *tape, const nch_loss *loss, const float *z, size_t classes, int32_t target, float *p, float *dz)
{
	double log_sum = tape->compute->kernels->softmax(p, z, classes);
	double weight = loss->weight ? loss->weight[target] : 1.0;
	double hit = weight * (1.0 - (double)loss->smoothing), spread = (double)loss->smoothing / (double)classes;
	double value = hit * (log_sum - (double)z[target]), mass = hit;
	for (size_t c = 0; c < classes && spread > 0.0; c++) {
		double q = spread * (loss->weight ? (double)loss->weight[c] : 1.0);
		value += q * (log_sum - (double)z[c]);
		mass += q;
	}
	if (dz != NULL)
		for (size_t c = 0; c < classes; c++) {
			double q = (c == (size_t)target ? hit : 0.0) + (spread > 0.0 ? spread * (loss->weight ? (double)loss->weight[c] : 1.0) : 0.0);
			dz[c] = (float)(loss->scale * ((double)p[c] * mass - q));
		}
	return value * loss->scale;
}
NCH_PLACE(nch_place_of_ce, "cross_entropy_row", 13);

/* The cells of one row. */
static double cells_row(const nch_loss *loss, const float *z, size_t classes, const float *goals, float *dz)
{
	double value = 0.0, slope;
	for (size_t c = 0; c < classes; c++) {
		double y = nch_loss_smooth((double)goals[c], (double)loss->smoothing), w = loss->weight ? (double)loss->weight[c] : 1.0;
		value += nch_loss_cell(loss->kind, &loss->shape, (double)z[c], y, w, &slope);
		if (dz != NULL)
			dz[c] = (float)(loss->scale * slope);
	}
	return value * loss->scale;
}
NCH_PLACE(nch_place_of_bce, "cells_row", 6);

/* The asymmetric loss of one row, over a softmax; `slopes` has room for the row. */
static double asl_single_row(const nch_loss *loss, const float *z, size_t classes, size_t row, double *slopes, float *dz)
{
	const float *goals = loss->goals ? loss->goals + row * classes : NULL;
	double value = nch_loss_asl_single(&loss->shape, z, classes, goals ? -1 : loss->target[row], goals, loss->weight, (double)loss->smoothing,
	                                   slopes);
	for (size_t c = 0; dz != NULL && c < classes; c++)
		dz[c] = (float)(loss->scale * slopes[c]);
	return value * loss->scale;
}

typedef struct loss_job {
	const nch_tape *tape;
	const nch_loss *loss;
	const nch_tensor *logits;
	float *gradient;  /* or NULL */
	float *room;      /* (threads, 2 · classes): a row of floats, or of doubles */
	double *values;   /* (rows) */
} loss_job;

static void loss_row(void *context, size_t i, size_t thread)
{
	const loss_job *job = context;
	const nch_loss *loss = job->loss;
	size_t classes = job->logits->columns;
	const float *z = job->logits->data + i * classes;
	float *dz = job->gradient ? job->gradient + i * classes : NULL;
	float *scratch = job->room + thread * 2 * classes;
	job->values[i] = 0.0;
	if (nch_loss_has_cells(loss->kind)) {
		job->values[i] = cells_row(loss, z, classes, loss->goals + i * classes, dz);
	} else if (loss->kind == NCH_LOSS_ASL_SINGLE && (loss->goals != NULL || loss->target[i] >= 0)) {
		job->values[i] = asl_single_row(loss, z, classes, i, (double *)(void *)scratch, dz);
	} else if (loss->target[i] >= 0) {
		job->values[i] = cross_entropy_row(job->tape, loss, z, classes, loss->target[i], scratch, dz);
	} else {
		for (size_t c = 0; dz != NULL && c < classes; c++)
			dz[c] = 0.0f;
	}
}

typedef struct loss_node {
	nch_node node;
	nch_tensor *logits;
	float *gradient;
	nch_loss loss;
} loss_node;

static void loss_backward(nch_tape *tape, nch_node *node);
static void loss_exact(nch_exact *e, const nch_node *node);
static const nch_op loss_op = {"loss", loss_backward, loss_exact};

void nch_loss_op(nch_tape *tape, nch_tensor *logits, const nch_loss *loss)
{
	if (logits == NULL || tape->failed)
		return;
	size_t classes = logits->columns, room = nch_pool_threads(tape->compute->pool) * 2 * classes;
	loss_node *node = nch_tape_record(tape, &loss_op, NULL, sizeof *node);
	loss_job job = {tape, loss, logits, node ? nch_gradient_take(tape, logits->rows * classes) : NULL, nch_gradient_take(tape, room),
	                nch_tape_alloc(tape, logits->rows, sizeof *job.values)};
	if (tape->failed)
		return;
	nch_pool_run(tape->compute->pool, logits->rows, loss_row, &job);
	for (size_t i = 0; i < logits->rows; i++)
		*loss->sum += job.values[i];
	nch_gradient_release(tape, job.room, room);
	if (node != NULL) {
		node->logits = logits;
		node->gradient = job.gradient;
		node->loss = *loss;
	}
}

static void loss_backward(nch_tape *tape, nch_node *node)
{
	const loss_node *n = (loss_node *)node;
	if (n->logits != NULL && n->logits->wants_grad)
		nch_gradient_give(tape, n->logits, n->gradient);
}

/* In double: cross-entropy without weights and smoothing, and the losses of cells. */
static void loss_exact(nch_exact *e, const nch_node *node)
{
	const loss_node *n = (const loss_node *)node;
	const nch_loss *loss = &n->loss;
	size_t classes = n->logits->columns;
	const double *z = nch_exact_values(e, n->logits);
	double *p = nch_alloc(classes, sizeof *p), slope;
	for (size_t r = 0; p != NULL && z != NULL && r < n->logits->rows; r++, z += classes) {
		double log_sum = loss->kind == NCH_LOSS_CE ? nch_exact_softmax(p, z, classes) : 0;
		for (size_t c = 0; c < classes && nch_loss_has_cells(loss->kind); c++)
			nch_exact_add_loss(e, loss->scale * nch_loss_cell(loss->kind, &loss->shape, z[c], (double)loss->goals[r * classes + c], 1.0,
			                                                  &slope));
		if (loss->kind == NCH_LOSS_CE && loss->target[r] >= 0)
			nch_exact_add_loss(e, loss->scale * (log_sum - z[loss->target[r]]));
	}
	if (p == NULL)
		nch_exact_fail(e);
	nch_free(p);
}
