/* alike.c - kinds of features, by partition refinement (Hopcroft 1971; Paige & Tarjan 1987): each row parts the kinds of which it has some members
 * and not others. Who is together in the end has met the same rows. */
#include "ngram/alike.h"

#include <math.h>

#include "base/memory.h"

typedef struct sorting {
	const nch_sparse *x;
	uint32_t *kind;    /* (features) */
	uint32_t *size;    /* (kinds): members. Room for as many kinds as features: none is ever empty */
	uint32_t *here;    /* (kinds): members that the row at hand has; 0 between rows */
	uint32_t *becomes; /* (kinds): what those become */
	uint32_t *touched; /* (longest row): kinds of which the row has members */
	uint32_t kinds;
} sorting;

void nch_alike_free(nch_alike *alike)
{
	nch_free(alike->kind);
	nch_free(alike->members);
	*alike = (nch_alike){0};
}

/* Whoever stands more than once in a row is a kind of its own. */
static void set_apart(sorting *s)
{
	for (size_t f = 0; f < s->x->columns; f++)
		s->kind[f] = NCH_ALIKE_NONE;
	for (size_t i = 0; i < s->x->starts[s->x->rows]; i++) {
		uint32_t *kind = &s->kind[s->x->column[i]];
		if (s->x->value[i] > 1.0f && *kind == NCH_ALIKE_NONE)
			s->size[*kind = s->kinds++] = 1;
	}
}

/* A row parts the kinds that it has not wholly; the features that no row had before are a kind together. */
static void part_kinds(sorting *s, const uint32_t *column, size_t n)
{
	size_t touched = 0;
	uint32_t fresh = NCH_ALIKE_NONE;
	for (size_t i = 0; i < n; i++) {
		uint32_t kind = s->kind[column[i]];
		if (kind != NCH_ALIKE_NONE && s->here[kind]++ == 0)
			s->touched[touched++] = kind;
	}
	for (size_t t = 0; t < touched; t++) {
		uint32_t kind = s->touched[t], here = s->here[kind];
		s->becomes[kind] = here == s->size[kind] ? kind : s->kinds++;
		s->size[kind] -= here;
		s->size[s->becomes[kind]] += here;
		s->here[kind] = 0;
	}
	for (size_t i = 0; i < n; i++) {
		uint32_t *kind = &s->kind[column[i]];
		if (*kind != NCH_ALIKE_NONE) {
			*kind = s->becomes[*kind];
			continue;
		}
		fresh = fresh == NCH_ALIKE_NONE ? s->kinds++ : fresh;
		s->size[fresh]++;
		*kind = fresh;
	}
}

/* place[kind]: its number when they are ordered by falling numbers of rows and then as they are met. A counting sort. */
static nch_status order_kinds(const sorting *s, uint32_t *place, nch_error *error)
{
	const nch_sparse *x = s->x;
	size_t *begin = nch_alloc(x->rows + 2, sizeof *begin);
	uint32_t *rows = nch_alloc(s->kinds, sizeof *rows);
	if (begin == NULL || rows == NULL) {
		nch_free(begin);
		nch_free(rows);
		return nch_no_memory(error);
	}
	for (size_t i = 0; i < x->starts[x->rows]; i++)
		rows[s->kind[x->column[i]]]++; /* the rows of a kind, times its members */
	for (size_t k = 0; k < s->kinds; k++) {
		rows[k] /= s->size[k];
		place[k] = NCH_ALIKE_NONE;
		begin[x->rows - rows[k] + 1]++;
	}
	for (size_t n = 0; n < x->rows; n++)
		begin[n + 1] += begin[n];
	for (size_t i = 0; i < x->starts[x->rows]; i++) {
		uint32_t kind = s->kind[x->column[i]];
		if (place[kind] == NCH_ALIKE_NONE)
			place[kind] = (uint32_t)begin[x->rows - rows[kind]]++;
	}
	nch_free(begin);
	nch_free(rows);
	return NCH_OK;
}

static nch_status make_room(sorting *s, nch_error *error)
{
	size_t longest = 0;
	for (size_t row = 0; row < s->x->rows; row++)
		longest = s->x->starts[row + 1] - s->x->starts[row] > longest ? s->x->starts[row + 1] - s->x->starts[row] : longest;
	uint32_t **const of_features[] = {&s->kind, &s->size, &s->here, &s->becomes};
	for (size_t i = 0; i < sizeof of_features / sizeof *of_features; i++)
		if ((*of_features[i] = nch_alloc(s->x->columns, sizeof **of_features[i])) == NULL)
			return nch_no_memory(error);
	s->touched = nch_alloc(longest, sizeof *s->touched);
	return s->touched != NULL ? NCH_OK : nch_no_memory(error);
}

static nch_status find(sorting *s, nch_alike *alike, nch_error *error)
{
	NCH_TRY(make_room(s, error));
	set_apart(s);
	for (size_t row = 0; row < s->x->rows; row++)
		part_kinds(s, s->x->column + s->x->starts[row], s->x->starts[row + 1] - s->x->starts[row]);
	uint32_t *place = s->becomes;
	NCH_TRY(order_kinds(s, place, error));
	if ((alike->members = nch_alloc(s->kinds, sizeof *alike->members)) == NULL)
		return nch_no_memory(error);
	for (size_t f = 0; f < s->x->columns; f++)
		if (s->kind[f] != NCH_ALIKE_NONE)
			alike->members[s->kind[f] = place[s->kind[f]]]++;
	alike->features = s->x->columns;
	alike->kinds = s->kinds;
	alike->kind = s->kind;
	s->kind = NULL;
	return NCH_OK;
}

nch_status nch_alike_find(const nch_sparse *counts, nch_alike *alike, nch_error *error)
{
	sorting s = {.x = counts};
	nch_status status = find(&s, alike, error);
	nch_free(s.kind);
	nch_free(s.size);
	nch_free(s.here);
	nch_free(s.becomes);
	nch_free(s.touched);
	if (status != NCH_OK)
		nch_alike_free(alike);
	return status;
}

static nch_status merge(const nch_sparse *x, const nch_alike *alike, uint32_t *last, double *root, nch_sparse *merged, nch_error *error)
{
	for (size_t k = 0; k < alike->kinds; k++)
		root[k] = sqrt((double)alike->members[k]);
	merged->columns = alike->kinds;
	for (size_t row = 0; row < x->rows; row++) {
		size_t n = 0;
		NCH_TRY(nch_sparse_begin_row(merged, x->starts[row + 1] - x->starts[row], error));
		uint32_t *column = merged->column + merged->starts[row];
		float *value = merged->value + merged->starts[row];
		for (size_t i = x->starts[row]; i < x->starts[row + 1]; i++) {
			uint32_t kind = alike->kind[x->column[i]];
			if (last[kind] == (uint32_t)row + 1)
				continue;
			last[kind] = (uint32_t)row + 1;
			column[n] = kind;
			value[n++] = (float)((double)x->value[i] * root[kind]);
		}
		nch_sparse_end_row(merged, n);
	}
	return NCH_OK;
}

nch_status nch_alike_merge(const nch_sparse *x, const nch_alike *alike, nch_sparse *merged, nch_error *error)
{
	uint32_t *last = nch_alloc(alike->kinds, sizeof *last); /* the last row that has a cell of the kind, + 1 */
	double *root = nch_alloc(alike->kinds, sizeof *root);
	nch_status status = last != NULL && root != NULL ? merge(x, alike, last, root, merged, error) : nch_no_memory(error);
	nch_free(last);
	nch_free(root);
	if (status != NCH_OK)
		nch_sparse_free(merged);
	return status;
}
