/* bench_gemm.c - matrix products in the shapes of a transformer. */
#include "base/memory.h"
#include "bench/bench.h"
#include "bench/numbers.h"

typedef struct gemm_job {
	const nch_compute *compute;
	nch_gemm product;
	int step; /* of gemm_step, or 0: gemm */
} gemm_job;

static void run_gemm(void *context)
{
	const gemm_job *job = context;
	if (job->step > 0)
		job->compute->kernels->gemm_step(job->step, &job->product, job->compute);
	else
		job->compute->kernels->gemm(&job->product, job->compute);
}

/* Gives the product its numbers, and measures it. */
static nch_status measure(gemm_job *job, double patience, nch_figure *figure, nch_error *error)
{
	nch_gemm *g = &job->product;
	float *a = nch_bench_numbers(g->m, g->k), *b = nch_bench_numbers(g->k, g->n), *c = nch_bench_numbers(g->m, g->n);
	nch_status status = NCH_OK;
	if (a != NULL && b != NULL && c != NULL) {
		g->a = a;
		g->b = b;
		g->c = c;
		g->c_row = g->n;
		figure->m = g->m;
		figure->n = g->n;
		figure->k = g->k;
		figure->seconds = nch_bench_time(run_gemm, job, patience);
		figure->gflops = 2e-9 * (double)g->m * (double)g->n * (double)g->k / figure->seconds;
	} else {
		status = nch_no_memory(error);
	}
	nch_free(a);
	nch_free(b);
	nch_free(c);
	return status;
}

nch_status nch_bench_gemm(const nch_compute *compute, nch_product product, size_t m, size_t n, size_t k, double patience, nch_figure *figure,
                          nch_error *error)
{
	static const char *const names[] = {"X W^T", "dY W", "dY^T X"};
	gemm_job job = {.compute = compute, .product = {.m = m, .n = n, .k = k, .a_row = k, .a_col = 1, .b_row = n, .b_col = 1}};
	*figure = (nch_figure){.what = names[product], .threads = nch_pool_threads(compute->pool)};
	if (product == NCH_FORWARD) { /* W is (n, k) */
		job.product.b_row = 1;
		job.product.b_col = k;
	} else if (product == NCH_WEIGHT_GRADIENT) { /* dY is (k, m) */
		job.product.a_row = 1;
		job.product.a_col = m;
	}
	return measure(&job, patience, figure, error);
}

nch_status nch_bench_gemm_step(const nch_compute *compute, int step, size_t m, size_t n, size_t k, double patience, nch_figure *figure,
                               nch_error *error)
{
	static const char *const names[NCH_GEMM_STEPS] = {"step 1: three loops",    "step 2: loop order",   "step 3: vectors", "step 4: register tile",
	                                                  "step 5: cache blocks", "step 6: packing", "step 7: the real one"};
	gemm_job job = {.compute = compute, .product = {.m = m, .n = n, .k = k, .a_row = k, .a_col = 1, .b_row = n, .b_col = 1}, .step = step};
	if (step < 1 || step > NCH_GEMM_STEPS)
		return nch_fail(error, NCH_USAGE, "there are steps 1 to %d", NCH_GEMM_STEPS);
	*figure = (nch_figure){.what = names[step - 1], .threads = step == NCH_GEMM_STEPS ? nch_pool_threads(compute->pool) : 1};
	return measure(&job, patience, figure, error);
}
