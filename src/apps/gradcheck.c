/* gradcheck.c - see gradcheck.h. */
#include "apps/gradcheck.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "kernels/math.h"
#include "nn/exact.h"

static const double step = 1e-4;

typedef struct checker {
	nch_gradcheck *check;
	size_t samples;
	uint64_t seed;
	const char *spoil;
} checker;

/* The place of the largest gradient. */
static size_t largest_of(const nch_tensor *tensor)
{
	size_t count = tensor->rows * tensor->columns, best = 0;
	for (size_t i = 1; i < count; i++)
		if (fabsf(tensor->grad[i]) > fabsf(tensor->grad[best]))
			best = i;
	return best;
}

/* Draws among the elements that have a gradient; of a table of words most have none. */
static size_t draw(const checker *c, const nch_tensor *tensor, size_t number, size_t sample)
{
	size_t count = tensor->rows * tensor->columns, at = 0;
	for (uint64_t attempt = 0; attempt < 64; attempt++) {
		at = (size_t)(nch_random_uniform(c->seed, NCH_RANDOM_SAMPLE, (uint32_t)number, sample * 64 + attempt) * (double)count);
		if (tensor->grad[at] != 0.0f)
			return at;
	}
	/* a few rows of a large table: those of the largest gradient's row */
	size_t row = largest_of(tensor) / tensor->columns;
	return row * tensor->columns + at % tensor->columns;
}

static void choose(const checker *c, size_t number, nch_gradcheck_tensor *made)
{
	const nch_tensor *tensor = made->tensor;
	size_t count = tensor->rows * tensor->columns;
	made->samples = c->samples < count ? c->samples : count;
	made->element[0] = largest_of(tensor);
	for (size_t i = 1; i < made->samples; i++)
		made->element[i] = draw(c, tensor, number, i);
	double factor = c->spoil != NULL && strcmp(c->spoil, tensor->name) == 0 ? 1.1 : 1.0;
	for (size_t i = 0; i < made->samples; i++)
		made->tape[i] = factor * (double)tensor->grad[made->element[i]];
}

static nch_status measure(nch_exact *exact, nch_gradcheck_tensor *made, nch_error *error)
{
	for (size_t i = 0; i < made->samples; i++) {
		double above, below;
		NCH_TRY(nch_exact_loss_with(exact, made->tensor, made->element[i], step, &above, error));
		NCH_TRY(nch_exact_loss_with(exact, made->tensor, made->element[i], -step, &below, error));
		made->differences[i] = (above - below) / (2.0 * step);
	}
	return NCH_OK;
}

static void judge(nch_gradcheck *check)
{
	double greatest = 0.0;
	for (size_t t = 0; t < check->count; t++)
		greatest = fmax(greatest, fabs(check->tensors[t].tape[0]));
	for (size_t t = 0; t < check->count; t++) {
		nch_gradcheck_tensor *made = &check->tensors[t];
		double least = fmax(1e-2 * fabs(made->tape[0]), 1e-4 * greatest);
		for (size_t i = 0; i < made->samples; i++) {
			double a = made->tape[i], b = made->differences[i], size = fmax(fmax(fabs(a), fabs(b)), fmax(least, 1e-12));
			double relative = fabs(a - b) / size;
			made->largest = relative <= made->largest ? made->largest : relative; /* takes NaN, too */
		}
		made->ok = made->largest <= NCH_GRADCHECK_LIMIT;
		check->bad += !made->ok;
	}
}

static nch_status check_all(void *context, nch_predictor *p, const nch_tensor *logits, double loss, nch_error *error)
{
	checker *c = context;
	nch_gradcheck *check = c->check;
	nch_exact *exact = NULL;
	(void)logits;
	check->loss_float = loss;
	check->tensors = nch_alloc(p->model->count, sizeof *check->tensors);
	if (check->tensors == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < p->model->count; i++)
		if (p->model->tensors[i].grad_set) {
			nch_gradcheck_tensor *made = &check->tensors[check->count++];
			made->tensor = &p->model->tensors[i];
			choose(c, i, made);
		}
	NCH_TRY(nch_exact_new(p->tape, &exact, error));
	check->loss = nch_exact_loss(exact);
	nch_status status = NCH_OK;
	for (size_t i = 0; status == NCH_OK && i < check->count; i++)
		status = measure(exact, &check->tensors[i], error);
	nch_exact_free(exact);
	judge(check);
	return status;
}

nch_status nch_gradcheck_run(nch_predictor *p, const nch_text *text, size_t label, size_t samples, uint64_t seed, const char *spoil,
                             nch_gradcheck *check, nch_error *error)
{
	checker c = {check, samples < NCH_GRADCHECK_MOST ? samples : NCH_GRADCHECK_MOST, seed, spoil};
	const nch_pass pass = {.text = text, .back = true, .label = label, .then = check_all, .context = &c};
	return nch_pass_run(p, &pass, "gradients", error);
}

void nch_gradcheck_free(nch_gradcheck *check)
{
	nch_free(check->tensors);
	*check = (nch_gradcheck){0};
}
