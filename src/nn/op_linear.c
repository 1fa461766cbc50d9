/* op_linear.c - y = f(x) Wᵀ + b, where f is an activation or nothing. */
#include "nn/int8.h"
#include "nn/tape_private.h"

#include "base/memory.h"

typedef struct linear_node { /* of both ops; an activation alone has neither weight nor bias */
	nch_node node;
	nch_tensor *x, *weight, *bias;
	nch_activation activation;
} linear_node;

typedef struct activation_job {
	const nch_kernels *kernels;
	nch_activation f;
	float *y;
	const float *x, *dy;
	float *dx; /* of activation_both alone; may be dy */
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

static void activation_both_range(void *context, size_t begin, size_t end)
{
	const activation_job *job = context;
	job->kernels->activation_both(job->f, job->y + begin, job->dx + begin, job->dy + begin, job->x + begin, end - begin);
}

/* --- in bytes (nn/int8.h) --- */

typedef struct rounding_job {
	const nch_compute *compute;
	nch_activation f;
	const nch_tensor *x;
	nch_int8_rows *rows;
	size_t piece; /* rows of a task */
} rounding_job;

static void rounding_task(void *context, size_t index, size_t thread)
{
	const rounding_job *job = context;
	const nch_tensor *x = job->x;
	float *value = job->compute->scratch + thread * job->compute->scratch_floats;
	size_t begin = index * job->piece, end = x->rows - begin < job->piece ? x->rows : begin + job->piece;
	for (size_t i = begin; i < end; i++) {
		const float *row = x->data + i * x->columns;
		if (job->f != NCH_ACTIVATIONS) {
			job->compute->kernels->activation(job->f, value, row, x->columns);
			row = value;
		}
		job->compute->int8->round_rows(job->rows, row, i, i + 1);
	}
}

/* f(x) as bytes, in the step's memory. x itself is rounded once, for all products that want it. NULL without memory. */
static const nch_int8_rows *round_input(nch_tape *tape, nch_tensor *x, nch_activation f)
{
	bool plain = f == NCH_ACTIVATIONS;
	if (plain && x->rounded != NULL)
		return x->rounded;
	nch_int8_rows *rows = nch_tape_alloc(tape, 1, sizeof *rows);
	if (rows == NULL || nch_compute_reserve_floats(tape->compute, x->columns + 16, NULL) != NCH_OK) {
		tape->failed = true;
		return NULL;
	}
	*rows = (nch_int8_rows){x->rows, x->columns, nch_tape_alloc(tape, nch_int8_rows_bytes(x->rows, x->columns), 1),
	                        nch_tape_alloc(tape, x->rows, sizeof *rows->scale), nch_tape_alloc(tape, x->rows, sizeof *rows->zero)};
	if (tape->failed)
		return NULL;
	rounding_job job = {tape->compute, f, x, rows, 8};
	nch_pool_run(tape->compute->pool, (x->rows + job.piece - 1) / job.piece, rounding_task, &job);
	if (plain)
		x->rounded = rows;
	return rows;
}

void nch_linear_foresee(nch_tape *tape, nch_tensor *x, const nch_tensor *weight)
{
	if (x != NULL && weight->int8 != NULL && !tape->failed)
		round_input(tape, x, NCH_ACTIVATIONS);
}

static nch_tensor *linear_in_bytes(nch_tape *tape, nch_tensor *x, nch_activation f, const nch_tensor *weight, const nch_tensor *bias, nch_tensor *y)
{
	const nch_int8_rows *rows = round_input(tape, x, f);
	if (rows == NULL)
		return NULL;
	nch_int8_product product = {.a = rows, .b = &weight->int8->matrix, .bias = bias ? bias->data : NULL, .c = y->data, .c_row = y->columns};
	tape->compute->int8->multiply(&product, tape->compute);
	return y;
}

/* --- forward --- */

static void linear_backward(nch_tape *tape, nch_node *node);
static void linear_exact(nch_exact *e, const nch_node *node);
static const nch_op linear_op = {"linear", linear_backward, linear_exact};

/* For whoever looks on. */
static void show(nch_tape *tape, const nch_tensor *x, const float *values, bool gradient, int line)
{
	const nch_seen_activated seen = {x, values, gradient, {__FILE__, "nch_linear", line}};
	if (tape->eye != NULL)
		tape->eye->activated(tape->eye->context, &seen);
}

nch_tensor *nch_linear(nch_tape *tape, nch_tensor *x, nch_activation f, nch_tensor *weight, nch_tensor *bias)
{
	if (x == NULL || tape->failed)
		return NULL;
	nch_tensor *inputs[] = {x, weight, bias};
	nch_tensor *y = nch_tape_tensor(tape, x->rows, weight->rows, inputs, 3);
	linear_node *node = nch_tape_record(tape, &linear_op, y, sizeof *node);
	if (node != NULL) {
		node->x = x;
		node->weight = weight;
		node->bias = bias;
		node->activation = f;
	}
	if (y == NULL)
		return NULL;
	if (weight->int8 != NULL)
		return linear_in_bytes(tape, x, f, weight, bias, y);
	const float *input = x->data;
	size_t floats = x->rows * x->columns;
	activation_job job = {.kernels = tape->compute->kernels, .f = f, .x = x->data};
	if (f != NCH_ACTIVATIONS) { /* f(x), for the time of the product */
		job.y = nch_gradient_take(tape, floats);
		if (job.y == NULL)
			return NULL;
		nch_parallel(tape->compute, floats, 4096, activate_range, &job);
		show(tape, x, job.y, false, __LINE__ - 1);
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
static void weight_gradients(nch_tape *tape, const linear_node *n, const float *input)
{
	nch_tensor *x = n->x, *weight = n->weight, *bias = n->bias, *y = n->node.out;
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

/* d f(x) = dY W, to c, which is added to if so wanted. Of a matrix of bytes: as if what it stands for had been multiplied, and nothing rounded. */
static void input_gradient(nch_tape *tape, const linear_node *n, float *c, int accumulate)
{
	const nch_tensor *x = n->x, *weight = n->weight, *y = n->node.out;
	size_t floats = weight->rows * weight->columns;
	float *made = weight->int8 != NULL ? nch_gradient_take(tape, floats) : NULL;
	if (made != NULL)
		nch_int8_floats(weight, made);
	else if (weight->int8 != NULL)
		return;
	nch_gemm product = {.m = y->rows, .n = x->columns, .k = y->columns, .a = y->grad, .a_row = y->columns, .a_col = 1,
	                    .b = made ? made : weight->data, .b_row = x->columns, .b_col = 1, .c = c, .c_row = x->columns, .accumulate = accumulate};
	tape->compute->kernels->gemm(&product, tape->compute);
	nch_gradient_release(tape, made, floats);
}

/* With y = f(x) Wᵀ + b: f(x) is made again for the gradient of W, and dx = f'(x) · dY W, which has most of its work in common with it. */
static void activated_backward(nch_tape *tape, const linear_node *n)
{
	nch_tensor *x = n->x;
	size_t floats = x->rows * x->columns;
	float *value = nch_gradient_take(tape, floats), *slope = x->wants_grad ? nch_gradient_take(tape, floats) : NULL;
	if (tape->failed)
		return;
	activation_job job = {.kernels = tape->compute->kernels, .f = n->activation, .y = value, .x = x->data, .dy = slope, .dx = slope};
	if (slope != NULL)
		input_gradient(tape, n, slope, 0);
	if (slope != NULL)
		show(tape, x, slope, true, 0);
	nch_parallel(tape->compute, floats, 4096, slope != NULL ? activation_both_range : activate_range, &job);
	weight_gradients(tape, n, value);
	nch_gradient_release(tape, value, floats);
	if (slope != NULL)
		nch_gradient_give(tape, x, slope);
}

static void linear_backward(nch_tape *tape, nch_node *node)
{
	const linear_node *n = (linear_node *)node;
	nch_tensor *x = n->x;
	int accumulate;
	if (n->activation != NCH_ACTIVATIONS) {
		activated_backward(tape, n);
		return;
	}
	weight_gradients(tape, n, x->data);
	if (x->wants_grad && nch_gradient_start(tape, x, &accumulate))
		input_gradient(tape, n, x->grad, accumulate);
}

static void activation_backward(nch_tape *tape, nch_node *node);
static void activation_exact(nch_exact *e, const nch_node *node);
static const nch_op activation_op = {"activation", activation_backward, activation_exact};

nch_tensor *nch_activate(nch_tape *tape, nch_tensor *x, nch_activation f)
{
	if (x == NULL || tape->failed)
		return NULL;
	nch_tensor *y = nch_tape_tensor(tape, x->rows, x->columns, &x, 1);
	linear_node *node = nch_tape_record(tape, &activation_op, y, sizeof *node);
	if (node != NULL) {
		node->x = x;
		node->activation = f;
	}
	if (y == NULL)
		return NULL;
	activation_job job = {.kernels = tape->compute->kernels, .f = f, .y = y->data, .x = x->data};
	nch_parallel(tape->compute, x->rows * x->columns, 4096, activate_range, &job);
	return y;
}

static void activation_backward(nch_tape *tape, nch_node *node)
{
	const linear_node *n = (linear_node *)node;
	nch_tensor *x = n->x, *y = node->out;
	float *dx = nch_gradient_take(tape, x->rows * x->columns);
	if (dx == NULL)
		return;
	activation_job job = {.kernels = tape->compute->kernels, .f = n->activation, .y = dx, .x = x->data, .dy = y->grad};
	nch_parallel(tape->compute, x->rows * x->columns, 4096, activation_backward_range, &job);
	nch_gradient_give(tape, x, dx);
}

/* --- in double --- */

static void linear_exact(nch_exact *e, const nch_node *node)
{
	const linear_node *n = (const linear_node *)node;
	size_t count = n->x->rows * n->x->columns;
	const double *x = nch_exact_values(e, n->x), *w = nch_exact_values(e, n->weight), *bias = n->bias ? nch_exact_values(e, n->bias) : NULL;
	double *y = nch_exact_room(e, node->out), *active = n->activation != NCH_ACTIVATIONS ? nch_alloc(count, sizeof *active) : NULL;
	for (size_t i = 0; active != NULL && x != NULL && i < count; i++)
		active[i] = nch_exact_activation(n->activation, x[i]);
	if (n->activation != NCH_ACTIVATIONS && active == NULL)
		nch_exact_fail(e);
	if (!nch_exact_failed(e))
		nch_exact_product(e, y, active ? active : x, w, bias, n->x->rows, n->weight->rows, n->x->columns);
	nch_free(active);
}

static void activation_exact(nch_exact *e, const nch_node *node)
{
	const linear_node *n = (const linear_node *)node;
	const double *x = nch_exact_values(e, n->x);
	double *y = nch_exact_room(e, node->out);
	if (nch_exact_failed(e))
		return;
	for (size_t i = 0; i < n->x->rows * n->x->columns; i++)
		y[i] = nch_exact_activation(n->activation, x[i]);
}
