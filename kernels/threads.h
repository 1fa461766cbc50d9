/* threads.h - the pool: the work of a kernel, shared out by rows or columns, never by cutting a sum in two.
 *
 * Because every task computes its own outputs wholly, it is of no consequence which thread takes which task, nor how
 * many threads there are: the bits are the same. */
#ifndef NCH_KERNELS_THREADS_H
#define NCH_KERNELS_THREADS_H

#include <stddef.h>

typedef struct nch_pool nch_pool;

/* `threads` >= 1 counts the caller, so that 1 starts no thread at all. NULL without memory or threads. */
nch_pool *nch_pool_new(size_t threads);
void nch_pool_free(nch_pool *pool); /* NULL is allowed */

size_t nch_pool_threads(const nch_pool *pool); /* 1 for NULL */
size_t nch_pool_cores(void);                   /* the cores that this process may use (its affinity mask) */

/* Calls task(context, index, thread) once for every index in 0 .. count-1, in any order and on any thread, and returns when
 * all are done. `thread` is in 0 .. threads-1 and is that of one running call at a time: a number for scratch memory.
 * A NULL pool, or a call from inside a task, runs them all on the calling thread. One thread may use a pool at a time. */
typedef void nch_task(void *context, size_t index, size_t thread);
void nch_pool_run(nch_pool *pool, size_t count, nch_task *task, void *context);

#endif
