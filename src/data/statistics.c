#include "data/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

#define UNKNOWN_STRINGS 20 /* so many of the most frequent ones are told */

/* --- lengths --- */

static int compare_sizes(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	return (x > y) - (x < y);
}

double nch_lengths_percentile(const nch_lengths *lengths, double percent)
{
	if (lengths->count == 0)
		return 0;
	double position = (double)(lengths->count - 1) * percent / 100;
	size_t below = (size_t)floor(position);
	size_t above = below + 1 < lengths->count ? below + 1 : below;
	double low = (double)lengths->sorted[below], high = (double)lengths->sorted[above];
	return low + (high - low) * (position - (double)below);
}

/* Lengths are small numbers: they are sorted by counting them, unless one is not small. */
static void sort_lengths(size_t *values, size_t count)
{
	size_t largest = 0, at = 0;
	for (size_t i = 0; i < count; i++)
		largest = values[i] > largest ? values[i] : largest;
	size_t *times = largest < 1000000 ? nch_alloc(largest + 1, sizeof *times) : NULL;
	if (times == NULL) {
		qsort(values, count, sizeof *values, compare_sizes);
		return;
	}
	for (size_t i = 0; i < count; i++)
		times[values[i]]++;
	for (size_t value = 0; value <= largest; value++)
		for (size_t n = times[value]; n > 0; n--)
			values[at++] = value;
	nch_free(times);
}

void nch_lengths_from(size_t *values, size_t count, nch_lengths *lengths)
{
	sort_lengths(values, count);
	*lengths = (nch_lengths){ .sorted = values, .count = count };
	double sum = 0;
	for (size_t i = 0; i < count; i++)
		sum += (double)values[i];
	lengths->mean = count > 0 ? sum / (double)count : 0;
	lengths->p50 = nch_lengths_percentile(lengths, 50);
	lengths->p85 = nch_lengths_percentile(lengths, 85);
	lengths->p95 = nch_lengths_percentile(lengths, 95);
	lengths->p99 = nch_lengths_percentile(lengths, 99);
	lengths->max = count > 0 ? values[count - 1] : 0;
}

void nch_lengths_free(nch_lengths *lengths)
{
	nch_free(lengths->sorted);
	*lengths = (nch_lengths){ 0 };
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

static nch_status measure_characters(const nch_dataset *data, nch_statistics *s, nch_error *error)
{
	size_t *values = nch_alloc(data->rows, sizeof *values);
	if (values == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < data->rows; i++) {
		size_t length, pair_length;
		const char *text = nch_dataset_text(data, i, &length);
		const char *pair = nch_dataset_pair(data, i, &pair_length);
		values[i] = count_characters(text, length) + (pair != NULL ? count_characters(pair, pair_length) : 0);
	}
	nch_lengths_from(values, data->rows, &s->characters);
	return NCH_OK;
}

/* --- texts that stand more than once --- */

/* A distinct text, known by the first row that has it. */
typedef struct text_entry {
	uint64_t labels; /* signature of the first row's labels */
	uint32_t row;
	uint32_t rows : 30, contradicting : 1, in_test : 1;
} text_entry;

/* A slot holds the index of an entry + 1 (0: empty) in its lower half, and the upper half of the entry's hash, so that
 * passing by a slot needs no look at the entry. */
typedef struct text_table {
	text_entry *entries;
	size_t count;
	uint64_t *slots;
	size_t mask;
} text_table;

#define UPPER 0xFFFFFFFF00000000u
#define MOST_ROWS ((size_t)1 << 30) /* what the bits of an entry can count */

/* Murmur3's finalizer: every bit of the input reaches every bit of the output. */
static uint64_t mix(uint64_t h)
{
	h ^= h >> 33;
	h *= 0xFF51AFD7ED558CCDu;
	h ^= h >> 33;
	h *= 0xC4CEB9FE1A85EC53u;
	return h ^ (h >> 33);
}

static uint64_t hash_bytes(const char *bytes, size_t length, uint64_t h)
{
	h ^= length * 0x9E3779B97F4A7C15u;
	while (length >= 8) {
		uint64_t word;
		memcpy(&word, bytes, 8);
		h = mix(h ^ word);
		bytes += 8;
		length -= 8;
	}
	uint64_t rest = 0;
	memcpy(&rest, bytes, length);
	return mix(h ^ rest);
}

/* Text and pair of a row stand one after the other, each with its NUL. */
static const char *row_bytes(const nch_dataset *data, size_t row, size_t *length)
{
	*length = (size_t)data->row[row].text_length + 1 + data->row[row].pair_length;
	return data->bytes + data->row[row].offset;
}

/* The same for the same set of labels in any order. */
static uint64_t label_signature(const nch_dataset *data, size_t row)
{
	size_t count;
	const int32_t *classes = nch_dataset_classes(data, row, &count);
	uint64_t sum = 0;
	for (size_t i = 0; i < count; i++)
		sum += mix((uint64_t)classes[i] + 1);
	return sum;
}

static uint64_t hash_row(const nch_dataset *data, size_t row)
{
	size_t length;
	const char *bytes = row_bytes(data, row, &length);
	return hash_bytes(bytes, length, 0);
}

static text_entry *entry_at(const text_table *table, size_t slot)
{
	return &table->entries[(uint32_t)table->slots[slot] - 1];
}

/* The slot of the text of data's row, which may be another data set than the one the entries' rows are of. */
static size_t find_text(const text_table *table, const nch_dataset *entries_of, const nch_dataset *data, size_t row,
                        uint64_t hash)
{
	size_t length, other_length, slot = (size_t)hash & table->mask;
	const char *bytes = row_bytes(data, row, &length);
	for (; table->slots[slot] != 0; slot = (slot + 1) & table->mask) {
		if (((table->slots[slot] ^ hash) & UPPER) != 0)
			continue;
		const char *other = row_bytes(entries_of, entry_at(table, slot)->row, &other_length);
		if (other_length == length && memcmp(other, bytes, length) == 0)
			break;
	}
	return slot;
}

static void add_text(text_table *table, const nch_dataset *data, size_t row, uint64_t hash, nch_statistics *s)
{
	uint64_t labels = label_signature(data, row);
	size_t slot = find_text(table, data, data, row, hash);
	if (table->slots[slot] == 0) {
		table->entries[table->count] = (text_entry){ .labels = labels, .row = (uint32_t)row, .rows = 1 };
		table->slots[slot] = (hash & UPPER) | ++table->count;
		return;
	}
	text_entry *entry = entry_at(table, slot);
	entry->rows++;
	if (entry->labels != labels)
		entry->contradicting = 1;
	s->duplicates++;
}

/* All texts, in groups: first the hashes of a group, while its slots are on their way from memory, then the entries. */
static void add_texts(text_table *table, const nch_dataset *data, nch_statistics *s)
{
	uint64_t hashes[16];
	for (size_t first = 0; first < data->rows; first += 16) {
		size_t count = data->rows - first < 16 ? data->rows - first : 16;
		for (size_t i = 0; i < count; i++) {
			hashes[i] = hash_row(data, first + i);
			__builtin_prefetch(&table->slots[hashes[i] & table->mask]);
		}
		for (size_t i = 0; i < count; i++)
			add_text(table, data, first + i, hashes[i], s);
	}
}

static void count_shared(text_table *table, const nch_dataset *data, const nch_dataset *test, nch_statistics *s)
{
	for (size_t i = 0; i < test->rows; i++) {
		size_t slot = find_text(table, data, test, i, hash_row(test, i));
		if (table->slots[slot] == 0)
			continue;
		text_entry *entry = entry_at(table, slot);
		s->shared_test_rows++;
		s->shared_texts += !entry->in_test;
		entry->in_test = 1;
	}
}

static nch_status find_duplicates(const nch_dataset *data, const nch_dataset *test, nch_statistics *s, nch_error *error)
{
	if (data->rows >= MOST_ROWS)
		return nch_fail(error, NCH_DATA, "%zu rows are too many to look for duplicates", data->rows);
	text_table table = { .mask = 63 };
	while (table.mask < data->rows + data->rows / 2)
		table.mask = table.mask * 2 + 1;
	table.entries = nch_alloc_untouched(data->rows, sizeof *table.entries);
	table.slots = nch_alloc_aligned(table.mask + 1, sizeof *table.slots);
	if (table.entries == NULL || table.slots == NULL) {
		nch_free(table.entries);
		nch_free(table.slots);
		return nch_no_memory(error);
	}
	add_texts(&table, data, s);
	if (test != NULL)
		count_shared(&table, data, test, s);
	for (size_t i = 0; i < table.count; i++) {
		s->contradictions += table.entries[i].contradicting;
		s->contradicting_rows += table.entries[i].contradicting ? table.entries[i].rows : 0;
	}
	nch_free(table.entries);
	nch_free(table.slots);
	return NCH_OK;
}

/* --- tokens --- */

/* What is counted while the texts are being tokenized. */
typedef struct token_count {
	nch_tokens tokens;
	nch_labels strings; /* stretches that became the unknown token */
	size_t *times;
	size_t times_capacity;
} token_count;

static nch_status count_string(token_count *c, const char *text, size_t length, nch_error *error)
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

static nch_status count_row(token_count *c, const nch_dataset *data, size_t row, int32_t unknown, size_t first_length,
                            nch_statistics *s, nch_error *error)
{
	size_t length, pair_length, labels, content = 0, bad = 0;
	const char *text = nch_dataset_text(data, row, &length);
	const char *pair = nch_dataset_pair(data, row, &pair_length);
	for (size_t i = 0; i < c->tokens.count; i++) {
		const nch_token *token = &c->tokens.items[i];
		if (token->begin == token->end)
			continue;
		content++;
		if (token->id != unknown)
			continue;
		bad++;
		const char *source = i >= first_length && pair != NULL ? pair : text;
		NCH_TRY(count_string(c, source + token->begin, token->end - token->begin, error));
	}
	s->content_tokens += content;
	s->unknown_tokens += bad;
	s->rows_with_unknown += bad > 0;
	const int32_t *classes = nch_dataset_classes(data, row, &labels);
	for (size_t k = 0; k < labels; k++) {
		s->label_tokens[classes[k]] += content;
		s->label_unknown[classes[k]] += bad;
	}
	return NCH_OK;
}

/* Takes the most frequent strings out of the count, ties by which came first. */
static nch_status rank_strings(token_count *c, nch_statistics *s, nch_error *error)
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

static nch_status tokenize_all(token_count *c, const nch_dataset *data, const nch_tokenizer *tokenizer,
                               nch_tokenizer_scratch *scratch, size_t *values, nch_statistics *s, nch_error *error)
{
	int32_t unknown = nch_tokenizer_specials(tokenizer).unk;
	for (size_t i = 0; i < data->rows; i++) {
		size_t length, pair_length, first_length;
		const char *text = nch_dataset_text(data, i, &length);
		const char *pair = nch_dataset_pair(data, i, &pair_length);
		c->tokens.count = 0;
		NCH_TRY(nch_tokenizer_encode_model(tokenizer, scratch, text, length, pair, pair_length, 0, &c->tokens,
		                                   &first_length, NULL, error));
		values[i] = c->tokens.count;
		s->rows_cut += s->max_len > 0 && c->tokens.count > s->max_len;
		NCH_TRY(count_row(c, data, i, unknown, first_length, s, error));
	}
	return rank_strings(c, s, error);
}

static nch_status measure_tokens(const nch_dataset *data, const nch_tokenizer *tokenizer, nch_statistics *s,
                                 nch_error *error)
{
	token_count c = { 0 };
	nch_tokenizer_scratch *scratch = NULL;
	size_t *values = nch_alloc(data->rows, sizeof *values);
	s->label_tokens = nch_alloc(data->labels.count, sizeof *s->label_tokens);
	s->label_unknown = nch_alloc(data->labels.count, sizeof *s->label_unknown);
	nch_status status = NCH_OK;
	if (values == NULL || s->label_tokens == NULL || s->label_unknown == NULL)
		status = nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_tokenizer_scratch_new(tokenizer, &scratch, error);
	if (status == NCH_OK)
		status = tokenize_all(&c, data, tokenizer, scratch, values, s, error);
	if (status == NCH_OK) {
		s->has_tokens = true;
		nch_lengths_from(values, data->rows, &s->tokens);
	} else {
		nch_free(values);
	}
	nch_tokenizer_scratch_free(scratch);
	nch_tokens_free(&c.tokens);
	nch_labels_free(&c.strings);
	nch_free(c.times);
	return status;
}

/* --- all of it --- */

static nch_status compute(const nch_dataset *data, const nch_dataset *test, const nch_tokenizer *tokenizer,
                          nch_statistics *s, nch_error *error)
{
	s->label_rows = nch_alloc(s->labels, sizeof *s->label_rows);
	if (s->label_rows == NULL)
		return nch_no_memory(error);
	nch_dataset_label_counts(data, s->label_rows);
	NCH_TRY(measure_characters(data, s, error));
	NCH_TRY(find_duplicates(data, test, s, error));
	return tokenizer != NULL ? measure_tokens(data, tokenizer, s, error) : NCH_OK;
}

nch_status nch_statistics_compute(const nch_dataset *data, const nch_dataset *test, const nch_tokenizer *tokenizer,
                                  size_t max_len, nch_statistics *statistics, nch_error *error)
{
	*statistics = (nch_statistics){
		.rows = data->rows,
		.bad_rows = data->bad_rows,
		.labels = data->labels.count,
		.max_len = max_len,
		.has_test = test != NULL,
		.test_rows = test != NULL ? test->rows : 0,
	};
	nch_status status = compute(data, test, tokenizer, statistics, error);
	if (status != NCH_OK)
		nch_statistics_free(statistics);
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
	*statistics = (nch_statistics){ 0 };
}
