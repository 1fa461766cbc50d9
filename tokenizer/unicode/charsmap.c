/* charsmap.c - see charsmap.h.
 *
 * NFKC is defined for whole texts, but a rule set can only replace a sequence where it stands. So the rules are: every character
 * that NFKC changes; and every sequence of characters that decomposes to the same as some one character does and is composed
 * to something else than itself. Of those the ones are left out that shorter rules do already. */
#include "tokenizer/unicode/charsmap.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizer/unicode/double_array.h"

#define NONE UINT32_MAX

typedef struct rule {
	uint32_t key, key_length;     /* where in the pool the sequence stands */
	uint32_t value, value_length; /* and what replaces it; key_length 0: the rule was taken back */
} rule;

typedef struct alternative {
	uint32_t normal, original; /* `original` alone decomposes to `normal` alone (or is it) */
} alternative;

typedef struct rules {
	uint32_t *pool; /* code points of keys and values */
	size_t pool_length, pool_capacity;
	rule *items;
	size_t count, capacity;
	uint32_t *slots; /* open addressing over items; NONE: empty */
	size_t slot_count;
	alternative *alternatives; /* sorted */
	size_t alternative_count, alternative_capacity;
	bool keeps_jamo; /* those of the keyboard */
	nch_error *error;
} rules;

/* --- the set of rules --- */

static uint32_t hash_key(const uint32_t *key, size_t length)
{
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < length; i++) {
		hash = (hash ^ key[i]) * 0x9E3779B1u;
		hash ^= hash >> 15;
	}
	return hash;
}

static size_t find_slot(const rules *r, const uint32_t *key, size_t length)
{
	size_t slot = hash_key(key, length) & (r->slot_count - 1);
	for (; r->slots[slot] != NONE; slot = (slot + 1) & (r->slot_count - 1)) {
		const rule *item = &r->items[r->slots[slot]];
		if (item->key_length == length && memcmp(r->pool + item->key, key, length * sizeof *key) == 0)
			break;
	}
	return slot;
}

static const rule *find_rule(const rules *r, const uint32_t *key, size_t length)
{
	uint32_t index = r->slots[find_slot(r, key, length)];
	return index == NONE ? NULL : &r->items[index];
}

static nch_status reset_slots(rules *r, size_t slot_count)
{
	nch_free(r->slots);
	r->slot_count = slot_count;
	r->slots = nch_alloc(slot_count, sizeof *r->slots);
	if (r->slots == NULL)
		return nch_no_memory(r->error);
	memset(r->slots, 0xFF, slot_count * sizeof *r->slots);
	return NCH_OK;
}

static nch_status keep_in_pool(rules *r, const uint32_t *text, size_t length, uint32_t *where)
{
	NCH_TRY(nch_grow(&r->pool, &r->pool_capacity, r->pool_length + length, sizeof *r->pool, r->error));
	memcpy(r->pool + r->pool_length, text, length * sizeof *text);
	*where = (uint32_t)r->pool_length;
	r->pool_length += length;
	return NCH_OK;
}

/* Sets the replacement of a sequence. */
static nch_status set_rule(rules *r, const uint32_t *key, size_t key_length, const uint32_t *value, size_t value_length)
{
	if (r->count * 2 >= r->slot_count) {
		NCH_TRY(reset_slots(r, r->slot_count * 2));
		for (size_t i = 0; i < r->count; i++)
			r->slots[find_slot(r, r->pool + r->items[i].key, r->items[i].key_length)] = (uint32_t)i;
	}
	size_t slot = find_slot(r, key, key_length);
	if (r->slots[slot] == NONE) {
		NCH_TRY(nch_grow(&r->items, &r->capacity, r->count + 1, sizeof *r->items, r->error));
		rule *item = &r->items[r->count];
		NCH_TRY(keep_in_pool(r, key, key_length, &item->key));
		item->key_length = (uint32_t)key_length;
		r->slots[slot] = (uint32_t)r->count++;
	}
	rule *item = &r->items[r->slots[slot]];
	item->value_length = (uint32_t)value_length;
	return keep_in_pool(r, value, value_length, &item->value);
}

/* --- Unicode --- */

static bool is_character(uint32_t c)
{
	return (c < 0xD800 || c > 0xDFFF) && (c < 0xFDD0 || c > 0xFDEF) && (c & 0xFFFE) != 0xFFFE;
}

#define FIRST_TYPED_JAMO 0x3131u
#define LAST_TYPED_JAMO 0x318Eu

/* The full decomposition of a character, or the one that leaves the keyboard's jamo: a half-width one becomes that of usual width. */
static size_t decompose(const rules *r, uint32_t c, uint32_t out[NCH_UNICODE_MAX_DECOMPOSITION])
{
	size_t length = nch_unicode_decompose(c, true, out);
	bool half_width = c >= 0xFFA0 && c <= 0xFFDC;
	if (!r->keeps_jamo || length != 1 || !(half_width || (c >= FIRST_TYPED_JAMO && c <= LAST_TYPED_JAMO)))
		return length;
	for (uint32_t typed = half_width ? FIRST_TYPED_JAMO : c; typed <= LAST_TYPED_JAMO; typed++) {
		uint32_t of_typed[NCH_UNICODE_MAX_DECOMPOSITION];
		if (nch_unicode_decompose(typed, true, of_typed) == 1 && of_typed[0] == out[0]) {
			out[0] = typed;
			break;
		}
	}
	return 1;
}

static int compare_alternatives(const void *left, const void *right)
{
	const alternative *a = left, *b = right;
	if (a->normal != b->normal)
		return a->normal < b->normal ? -1 : 1;
	return (a->original > b->original) - (a->original < b->original);
}

/* The rules of single characters, and for each character the others that decompose to it. */
static nch_status add_characters(rules *r)
{
	for (uint32_t c = 1; c <= 0x10FFFF; c++) {
		uint32_t text[NCH_UNICODE_MAX_DECOMPOSITION];
		if (!is_character(c))
			continue;
		size_t length = decompose(r, c, text);
		if (length == 1) {
			NCH_TRY(nch_grow(&r->alternatives, &r->alternative_capacity, r->alternative_count + 1, sizeof *r->alternatives, r->error));
			r->alternatives[r->alternative_count++] = (alternative){text[0], c};
		} else {
			NCH_TRY(nch_unicode_order(text, length, sizeof *text, r->error));
			length = nch_unicode_compose_text(text, length);
		}
		if (length != 1 || text[0] != c)
			NCH_TRY(set_rule(r, &c, 1, text, length));
	}
	qsort(r->alternatives, r->alternative_count, sizeof *r->alternatives, compare_alternatives);
	return NCH_OK;
}

/* The first alternative of a character; they go on as long as `normal` is the same. */
static size_t find_alternatives(const rules *r, uint32_t normal)
{
	size_t low = 0, high = r->alternative_count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (r->alternatives[middle].normal < normal)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A rule for every sequence in which each character of `decomposed` is replaced by one of its alternatives: an odometer over the
 * alternatives. */
static nch_status add_sequences(rules *r, const uint32_t *decomposed, size_t length, const uint32_t *composed, size_t composed_length)
{
	size_t choice[NCH_UNICODE_MAX_DECOMPOSITION];
	uint32_t key[NCH_UNICODE_MAX_DECOMPOSITION];
	for (size_t i = 0; i < length; i++)
		choice[i] = find_alternatives(r, decomposed[i]);
	for (;;) {
		for (size_t i = 0; i < length; i++)
			key[i] = r->alternatives[choice[i]].original;
		if (length != composed_length || memcmp(key, composed, length * sizeof *key) != 0)
			NCH_TRY(set_rule(r, key, length, composed, composed_length));
		size_t wheel = length;
		while (wheel > 0) {
			size_t next = ++choice[wheel - 1];
			if (next < r->alternative_count && r->alternatives[next].normal == decomposed[wheel - 1])
				break;
			choice[wheel - 1] = find_alternatives(r, decomposed[wheel - 1]);
			wheel--;
		}
		if (wheel == 0)
			return NCH_OK;
	}
}

static nch_status add_nfkc(rules *r)
{
	NCH_TRY(add_characters(r));
	for (uint32_t c = 1; c <= 0x10FFFF; c++) {
		uint32_t decomposed[NCH_UNICODE_MAX_DECOMPOSITION], composed[NCH_UNICODE_MAX_DECOMPOSITION];
		size_t length = is_character(c) ? decompose(r, c, decomposed) : 0;
		if (length < 2)
			continue;
		NCH_TRY(nch_unicode_order(decomposed, length, sizeof *decomposed, r->error));
		memcpy(composed, decomposed, length * sizeof *composed);
		size_t composed_length = nch_unicode_compose_text(composed, length);
		if (composed_length == length)
			continue; /* nothing was composed: the single characters' rules do it */
		NCH_TRY(add_sequences(r, decomposed, length, composed, composed_length));
	}
	return NCH_OK;
}

/* What SentencePiece adds for machine translation. */
static nch_status add_nmt(rules *r)
{
	static const uint32_t blanks[] = {0x9, 0xA, 0xC, 0xD, 0x61C, 0x1680, 0x200B, 0x200C, 0x200E, 0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD};
	static const uint32_t nothing[] = {0x7F, 0x8F, 0x9F}, space = 0x20, full_width_tilde = 0xFF5E;
	for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++)
		NCH_TRY(set_rule(r, &blanks[i], 1, &space, 1));
	for (uint32_t c = 1; c < 0x20; c++)
		if (c != 0x9 && c != 0xA && c != 0xC && c != 0xD)
			NCH_TRY(set_rule(r, &c, 1, &space, 0));
	for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
		NCH_TRY(set_rule(r, &nothing[i], 1, &space, 0));
	return set_rule(r, &full_width_tilde, 1, &full_width_tilde, 1); /* to itself: taken back when redundant rules go */
}

static nch_status add_case_folding(rules *r)
{
	for (size_t i = 0; i < r->count; i++)
		for (uint32_t k = 0; k < r->items[i].value_length; k++)
			r->pool[r->items[i].value + k] = nch_unicode_fold_case(r->pool[r->items[i].value + k]);
	for (uint32_t c = 1; c <= 0x10FFFF; c++) {
		uint32_t folded = nch_unicode_fold_case(c);
		if (is_character(c) && folded != c && find_rule(r, &c, 1) == NULL)
			NCH_TRY(set_rule(r, &c, 1, &folded, 1));
	}
	return NCH_OK;
}

/* --- leaving out what shorter rules do --- */

/* Whether the rules in the table, at most `longest` characters long, turn the key into the value. */
static bool is_redundant(const rules *r, const rule *item, size_t longest)
{
	const uint32_t *key = r->pool + item->key, *value = r->pool + item->value;
	size_t done = 0;
	for (size_t at = 0; at < item->key_length;) {
		const uint32_t *replacement = key + at;
		size_t length = 1, step = 1;
		for (size_t size = item->key_length - at < longest ? item->key_length - at : longest; size > 0; size--) {
			const rule *found = find_rule(r, key + at, size);
			if (found != NULL) {
				replacement = r->pool + found->value;
				length = found->value_length;
				step = size;
				break;
			}
		}
		if (done + length > item->value_length || memcmp(replacement, value + done, length * sizeof *value) != 0)
			return false;
		done += length;
		at += step;
	}
	return done == item->value_length;
}

/* Fills the table anew, with the shortest rules first; the redundant ones are taken back. */
static nch_status drop_redundant(rules *r)
{
	NCH_TRY(reset_slots(r, r->slot_count));
	bool more = true;
	for (size_t length = 1; more; length++) {
		more = false;
		for (size_t i = 0; i < r->count; i++) {
			rule *item = &r->items[i];
			more |= item->key_length > length;
			if (item->key_length != length)
				continue;
			if (is_redundant(r, item, length - 1))
				item->key_length = 0;
			else
				r->slots[find_slot(r, r->pool + item->key, length)] = (uint32_t)i;
		}
	}
	return NCH_OK;
}

/* --- compiling --- */

/* A sequence as UTF-8. */
typedef struct piece {
	size_t begin; /* in the buffer, while that still moves */
	const char *text;
	size_t length;
	uint32_t rule;
} piece;

static int compare_pieces(const void *left, const void *right)
{
	const piece *a = left, *b = right;
	size_t shorter = a->length < b->length ? a->length : b->length;
	int order = memcmp(a->text, b->text, shorter);
	if (order != 0 || a->length != b->length)
		return order != 0 ? order : a->length < b->length ? -1 : 1;
	return (a->rule > b->rule) - (a->rule < b->rule);
}

/* The keys or the values of the rules that are left, as UTF-8, sorted by byte. */
static nch_status sort_texts(const rules *r, bool keys, nch_buffer *bytes, piece *pieces, size_t *count)
{
	*count = 0;
	for (size_t i = 0; i < r->count; i++) {
		const rule *item = &r->items[i];
		if (item->key_length == 0)
			continue;
		pieces[*count] = (piece){bytes->length, NULL, 0, (uint32_t)i};
		uint32_t begin = keys ? item->key : item->value, length = keys ? item->key_length : item->value_length;
		for (uint32_t k = 0; k < length; k++)
			nch_buffer_utf8(bytes, r->pool[begin + k]);
		pieces[*count].length = bytes->length - pieces[*count].begin;
		++*count;
	}
	NCH_TRY(nch_buffer_check(bytes, r->error));
	for (size_t i = 0; i < *count; i++)
		pieces[i].text = bytes->data + pieces[i].begin;
	qsort(pieces, *count, sizeof *pieces, compare_pieces);
	return NCH_OK;
}

/* Appends every value once, with a NUL; places[rule] says where. */
static void write_values(const piece *pieces, size_t count, uint32_t *places, nch_buffer *strings)
{
	size_t place = 0;
	for (size_t i = 0; i < count; i++) {
		bool repeated = i > 0 && pieces[i].length == pieces[i - 1].length &&
		                memcmp(pieces[i].text, pieces[i - 1].text, pieces[i].length) == 0;
		if (!repeated) {
			place = strings->length;
			nch_buffer_add(strings, pieces[i].text, pieces[i].length);
			nch_buffer_byte(strings, 0);
		}
		places[pieces[i].rule] = (uint32_t)place;
	}
}

static nch_status compile(const rules *r, nch_buffer *charsmap)
{
	nch_buffer bytes = {0}, strings = {0}, units = {0};
	piece *pieces = nch_alloc(r->count, sizeof *pieces);
	uint32_t *places = nch_alloc(r->count, sizeof *places);
	nch_double_array_key *keys = nch_alloc(r->count, sizeof *keys);
	size_t count;
	nch_status status = pieces != NULL && places != NULL && keys != NULL ? NCH_OK : nch_no_memory(r->error);
	if (status == NCH_OK)
		status = sort_texts(r, false, &bytes, pieces, &count);
	if (status == NCH_OK) {
		write_values(pieces, count, places, &strings);
		nch_buffer_clear(&bytes);
		status = sort_texts(r, true, &bytes, pieces, &count);
	}
	if (status == NCH_OK) {
		for (size_t i = 0; i < count; i++)
			keys[i] = (nch_double_array_key){pieces[i].text, pieces[i].length, places[pieces[i].rule]};
		status = nch_double_array_build(keys, count, &units, r->error);
	}
	if (status == NCH_OK) {
		for (int shift = 0; shift < 32; shift += 8)
			nch_buffer_byte(charsmap, (int)(units.length >> shift & 0xFF));
		nch_buffer_add(charsmap, units.data, units.length);
		nch_buffer_add(charsmap, strings.data, strings.length);
		charsmap->failed |= strings.failed;
		status = nch_buffer_check(charsmap, r->error);
	}
	nch_buffer_free(&bytes);
	nch_buffer_free(&strings);
	nch_buffer_free(&units);
	nch_free(pieces);
	nch_free(places);
	nch_free(keys);
	return status;
}

nch_status nch_charsmap_build(const char *name, nch_buffer *charsmap, nch_error *error)
{
	static const struct {
		const char *name;
		bool nfkc, nmt, folds_case, keeps_jamo;
	} kinds[] = {
		{"identity", false, false, false, false}, {"nfkc", true, false, false, false},   {"nmt_nfkc", true, true, false, false},
		{"nfkc_cf", true, false, true, false},    {"nmt_nfkc_cf", true, true, true, false}, {"nmt_nfkc_jamo", true, true, false, true},
	};
	size_t which = 0, count = sizeof kinds / sizeof *kinds;
	while (which < count && strcmp(name, kinds[which].name) != 0)
		which++;
	if (which == count)
		return nch_fail(error, NCH_USAGE,
		                "no normalization is called \"%s\"; there are identity, nfkc, nmt_nfkc, nfkc_cf, nmt_nfkc_cf, nmt_nfkc_jamo", name);
	if (!kinds[which].nfkc)
		return NCH_OK;
	rules r = {.keeps_jamo = kinds[which].keeps_jamo, .error = error};
	nch_status status = reset_slots(&r, 1 << 19);
	if (status == NCH_OK)
		status = add_nfkc(&r);
	if (status == NCH_OK && kinds[which].nmt)
		status = add_nmt(&r);
	if (status == NCH_OK && kinds[which].folds_case)
		status = add_case_folding(&r);
	if (status == NCH_OK)
		status = drop_redundant(&r);
	if (status == NCH_OK)
		status = compile(&r, charsmap);
	nch_free(r.pool);
	nch_free(r.items);
	nch_free(r.slots);
	nch_free(r.alternatives);
	return status;
}
