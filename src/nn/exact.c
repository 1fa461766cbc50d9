/* exact.c - see exact.h: the values of each tensor in double, and which node first uses it. */
#include "nn/exact.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "kernels/math.h"
#include "nn/tape_private.h"

typedef struct entry {
	const nch_tensor *tensor; /* NULL: the place is free */
	double *values, *moved;   /* as the weights are; and with one of them moved: only of what a node makes */
	size_t first_use;         /* the first node that asked for it */
	size_t made_by;           /* the node that makes it; LEAF: none */
} entry;
#define LEAF ((size_t)-1)

struct nch_exact {
	nch_tape *tape;
	entry *entries; /* a hash table by the tensor's address, of `room` places, a power of two */
	size_t room;
	size_t node;    /* the one that is computed now */
	size_t from;    /* of a run with a moved weight, its first node; LEAF: the first run, or none */
	double loss, partial;
	bool failed;
};

static entry *find(nch_exact *e, const nch_tensor *tensor)
{
	size_t at = ((size_t)tensor >> 4) * 0x9E3779B1u & (e->room - 1);
	while (e->entries[at].tensor != NULL && e->entries[at].tensor != tensor)
		at = (at + 1) & (e->room - 1);
	return &e->entries[at];
}

const double *nch_exact_values(nch_exact *e, const nch_tensor *tensor)
{
	entry *found = find(e, tensor);
	if (found->tensor == NULL) {
		size_t count = tensor->rows * tensor->columns;
		*found = (entry){.tensor = tensor, .first_use = e->node, .made_by = LEAF, .values = nch_alloc(count, sizeof *found->values)};
		e->failed |= found->values == NULL;
		for (size_t i = 0; !e->failed && i < count; i++)
			found->values[i] = (double)tensor->data[i];
	}
	bool moved = e->from != LEAF && found->made_by != LEAF && found->made_by >= e->from;
	return moved ? found->moved : found->values;
}

double *nch_exact_room(nch_exact *e, const nch_tensor *out)
{
	entry *found = find(e, out);
	size_t count = out->rows * out->columns;
	if (found->tensor == NULL) {
		*found = (entry){.tensor = out, .first_use = LEAF, .made_by = e->node, .values = nch_alloc(count, sizeof *found->values),
		                 .moved = nch_alloc(count, sizeof *found->moved)};
		e->failed |= found->values == NULL || found->moved == NULL;
	}
	return e->from != LEAF ? found->moved : found->values;
}

bool nch_exact_failed(const nch_exact *e)
{
	return e->failed;
}

void nch_exact_fail(nch_exact *e)
{
	e->failed = true;
}

void nch_exact_add_loss(nch_exact *e, double loss)
{
	e->partial += loss;
}

/* --- formulas --- */

/* erf by its Taylor series, and far out by 1 - erfc with Lentz's continued fraction: both good to about 1e-15. */
static double error_function(double x)
{
	const double root_pi = 1.7724538509055160273;
	double magnitude = fabs(x), square = x * x;
	if (magnitude > 6.0)
		return x > 0 ? 1.0 : -1.0;
	if (magnitude < 2.5) {
		double term = x, sum = x;
		for (int n = 1; n < 80; n++) {
			term *= -square / n;
			sum += term / (2 * n + 1);
		}
		return 2.0 / root_pi * sum;
	}
	double fraction = 0.0; /* erfc(x) = e^(-x²) / √π · 1 / (x + (1/2) / (x + 1 / (x + (3/2) / (x + …)))) */
	for (int n = 120; n > 0; n--)
		fraction = 0.5 * n / (magnitude + fraction);
	double tail = nch_exp(-square) / (root_pi * (magnitude + fraction));
	return x > 0 ? 1.0 - tail : tail - 1.0;
}

static double hyperbolic_tangent(double x)
{
	double e = nch_exp(-2.0 * fabs(x)), t = (1.0 - e) / (1.0 + e);
	return x < 0 ? -t : t;
}

double nch_exact_activation(nch_activation f, double x)
{
	switch (f) {
	case NCH_GELU:
		return x * 0.5 * (1.0 + error_function(x * 0.70710678118654752440));
	case NCH_GELU_TANH:
		return x * 0.5 * (1.0 + hyperbolic_tangent(0.79788456080286535588 * (x + 0.044715 * x * x * x)));
	case NCH_RELU:
		return x > 0 ? x : 0;
	case NCH_SILU:
		return x / (1.0 + nch_exp(-x));
	case NCH_TANH:
		return hyperbolic_tangent(x);
	default:
		return x;
	}
}

double nch_exact_softmax(double *y, const double *x, size_t n)
{
	double top = x[0], sum = 0.0;
	for (size_t j = 1; j < n; j++)
		top = x[j] > top ? x[j] : top;
	for (size_t j = 0; j < n; j++)
		sum += y[j] = nch_exp(x[j] - top);
	for (size_t j = 0; j < n; j++)
		y[j] /= sum;
	return top + nch_log(sum);
}

typedef struct product_job {
	double *y;
	const double *x, *w, *bias;
	size_t m, n, k;
} product_job;

/* Columns begin .. end-1 of y; four rows of x share a row of w. */
static void product_range(void *context, size_t begin, size_t end)
{
	const product_job *job = context;
	size_t k = job->k, n = job->n;
	for (size_t j = begin; j < end; j++) {
		const double *w = job->w + j * k;
		double start = job->bias ? job->bias[j] : 0.0;
		size_t i = 0;
		for (; i + 4 <= job->m; i += 4) {
			const double *x = job->x + i * k;
			double a = 0, b = 0, c = 0, d = 0;
			for (size_t p = 0; p < k; p++) {
				a += x[p] * w[p];
				b += x[k + p] * w[p];
				c += x[2 * k + p] * w[p];
				d += x[3 * k + p] * w[p];
			}
			job->y[i * n + j] = start + a;
			job->y[(i + 1) * n + j] = start + b;
			job->y[(i + 2) * n + j] = start + c;
			job->y[(i + 3) * n + j] = start + d;
		}
		for (; i < job->m; i++) {
			double sum = 0;
			for (size_t p = 0; p < k; p++)
				sum += job->x[i * k + p] * w[p];
			job->y[i * n + j] = start + sum;
		}
	}
}

void nch_exact_product(nch_exact *e, double *y, const double *x, const double *w, const double *bias, size_t m, size_t n, size_t k)
{
	product_job job = {y, x, w, bias, m, n, k};
	nch_parallel(e->tape->compute, n, 8, product_range, &job);
}

/* --- the run --- */

static void run(nch_exact *e, size_t from)
{
	e->partial = 0.0;
	for (e->node = from; e->node < e->tape->count && !e->failed; e->node++) {
		nch_node *node = e->tape->nodes[e->node];
		node->op->exact(e, node);
	}
}

nch_status nch_exact_new(nch_tape *tape, nch_exact **exact, nch_error *error)
{
	nch_exact *e = nch_alloc(1, sizeof *e);
	if (e == NULL)
		return nch_no_memory(error);
	*e = (nch_exact){.tape = tape, .room = 64, .from = LEAF};
	while (e->room < 32 * (tape->count + 1)) /* a node has ten tensors at most */
		e->room *= 2;
	e->entries = nch_alloc(e->room, sizeof *e->entries);
	for (size_t i = 0; i < tape->count; i++)
		if (tape->nodes[i]->op->exact == NULL) {
			const char *name = tape->nodes[i]->op->name;
			nch_exact_free(e);
			return nch_fail(error, NCH_USAGE, "the op \"%s\" has no formula in double: its gradients are not checked here (tests/unit/ops_test.c does)", name);
		}
	e->failed = e->entries == NULL;
	run(e, 0);
	e->loss = e->partial;
	if (e->failed) {
		nch_exact_free(e);
		return nch_no_memory(error);
	}
	*exact = e;
	return NCH_OK;
}

void nch_exact_free(nch_exact *e)
{
	if (e == NULL)
		return;
	for (size_t i = 0; e->entries != NULL && i < e->room; i++) {
		nch_free(e->entries[i].values);
		nch_free(e->entries[i].moved);
	}
	nch_free(e->entries);
	nch_free(e);
}

double nch_exact_loss(const nch_exact *e)
{
	return e->loss;
}

nch_status nch_exact_loss_with(nch_exact *e, const nch_tensor *parameter, size_t element, double delta, double *loss, nch_error *error)
{
	entry *found = find(e, parameter);
	*loss = e->loss;
	if (found->tensor == NULL || found->made_by != LEAF)
		return NCH_OK; /* nobody uses it */
	double before = found->values[element];
	found->values[element] = before + delta;
	e->from = found->first_use;
	run(e, e->from);
	e->from = LEAF;
	found->values[element] = before;
	*loss = e->partial;
	return e->failed ? nch_no_memory(error) : NCH_OK;
}
