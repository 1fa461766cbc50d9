/* duplicates.c - a hash table over the fingerprints of texts. */
#include "data/duplicates.h"

#include <string.h>

#include "base/memory.h"

#define MOST_ROWS ((size_t)1 << 30) /* what the bits of an entry can count */
#define UPPER 0xFFFFFFFF00000000u
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
	key->low = mix(b ^ key->high);
}

nch_text_key nch_text_key_of(const nch_dataset *dataset, size_t row)
{
	const nch_dataset_row *r = &dataset->row[row];
	nch_text_key key = { 0 };
	size_t count;
	const int32_t *classes = nch_dataset_classes(dataset, row, &count);
	hash_bytes(dataset->bytes + r->offset, (size_t)r->text_length + 1 + r->pair_length, &key); /* they stand one after the other, each with its NUL */
	for (size_t i = 0; i < count; i++)
		key.labels += mix((uint64_t)classes[i] + 1);
	return key;
}

/* --- the table --- */

/* A distinct text, known by the first row that has it. */
typedef struct text_entry {
	uint32_t row;
	uint32_t rows : 30, contradicting : 1, in_test : 1;
} text_entry;

/* A slot holds the index of an entry + 1 (0: empty) in its lower half, and the upper half of the entry's hash, so that
 * passing by a slot needs no look at the entry. */
typedef struct text_table {
	const nch_text_key *keys; /* of the rows */
	text_entry *entries;
	size_t count;
	uint64_t *slots;
	size_t mask;
} text_table;

/* The slot of a text, or the empty one where it belongs. */
static size_t find_text(const text_table *table, const nch_text_key *key)
{
	size_t slot = (size_t)key->low & table->mask;
	for (; table->slots[slot] != 0; slot = (slot + 1) & table->mask) {
		if (((table->slots[slot] ^ key->high) & UPPER) != 0)
			continue;
		const nch_text_key *other = &table->keys[table->entries[(uint32_t)table->slots[slot] - 1].row];
		if (other->high == key->high && other->low == key->low)
			break;
	}
	return slot;
}

static void add_text(text_table *table, size_t row, nch_duplicates *found)
{
	const nch_text_key *key = &table->keys[row];
	size_t slot = find_text(table, key);
	if (table->slots[slot] == 0) {
		table->entries[table->count] = (text_entry){ .row = (uint32_t)row, .rows = 1 };
		table->slots[slot] = (key->high & UPPER) | ++table->count;
		return;
	}
	text_entry *entry = &table->entries[(uint32_t)table->slots[slot] - 1];
	entry->rows++;
	if (table->keys[entry->row].labels != key->labels)
		entry->contradicting = 1;
	found->duplicates++;
}

static void add_texts(text_table *table, size_t rows, nch_duplicates *found)
{
	for (size_t first = 0; first < rows; first += GROUP) {
		size_t end = rows - first < GROUP ? rows : first + GROUP;
		for (size_t row = first; row < end; row++)
			__builtin_prefetch(&table->slots[table->keys[row].low & table->mask]);
		for (size_t row = first; row < end; row++)
			add_text(table, row, found);
	}
}

static void count_shared(text_table *table, const nch_text_key *test, size_t rows, nch_duplicates *found)
{
	for (size_t i = 0; i < rows; i++) {
		size_t slot = find_text(table, &test[i]);
		if (table->slots[slot] == 0)
			continue;
		text_entry *entry = &table->entries[(uint32_t)table->slots[slot] - 1];
		found->shared_test_rows++;
		found->shared_texts += !entry->in_test;
		entry->in_test = 1;
	}
}

nch_status nch_duplicates_count(const nch_text_key *keys, size_t rows, const nch_text_key *test, size_t test_rows, nch_duplicates *found,
                                nch_error *error)
{
	*found = (nch_duplicates){ 0 };
	if (rows >= MOST_ROWS)
		return nch_fail(error, NCH_DATA, "%zu rows are too many to look for duplicates", rows);
	text_table table = { .keys = keys, .mask = 63 };
	while (table.mask < rows + rows / 2)
		table.mask = table.mask * 2 + 1;
	table.entries = nch_alloc_untouched(rows, sizeof *table.entries);
	table.slots = nch_alloc_aligned(table.mask + 1, sizeof *table.slots);
	nch_status status = table.entries && table.slots ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK) {
		add_texts(&table, rows, found);
		if (test != NULL)
			count_shared(&table, test, test_rows, found);
		for (size_t i = 0; i < table.count; i++) {
			found->contradictions += table.entries[i].contradicting;
			found->contradicting_rows += table.entries[i].contradicting ? table.entries[i].rows : 0;
		}
	}
	nch_free(table.entries);
	nch_free(table.slots);
	return status;
}
