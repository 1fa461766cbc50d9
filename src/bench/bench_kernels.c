/* bench_kernels.c - attention, and the kernels that go over rows or single numbers. */
#include <string.h>

#include "base/memory.h"
#include "bench/bench.h"
#include "bench/numbers.h"

/* --- attention --- */

typedef struct attention_job {
	const nch_compute *compute;
	nch_attention attention;
	size_t sentences;
	int backward;
} attention_job;

static void attention_task(void *context, size_t index, size_t thread)
{
	const attention_job *job = context;
	const nch_attention *a = &job->attention;
	float *scratch = job->compute->scratch + thread * job->compute->scratch_floats;
	size_t sentence = index / a->heads, head = index % a->heads;
	if (job->backward)
		job->compute->kernels->attention_backward(a, sentence, head, scratch);
	else
		job->compute->kernels->attention(a, sentence, head, scratch);
}

static void run_attention(void *context)
{
	attention_job *job = context;
	nch_pool_run(job->compute->pool, job->sentences * job->attention.heads, attention_task, job);
}

nch_status nch_bench_attention(const nch_compute *compute, size_t sentences, size_t length, size_t heads, size_t width, int backward,
                               double patience, nch_figure *figure, nch_error *error)
{
	size_t tokens = sentences * length, hidden = heads * width;
	float *in = nch_bench_numbers(tokens, 4 * hidden), *out = nch_bench_numbers(tokens, 4 * hidden);
	size_t *offsets = nch_alloc(sentences + 1, sizeof *offsets);
	nch_status status = NCH_OK;
	*figure = (nch_figure){.what = backward ? "attention, backward" : "attention", .sentences = sentences, .length = length,
	                       .threads = nch_pool_threads(compute->pool)};
	if (in != NULL && out != NULL && offsets != NULL) {
		for (size_t s = 0; s <= sentences; s++)
			offsets[s] = s * length;
		attention_job job = {compute,
		                     {.heads = heads, .width = width, .offsets = offsets, .q = in, .k = in + hidden, .v = in + 2 * hidden, .row = 3 * hidden,
		                      .scale = 0.125f, .out = out, .dout = in + 3 * tokens * hidden, .dq = out + tokens * hidden,
		                      .dk = out + tokens * hidden + hidden, .dv = out + tokens * hidden + 2 * hidden},
		                     sentences, backward};
		figure->seconds = nch_bench_time(run_attention, &job, patience);
		/* products of (length, width, length): two forward; backward makes the scores again and four gradients */
		double products = backward ? 5 : 2;
		figure->gflops = products * 2e-9 * (double)tokens * (double)length * (double)hidden / figure->seconds;
		figure->rate = (double)tokens / figure->seconds;
	} else {
		status = nch_no_memory(error);
	}
	nch_free(in);
	nch_free(out);
	nch_free(offsets);
	return status;
}

/* --- rows and numbers: one thread, 128 tokens of a base model, all in its cache --- */

enum { ROWS = 128, COLUMNS = 768, COUNT = ROWS * COLUMNS };

typedef struct element_job {
	const nch_kernels *kernels;
	float *x, *y, *z, *w; /* COUNT each */
} element_job;

static void run_gelu(void *context)
{
	const element_job *j = context;
	j->kernels->activation(NCH_GELU, j->y, j->x, COUNT);
}

static void run_gelu_backward(void *context)
{
	const element_job *j = context;
	j->kernels->activation_backward(NCH_GELU, j->y, j->z, j->x, COUNT);
}

static void run_tanh(void *context)
{
	const element_job *j = context;
	j->kernels->activation(NCH_TANH, j->y, j->x, COUNT);
}

static void run_softmax(void *context)
{
	const element_job *j = context;
	for (size_t i = 0; i < ROWS; i++)
		j->kernels->softmax(j->y + i * COLUMNS, j->x + i * COLUMNS, COLUMNS);
}

static void run_dropout(void *context)
{
	const element_job *j = context;
	const nch_dropout dropout = {.seed = 1234, .p = 0.1f};
	j->kernels->dropout(&dropout, j->y, j->x, COLUMNS, 0, ROWS);
}

static void run_norm(void *context)
{
	const element_job *j = context;
	nch_norm norm = {.columns = COLUMNS, .epsilon = 1e-12f, .x = j->x, .residual = j->z, .gamma = j->w, .beta = j->w + COLUMNS, .y = j->y};
	j->kernels->norm(&norm, 0, ROWS);
}

static void run_adam(void *context)
{
	const element_job *j = context;
	const nch_adam adam = {.gradient_scale = 1, .beta1 = 0.9f, .beta2 = 0.999f, .step_size = 0, .root_scale = 1, .epsilon = 1e-8f};
	memset(j->w, 0, COUNT * sizeof *j->w); /* a second moment is never negative */
	j->kernels->adam(&adam, j->y, j->x, j->z, j->w, COUNT);
}

nch_status nch_bench_elements(const nch_compute *compute, size_t index, double patience, nch_figure *figure, nch_error *error)
{
	static const struct {
		const char *what;
		nch_bench_run *run;
	} all[] = {{"GELU", run_gelu},       {"GELU, backward", run_gelu_backward},     {"tanh", run_tanh}, {"softmax", run_softmax},
	           {"dropout", run_dropout}, {"residual and LayerNorm", run_norm}, {"AdamW", run_adam}};
	if (index >= sizeof all / sizeof *all)
		return nch_fail(error, NCH_USAGE, "there are %zu such kernels", sizeof all / sizeof *all);
	element_job job = {compute->kernels, nch_bench_numbers(ROWS, COLUMNS), nch_bench_numbers(ROWS, COLUMNS), nch_bench_numbers(ROWS, COLUMNS),
	                   nch_bench_numbers(ROWS, COLUMNS)};
	nch_status status = NCH_OK;
	*figure = (nch_figure){.what = all[index].what, .threads = 1};
	if (job.x != NULL && job.y != NULL && job.z != NULL && job.w != NULL) {
		figure->seconds = nch_bench_time(all[index].run, &job, patience);
		figure->rate = COUNT / figure->seconds;
	} else {
		status = nch_no_memory(error);
	}
	nch_free(job.x);
	nch_free(job.y);
	nch_free(job.z);
	nch_free(job.w);
	return status;
}
