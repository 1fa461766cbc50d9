/* duplicates.c - a hash table over the fingerprints of texts. */
#include "data/duplicates.h"

#include <string.h>

#include "base/memory.h"

/* A slot of the table: 0, or the upper half of a text's hash (so that passing by needs no look at the key), two flags, and the number + 1 of the
 * first row that has the text. */
#define UPPER 0xFFFFFFFF00000000u
#define IN_TEST 0x80000000u
#define CONTRADICTING 0x40000000u
#define ROW 0x3FFFFFFFu

#define MOST_ROWS ((size_t)ROW)
#define GROUP 16 /* slots that are on their way from memory at a time */

/* --- fingerprints --- */

/* Murmur3's finalizer: every bit of the input reaches every bit of the output. */
static uint64_t mix(uint64_t h)
{
	h ^= h >> 33;
	h *= 0xFF51AFD7ED558CCDu;
	h ^= h >> 33;
	h *= 0xC4CEB9FE1A85EC53u;
	return h ^ (h >> 33);
}

/* Two hashes at once, since a multiplication's result is long in coming: one takes a word in by exclusive or, the other by addition. */
static void hash_bytes(const char *bytes, size_t length, nch_text_key *key)
{
	uint64_t a = length * 0x9E3779B97F4A7C15u, b = ~length;
	for (; length > 0; bytes += 8, length -= length < 8 ? length : 8) {
		uint64_t word = 0;
		if (length >= 8)
			memcpy(&word, bytes, 8);
		else
			memcpy(&word, bytes, length);
		a = (a ^ word) * 0xFF51AFD7ED558CCDu;
		b = (b + word) * 0xC4CEB9FE1A85EC53u;
		a ^= a >> 32;
		b ^= b >> 29;
	}
	key->high = mix(a);
	key->low = (uint32_t)mix(b ^ key->high);
}

nch_text_key nch_text_key_of(const nch_dataset *dataset, size_t row)
{
	const nch_dataset_row *r = &dataset->row[row];
	nch_text_key key = {0};
	uint64_t labels = 0;
	size_t count;
	const int32_t *classes = nch_dataset_classes(dataset, row, &count);
	hash_bytes(dataset->bytes + r->offset, (size_t)r->text_length + 1 + r->pair_length, &key); /* they stand one after the other, each with its
	                                                                                              NUL */
	for (size_t i = 0; i < count; i++)
		labels += mix((uint64_t)classes[i] + 1);
	key.labels = (uint32_t)(labels >> 32);
	return key;
}

/* --- the table --- */

typedef struct text_table {
	const nch_text_key *keys; /* of the rows */
	uint64_t *slots;
	size_t mask;
	uint32_t *repeated; /* rows whose text stood before */
	size_t repeated_count, repeated_capacity;
} text_table;

/* The slot of a text, or the empty one where it belongs. */
static size_t find_text(const text_table *table, const nch_text_key *key)
{
	size_t slot = (size_t)key->low & table->mask;
	for (; table->slots[slot] != 0; slot = (slot + 1) & table->mask) {
		if (((table->slots[slot] ^ key->high) & UPPER) != 0)
			continue;
		const nch_text_key *other = &table->keys[(table->slots[slot] & ROW) - 1];
		if (other->high == key->high && other->low == key->low)
			break;
	}
	return slot;
}

static nch_status add_text(text_table *table, size_t row, nch_duplicates *found, nch_error *error)
{
	const nch_text_key *key = &table->keys[row];
	uint64_t *slot = &table->slots[find_text(table, key)];
	if (*slot == 0) {
		*slot = (key->high & UPPER) | (row + 1);
		return NCH_OK;
	}
	if (table->keys[(*slot & ROW) - 1].labels != key->labels && !(*slot & CONTRADICTING)) {
		*slot |= CONTRADICTING;
		found->contradictions++;
	}
	found->duplicates++;
	NCH_TRY(nch_grow(&table->repeated, &table->repeated_capacity, table->repeated_count + 1, sizeof *table->repeated, error));
	table->repeated[table->repeated_count++] = (uint32_t)row;
	return NCH_OK;
}

static nch_status add_texts(text_table *table, size_t rows, nch_duplicates *found, nch_error *error)
{
	for (size_t first = 0; first < rows; first += GROUP) {
		size_t end = rows - first < GROUP ? rows : first + GROUP;
		for (size_t row = first; row < end; row++)
			__builtin_prefetch(&table->slots[table->keys[row].low & table->mask]);
		for (size_t row = first; row < end; row++)
			NCH_TRY(add_text(table, row, found, error));
	}
	return NCH_OK;
}

/* The rows of contradicting texts: the first one of each, and those that repeat it. */
static void count_contradicting_rows(const text_table *table, nch_duplicates *found)
{
	found->contradicting_rows = found->contradictions;
	for (size_t i = 0; found->contradictions > 0 && i < table->repeated_count; i++)
		found->contradicting_rows += (table->slots[find_text(table, &table->keys[table->repeated[i]])] & CONTRADICTING) != 0;
}

static void count_shared(text_table *table, const nch_text_key *test, size_t rows, nch_duplicates *found)
{
	for (size_t i = 0; i < rows; i++) {
		uint64_t *slot = &table->slots[find_text(table, &test[i])];
		if (*slot == 0)
			continue;
		found->shared_test_rows++;
		found->shared_texts += !(*slot & IN_TEST);
		*slot |= IN_TEST;
	}
}

/* An empty table for so many rows, with every text of them in it afterwards. */
static nch_status fill_table(text_table *table, const nch_text_key *keys, size_t rows, nch_duplicates *found, nch_error *error)
{
	*table = (text_table){ .keys = keys, .mask = 63 };
	if (rows >= MOST_ROWS)
		return nch_fail(error, NCH_DATA, "%zu rows are too many to look for duplicates", rows);
	while (table->mask < rows + rows / 2)
		table->mask = table->mask * 2 + 1;
	table->slots = nch_alloc_aligned(table->mask + 1, sizeof *table->slots);
	return table->slots ? add_texts(table, rows, found, error) : nch_no_memory(error);
}

static void free_table(text_table *table)
{
	nch_free(table->slots);
	nch_free(table->repeated);
}

nch_status nch_duplicates_count(const nch_text_key *keys, size_t rows, const nch_text_key *test, size_t test_rows, nch_duplicates *found,
                                nch_error *error)
{
	*found = (nch_duplicates){0};
	text_table table;
	nch_status status = fill_table(&table, keys, rows, found, error);
	if (status == NCH_OK) {
		count_contradicting_rows(&table, found);
		if (test != NULL)
			count_shared(&table, test, test_rows, found);
	}
	free_table(&table);
	return status;
}

nch_status nch_duplicates_mark(const nch_dataset *dataset, bool *repeated, nch_error *error)
{
	nch_duplicates found = {0};
	text_table table = {0};
	nch_text_key *keys = nch_alloc(dataset->rows > 0 ? dataset->rows : 1, sizeof *keys);
	for (size_t i = 0; keys != NULL && i < dataset->rows; i++)
		keys[i] = nch_text_key_of(dataset, i);
	nch_status status = keys ? fill_table(&table, keys, dataset->rows, &found, error) : nch_no_memory(error);
	if (status == NCH_OK) {
		memset(repeated, 0, dataset->rows * sizeof *repeated);
		for (size_t i = 0; i < table.repeated_count; i++)
			repeated[table.repeated[i]] = true;
	}
	free_table(&table);
	nch_free(keys);
	return status;
}
