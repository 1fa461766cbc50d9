/* sparse.c - rows of cells. */
#include "ngram/sparse.h"

#include "base/memory.h"

nch_status nch_sparse_begin_row(nch_sparse *m, size_t n, nch_error *error)
{
	size_t used = m->starts != NULL ? m->starts[m->rows] : 0, capacity = m->capacity;
	if (m->rows + 2 > m->row_capacity)
		NCH_TRY(nch_grow(&m->starts, &m->row_capacity, m->rows + 2, sizeof *m->starts, error));
	m->starts[m->rows] = used;
	if (m->column == NULL || used + n > m->capacity) {
		NCH_TRY(nch_grow(&m->column, &capacity, used + n + 1, sizeof *m->column, error));
		NCH_TRY(nch_grow(&m->value, &m->capacity, used + n + 1, sizeof *m->value, error));
		m->capacity = m->capacity < capacity ? m->capacity : capacity;
	}
	return NCH_OK;
}

void nch_sparse_free(nch_sparse *m)
{
	nch_free(m->starts);
	nch_free(m->column);
	nch_free(m->value);
	*m = (nch_sparse){0};
}

nch_status nch_sparse_transpose(const nch_sparse *from, nch_sparse *to, nch_error *error)
{
	size_t cells = from->rows > 0 ? from->starts[from->rows] : 0;
	to->rows = from->columns;
	to->columns = from->rows;
	to->starts = nch_alloc(to->rows + 2, sizeof *to->starts);
	to->column = nch_alloc(cells, sizeof *to->column);
	to->value = nch_alloc(cells, sizeof *to->value);
	if (to->starts == NULL || to->column == NULL || to->value == NULL) {
		nch_sparse_free(to);
		return nch_no_memory(error);
	}
	/* a counting sort: starts[c + 2] counts column c; after the sums starts[c + 1] is where the next cell of c goes, and when all are placed,
	 * where c ends */
	for (size_t i = 0; i < cells; i++)
		to->starts[from->column[i] + 2]++;
	for (size_t c = 2; c < to->rows + 2; c++)
		to->starts[c] += to->starts[c - 1];
	for (size_t row = 0; row < from->rows; row++)
		for (size_t i = from->starts[row]; i < from->starts[row + 1]; i++) {
			size_t place = to->starts[from->column[i] + 1]++;
			to->column[place] = (uint32_t)row;
			to->value[place] = from->value[i];
		}
	return NCH_OK;
}
