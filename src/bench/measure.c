/* measure.c - time, and the peak that figures are compared with. */
#include "base/clock.h"
#include "bench/bench.h"

/* What is shorter than the clock is exact is run many times between two looks at it. */
static double time_of(nch_bench_run *run, void *context, size_t times)
{
	double begin = nch_seconds();
	for (size_t i = 0; i < times; i++)
		run(context);
	return (nch_seconds() - begin) / (double)times;
}

double nch_bench_time(nch_bench_run *run, void *context, double patience)
{
	double cold = time_of(run, context, 1), best = time_of(run, context, 1), spent = cold + best;
	size_t times = best < 1e-4 ? (size_t)(1e-4 / (best > 1e-8 ? best : 1e-8)) + 1 : 1;
	for (size_t runs = 1; spent < patience || (runs < 3 && best <= 10 * patience); runs++) {
		double seconds = time_of(run, context, times);
		spent += seconds * (double)times;
		best = seconds < best ? seconds : best;
	}
	return best;
}

enum { PEAK_COUNT = 100000 };

typedef struct peak_job {
	const nch_compute *compute;
	volatile float sink; /* so that nobody finds the work useless */
} peak_job;

static void peak_task(void *context, size_t index, size_t thread)
{
	peak_job *job = context;
	(void)index;
	float sum = job->compute->kernels->fma_peak(PEAK_COUNT);
	if (thread == 0)
		job->sink = sum;
}

static void run_peak(void *context)
{
	peak_job *job = context;
	nch_pool_run(job->compute->pool, nch_pool_threads(job->compute->pool), peak_task, job);
}

double nch_bench_peak(const nch_compute *compute, double patience)
{
	peak_job job = {compute, 0.0f};
	double seconds = nch_bench_time(run_peak, &job, patience);
	return (double)nch_pool_threads(compute->pool) * 2.0 * 16.0 * PEAK_COUNT * NCH_PEAK_CHAINS / seconds * 1e-9;
}
