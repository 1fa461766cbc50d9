/* optimizer.c - the norm of the gradients, one step of each optimizer, and the average of the weights.
 *
 * What is the same for all elements (bias corrections, rectification) is computed here in double, by powers through multiplication, and
 * rounded once; the kernels do the rest in one pass over the memory. */
#include "train/optimizer.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "kernels/math.h"

enum { BLOCK = 65536 }; /* elements of one task and of one partial sum */

nch_schedule nch_optimizer_schedule(const nch_optimizer_options *o, uint64_t total)
{
	return (nch_schedule){.kind = o->schedule, .lr = o->lr, .warmup = o->warmup, .decay = o->decay, .from_one = o->kind == NCH_RADAM_TFA,
	                      .total = total};
}

nch_status nch_optimizer_new(nch_model *model, const nch_optimizer_options *options, nch_optimizer *optimizer, nch_error *error)
{
	size_t floats = model->storage_floats;
	*optimizer = (nch_optimizer){.options = *options, .model = model};
	optimizer->gradients = nch_alloc_untouched(floats, sizeof(float));
	optimizer->moment1 = nch_alloc_aligned(floats, sizeof(float));
	bool two = nch_optimizers[options->kind].moments > 1;
	if (two)
		optimizer->moment2 = nch_alloc_aligned(floats, sizeof(float));
	if (options->ema > 0.0)
		optimizer->average = nch_alloc_untouched(floats, sizeof(float));
	if (!optimizer->gradients || !optimizer->moment1 || (two && !optimizer->moment2) || (options->ema > 0.0 && !optimizer->average)) {
		nch_optimizer_free(optimizer);
		return nch_fail(error, NCH_MEMORY, "not enough memory to train %zu parameters: weights, gradients and moments take %zu MiB",
		                model->parameters, floats / 65536);
	}
	for (size_t i = 0; options->ema > 0.0 && i < model->count; i++) {
		const nch_tensor *t = &model->tensors[i];
		memcpy(optimizer->average + nch_model_offset(model, t), t->data, t->rows * t->columns * sizeof(float));
	}
	for (size_t i = 0; i < model->count; i++) {
		nch_tensor *t = &model->tensors[i];
		t->wants_grad = options->rates == NULL || options->rates[i] > 0.0;
		t->grad = t->wants_grad ? optimizer->gradients + nch_model_offset(model, t) : NULL;
	}
	nch_optimizer_clear(optimizer);
	return NCH_OK;
}

void nch_optimizer_free(nch_optimizer *optimizer)
{
	nch_free(optimizer->gradients);
	nch_free(optimizer->moment1);
	nch_free(optimizer->moment2);
	nch_free(optimizer->average);
	*optimizer = (nch_optimizer){0};
}

void nch_optimizer_clear(nch_optimizer *optimizer)
{
	for (size_t i = 0; i < optimizer->model->count; i++)
		optimizer->model->tensors[i].grad_set = false;
}

/* --- all tensors as one list of blocks --- */

typedef struct nch_optimizer_pass {
	nch_optimizer *optimizer;
	const nch_kernels *kernels;
	nch_pool *pool;
	size_t blocks; /* of the tensors that have a gradient */
	double lr, gradient_scale, average_rate;
	double *sums;  /* (2 · blocks): sums of squares, two a block at most */
	double *ratios; /* LAMB: (tensors of the model) */
} step_job;

typedef struct block {
	const nch_tensor *tensor;
	size_t begin, count;
} block;

/* Of the tensors that are trained, or only of those that have a gradient in this step. */
static size_t blocks_of(const nch_tensor *t, bool with_gradient)
{
	return t->wants_grad && (t->grad_set || !with_gradient) ? (t->rows * t->columns + BLOCK - 1) / BLOCK : 0;
}

/* Block number `index`, in the order of the storage. */
static bool find_block(const nch_model *model, size_t index, bool with_gradient, block *found)
{
	for (size_t i = 0; i < model->count; i++) {
		const nch_tensor *t = &model->tensors[i];
		size_t elements = t->rows * t->columns, blocks = blocks_of(t, with_gradient);
		if (index < blocks) {
			size_t begin = index * BLOCK;
			*found = (block){t, begin, elements - begin < BLOCK ? elements - begin : BLOCK};
			return true;
		}
		index -= blocks;
	}
	return false;
}

static size_t count_blocks(const nch_model *model, bool with_gradient)
{
	size_t blocks = 0;
	for (size_t i = 0; i < model->count; i++)
		blocks += blocks_of(&model->tensors[i], with_gradient);
	return blocks;
}

static void square_task(void *context, size_t index, size_t thread)
{
	const step_job *job = context;
	block b;
	(void)thread;
	if (find_block(job->optimizer->model, index, true, &b))
		job->sums[index] = (double)job->kernels->sum_squares(b.tensor->grad + b.begin, b.count);
}

/* What a step of Adam's family is, at this time t (from 1). */
static nch_adam adam_of(const nch_optimizer_options *o, uint64_t t, double lr, double gradient_scale, double weight_decay)
{
	double power1 = nch_power(o->beta1, t), power2 = nch_power(o->beta2, t);
	nch_adam step = {.gradient_scale = (float)gradient_scale, .beta1 = (float)o->beta1, .beta2 = (float)o->beta2, .epsilon = (float)o->epsilon};
	double size = lr / (1.0 - power1);
	step.root_scale = (float)(1.0 / sqrt(1.0 - power2));
	if (o->kind == NCH_ADAMW || o->kind == NCH_RADAM_TFA)
		step.decay = (float)(lr * weight_decay);
	else
		step.l2 = (float)weight_decay;
	if (o->kind == NCH_RADAM || o->kind == NCH_RADAM_TFA) { /* Liu et al. 2020, algorithm 2 */
		double most = 2.0 / (1.0 - o->beta2) - 1.0;
		double rho = most - 2.0 * (double)t * power2 / (1.0 - power2);
		if (o->kind == NCH_RADAM) /* torch adds epsilon before it corrects the root: lr √(1-β₂ᵗ) m / (√v + ε) */
			step.epsilon = (float)(o->epsilon * (double)step.root_scale);
		if (rho > 5.0 || (rho == 5.0 && o->kind == NCH_RADAM_TFA))
			size *= sqrt((rho - 4.0) * (rho - 2.0) * most / ((most - 4.0) * (most - 2.0) * rho));
		else
			step.plain = 1;
	}
	step.step_size = (float)size;
	return step;
}

/* A block as the optimizers see it. */
typedef struct stretch {
	const nch_tensor *tensor;
	float *weight, *gradient, *moment1, *moment2;
	size_t count;
	double decay, lr; /* this tensor's */
} stretch;

static bool find_stretch(const step_job *job, size_t index, stretch *found)
{
	const nch_optimizer *o = job->optimizer;
	block b;
	if (!find_block(o->model, index, true, &b))
		return false;
	size_t at = nch_model_offset(o->model, b.tensor) + b.begin;
	*found = (stretch){.tensor = b.tensor, .weight = b.tensor->data + b.begin, .gradient = b.tensor->grad + b.begin, .moment1 = o->moment1 + at,
	                   .moment2 = o->moment2 ? o->moment2 + at : NULL, .count = b.count, .decay = b.tensor->no_decay ? 0.0 : o->options.weight_decay,
	                   .lr = o->options.rates ? job->lr * o->options.rates[b.tensor - o->model->tensors] : job->lr};
	return true;
}

static void adam_task(void *context, size_t index, size_t thread)
{
	const step_job *job = context;
	stretch s;
	(void)thread;
	if (!find_stretch(job, index, &s))
		return;
	nch_adam adam = adam_of(&job->optimizer->options, job->optimizer->steps + 1, s.lr, job->gradient_scale, s.decay);
	job->kernels->adam(&adam, s.weight, s.gradient, s.moment1, s.moment2, s.count);
}

static nch_status step_adam(step_job *job, nch_error *error)
{
	(void)error;
	nch_pool_run(job->pool, job->blocks, adam_task, job);
	return NCH_OK;
}

static void sgd_task(void *context, size_t index, size_t thread)
{
	const step_job *job = context;
	stretch s;
	(void)thread;
	if (find_stretch(job, index, &s))
		job->kernels->sgd((float)s.lr, (float)job->optimizer->options.momentum, (float)s.decay, (float)job->gradient_scale, s.weight,
		                  s.gradient, s.moment1, s.count);
}

static nch_status step_sgd(step_job *job, nch_error *error)
{
	(void)error;
	nch_pool_run(job->pool, job->blocks, sgd_task, job);
	return NCH_OK;
}

static void lion_task(void *context, size_t index, size_t thread)
{
	const step_job *job = context;
	const nch_optimizer_options *o = &job->optimizer->options;
	stretch s;
	(void)thread;
	if (!find_stretch(job, index, &s))
		return;
	const nch_adam lion = {.gradient_scale = (float)job->gradient_scale, .decay = (float)(s.lr * s.decay), .beta1 = (float)o->beta1,
	                       .beta2 = (float)o->beta2, .step_size = (float)s.lr};
	job->kernels->lion(&lion, s.weight, s.gradient, s.moment1, s.count);
}

static nch_status step_lion(step_job *job, nch_error *error)
{
	(void)error;
	nch_pool_run(job->pool, job->blocks, lion_task, job);
	return NCH_OK;
}

/* The direction takes the gradient's place; of it and of the weights each block leaves its sum of squares. */
static void lamb_direction_task(void *context, size_t index, size_t thread)
{
	const step_job *job = context;
	const nch_optimizer_options *o = &job->optimizer->options;
	stretch s;
	(void)thread;
	if (!find_stretch(job, index, &s))
		return;
	uint64_t t = job->optimizer->steps + 1;
	const nch_adam lamb = {.gradient_scale = (float)job->gradient_scale, .l2 = (float)s.decay, .beta1 = (float)o->beta1, .beta2 = (float)o->beta2,
	                       .epsilon = (float)o->epsilon, .step_size = (float)(1.0 / (1.0 - nch_power(o->beta1, t))),
	                       .root_scale = (float)(1.0 / sqrt(1.0 - nch_power(o->beta2, t)))};
	job->kernels->lamb(&lamb, s.weight, s.gradient, s.moment1, s.moment2, s.count);
	job->sums[2 * index] = (double)job->kernels->sum_squares(s.weight, s.count);
	job->sums[2 * index + 1] = (double)job->kernels->sum_squares(s.gradient, s.count);
}

/* How much longer a tensor is than its direction; 1 where one of them is 0. Blocks in ascending order. */
static void find_ratios(const step_job *job)
{
	const nch_model *m = job->optimizer->model;
	size_t at = 0;
	for (size_t i = 0; i < m->count; i++) {
		double weight = 0.0, direction = 0.0;
		for (size_t left = blocks_of(&m->tensors[i], true); left > 0; left--, at++) {
			weight += job->sums[2 * at];
			direction += job->sums[2 * at + 1];
		}
		job->ratios[i] = weight > 0.0 && direction > 0.0 ? sqrt(weight) / sqrt(direction) : 1.0;
	}
}

static void lamb_move_task(void *context, size_t index, size_t thread)
{
	const step_job *job = context;
	stretch s;
	(void)thread;
	if (find_stretch(job, index, &s))
		job->kernels->add_scaled(s.weight, (float)(-s.lr * job->ratios[s.tensor - job->optimizer->model->tensors]), s.gradient, s.count);
}

static nch_status step_lamb(step_job *job, nch_error *error)
{
	job->ratios = nch_alloc(job->optimizer->model->count, sizeof *job->ratios);
	if (job->ratios == NULL)
		return nch_no_memory(error);
	nch_pool_run(job->pool, job->blocks, lamb_direction_task, job);
	find_ratios(job);
	nch_pool_run(job->pool, job->blocks, lamb_move_task, job);
	nch_free(job->ratios);
	return NCH_OK;
}

#define ROW(kind, name, title, moments, beta2, way) [kind] = {name, title, moments, step_##way},
const nch_optimizer_row nch_optimizers[NCH_OPTIMIZER_KINDS] = {
	NCH_OPTIMIZERS(ROW)
	[NCH_RADAM_TFA] = {NULL, "RAdam as TensorFlow Addons has it", 2, step_adam},
};
_Static_assert(sizeof nch_optimizers / sizeof *nch_optimizers == NCH_OPTIMIZER_KINDS, "an optimizer has no row");

static void average_task(void *context, size_t index, size_t thread)
{
	const step_job *job = context;
	block b;
	(void)thread;
	if (find_block(job->optimizer->model, index, false, &b))
		job->kernels->average(job->optimizer->average + nch_model_offset(job->optimizer->model, b.tensor) + b.begin, (float)job->average_rate,
		                      b.tensor->data + b.begin, b.count);
}

static void follow(nch_optimizer *o, step_job *job, nch_pool *pool)
{
	double t = (double)o->steps, young = (1.0 + t) / (10.0 + t);
	if (o->average == NULL)
		return;
	job->average_rate = 1.0 - (young < o->options.ema ? young : o->options.ema);
	nch_pool_run(pool, count_blocks(o->model, false), average_task, job);
}

nch_status nch_optimizer_step(nch_optimizer *optimizer, double lr, const nch_compute *compute, double *norm, nch_error *error)
{
	const nch_optimizer_options *o = &optimizer->options;
	size_t blocks = count_blocks(optimizer->model, true);
	step_job job = {.optimizer = optimizer, .kernels = compute->kernels, .pool = compute->pool, .blocks = blocks, .lr = lr,
	                .gradient_scale = 1.0};
	job.sums = nch_alloc(blocks, 2 * sizeof *job.sums);
	if (job.sums == NULL)
		return nch_no_memory(error);
	nch_pool_run(compute->pool, blocks, square_task, &job);
	double sum = 0.0;
	for (size_t i = 0; i < blocks; i++)
		sum += job.sums[i];
	*norm = sqrt(sum);
	nch_status status = NCH_OK;
	if (!(sum <= 1.7976931348623157e308))
		status = nch_fail(error, NCH_NUMERIC, "the gradients are no longer finite numbers (norm %g); a lower ⟨lr⟩ or ⟨clip⟩ 1 usually helps", *norm);
	if (o->clip > 0.0 && *norm > o->clip)
		job.gradient_scale = o->clip / (*norm + 1e-6); /* as torch's clip_grad_norm_ */
	if (status == NCH_OK)
		status = nch_optimizers[o->kind].step(&job, error);
	nch_free(job.sums);
	if (status != NCH_OK)
		return status;
	optimizer->steps++;
	follow(optimizer, &job, compute->pool);
	return NCH_OK;
}

void nch_optimizer_swap(nch_optimizer *optimizer)
{
	for (size_t i = 0; optimizer->average != NULL && i < optimizer->model->count; i++) {
		const nch_tensor *t = &optimizer->model->tensors[i];
		float *average = optimizer->average + nch_model_offset(optimizer->model, t);
		for (size_t k = 0; k < t->rows * t->columns; k++) {
			float weight = t->data[k];
			t->data[k] = average[k];
			average[k] = weight;
		}
	}
}
