/* row.c - from a text to its row of features. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "kernels/math.h"
#include "ngram/model_private.h"

void nch_ngram_row_free(nch_ngram_row *row)
{
	nch_grams_free(&row->grams);
	nch_buffer_free(&row->pair_gram);
	nch_free(row->column);
	nch_free(row->value);
	*row = (nch_ngram_row){0};
}

const char *nch_ngram_key(nch_buffer *pair_gram, const nch_grams *grams, size_t gram, bool pair, size_t *length)
{
	const char *bytes = grams->bytes.data + grams->gram[gram].begin;
	*length = grams->gram[gram].length;
	if (!pair)
		return bytes;
	nch_buffer_clear(pair_gram);
	nch_buffer_byte(pair_gram, '\t');
	nch_buffer_add(pair_gram, bytes, *length);
	*length += 1;
	return pair_gram->data;
}

nch_status nch_ngram_feature(const nch_ngram *model, nch_gram_table *grow, const char *key, size_t length, size_t *feature, nch_error *error)
{
	if (model->shape.buckets > 0)
		*feature = (size_t)(nch_gram_hash(key, length) % model->shape.buckets);
	else if (grow != NULL)
		return nch_gram_table_add(grow, key, length, feature, error);
	else
		*feature = nch_gram_table_find(&model->table, key, length);
	return NCH_OK;
}

enum { SORT_BITS = 9, SORT_PLACES = 1 << SORT_BITS };

/* Sorts numbers digit by digit, the lowest first, without a comparison (Knuth, "Sorting and Searching", section 5.2.5). `room` is for as many, too. */
static void sort_numbers(uint32_t *number, uint32_t *room, size_t count)
{
	uint32_t *from = number, *to = room, bits = 0;
	for (size_t i = 0; i < count; i++)
		bits |= number[i];
	for (unsigned shift = 0; shift < 32 && bits >> shift > 0; shift += SORT_BITS) {
		size_t place[SORT_PLACES] = {0}, sum = 0;
		for (size_t i = 0; i < count; i++)
			place[from[i] >> shift & (SORT_PLACES - 1)]++;
		for (size_t d = 0; d < SORT_PLACES; d++) {
			size_t here = place[d];
			place[d] = sum;
			sum += here;
		}
		for (size_t i = 0; i < count; i++)
			to[place[from[i] >> shift & (SORT_PLACES - 1)]++] = from[i];
		uint32_t *sorted = to;
		to = from;
		from = sorted;
	}
	if (from != number)
		memcpy(number, from, count * sizeof *number);
}

/* Appends the features of one of the two texts. */
static nch_status add_features(const nch_ngram *model, nch_gram_table *grow, const char *text, size_t length, bool pair, nch_ngram_row *row,
                               nch_error *error)
{
	NCH_TRY(nch_grams_of(text, length, model->shape.widths, &row->grams, error));
	if (row->column == NULL || row->count + row->grams.count > row->column_capacity)
		NCH_TRY(nch_grow(&row->column, &row->column_capacity, row->count + row->grams.count + 1, sizeof *row->column, error));
	const uint32_t widest = model->shape.widths.letters ? NCH_NGRAM_NARROW_LETTERS : NCH_NGRAM_NARROW; /* of the narrow ones */
	for (size_t i = 0; i < row->grams.count; i++) {
		size_t key_length, feature;
		const char *key = nch_ngram_key(&row->pair_gram, &row->grams, i, pair, &key_length);
		NCH_TRY(nch_buffer_check(&row->pair_gram, error));
		NCH_TRY(nch_ngram_feature(model, grow, key, key_length, &feature, error));
		bool unknown = grow == NULL && feature == model->features, narrow = row->grams.gram[i].width <= widest;
		row->all += narrow;
		row->unknown += narrow && unknown;
		if (!unknown)
			row->column[row->count++] = (uint32_t)feature;
	}
	return NCH_OK;
}

nch_status nch_ngram_features(const nch_ngram *model, nch_gram_table *grow, const nch_text *text, nch_ngram_row *row, nch_error *error)
{
	row->count = row->unknown = row->all = 0;
	NCH_TRY(add_features(model, grow, text->text, text->length, false, row, error));
	return text->pair != NULL ? add_features(model, grow, text->pair, text->pair_length, true, row, error) : NCH_OK;
}

nch_status nch_ngram_count(const nch_ngram *model, const nch_text *text, nch_ngram_row *row, nch_error *error)
{
	NCH_TRY(nch_ngram_features(model, NULL, text, row, error));
	if (row->value == NULL || row->count > row->value_capacity)
		NCH_TRY(nch_grow(&row->value, &row->value_capacity, row->count + 1, sizeof *row->value, error));
	sort_numbers(row->column, (void *)row->value, row->count); /* the values' memory holds none yet */
	size_t kept = 0;
	for (size_t i = 0; i < row->count;) {
		size_t end = i;
		while (end < row->count && row->column[end] == row->column[i])
			end++;
		row->column[kept] = row->column[i];
		row->value[kept++] = (float)(end - i);
		i = end;
	}
	row->count = kept;
	return NCH_OK;
}

static double frequency(float count, float idf) { return (count > 1.0f ? 1.0 + nch_log((double)count) : 1.0) * (double)idf; }

void nch_ngram_weigh(const float *idf, const uint32_t *column, float *value, size_t count)
{
	double square = 0.0;
	for (size_t i = 0; i < count; i++) {
		double x = frequency(value[i], idf[column[i]]);
		square += x * x;
	}
	double length = sqrt(square);
	for (size_t i = 0; i < count; i++)
		value[i] = (float)(frequency(value[i], idf[column[i]]) / length);
}
