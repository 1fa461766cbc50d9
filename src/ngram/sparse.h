/* sparse.h - matrices of which few cells are not zero, row by row.
 *
 *     starts   0     2        5                row i has the cells starts[i] .. starts[i+1]
 *     columns  3  7  0  3  9                   ascending in a row
 *     values   .6 .8 .1 .7 .7                                                                  */
#ifndef NCH_NGRAM_SPARSE_H
#define NCH_NGRAM_SPARSE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Start with {0}; release with nch_sparse_free. */
typedef struct nch_sparse {
	size_t rows, columns;
	size_t *starts;         /* (rows + 1) */
	uint32_t *column;       /* (starts[rows]) */
	float *value;           /* (starts[rows]) */
	size_t row_capacity, capacity; /* room, for the one that builds it */
} nch_sparse;

/* Appends a row of n cells, which are copied; columns must ascend. */
nch_status nch_sparse_add_row(nch_sparse *matrix, const uint32_t *column, const float *value, size_t n, nch_error *error);
void nch_sparse_free(nch_sparse *matrix);

/* *to = fromᵀ; its cells stand in ascending order of their columns again. *to must be {0}. */
nch_status nch_sparse_transpose(const nch_sparse *from, nch_sparse *to, nch_error *error);

#endif
