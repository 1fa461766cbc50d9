/* op_combine.c - two matrices become one: a residual is added, a gated linear unit (Dauphin et al. 2017; GeGLU: Shazeer 2020) multiplies. */
#include "nn/tape_private.h"

#include <string.h>

/* --- y = a + b --- */

typedef struct add_node {
	nch_node node;
	nch_tensor *a, *b;
} add_node;

typedef struct add_job {
	const nch_kernels *kernels;
	float *y;
	const float *a, *b; /* b NULL: y = a */
} add_job;

static void add_range(void *context, size_t begin, size_t end)
{
	const add_job *job = context;
	memcpy(job->y + begin, job->a + begin, (end - begin) * sizeof *job->y);
	if (job->b != NULL)
		job->kernels->add(job->y + begin, job->b + begin, end - begin);
}

static void add_backward(nch_tape *tape, nch_node *node);
static void add_exact(nch_exact *e, const nch_node *node);
static const nch_op add_op = {"add", add_backward, add_exact};

nch_tensor *nch_add_op(nch_tape *tape, nch_tensor *a, nch_tensor *b)
{
	if (a == NULL || b == NULL || tape->failed)
		return NULL;
	nch_tensor *inputs[] = {a, b}, *y = nch_tape_tensor(tape, a->rows, a->columns, inputs, 2);
	add_node *node = nch_tape_record(tape, &add_op, y, sizeof *node);
	if (node != NULL) {
		node->a = a;
		node->b = b;
	}
	if (y == NULL)
		return NULL;
	add_job job = {tape->compute->kernels, y->data, a->data, b->data};
	nch_parallel(tape->compute, a->rows * a->columns, 4096, add_range, &job);
	return y;
}

/* Both have the gradient of the sum. */
static void add_backward(nch_tape *tape, nch_node *node)
{
	const add_node *n = (add_node *)node;
	nch_tensor *inputs[] = {n->a, n->b};
	size_t floats = node->out->rows * node->out->columns;
	for (size_t i = 0; i < 2; i++) {
		float *copy = inputs[i]->wants_grad ? nch_gradient_take(tape, floats) : NULL;
		if (copy == NULL)
			continue;
		add_job job = {tape->compute->kernels, copy, node->out->grad, NULL};
		nch_parallel(tape->compute, floats, 4096, add_range, &job);
		nch_gradient_give(tape, inputs[i], copy);
	}
}

/* --- y = f(left half of x) · right half of x --- */

typedef struct gate_node {
	nch_node node;
	nch_tensor *x;
	nch_activation f;
} gate_node;

typedef struct gate_job {
	const nch_kernels *kernels;
	nch_activation f;
	size_t width; /* of y */
	const float *x;
	float *y;
	const float *dy;
	float *dx;
} gate_job;

static void gate_range(void *context, size_t begin, size_t end)
{
	const gate_job *job = context;
	for (size_t r = begin; r < end; r++) {
		const float *left = job->x + 2 * r * job->width, *right = left + job->width;
		float *y = job->y + r * job->width;
		job->kernels->activation(job->f, y, left, job->width);
		for (size_t j = 0; j < job->width; j++)
			y[j] *= right[j];
	}
}

/* d left = dy · right · f'(left), d right = dy · f(left) */
static void gate_backward_range(void *context, size_t begin, size_t end)
{
	const gate_job *job = context;
	for (size_t r = begin; r < end; r++) {
		const float *left = job->x + 2 * r * job->width, *right = left + job->width, *dy = job->dy + r * job->width;
		float *d_left = job->dx + 2 * r * job->width, *d_right = d_left + job->width;
		for (size_t j = 0; j < job->width; j++)
			d_left[j] = dy[j] * right[j];
		job->kernels->activation_both(job->f, d_right, d_left, d_left, left, job->width);
		for (size_t j = 0; j < job->width; j++)
			d_right[j] *= dy[j];
	}
}

static void gate_backward(nch_tape *tape, nch_node *node);
static void gate_exact(nch_exact *e, const nch_node *node);
static const nch_op gate_op = {"gate", gate_backward, gate_exact};

nch_tensor *nch_gate_op(nch_tape *tape, nch_tensor *x, nch_activation f)
{
	if (x == NULL || tape->failed)
		return NULL;
	nch_tensor *y = nch_tape_tensor(tape, x->rows, x->columns / 2, &x, 1);
	gate_node *node = nch_tape_record(tape, &gate_op, y, sizeof *node);
	if (node != NULL) {
		node->x = x;
		node->f = f;
	}
	if (y == NULL)
		return NULL;
	gate_job job = {.kernels = tape->compute->kernels, .f = f, .width = y->columns, .x = x->data, .y = y->data};
	nch_parallel(tape->compute, x->rows, 1, gate_range, &job);
	return y;
}

static void gate_backward(nch_tape *tape, nch_node *node)
{
	const gate_node *n = (gate_node *)node;
	const nch_tensor *y = node->out;
	gate_job job = {.kernels = tape->compute->kernels, .f = n->f, .width = y->columns, .x = n->x->data, .dy = y->grad,
	                .dx = nch_gradient_take(tape, n->x->rows * n->x->columns)};
	if (job.dx == NULL)
		return;
	nch_parallel(tape->compute, y->rows, 1, gate_backward_range, &job);
	nch_gradient_give(tape, n->x, job.dx);
}

/* --- in double --- */

static void add_exact(nch_exact *e, const nch_node *node)
{
	const add_node *n = (const add_node *)node;
	const double *a = nch_exact_values(e, n->a), *b = nch_exact_values(e, n->b);
	double *y = nch_exact_room(e, node->out);
	if (nch_exact_failed(e))
		return;
	for (size_t i = 0; i < node->out->rows * node->out->columns; i++)
		y[i] = a[i] + b[i];
}

static void gate_exact(nch_exact *e, const nch_node *node)
{
	const gate_node *n = (const gate_node *)node;
	size_t width = node->out->columns;
	const double *x = nch_exact_values(e, n->x);
	double *y = nch_exact_room(e, node->out);
	if (nch_exact_failed(e))
		return;
	for (size_t r = 0; r < node->out->rows; r++)
		for (size_t c = 0; c < width; c++)
			y[r * width + c] = nch_exact_activation(n->f, x[2 * r * width + c]) * x[(2 * r + 1) * width + c];
}
