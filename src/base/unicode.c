/* unicode.c - see unicode.h. */
#include "base/unicode.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/unicode_tables.h"
#include "base/utf8.h"

/* Hangul syllables: 19 leading consonants × 21 vowels × 27 trailing consonants or none, in order from U+AC00. */
enum { S_BASE = 0xAC00, L_BASE = 0x1100, V_BASE = 0x1161, T_BASE = 0x11A7, L_COUNT = 19, V_COUNT = 21, T_COUNT = 28 };
enum { S_COUNT = L_COUNT * V_COUNT * T_COUNT };

/* The row of a table of changes in which the character lies. */
static uint32_t find_change(const uint32_t *table, size_t count, uint32_t code_point)
{
	size_t low = 0, high = count;
	while (high - low > 1) {
		size_t middle = (low + high) / 2;
		if (table[middle] >> 8 <= code_point)
			low = middle;
		else
			high = middle;
	}
	return table[low] & 0xFF;
}

nch_unicode_category nch_unicode_category_of(uint32_t code_point)
{
	if (code_point > 0x10FFFF)
		return NCH_CATEGORY_CN;
	return (nch_unicode_category)find_change(nch_unicode_categories, nch_unicode_category_count, code_point);
}

int nch_unicode_script_of(uint32_t code_point, bool *inherits)
{
	int script = 0;
	if (code_point <= 0x10FFFF)
		script = (int)find_change(nch_unicode_scripts, nch_unicode_script_count, code_point);
	*inherits = script == nch_unicode_script_inherited;
	if (script == nch_unicode_script_hiragana || script == nch_unicode_script_katakana || code_point == 0x30FC)
		return nch_unicode_script_han; /* U+30FC, the long vowel mark, is Katakana in all but name */
	return script;
}

/* For bsearch: where a character lies beside the range with which a row begins, {first, last, …}. */
static int compare_range(const void *code_point, const void *row)
{
	uint32_t c = *(const uint32_t *)code_point;
	const uint32_t *range = row;
	return c < range[0] ? -1 : c > range[1];
}

static uint32_t map_case(const nch_unicode_case *table, size_t count, uint32_t code_point)
{
	const nch_unicode_case *row = bsearch(&code_point, table, count, sizeof *table, compare_range);
	if (row == NULL || (code_point - row->first) % row->step != 0)
		return code_point;
	return (uint32_t)((int32_t)code_point + row->delta);
}

uint32_t nch_unicode_to_lower(uint32_t code_point)
{
	return map_case(nch_unicode_lower, nch_unicode_lower_count, code_point);
}

uint32_t nch_unicode_fold_case(uint32_t code_point)
{
	return map_case(nch_unicode_fold, nch_unicode_fold_count, code_point);
}

int nch_unicode_combining_class(uint32_t code_point)
{
	const nch_unicode_class *row = bsearch(&code_point, nch_unicode_classes, nch_unicode_class_count, sizeof *nch_unicode_classes, compare_range);
	return row != NULL ? row->value : 0;
}

static int compare_single(const void *code_point, const void *row)
{
	uint32_t c = *(const uint32_t *)code_point;
	const nch_unicode_single *single = row;
	return c < single->first ? -1 : c > single->first + single->more;
}

static int compare_multi(const void *code_point, const void *row)
{
	uint32_t c = *(const uint32_t *)code_point, other = ((const nch_unicode_multi *)row)->code_point;
	return c < other ? -1 : c > other;
}

/* One step of decomposition into out; 0 if there is none. */
static size_t decompose_once(uint32_t c, bool compatibility, uint32_t *out)
{
	const nch_unicode_single *single = bsearch(&c, nch_unicode_singles, nch_unicode_single_count, sizeof *nch_unicode_singles, compare_single);
	if (single != NULL) {
		out[0] = single->target + (c - single->first);
		return compatibility || !single->compatibility ? 1 : 0;
	}
	const nch_unicode_multi *multi = bsearch(&c, nch_unicode_multis, nch_unicode_multi_count, sizeof *nch_unicode_multis, compare_multi);
	if (multi == NULL || (multi->compatibility && !compatibility))
		return 0;
	memcpy(out, nch_unicode_pool + multi->offset, multi->count * sizeof *out);
	return multi->count;
}

size_t nch_unicode_decompose(uint32_t c, bool compatibility, uint32_t out[NCH_UNICODE_MAX_DECOMPOSITION])
{
	if (c - S_BASE < S_COUNT) {
		uint32_t index = c - S_BASE;
		out[0] = L_BASE + index / (V_COUNT * T_COUNT);
		out[1] = V_BASE + index / T_COUNT % V_COUNT;
		out[2] = T_BASE + index % T_COUNT;
		return index % T_COUNT == 0 ? 2 : 3;
	}
	uint32_t step[NCH_UNICODE_MAX_DECOMPOSITION];
	size_t count = c < 0xA0 ? 0 : decompose_once(c, compatibility, step), length = 0;
	if (count == 0) {
		out[0] = c;
		return 1;
	}
	for (size_t i = 0; i < count; i++) { /* the table's chains are at most three long */
		uint32_t inner[NCH_UNICODE_MAX_DECOMPOSITION];
		size_t more = nch_unicode_decompose(step[i], compatibility, inner);
		memcpy(out + length, inner, more * sizeof *out);
		length += more;
	}
	return length;
}

static int compare_pair(const void *pair, const void *row)
{
	const uint32_t *a = pair, *b = row;
	size_t place = a[0] == b[0];
	return a[place] < b[place] ? -1 : a[place] > b[place];
}

uint32_t nch_unicode_compose(uint32_t first, uint32_t second)
{
	if (first - L_BASE < L_COUNT && second - V_BASE < V_COUNT)
		return S_BASE + ((first - L_BASE) * V_COUNT + (second - V_BASE)) * T_COUNT;
	if (first - S_BASE < S_COUNT && (first - S_BASE) % T_COUNT == 0 && second - T_BASE - 1 < T_COUNT - 1)
		return first + (second - T_BASE);
	const uint32_t pair[2] = { first, second };
	const uint32_t *row = bsearch(pair, nch_unicode_pairs, nch_unicode_pair_count, sizeof *nch_unicode_pairs, compare_pair);
	return row != NULL ? row[2] : 0;
}

static size_t class_of_item(const unsigned char *item)
{
	uint32_t c;
	memcpy(&c, item, sizeof c);
	return (size_t)nch_unicode_combining_class(c);
}

/* A run of marks by counting, since a text may be one long run: how many there are of each class tells where each class begins. */
static nch_status order_run(unsigned char *run, size_t count, size_t size, nch_error *error)
{
	size_t places[256] = {0}, at = 0;
	unsigned char *copy = nch_alloc(count, size);
	if (copy == NULL)
		return nch_no_memory(error);
	memcpy(copy, run, count * size);
	for (size_t i = 0; i < count; i++)
		places[class_of_item(copy + i * size)]++;
	for (size_t class = 0; class < 256; class++) {
		size_t members = places[class];
		places[class] = at;
		at += members;
	}
	for (size_t i = 0; i < count; i++)
		memcpy(run + places[class_of_item(copy + i * size)]++ * size, copy + i * size, size);
	nch_free(copy);
	return NCH_OK;
}

nch_status nch_unicode_order(void *items, size_t count, size_t size, nch_error *error)
{
	unsigned char *bytes = items;
	for (size_t begin = 0, end; begin < count; begin = end) {
		size_t last = class_of_item(bytes + begin * size);
		bool ordered = true;
		end = begin + 1;
		while (last != 0 && end < count) {
			size_t class = class_of_item(bytes + end * size);
			if (class == 0)
				break;
			ordered &= class >= last;
			last = class;
			end++;
		}
		if (!ordered)
			NCH_TRY(order_run(bytes + begin * size, end - begin, size, error));
	}
	return NCH_OK;
}

size_t nch_unicode_compose_text(uint32_t *text, size_t length)
{
	size_t starter = length, out = 0; /* starter: where the last character of class 0 was written; length: none yet */
	int last_class = 0;               /* of the last character that was written and not composed */
	for (size_t i = 0; i < length; i++) {
		int class = nch_unicode_combining_class(text[i]);
		bool blocked = starter == length || (out > starter + 1 && last_class >= class);
		uint32_t composed = blocked ? 0 : nch_unicode_compose(text[starter], text[i]);
		if (composed != 0) {
			text[starter] = composed;
			continue;
		}
		if (class == 0)
			starter = out;
		last_class = class;
		text[out++] = text[i];
	}
	return out;
}

size_t nch_unicode_decode_syllable(const char *text, size_t length, uint32_t *code_point)
{
	size_t size = nch_utf8_decode(text, length, code_point);
	bool leading = *code_point >= 0x1100 && *code_point <= 0x1112, syllable = *code_point >= 0xAC00 && *code_point <= 0xD7A3;
	/* a vowel and a final consonant that follow begin with the byte E1 */
	while ((leading || syllable) && size < length && (unsigned char)text[size] == 0xE1) {
		uint32_t next;
		size_t more = nch_utf8_decode(text + size, length - size, &next);
		uint32_t composed = next >= 0x1161 && next <= 0x11C2 ? nch_unicode_compose(*code_point, next) : 0;
		if (composed == 0)
			break;
		*code_point = composed;
		size += more;
		leading = false;
		syllable = true;
	}
	return size;
}
