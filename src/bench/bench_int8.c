/* bench_int8.c - the products of a transformer's layers in bytes, beside the peak of multiplying bytes. */
#include <string.h>

#include "base/memory.h"
#include "bench/bench.h"
#include "bench/numbers.h"
#include "kernels/int8.h"

enum { PEAK_COUNT = 20000 };

typedef struct int8_job {
	const nch_compute *compute;
	const float *x;
	nch_int8_rows rows;
	nch_int8_matrix matrix;
	nch_int8_product product;
	volatile uint32_t sink;
} int8_job;

/* The whole of it: activations are rounded, then multiplied. */
static void run_int8(void *context)
{
	int8_job *job = context;
	job->compute->int8->round_rows(&job->rows, job->x, 0, job->rows.rows);
	job->compute->int8->multiply(&job->product, job->compute);
}

static void peak_task(void *context, size_t index, size_t thread)
{
	int8_job *job = context;
	(void)index;
	uint32_t sum = job->compute->int8->peak(PEAK_COUNT);
	if (thread == 0)
		job->sink = sum;
}

static void run_peak(void *context)
{
	int8_job *job = context;
	nch_pool_run(job->compute->pool, nch_pool_threads(job->compute->pool), peak_task, job);
}

static nch_status make_job(int8_job *job, size_t m, size_t n, size_t k, nch_arena *arena, nch_error *error)
{
	size_t padded = nch_int8_padded_rows(n);
	float *x = nch_arena_alloc(arena, m * k, sizeof *x), *y = nch_arena_alloc(arena, m * n, sizeof *y);
	job->rows = (nch_int8_rows){m, k, nch_arena_alloc(arena, nch_int8_rows_bytes(m, k), 1), nch_arena_alloc(arena, m, 4),
	                            nch_arena_alloc(arena, m, 4)};
	job->matrix = (nch_int8_matrix){n, k, nch_arena_alloc(arena, nch_int8_matrix_bytes(n, k), 1), nch_arena_alloc(arena, padded, 4),
	                                nch_arena_alloc(arena, padded, 4)};
	if (!x || !y || !job->rows.packed || !job->rows.scale || !job->rows.zero || !job->matrix.packed || !job->matrix.scale || !job->matrix.sums)
		return nch_no_memory(error);
	for (size_t i = 0; i < m * k; i++)
		x[i] = (float)(i % 97) - 40.0f;
	memset(job->matrix.packed, 3, nch_int8_matrix_bytes(n, k));
	for (size_t j = 0; j < padded; j++) {
		job->matrix.scale[j] = 0.01f;
		job->matrix.sums[j] = 3 * (int32_t)k;
	}
	job->x = x;
	job->product = (nch_int8_product){.a = &job->rows, .b = &job->matrix, .c = y, .c_row = n};
	return NCH_OK;
}

nch_status nch_bench_int8(const nch_compute *compute, size_t m, size_t n, size_t k, double patience, nch_figure *figure, nch_error *error)
{
	int8_job job = {.compute = compute};
	nch_arena *arena = nch_arena_new(0);
	nch_status status = arena == NULL ? nch_no_memory(error) : make_job(&job, m, n, k, arena, error);
	if (status == NCH_OK) {
		double threads = (double)nch_pool_threads(compute->pool);
		double peak = threads * 2.0 * 64.0 * PEAK_COUNT * NCH_PEAK_CHAINS / nch_bench_time(run_peak, &job, patience) * 1e-9;
		*figure = (nch_figure){.what = "X W^T, int8", .m = m, .n = n, .k = k, .threads = nch_pool_threads(compute->pool)};
		figure->seconds = nch_bench_time(run_int8, &job, patience);
		figure->gflops = 2e-9 * (double)m * (double)n * (double)k / figure->seconds;
		figure->share = figure->gflops / peak;
	}
	nch_arena_free(arena);
	return status;
}
