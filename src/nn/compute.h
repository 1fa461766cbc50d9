/* compute.h - who computes: a table of kernels, a pool of threads, and their working memory. */
#ifndef NCH_NN_COMPUTE_H
#define NCH_NN_COMPUTE_H

#include "base/status.h"
#include "kernels/kernels.h"

/* For `threads` threads (0: as many as the process may use) and an instruction set ("auto", "scalar", "avx2", "avx512", "neon"; NULL: that of
 * nch_compute_default_isa). Working memory for sentences of up to `longest` tokens in heads of up to `width` is part of it. Release with
 * nch_compute_free. */
nch_status nch_compute_new(size_t threads, const char *isa, size_t longest, size_t width, nch_compute **compute, nch_error *error);
void nch_compute_free(nch_compute *compute); /* NULL is allowed */

/* What NULL stands for from now on: a constant; "auto" until somebody says otherwise. To be called before threads are started. */
void nch_compute_default_isa(const char *isa);

/* Makes the working memory fit longer sentences or wider heads. */
nch_status nch_compute_reserve(nch_compute *compute, size_t longest, size_t width, nch_error *error);

/* The same for working memory of any purpose: at least `floats` for each thread. */
nch_status nch_compute_reserve_floats(nch_compute *compute, size_t floats, nch_error *error);

/* Calls range(context, begin, end) for pieces that together make [0, total), on all threads. A piece has a multiple of `grain` items,
 * except the last. */
typedef void nch_range(void *context, size_t begin, size_t end);
void nch_parallel(const nch_compute *compute, size_t total, size_t grain, nch_range *range, void *context);

#endif
