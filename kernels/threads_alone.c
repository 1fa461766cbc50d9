/* threads_alone.c - the pool where there are no threads: the caller does it all. The bits are those of any other number of threads. */
#include "kernels/threads.h"

#include <stdlib.h>

struct nch_pool { size_t threads; };

nch_pool *nch_pool_new(size_t threads)
{
	nch_pool *pool = threads > 0 ? calloc(1, sizeof *pool) : NULL;
	if (pool != NULL)
		pool->threads = 1;
	return pool;
}

void nch_pool_free(nch_pool *pool) { free(pool); }
size_t nch_pool_threads(const nch_pool *pool) { return pool != NULL ? pool->threads : 1; }
size_t nch_pool_cores(void) { return 1; }

void nch_pool_run(nch_pool *pool, size_t count, nch_task *task, void *context)
{
	(void)pool;
	for (size_t index = 0; index < count; index++)
		task(context, index, 0);
}
