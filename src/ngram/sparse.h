/* sparse.h - matrices of which few cells are not zero, row by row.
 *
 *     starts   0     2        5                row i has the cells starts[i] .. starts[i+1]
 *     columns  3  7  0  3  9                   each column at most once in a row
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

/* Makes room for one row more of up to n cells, which the caller then writes from column[starts[rows]] and value[starts[rows]] on;
 * nch_sparse_end_row(matrix, n) says how many they became. */
nch_status nch_sparse_begin_row(nch_sparse *matrix, size_t n, nch_error *error);
static inline void nch_sparse_end_row(nch_sparse *matrix, size_t n)
{
	matrix->starts[matrix->rows + 1] = matrix->starts[matrix->rows] + n;
	matrix->rows++;
}
void nch_sparse_free(nch_sparse *matrix);

/* *to = fromᵀ; its cells stand in ascending order of their columns. *to must be {0}. */
nch_status nch_sparse_transpose(const nch_sparse *from, nch_sparse *to, nch_error *error);

#endif
