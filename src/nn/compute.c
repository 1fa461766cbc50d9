/* compute.c - kernels, threads and working memory, brought together. */
#include "nn/compute.h"

#include "base/memory.h"
#include "kernels/int8.h"

static const char *default_isa = "auto";

void nch_compute_default_isa(const char *isa)
{
	default_isa = isa;
}

nch_status nch_compute_new(size_t threads, const char *isa, size_t longest, size_t width, nch_compute **compute, nch_error *error)
{
	if (isa == NULL)
		isa = default_isa;
	const nch_kernels *kernels = nch_kernels_find(isa);
	if (kernels == NULL)
		return nch_fail(error, NCH_USAGE, "instruction set '%s' is %s", isa, nch_kernels_why(isa));
	nch_compute *made = nch_alloc(1, sizeof *made);
	if (made == NULL)
		return nch_no_memory(error);
	made->kernels = kernels;
	made->int8 = nch_int8_find(kernels->name);
	if (threads == 0)
		threads = nch_pool_cores();
	made->pool = nch_pool_new(threads);
	made->shared = nch_alloc_untouched(nch_gemm_shared_floats(), sizeof(float));
	if (made->pool == NULL || made->shared == NULL || nch_compute_reserve(made, longest, width, error) != NCH_OK) {
		nch_compute_free(made);
		return nch_fail(error, NCH_MEMORY, "not enough memory for %zu threads", threads);
	}
	*compute = made;
	return NCH_OK;
}

void nch_compute_free(nch_compute *compute)
{
	if (compute == NULL)
		return;
	nch_pool_free(compute->pool);
	nch_free(compute->shared);
	nch_free(compute->scratch);
	nch_free(compute);
}

nch_status nch_compute_reserve(nch_compute *compute, size_t longest, size_t width, nch_error *error)
{
	return nch_compute_reserve_floats(compute, nch_attention_scratch_floats(longest, width), error);
}

nch_status nch_compute_reserve_floats(nch_compute *compute, size_t floats, nch_error *error)
{
	size_t threads = nch_pool_threads(compute->pool), each = nch_gemm_scratch_floats();
	if (floats > each)
		each = floats;
	each = (each + 1023) / 1024 * 1024 + 16; /* 16: threads should not meet in the same cache sets */
	if (compute->scratch != NULL && each <= compute->scratch_floats)
		return NCH_OK;
	size_t total;
	if (!nch_size_mul(threads, each, &total))
		return nch_no_memory(error);
	float *scratch = nch_alloc_untouched(total, sizeof *scratch);
	if (scratch == NULL)
		return nch_no_memory(error);
	nch_free(compute->scratch);
	compute->scratch = scratch;
	compute->scratch_floats = each;
	return NCH_OK;
}

typedef struct range_job {
	nch_range *range;
	void *context;
	size_t total, piece;
} range_job;

static void run_piece(void *context, size_t index, size_t thread)
{
	const range_job *job = context;
	size_t begin = index * job->piece, end = job->total - begin < job->piece ? job->total : begin + job->piece;
	(void)thread;
	job->range(job->context, begin, end);
}

void nch_parallel(const nch_compute *compute, size_t total, size_t grain, nch_range *range, void *context)
{
	size_t pieces = 8 * nch_pool_threads(compute->pool); /* more than threads: they end together though some are disturbed */
	size_t piece = (total / pieces + grain) / grain * grain;
	range_job job = {range, context, total, piece};
	if (total > 0)
		nch_pool_run(compute->pool, (total + piece - 1) / piece, run_piece, &job);
}
