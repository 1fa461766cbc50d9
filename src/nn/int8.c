/* int8.c - see int8.h. */
#include "nn/int8.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"

enum { PANEL = 16 }; /* rows that are packed together */

/* Some rows of the file's tensor as bytes and scales. */
typedef struct source {
	const nch_weight *weight;
	const nch_int8_kernels *kernels;
	size_t columns;
	float *row;   /* (columns): one row as floats */
	int8_t *rows; /* (PANEL, columns) */
} source;

static nch_status round_rows(const source *s, size_t first, size_t count, int8_t *bytes, float *scale, nch_error *error)
{
	nch_weight row = *s->weight;
	size_t size = nch_dtype_size(row.type) * s->columns;
	row.count = s->columns;
	for (size_t i = 0; i < count; i++) {
		row.data = (const unsigned char *)s->weight->data + (first + i) * size;
		NCH_TRY(nch_weight_to_float(&row, s->row, error));
		scale[i] = s->kernels->round_row(bytes + i * s->columns, s->row, s->columns);
		if (!isfinite(scale[i]))
			return nch_fail(error, NCH_DATA, "the tensor %s holds what is no number in row %zu (NaN or infinity: did its training diverge?); it cannot be rounded to bytes",
			                row.name, first + i);
	}
	return NCH_OK;
}

/* The packed matrix; bytes of a file are read where they lie. */
static nch_status pack(const source *s, const nch_int8_matrix *m, nch_error *error)
{
	for (size_t panel = 0; panel * PANEL < m->rows; panel++) {
		size_t first = panel * PANEL, count = m->rows - first < PANEL ? m->rows - first : PANEL;
		const int8_t *bytes = (const int8_t *)s->weight->data + first * m->columns;
		if (s->weight->type != NCH_I8) {
			NCH_TRY(round_rows(s, first, count, s->rows, m->scale + first, error));
			bytes = s->rows;
		}
		s->kernels->pack(m, bytes, panel);
	}
	return NCH_OK;
}

static nch_status take_matrix(const source *s, nch_int8_weights *made, nch_arena *arena, nch_error *error)
{
	nch_int8_matrix *m = &made->matrix;
	size_t padded = nch_int8_padded_rows(m->rows);
	m->packed = nch_arena_alloc(arena, nch_int8_matrix_bytes(m->rows, m->columns), 1);
	m->scale = nch_arena_alloc(arena, padded, sizeof *m->scale);
	m->sums = nch_arena_alloc(arena, padded, sizeof *m->sums);
	if (m->packed == NULL || m->scale == NULL || m->sums == NULL)
		return nch_no_memory(error);
	for (size_t j = m->rows; j < padded; j++)
		m->scale[j] = 0.0f;
	if (s->weight->type == NCH_I8)
		memcpy(m->scale, s->weight->scales, m->rows * sizeof *m->scale);
	made->scale = m->scale;
	return pack(s, m, error);
}

static nch_status take_table(const source *s, nch_int8_weights *made, nch_arena *arena, nch_error *error)
{
	size_t rows = made->matrix.rows, columns = made->matrix.columns;
	float *scale = nch_arena_alloc(arena, rows, sizeof *scale);
	int8_t *table = s->weight->type == NCH_I8 ? NULL : nch_arena_alloc(arena, rows * columns, 1);
	if (scale == NULL || (table == NULL && s->weight->type != NCH_I8))
		return nch_no_memory(error);
	made->scale = scale;
	made->table = table;
	if (table != NULL)
		return round_rows(s, 0, rows, table, scale, error);
	memcpy(scale, s->weight->scales, rows * sizeof *scale);
	made->table = s->weight->data;
	return NCH_OK;
}

nch_status nch_int8_take(nch_tensor *tensor, const nch_weight *weight, nch_arena *arena, nch_error *error)
{
	source s = {.weight = weight, .kernels = nch_int8_find("auto"), .columns = tensor->columns};
	nch_int8_weights *made = nch_arena_alloc(arena, 1, sizeof *made);
	size_t cells;
	if (made == NULL || !nch_size_mul(PANEL, tensor->columns, &cells))
		return nch_no_memory(error);
	*made = (nch_int8_weights){.matrix = {.rows = tensor->rows, .columns = tensor->columns}};
	s.row = nch_alloc(tensor->columns, sizeof *s.row);
	s.rows = nch_alloc(cells, 1);
	nch_status status = s.row && s.rows ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK)
		status = tensor->bytes != NCH_MATRIX_BYTES ? take_table(&s, made, arena, error) : take_matrix(&s, made, arena, error);
	nch_free(s.row);
	nch_free(s.rows);
	if (status == NCH_OK)
		tensor->int8 = made;
	return status;
}

bool nch_int8_rounds(const nch_tensor *tensor)
{
	return (tensor->bytes == NCH_MATRIX_BYTES || tensor->bytes == NCH_TABLE_BYTES) && tensor->columns <= NCH_INT8_COLUMNS;
}

void nch_int8_bytes(const nch_tensor *tensor, int8_t *out)
{
	const nch_int8_weights *w = tensor->int8;
	const nch_int8_matrix *m = &w->matrix;
	size_t words = (m->columns + 3) / 4;
	if (w->table != NULL) {
		memcpy(out, w->table, m->rows * m->columns);
		return;
	}
	for (size_t j = 0; j < m->rows; j++) {
		const int8_t *panel = m->packed + j / PANEL * 64 * words + j % PANEL * 4;
		for (size_t p = 0; p < m->columns; p++)
			out[j * m->columns + p] = panel[p / 4 * 64 + p % 4];
	}
}

void nch_int8_floats(const nch_tensor *tensor, float *out)
{
	int8_t *bytes = (int8_t *)(void *)out + 3 * tensor->rows * tensor->columns; /* in the last quarter, where each byte is read before a float is
	                                                                               written over it */
	nch_int8_bytes(tensor, bytes);
	for (size_t j = 0; j < tensor->rows; j++)
		for (size_t p = 0; p < tensor->columns; p++, bytes++)
			*out++ = (float)*bytes * tensor->int8->scale[j];
}
