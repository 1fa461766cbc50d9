/* statistics.c - see statistics.h: counting. */
#include "data/statistics.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "data/duplicates.h"

#define UNKNOWN_STRINGS 20 /* so many of the most frequent ones are told */

/* --- lengths --- */

nch_status nch_lengths_add(nch_lengths *lengths, size_t value, nch_error *error)
{
	if (value >= lengths->size) {
		NCH_TRY(nch_grow(&lengths->times, &lengths->capacity, value + 1, sizeof *lengths->times, error));
		memset(lengths->times + lengths->size, 0, (value + 1 - lengths->size) * sizeof *lengths->times);
		lengths->size = value + 1;
	}
	lengths->times[value]++;
	lengths->count++;
	return NCH_OK;
}

double nch_lengths_percentile(const nch_lengths *lengths, double percent)
{
	if (lengths->count == 0)
		return 0;
	double position = (double)(lengths->count - 1) * percent / 100;
	size_t below = (size_t)floor(position), before = 0, low = 0, high;
	for (; before + lengths->times[low] <= below; low++)
		before += lengths->times[low];
	high = low;
	if (below + 1 < lengths->count && before + lengths->times[low] == below + 1) /* the next row is the first of the next length */
		for (high++; lengths->times[high] == 0; high++)
			;
	return (double)low + ((double)high - (double)low) * (position - (double)below);
}

void nch_lengths_settle(nch_lengths *lengths)
{
	double sum = 0;
	for (size_t value = 0; value < lengths->size; value++)
		sum += (double)lengths->times[value] * (double)value;
	lengths->mean = lengths->count > 0 ? sum / (double)lengths->count : 0;
	lengths->p50 = nch_lengths_percentile(lengths, 50);
	lengths->p85 = nch_lengths_percentile(lengths, 85);
	lengths->p95 = nch_lengths_percentile(lengths, 95);
	lengths->p99 = nch_lengths_percentile(lengths, 99);
	lengths->max = lengths->size > 0 ? lengths->size - 1 : 0;
}

void nch_lengths_free(nch_lengths *lengths)
{
	nch_free(lengths->times);
	*lengths = (nch_lengths){0};
}

/* The code points of valid UTF-8: the bytes that continue none (10xxxxxx), eight at a time. */
static size_t count_characters(const char *text, size_t length)
{
	size_t continuing = 0, i = 0;
	for (; i + 8 <= length; i += 8) {
		uint64_t word;
		memcpy(&word, text + i, 8);
		word = (word >> 7) & ~(word >> 6) & 0x0101010101010101u;
		continuing += (size_t)((word * 0x0101010101010101u) >> 56);
	}
	for (; i < length; i++)
		continuing += ((unsigned char)text[i] & 0xC0) == 0x80;
	return length - continuing;
}

/* --- row by row --- */

/* What is counted row by row. */
struct nch_counter {
	const nch_tokenizer *tokenizer;
	nch_tokenizer_scratch *scratch;
	nch_tokens tokens;
	nch_text_key *keys;          /* one a row */
	size_t key_capacity;
	size_t *label_rows, *label_tokens, *label_unknown; /* by the label's number at reading */
	size_t labels, label_capacity, label_token_capacity, label_unknown_capacity;
	nch_labels strings; /* stretches that became the unknown token */
	size_t *times;
	size_t times_capacity;
	nch_statistics s; /* rows, characters, tokens, max_len */
};

nch_status nch_counter_new(const nch_tokenizer *tokenizer, size_t max_len, nch_counter **counter, nch_error *error)
{
	*counter = nch_alloc(1, sizeof **counter);
	if (*counter == NULL)
		return nch_no_memory(error);
	(*counter)->tokenizer = tokenizer;
	(*counter)->s.max_len = max_len;
	nch_status status = tokenizer ? nch_tokenizer_scratch_new(tokenizer, &(*counter)->scratch, error) : NCH_OK;
	if (status != NCH_OK) {
		nch_counter_free(*counter);
		*counter = NULL;
	}
	return status;
}

void nch_counter_free(nch_counter *c)
{
	if (c == NULL)
		return;
	nch_tokenizer_scratch_free(c->scratch);
	nch_tokens_free(&c->tokens);
	nch_free(c->keys);
	nch_lengths_free(&c->s.characters);
	nch_lengths_free(&c->s.tokens);
	nch_free(c->label_rows);
	nch_free(c->label_tokens);
	nch_free(c->label_unknown);
	nch_labels_free(&c->strings);
	nch_free(c->times);
	nch_free(c);
}

/* Room for all labels that there are by now. */
static nch_status need_labels(nch_counter *c, size_t labels, nch_error *error)
{
	if (labels <= c->labels)
		return NCH_OK;
	NCH_TRY(nch_grow(&c->label_rows, &c->label_capacity, labels, sizeof *c->label_rows, error));
	NCH_TRY(nch_grow(&c->label_tokens, &c->label_token_capacity, labels, sizeof *c->label_tokens, error));
	NCH_TRY(nch_grow(&c->label_unknown, &c->label_unknown_capacity, labels, sizeof *c->label_unknown, error));
	for (; c->labels < labels; c->labels++)
		c->label_rows[c->labels] = c->label_tokens[c->labels] = c->label_unknown[c->labels] = 0;
	return NCH_OK;
}

static nch_status count_string(nch_counter *c, const char *text, size_t length, nch_error *error)
{
	int32_t id;
	size_t before = c->strings.count;
	if (length == 0 || length > 100 || (before >= 50000 && nch_labels_find(&c->strings, text, length) < 0))
		return NCH_OK;
	if (memchr(text, '\0', length) != NULL)
		return NCH_OK;
	NCH_TRY(nch_labels_add(&c->strings, text, length, &id, error));
	NCH_TRY(nch_grow(&c->times, &c->times_capacity, c->strings.count, sizeof *c->times, error));
	if (c->strings.count > before)
		c->times[id] = 0;
	c->times[id]++;
	return NCH_OK;
}

static nch_status count_tokens(nch_counter *c, const nch_dataset *data, size_t row, nch_error *error)
{
	int32_t unknown = nch_tokenizer_specials(c->tokenizer).unk;
	size_t length, pair_length, labels, content = 0, bad = 0;
	nch_layout layout;
	const char *text = nch_dataset_text(data, row, &length);
	const char *pair = nch_dataset_pair(data, row, &pair_length);
	c->tokens.count = 0;
	NCH_TRY(nch_tokenizer_encode_model(c->tokenizer, c->scratch, text, length, pair, pair_length, 0, &c->tokens, &layout, NULL, error));
	NCH_TRY(nch_lengths_add(&c->s.tokens, c->tokens.count, error));
	c->s.rows_cut += c->s.max_len > 0 && c->tokens.count > c->s.max_len;
	for (size_t i = 0; i < c->tokens.count; i++) {
		const nch_token *token = &c->tokens.items[i];
		if (token->begin == token->end)
			continue;
		content++;
		if (token->id != unknown)
			continue;
		bad++;
		const char *source = layout.second > 0 && i >= layout.second ? pair : text;
		NCH_TRY(count_string(c, source + token->begin, token->end - token->begin, error));
	}
	c->s.content_tokens += content;
	c->s.unknown_tokens += bad;
	c->s.rows_with_unknown += bad > 0;
	const int32_t *classes = nch_dataset_classes(data, row, &labels);
	for (size_t k = 0; k < labels; k++) {
		c->label_tokens[classes[k]] += content;
		c->label_unknown[classes[k]] += bad;
	}
	return NCH_OK;
}

nch_status nch_counter_row(nch_counter *c, const nch_dataset *data, size_t row, nch_error *error)
{
	size_t length, pair_length, labels;
	const char *text = nch_dataset_text(data, row, &length);
	const char *pair = nch_dataset_pair(data, row, &pair_length);
	const int32_t *classes = nch_dataset_classes(data, row, &labels);
	NCH_TRY(need_labels(c, data->labels.count, error));
	NCH_TRY(nch_grow(&c->keys, &c->key_capacity, c->s.rows + 1, sizeof *c->keys, error));
	c->keys[c->s.rows] = nch_text_key_of(data, row);
	NCH_TRY(nch_lengths_add(&c->s.characters, count_characters(text, length) + (pair != NULL ? count_characters(pair, pair_length) : 0), error));
	for (size_t k = 0; k < labels; k++)
		c->label_rows[classes[k]]++;
	if (c->tokenizer != NULL)
		NCH_TRY(count_tokens(c, data, row, error));
	c->s.rows++;
	return NCH_OK;
}

/* Takes the most frequent strings out of the count, ties by which came first. */
static nch_status rank_strings(nch_counter *c, nch_statistics *s, nch_error *error)
{
	s->unknown_strings = nch_alloc(UNKNOWN_STRINGS, sizeof *s->unknown_strings);
	s->unknown_counts = nch_alloc(UNKNOWN_STRINGS, sizeof *s->unknown_counts);
	if (s->unknown_strings == NULL || s->unknown_counts == NULL)
		return nch_no_memory(error);
	while (s->unknown_string_count < UNKNOWN_STRINGS && s->unknown_string_count < c->strings.count) {
		size_t best = 0;
		for (size_t i = 1; i < c->strings.count; i++)
			if (c->times[i] > c->times[best])
				best = i;
		char *name = nch_copy_text(c->strings.names[best], strlen(c->strings.names[best]));
		if (name == NULL)
			return nch_no_memory(error);
		s->unknown_strings[s->unknown_string_count] = name;
		s->unknown_counts[s->unknown_string_count++] = c->times[best];
		c->times[best] = 0;
	}
	return NCH_OK;
}

/* counts[number at reading] as counts[number]. */
static nch_status renumber(const nch_dataset *data, const size_t *counts, size_t labels, size_t **result, nch_error *error)
{
	*result = nch_alloc(data->labels.count, sizeof **result);
	if (*result == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < labels; i++)
		(*result)[data->renumbered != NULL ? (size_t)data->renumbered[i] : i] += counts[i];
	return NCH_OK;
}

static nch_status count_duplicates(const nch_counter *c, const nch_dataset *test, nch_statistics *s, nch_error *error)
{
	nch_duplicates found;
	nch_text_key *keys = test != NULL ? nch_alloc(test->rows, sizeof *keys) : NULL;
	if (test != NULL && keys == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; test != NULL && i < test->rows; i++)
		keys[i] = nch_text_key_of(test, i);
	nch_status status = nch_duplicates_count(c->keys, c->s.rows, keys, test != NULL ? test->rows : 0, &found, error);
	nch_free(keys);
	if (status != NCH_OK)
		return status;
	s->duplicates = found.duplicates;
	s->contradictions = found.contradictions;
	s->contradicting_rows = found.contradicting_rows;
	s->shared_texts = found.shared_texts;
	s->shared_test_rows = found.shared_test_rows;
	return NCH_OK;
}

static nch_status finish(nch_counter *c, const nch_dataset *data, const nch_dataset *test, nch_statistics *s, nch_error *error)
{
	nch_lengths_settle(&c->s.characters);
	nch_lengths_settle(&c->s.tokens);
	*s = c->s;
	c->s.characters = c->s.tokens = (nch_lengths){0}; /* these are the statistics' own from here on */
	s->bad_rows = data->bad_rows;
	s->labels = data->labels.count;
	s->has_test = test != NULL;
	s->test_rows = test != NULL ? test->rows : 0;
	NCH_TRY(need_labels(c, data->labels.count, error));
	NCH_TRY(renumber(data, c->label_rows, c->labels, &s->label_rows, error));
	NCH_TRY(count_duplicates(c, test, s, error));
	if (c->tokenizer == NULL)
		return NCH_OK;
	NCH_TRY(renumber(data, c->label_tokens, c->labels, &s->label_tokens, error));
	NCH_TRY(renumber(data, c->label_unknown, c->labels, &s->label_unknown, error));
	NCH_TRY(rank_strings(c, s, error));
	s->has_tokens = true;
	return NCH_OK;
}

nch_status nch_counter_finish(nch_counter *counter, const nch_dataset *data, const nch_dataset *test, nch_statistics *statistics,
                              nch_error *error)
{
	nch_status status = finish(counter, data, test, statistics, error);
	if (status != NCH_OK)
		nch_statistics_free(statistics);
	return status;
}

nch_status nch_statistics_compute(const nch_dataset *data, const nch_dataset *test, const nch_tokenizer *tokenizer,
                                  size_t max_len, nch_statistics *statistics, nch_error *error)
{
	nch_counter *counter;
	nch_dataset settled = *data; /* its rows have their labels' numbers already */
	settled.renumbered = NULL;
	*statistics = (nch_statistics){0};
	NCH_TRY(nch_counter_new(tokenizer, max_len, &counter, error));
	nch_status status = NCH_OK;
	for (size_t i = 0; i < data->rows && status == NCH_OK; i++)
		status = nch_counter_row(counter, &settled, i, error);
	if (status == NCH_OK)
		status = nch_counter_finish(counter, &settled, test, statistics, error);
	nch_counter_free(counter);
	return status;
}

void nch_statistics_free(nch_statistics *statistics)
{
	nch_free(statistics->label_rows);
	nch_free(statistics->label_tokens);
	nch_free(statistics->label_unknown);
	nch_lengths_free(&statistics->characters);
	nch_lengths_free(&statistics->tokens);
	for (size_t i = 0; i < statistics->unknown_string_count; i++)
		nch_free(statistics->unknown_strings[i]);
	nch_free(statistics->unknown_strings);
	nch_free(statistics->unknown_counts);
	*statistics = (nch_statistics){0};
}
