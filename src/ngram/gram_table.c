/* gram_table.c - numbers for grams, and their file. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "ngram/grams.h"

enum { MAGIC_BYTES = 8, HEADER_BYTES = 24, LONGEST_GRAM_BYTES = 1 + 4 * NCH_GRAM_LONGEST };
static const char magic[] = "nchgram1";

void nch_gram_table_free(nch_gram_table *table)
{
	nch_buffer_free(&table->bytes);
	nch_free(table->ends);
	nch_free(table->slots);
	*table = (nch_gram_table){0};
}

const char *nch_gram_table_at(const nch_gram_table *table, size_t number, size_t *length)
{
	uint64_t begin = number > 0 ? table->ends[number - 1] : 0;
	*length = (size_t)(table->ends[number] - begin);
	return table->bytes.data + begin;
}

uint64_t nch_gram_hash(const char *gram, size_t length)
{
	uint64_t hash = 14695981039346656037u;
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)gram[i]) * 1099511628211u;
	return hash ^ hash >> 32;
}

/* Whether what a slot holds is the gram: the hashes tell nearly always that it is not, and only then bytes are looked at. */
static bool slot_holds(const nch_gram_table *table, uint64_t slot, uint32_t hash, const char *gram, size_t length)
{
	size_t have;
	if ((uint32_t)(slot >> 32) != hash)
		return false;
	const char *other = nch_gram_table_at(table, (uint32_t)slot - 1, &have);
	return have == length && memcmp(other, gram, length) == 0;
}

/* The slot that has the gram, or the free one where it would go. */
static size_t find_slot(const nch_gram_table *table, uint32_t hash, const char *gram, size_t length)
{
	size_t mask = table->slot_count - 1, slot = hash & mask;
	while (table->slots[slot] != 0 && !slot_holds(table, table->slots[slot], hash, gram, length))
		slot = (slot + 1) & mask;
	return slot;
}

static void take_slot(nch_gram_table *table, size_t slot, uint32_t hash, size_t number) { table->slots[slot] = (uint64_t)hash << 32 | (uint32_t)(number + 1); }

size_t nch_gram_table_find(const nch_gram_table *table, const char *gram, size_t length)
{
	if (table->slot_count == 0)
		return table->count;
	uint32_t found = (uint32_t)table->slots[find_slot(table, (uint32_t)nch_gram_hash(gram, length), gram, length)];
	return found > 0 ? found - 1 : table->count;
}

/* A table of slots of which at most half are taken, for `count` grams. */
static nch_status make_slots(nch_gram_table *table, size_t count, nch_error *error)
{
	size_t wanted = 1024;
	while (wanted < 2 * count)
		wanted *= 2;
	uint64_t *slots = nch_alloc_aligned(wanted, sizeof *slots);
	if (slots == NULL)
		return nch_no_memory(error);
	nch_free(table->slots);
	table->slots = slots;
	table->slot_count = wanted;
	return NCH_OK;
}

/* Gives each gram a slot: no two are alike. The slots lie anywhere in some megabytes, so each is asked for well before it is looked at. */
static void fill_slots(nch_gram_table *table)
{
	enum { AHEAD = 16 };
	const size_t mask = table->slot_count - 1;
	uint32_t hashes[AHEAD];
	for (size_t i = 0; i < table->count + AHEAD; i++) {
		if (i >= AHEAD) {
			const uint32_t hash = hashes[i % AHEAD]; /* of gram i - AHEAD */
			size_t slot = hash & mask;
			while (table->slots[slot] != 0)
				slot = (slot + 1) & mask;
			take_slot(table, slot, hash, i - AHEAD);
		}
		if (i < table->count) {
			size_t length;
			const char *gram = nch_gram_table_at(table, i, &length);
			hashes[i % AHEAD] = (uint32_t)nch_gram_hash(gram, length);
			__builtin_prefetch(&table->slots[hashes[i % AHEAD] & mask], 1);
		}
	}
}

static nch_status append(nch_gram_table *table, const char *gram, size_t length, nch_error *error)
{
	if (table->count >= INT32_MAX - 1)
		return nch_fail(error, NCH_DATA, "more than 2 thousand million n-grams");
	if (table->count == table->capacity)
		NCH_TRY(nch_grow(&table->ends, &table->capacity, table->count + 1, sizeof *table->ends, error));
	nch_buffer_add(&table->bytes, gram, length);
	NCH_TRY(nch_buffer_check(&table->bytes, error));
	table->ends[table->count++] = table->bytes.length;
	return NCH_OK;
}

nch_status nch_gram_table_add(nch_gram_table *table, const char *gram, size_t length, size_t *number, nch_error *error)
{
	if (2 * (table->count + 1) > table->slot_count) {
		NCH_TRY(make_slots(table, table->slot_count > 0 ? table->slot_count : 1, error));
		fill_slots(table);
	}
	const uint32_t hash = (uint32_t)nch_gram_hash(gram, length);
	const size_t slot = find_slot(table, hash, gram, length);
	if (table->slots[slot] == 0) {
		NCH_TRY(append(table, gram, length, error));
		take_slot(table, slot, hash, table->count - 1);
	}
	*number = (uint32_t)table->slots[slot] - 1;
	return NCH_OK;
}

/* --- sorting --- */

typedef struct sorted_gram {
	const char *bytes;
	uint32_t length, number;
} sorted_gram;

static int compare_bytes(const char *a, size_t a_length, const char *b, size_t b_length)
{
	int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
	return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

static int compare_grams(const void *first, const void *second)
{
	const sorted_gram *a = first, *b = second;
	return compare_bytes(a->bytes, a->length, b->bytes, b->length);
}

nch_status nch_gram_table_sort(nch_gram_table *table, uint32_t *new_number, nch_error *error)
{
	nch_gram_table sorted = {0};
	sorted_gram *list = nch_alloc(table->count, sizeof *list);
	nch_status status = list != NULL ? NCH_OK : nch_no_memory(error);
	for (size_t i = 0; status == NCH_OK && i < table->count; i++) {
		size_t length;
		list[i].bytes = nch_gram_table_at(table, i, &length);
		list[i].length = (uint32_t)length;
		list[i].number = (uint32_t)i;
	}
	if (status == NCH_OK)
		qsort(list, table->count, sizeof *list, compare_grams);
	for (size_t i = 0; status == NCH_OK && i < table->count; i++) {
		status = append(&sorted, list[i].bytes, list[i].length, error);
		new_number[list[i].number] = (uint32_t)i;
	}
	if (status == NCH_OK)
		status = make_slots(&sorted, sorted.count, error);
	if (status == NCH_OK)
		fill_slots(&sorted);
	nch_free(list);
	if (status != NCH_OK) {
		nch_gram_table_free(&sorted);
		return status;
	}
	nch_gram_table_free(table);
	*table = sorted;
	return NCH_OK;
}

/* --- the file --- */

static void put_number(unsigned char *at, uint64_t number)
{
	for (int i = 0; i < 8; i++)
		at[i] = (unsigned char)(number >> 8 * i);
}

static uint64_t get_number(const unsigned char *at)
{
	uint64_t number = 0;
	for (int i = 7; i >= 0; i--)
		number = number << 8 | at[i];
	return number;
}

static size_t in_common(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t n = 0;
	while (n < a_length && n < b_length && a[n] == b[n])
		n++;
	return n;
}

nch_status nch_gram_table_write(const nch_gram_table *table, const char *path, nch_error *error)
{
	nch_buffer out = {0};
	unsigned char header[HEADER_BYTES] = {0};
	nch_buffer_add(&out, header, sizeof header);
	const char *before = "";
	size_t before_length = 0;
	for (size_t i = 0; i < table->count; i++) {
		size_t length;
		const char *gram = nch_gram_table_at(table, i, &length);
		size_t common = in_common(before, before_length, gram, length);
		nch_buffer_byte(&out, (int)common);
		nch_buffer_byte(&out, (int)(length - common));
		nch_buffer_add(&out, gram + common, length - common);
		before = gram;
		before_length = length;
	}
	nch_status status = nch_buffer_check(&out, error);
	if (status == NCH_OK) {
		memcpy(out.data, magic, MAGIC_BYTES);
		put_number((unsigned char *)out.data + MAGIC_BYTES, table->count);
		put_number((unsigned char *)out.data + MAGIC_BYTES + 8, out.length - HEADER_BYTES);
		status = nch_file_write(path, out.data, out.length, error);
	}
	nch_buffer_free(&out);
	return status;
}

/* One gram that stands at data[*at]: put together in gram[LONGEST_GRAM_BYTES], whose first `*length` bytes are the gram before. */
static bool read_gram(const unsigned char *data, size_t size, size_t *at, char *gram, size_t *length)
{
	char before[LONGEST_GRAM_BYTES];
	size_t before_length = *length;
	memcpy(before, gram, before_length);
	if (size - *at < 2)
		return false;
	size_t common = data[*at], more = data[*at + 1];
	*at += 2;
	if (common > before_length || common + more > LONGEST_GRAM_BYTES || common + more == 0 || more > size - *at)
		return false;
	memcpy(gram + common, data + *at, more);
	*at += more;
	*length = common + more;
	return compare_bytes(before, before_length, gram, *length) < 0 && nch_utf8_valid(gram, *length);
}

nch_status nch_gram_table_parse(const unsigned char *data, size_t size, const char *where, nch_gram_table *table, nch_error *error)
{
	if (size < HEADER_BYTES || memcmp(data, magic, MAGIC_BYTES) != 0)
		return nch_fail(error, NCH_FORMAT, "%s: this is no table of n-grams", where);
	uint64_t count = get_number(data + MAGIC_BYTES);
	if (get_number(data + MAGIC_BYTES + 8) != size - HEADER_BYTES || count > (size - HEADER_BYTES) / 2)
		return nch_fail(error, NCH_FORMAT, "%s: the table of n-grams is cut off or damaged: it has %zu bytes", where, size);
	char gram[LONGEST_GRAM_BYTES];
	size_t at = HEADER_BYTES, length = 0;
	nch_status status = NCH_OK;
	for (uint64_t i = 0; status == NCH_OK && i < count; i++) {
		if (!read_gram(data, size, &at, gram, &length))
			status = nch_fail(error, NCH_FORMAT, "%s: n-gram number %llu is damaged", where, (unsigned long long)i);
		else
			status = append(table, gram, length, error);
	}
	if (status == NCH_OK && at != size)
		status = nch_fail(error, NCH_FORMAT, "%s: bytes behind the last n-gram", where);
	if (status == NCH_OK)
		status = make_slots(table, table->count, error);
	if (status == NCH_OK)
		fill_slots(table);
	if (status != NCH_OK)
		nch_gram_table_free(table);
	return status;
}

nch_status nch_gram_table_read(const char *path, nch_gram_table *table, nch_error *error)
{
	nch_mapping file = {0};
	NCH_TRY(nch_file_map(path, &file, error));
	nch_status status = nch_gram_table_parse(file.data, file.size, path, table, error);
	nch_file_unmap(&file);
	return status;
}
