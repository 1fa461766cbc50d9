/* column_profile.c - see column_profile.h. */
#include "io/column_profile.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/name.h"
#include "base/number.h"
#include "base/utf8.h"

#define PARTS 32 /* of a cell are looked at */

static bool is_word(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && memcmp(text, word, length) == 0;
}

static bool is_flag(const char *text, size_t length)
{
	static const char *const flags[] = { "0", "1", "0.0", "1.0", "true", "false", "True", "False", "TRUE", "FALSE" };
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (is_word(text, length, flags[i]))
			return true;
	return false;
}

static nch_cell trimmed(const nch_cell *cell)
{
	nch_cell inner = *cell;
	nch_name_trim(&inner.text, &inner.length);
	return inner;
}

bool nch_cell_is_number(const nch_cell *cell)
{
	double number;
	nch_cell inner = trimmed(cell);
	return nch_number_read(inner.text, inner.length, &number);
}

bool nch_cell_is_id(const nch_cell *cell)
{
	nch_cell inner = trimmed(cell);
	bool digit = false, address = false;
	for (size_t i = 0; i < inner.length; i++) {
		char c = inner.text[i];
		bool time = c == ' ' && i > 0 && inner.text[i - 1] >= '0' && inner.text[i - 1] <= '9'; /* 2024-03-01 00:00:00 */
		if ((c <= ' ' && !time) || c >= 0x7F)
			return false;
		digit |= c >= '0' && c <= '9';
		address |= c == ':' && inner.length - i > 2 && inner.text[i + 1] == '/' && inner.text[i + 2] == '/';
	}
	return digit || address;
}

/* Words, and the characters in them. */
static size_t count_words(const nch_cell *cell, size_t *characters)
{
	nch_cell inner = trimmed(cell);
	size_t words = 0;
	bool inside = false;
	*characters = 0;
	for (size_t i = 0; i < inner.length;) {
		uint32_t c;
		i += nch_utf8_decode(inner.text + i, inner.length - i, &c);
		bool blank = nch_name_is_blank(c);
		words += !blank && !inside;
		*characters += !blank;
		inside = !blank;
	}
	return words;
}

bool nch_cell_is_sentence(const nch_cell *cell)
{
	size_t characters, words = count_words(cell, &characters);
	return words >= 3 || (words == 2 && characters >= 8) || characters >= 16;
}

static bool has_letter(const nch_cell *cell)
{
	for (size_t i = 0; i < cell->length; i++) {
		unsigned char c = (unsigned char)cell->text[i];
		if (c >= 0x80 || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
			return true;
	}
	return false;
}

/* [0, 1, 0] or [0 1 0]: how many 0s and 1s; 0 if it is something else. */
static size_t measure_vector(const nch_cell *cell, bool *sure, bool *several)
{
	nch_cell inner = trimmed(cell);
	size_t count[2] = { 0, 0 };
	bool inside = false;
	if (inner.length < 5 || inner.text[0] != '[' || inner.text[inner.length - 1] != ']')
		return 0;
	for (size_t i = 1; i + 1 < inner.length; i++) {
		char c = inner.text[i];
		bool zero_fraction = c == '.' && inside;
		if (zero_fraction && inner.text[i + 1] == '0')
			i++;
		else if ((c == '0' || c == '1') && !inside)
			count[c - '0']++;
		else if (c != ',' && !nch_is_space(c) && !zero_fraction)
			return 0;
		inside = c == '0' || c == '1';
	}
	*sure |= count[0] > 1 || count[1] > 1;
	*several = count[1] != 1;
	return count[0] + count[1] >= 2 ? count[0] + count[1] : 0;
}

bool nch_tree_is_label(const nch_json *tree)
{
	for (const nch_json *item = tree->first; item != NULL; item = item->next) {
		bool scalar = item->type == NCH_JSON_STRING || item->type == NCH_JSON_NUMBER;
		bool truth = item->type == NCH_JSON_TRUE || item->type == NCH_JSON_FALSE || (scalar && is_flag(item->text, item->length));
		if (tree->type == NCH_JSON_ARRAY ? !scalar : !truth)
			return false;
	}
	return tree->type == NCH_JSON_ARRAY || tree->count > 0;
}

/* Whether a tree that may be a label holds none, or two or more. */
static bool has_several(const nch_json *tree)
{
	size_t count = 0;
	for (const nch_json *item = tree->first; item != NULL; item = item->next) {
		bool scalar = item->type == NCH_JSON_STRING || item->type == NCH_JSON_NUMBER;
		count += tree->type == NCH_JSON_ARRAY || item->type == NCH_JSON_TRUE ||
		         (scalar && item->length > 0 && strchr("1tT", item->text[0]) != NULL && is_flag(item->text, item->length));
	}
	return count != 1;
}

/* ['a', 'b'] in a cell. */
static bool is_written_list(const nch_cell *cell)
{
	nch_cell inner = trimmed(cell);
	return inner.length > 4 && strchr("[({", inner.text[0]) != NULL && strchr("])}", inner.text[inner.length - 1]) != NULL &&
	       strchr("'\"", inner.text[1]) != NULL && memchr(inner.text, ',', inner.length) != NULL;
}

/* FNV-1a. */
static uint64_t hash_of(const nch_cell *cell)
{
	nch_cell inner = trimmed(cell);
	uint64_t hash = 14695981039346656037u;
	for (size_t i = 0; i < inner.length; i++)
		hash = (hash ^ (unsigned char)inner.text[i]) * 1099511628211u;
	return hash;
}

/* The hashes of a cell's parts between commas, up to `room` of them; returns how many. */
static size_t hash_parts(const nch_cell *cell, uint64_t *hashes, size_t room)
{
	size_t count = 0;
	for (const char *at = cell->text, *end = at + cell->length; at < end && count < room;) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		nch_cell part = { .text = at, .length = (size_t)((comma != NULL ? comma : end) - at) };
		if (!nch_name_is_empty(part.text, part.length))
			hashes[count++] = hash_of(&part);
		at = comma != NULL ? comma + 1 : end;
	}
	return count;
}

static int by_hash(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static void look_at_cell(const nch_cell *cell, nch_column_profile *p)
{
	nch_cell inner = trimmed(cell);
	bool number = nch_cell_is_number(cell), id = !number && nch_cell_is_id(cell);
	bool tree = cell->json != NULL && (cell->json->type == NCH_JSON_OBJECT || cell->json->type == NCH_JSON_ARRAY);
	bool several = false;
	size_t vector = measure_vector(cell, &p->vector_sure, &several);
	p->filled++;
	p->characters += nch_utf8_count(inner.text, inner.length);
	p->flags += is_flag(inner.text, inner.length);
	if (vector > 0) {
		p->vector_length = p->vectors == 0 || p->vector_length == vector ? vector : 0;
		p->vectors++;
	}
	if (tree) {
		p->trees++;
		p->label_trees += nch_tree_is_label(cell->json);
		p->several += vector > 0 ? several : nch_tree_is_label(cell->json) && has_several(cell->json);
		return;
	}
	p->several += vector > 0 ? several : is_written_list(cell);
	p->numbers += number;
	p->ids += id;
	if (!number && !id && has_letter(cell)) {
		p->texts++;
		p->sentences += nch_cell_is_sentence(cell);
	}
}

static size_t count_distinct(uint64_t *hashes, size_t count)
{
	size_t distinct = 0;
	qsort(hashes, count, sizeof *hashes, by_hash);
	for (size_t i = 0; i < count; i++)
		distinct += i == 0 || hashes[i] != hashes[i - 1];
	return distinct;
}

nch_status nch_column_look(const nch_rows *rows, size_t column, size_t from, nch_column_profile *profile, nch_error *error)
{
	uint64_t *hashes = nch_alloc(rows->kept_count * (1 + PARTS), sizeof *hashes), *parts = hashes + rows->kept_count;
	*profile = (nch_column_profile){0};
	if (hashes == NULL)
		return nch_no_memory(error);
	for (size_t i = from; i < rows->kept_count; i++) {
		const nch_kept_row *kept = &rows->kept[i];
		if (kept->bad != NULL || kept->given)
			continue;
		profile->rows++;
		if (column >= kept->row.count || nch_name_is_empty(kept->row.cells[column].text, kept->row.cells[column].length))
			continue;
		hashes[profile->filled] = hash_of(&kept->row.cells[column]);
		profile->parts += hash_parts(&kept->row.cells[column], parts + profile->parts, PARTS);
		look_at_cell(&kept->row.cells[column], profile);
	}
	profile->distinct = count_distinct(hashes, profile->filled);
	profile->distinct_parts = count_distinct(parts, profile->parts);
	nch_free(hashes);
	return NCH_OK;
}
