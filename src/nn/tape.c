/* tape.c - the tape: memory of a step, the record of its ops, and the way back. */
#include "nn/tape_private.h"

#include <string.h>

#include "base/memory.h"

size_t nch_batch_longest(const nch_batch *batch)
{
	size_t most = 0;
	for (size_t s = 0; s < batch->sentences; s++) {
		size_t length = batch->offsets[s + 1] - batch->offsets[s];
		most = length > most ? length : most;
	}
	return most;
}

nch_status nch_tape_new(nch_compute *compute, nch_tape **tape, nch_error *error)
{
	nch_tape *made = nch_alloc(1, sizeof *made);
	if (made == NULL)
		return nch_no_memory(error);
	made->compute = compute;
	made->activations = nch_arena_new((size_t)1 << 20);
	made->gradients = nch_arena_new((size_t)1 << 20);
	if (made->activations == NULL || made->gradients == NULL) {
		nch_tape_free(made);
		return nch_no_memory(error);
	}
	*tape = made;
	return NCH_OK;
}

void nch_tape_free(nch_tape *tape)
{
	if (tape == NULL)
		return;
	nch_arena_free(tape->activations);
	nch_arena_free(tape->gradients);
	nch_free(tape->nodes);
	nch_free(tape->spares);
	nch_free(tape);
}

void nch_tape_reserve(nch_tape *tape, size_t activations, size_t gradients)
{
	if (nch_arena_reserve(tape->activations, activations))
		nch_arena_reserve(tape->gradients, gradients);
}

nch_status nch_tape_begin(nch_tape *tape, const nch_step *step, nch_error *error)
{
	tape->step = *step;
	tape->count = tape->spare_count = 0;
	tape->failed = false;
	if (!nch_arena_merge(tape->activations) || !nch_arena_merge(tape->gradients))
		return nch_no_memory(error);
	return NCH_OK;
}

nch_status nch_tape_check(const nch_tape *tape, nch_error *error)
{
	return tape->failed ? nch_no_memory(error) : NCH_OK;
}

nch_status nch_tape_backward(nch_tape *tape, nch_error *error)
{
	for (size_t i = tape->count; i-- > 0 && !tape->failed;) {
		nch_node *node = tape->nodes[i];
		if (tape->eye != NULL && node->out != NULL)
			tape->eye->gradient(tape->eye->context, node->out);
		if (node->out == NULL || (node->out->wants_grad && node->out->grad_set))
			node->op->backward(tape, node);
		if (node->out != NULL && node->out->grad != NULL) {
			nch_gradient_release(tape, node->out->grad, node->out->rows * node->out->columns);
			node->out->grad = NULL;
			node->out->grad_set = false;
		}
	}
	return nch_tape_check(tape, error);
}

const nch_step *nch_tape_step(const nch_tape *tape)
{
	return &tape->step;
}

void nch_tape_watch_attention(nch_tape *tape, nch_attention_watch *watch, void *context)
{
	tape->watch = watch;
	tape->watch_context = context;
}

nch_compute *nch_tape_compute(const nch_tape *tape)
{
	return tape->compute;
}

size_t nch_tape_peak(const nch_tape *tape)
{
	return nch_arena_peak(tape->activations) + nch_arena_peak(tape->gradients);
}

void *nch_tape_alloc(nch_tape *tape, size_t count, size_t size)
{
	void *memory = nch_arena_alloc(tape->activations, count, size);
	if (memory == NULL)
		tape->failed = true;
	return memory;
}

float *nch_tape_floats(nch_tape *tape, size_t rows, size_t columns)
{
	size_t count;
	float *data = NULL;
	if (nch_size_mul(rows, columns, &count))
		data = nch_arena_alloc(tape->activations, count, sizeof *data);
	if (data == NULL)
		tape->failed = true;
	return data;
}

nch_tensor *nch_tape_tensor(nch_tape *tape, size_t rows, size_t columns, nch_tensor *const *inputs, size_t count)
{
	nch_tensor *tensor = nch_arena_alloc(tape->activations, 1, sizeof *tensor);
	if (tensor == NULL) {
		tape->failed = true;
		return NULL;
	}
	*tensor = (nch_tensor){.rows = rows, .columns = columns, .rank = 2};
	for (size_t i = 0; i < count; i++)
		if (tape->step.record && inputs[i] != NULL && inputs[i]->wants_grad)
			tensor->wants_grad = true;
	tensor->data = nch_tape_floats(tape, rows, columns);
	return tensor->data == NULL ? NULL : tensor;
}

nch_tensor *nch_tape_constant(nch_tape *tape, size_t rows, size_t columns)
{
	return nch_tape_tensor(tape, rows, columns, NULL, 0);
}

void *nch_tape_record(nch_tape *tape, const nch_op *op, nch_tensor *out, size_t size)
{
	if (!tape->step.record || tape->failed || (out != NULL && !out->wants_grad)) /* what is below the lowest trained tensor is not gone back to */
		return NULL;
	nch_node *node = nch_arena_alloc(tape->activations, 1, size);
	if (node == NULL || nch_grow(&tape->nodes, &tape->capacity, tape->count + 1, sizeof *tape->nodes, NULL) != NCH_OK) {
		tape->failed = true;
		return NULL;
	}
	memset(node, 0, size);
	*node = (nch_node){.op = op, .out = out};
	tape->nodes[tape->count++] = node;
	return node;
}

/* --- gradients of activations: taken and given back many times in a step, in few sizes --- */

float *nch_gradient_take(nch_tape *tape, size_t floats)
{
	size_t best = tape->spare_count;
	for (size_t i = 0; i < tape->spare_count; i++)
		if (tape->spares[i].floats >= floats && (best == tape->spare_count || tape->spares[i].floats < tape->spares[best].floats))
			best = i;
	if (best < tape->spare_count && tape->spares[best].floats / 2 <= floats) {
		float *data = tape->spares[best].data;
		tape->spares[best] = tape->spares[--tape->spare_count];
		return data;
	}
	float *data = nch_arena_alloc(tape->gradients, floats, sizeof *data);
	if (data == NULL)
		tape->failed = true;
	return data;
}

void nch_gradient_release(nch_tape *tape, float *data, size_t floats)
{
	if (data == NULL)
		return;
	if (nch_grow(&tape->spares, &tape->spare_capacity, tape->spare_count + 1, sizeof *tape->spares, NULL) != NCH_OK)
		return; /* the block is merely not reused before the next step */
	tape->spares[tape->spare_count++] = (struct spare){data, floats};
}

typedef struct add_job {
	const nch_kernels *kernels;
	float *y;
	const float *x;
} add_job;

static void add_range(void *context, size_t begin, size_t end)
{
	const add_job *job = context;
	job->kernels->add(job->y + begin, job->x + begin, end - begin);
}

void nch_gradient_give(nch_tape *tape, nch_tensor *tensor, float *data)
{
	size_t floats = tensor->rows * tensor->columns;
	if (!tensor->grad_set && tensor->grad == NULL) {
		tensor->grad = data;
		tensor->grad_set = true;
		return;
	}
	if (nch_gradient_open(tape, tensor)) {
		add_job job = {tape->compute->kernels, tensor->grad, data};
		nch_parallel(tape->compute, floats, 4096, add_range, &job);
	}
	nch_gradient_release(tape, data, floats);
}

bool nch_gradient_start(nch_tape *tape, nch_tensor *tensor, int *accumulate)
{
	if (tensor->grad == NULL)
		tensor->grad = nch_gradient_take(tape, tensor->rows * tensor->columns);
	if (tensor->grad == NULL)
		return false;
	*accumulate = tensor->grad_set;
	tensor->grad_set = true;
	return true;
}

bool nch_gradient_open(nch_tape *tape, nch_tensor *tensor)
{
	int accumulate;
	if (!nch_gradient_start(tape, tensor, &accumulate))
		return false;
	if (!accumulate)
		memset(tensor->grad, 0, tensor->rows * tensor->columns * sizeof *tensor->grad);
	return true;
}

nch_dropout nch_tape_dropout(const nch_tape *tape, float p, uint32_t site, uint64_t row)
{
	return (nch_dropout){.seed = tape->step.seed, .step = tape->step.number, .site = tape->step.site + site, .row = row, .p = tape->step.dropout
	                     ? p : 0.0f};
}

nch_arena_mark nch_tape_mark(const nch_tape *tape)
{
	return nch_arena_get_mark(tape->activations);
}

nch_tensor *nch_tape_keep(nch_tape *tape, nch_arena_mark mark, nch_tensor *kept)
{
	if (kept == NULL || (tape->step.record && kept->wants_grad))
		return kept;
	nch_tensor copy = *kept;
	nch_arena_release(tape->activations, mark);
	nch_tensor *moved = nch_tape_tensor(tape, copy.rows, copy.columns, NULL, 0);
	if (moved != NULL) /* nothing was written since: the old content still stands where it stood, perhaps overlapping the new place */
		memmove(moved->data, copy.data, copy.rows * copy.columns * sizeof *copy.data);
	return moved;
}
