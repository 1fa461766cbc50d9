/* op_linear.c - y = f(x) Wᵀ + b, where f is an activation or nothing. */
#include "nn/tape_internal.h"

typedef struct activation_job {
	const nch_kernels *kernels;
	nch_activation f;
	float *y;
	const float *x, *dy;
} activation_job;

static void activate_range(void *context, size_t begin, size_t end)
{
	const activation_job *job = context;
	job->kernels->activation(job->f, job->y + begin, job->x + begin, end - begin);
}

static void activation_backward_range(void *context, size_t begin, size_t end)
{
	const activation_job *job = context;
	job->kernels->activation_backward(job->f, job->y + begin, job->dy + begin, job->x + begin, end - begin);
}

nch_tensor *nch_linear(nch_tape *tape, nch_tensor *x, nch_activation f, nch_tensor *weight, nch_tensor *bias)
{
	if (x == NULL || tape->failed)
		return NULL;
	nch_tensor *inputs[] = {x, weight, bias};
	nch_tensor *y = nch_tape_tensor(tape, x->rows, weight->rows, inputs, 3);
	nch_node *node = nch_tape_record(tape, NCH_OP_LINEAR, y);
	if (node != NULL) {
		node->in[0] = x;
		node->in[1] = weight;
		node->in[2] = bias;
		node->activation = f;
	}
	if (y == NULL)
		return NULL;
	const float *input = x->data;
	size_t floats = x->rows * x->columns;
	activation_job job = {tape->compute->kernels, f, NULL, x->data, NULL};
	if (f != NCH_ACTIVATIONS) { /* f(x), for the time of the product */
		job.y = nch_gradient_take(tape, floats);
		if (job.y == NULL)
			return NULL;
		nch_parallel(tape->compute, floats, 4096, activate_range, &job);
		input = job.y;
	}
	nch_gemm product = {.m = x->rows, .n = weight->rows, .k = x->columns, .a = input, .a_row = x->columns, .a_col = 1,
	                    .b = weight->data, .b_row = 1, .b_col = weight->columns, .c = y->data, .c_row = y->columns,
	                    .bias = bias ? bias->data : NULL};
	tape->compute->kernels->gemm(&product, tape->compute);
	nch_gradient_release(tape, job.y, floats);
	return y;
}

typedef struct bias_job {
	const nch_kernels *kernels;
	const nch_tensor *y;
	float *sums;
} bias_job;

static void bias_range(void *context, size_t begin, size_t end)
{
	const bias_job *job = context;
	job->kernels->column_sums(job->sums, job->y->grad, job->y->rows, job->y->columns, begin, end);
}

/* dW += dYᵀ f(x), db += the column sums of dY */
static void weight_gradients(nch_tape *tape, nch_node *node, const float *input)
{
	nch_tensor *x = node->in[0], *weight = node->in[1], *bias = node->in[2], *y = node->out;
	int accumulate;
	if (weight->wants_grad && nch_gradient_start(tape, weight, &accumulate)) {
		nch_gemm product = {.m = y->columns, .n = x->columns, .k = y->rows, .a = y->grad, .a_row = 1, .a_col = y->columns,
		                    .b = input, .b_row = x->columns, .b_col = 1, .c = weight->grad, .c_row = x->columns, .accumulate = accumulate};
		tape->compute->kernels->gemm(&product, tape->compute);
	}
	if (bias != NULL && bias->wants_grad && nch_gradient_open(tape, bias)) {
		bias_job job = {tape->compute->kernels, y, bias->grad};
		nch_parallel(tape->compute, y->columns, 64, bias_range, &job);
	}
}

void nch_linear_backward_op(nch_tape *tape, nch_node *node)
{
	nch_tensor *x = node->in[0], *weight = node->in[1], *y = node->out;
	size_t floats = x->rows * x->columns;
	bool activated = node->activation != NCH_ACTIVATIONS;
	activation_job job = {tape->compute->kernels, node->activation, NULL, x->data, NULL};
	if (activated) { /* f(x) again */
		job.y = nch_gradient_take(tape, floats);
		if (job.y == NULL)
			return;
		nch_parallel(tape->compute, floats, 4096, activate_range, &job);
	}
	weight_gradients(tape, node, activated ? job.y : x->data);
	nch_gradient_release(tape, job.y, floats);
	if (!x->wants_grad)
		return;
	/* d f(x) = dY W, and dx = f'(x) · that */
	nch_gemm product = {.m = y->rows, .n = x->columns, .k = y->columns, .a = y->grad, .a_row = y->columns, .a_col = 1,
	                    .b = weight->data, .b_row = x->columns, .b_col = 1, .c_row = x->columns};
	if (!activated) {
		if (nch_gradient_start(tape, x, &product.accumulate)) {
			product.c = x->grad;
			tape->compute->kernels->gemm(&product, tape->compute);
		}
		return;
	}
	product.c = nch_gradient_take(tape, floats);
	if (product.c == NULL)
		return;
	tape->compute->kernels->gemm(&product, tape->compute);
	job.y = product.c;
	job.dy = product.c;
	nch_parallel(tape->compute, floats, 4096, activation_backward_range, &job);
	nch_gradient_give(tape, x, product.c);
}

nch_tensor *nch_activate(nch_tape *tape, nch_tensor *x, nch_activation f)
{
	if (x == NULL || tape->failed)
		return NULL;
	nch_tensor *y = nch_tape_tensor(tape, x->rows, x->columns, &x, 1);
	nch_node *node = nch_tape_record(tape, NCH_OP_ACTIVATION, y);
	if (node != NULL) {
		node->in[0] = x;
		node->activation = f;
	}
	if (y == NULL)
		return NULL;
	activation_job job = {tape->compute->kernels, f, y->data, x->data, NULL};
	nch_parallel(tape->compute, x->rows * x->columns, 4096, activate_range, &job);
	return y;
}

void nch_activation_backward_op(nch_tape *tape, nch_node *node)
{
	nch_tensor *x = node->in[0], *y = node->out;
	float *dx = nch_gradient_take(tape, x->rows * x->columns);
	if (dx == NULL)
		return;
	activation_job job = {tape->compute->kernels, node->activation, dx, x->data, y->grad};
	nch_parallel(tape->compute, x->rows * x->columns, 4096, activation_backward_range, &job);
	nch_gradient_give(tape, x, dx);
}
