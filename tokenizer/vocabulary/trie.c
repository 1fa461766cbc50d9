/* trie.c - see trie.h: a tree of characters laid into one array.
 *
 * The keys 나, 나는, 나라 and 너 have the values 0, 1, 2 and 3; their characters get the codes 1 (나), 2 (는), 3 (라) and 4 (너), as they come. As a
 * tree of codes, and as it lies in memory:
 *
 *              (root)
 *             1/    \4             unit      0    1 … 4      5      6      7      8
 *             5      8             key    root     none     나   나는   나라     너
 *           2/ \3                  base      4        0      4      0      0      0
 *           6   7                  parent    0     none      0      5      5      0
 *                                  value    -1       -1      0      1      2      3
 *
 * 나라 is two additions: root 0 has base 4, and 4 + 1 = 5, whose parent is 0: so it is the root's child. Unit 5 has base 4 as well, and 4 + 3 = 7,
 * whose parent is 5: found, its value is 2. 너라 ends at unit 8: its base is 0, and unit 0 + 3 = 3 has no parent. Nodes may share a base where their
 * children do not meet; who is whose child, the parents tell. The first units, as many as there are codes, stay empty, so that a leaf's base of 0
 * leads to nobody. */
#include "tokenizer/vocabulary/trie.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

typedef nch_trie_coded_key coded_key;

typedef struct builder {
	nch_trie *trie;
	coded_key *keys;
	size_t capacity; /* of trie->units */
	uint32_t first_free; /* no unit before it is free, but for those that no base could reach */
	size_t end;          /* no unit from it on is taken */
	nch_error *error;
} builder;

/* Gives a code point a code, the next one if it has none. */
static nch_status assign_code(nch_trie *trie, uint32_t code_point, uint32_t *code, nch_error *error)
{
	uint16_t *page = &trie->pages[code_point >> 6];
	if (*page == 0) {
		NCH_TRY(nch_grow(&trie->page_codes, &trie->page_capacity, (trie->page_count + 1) * 64, sizeof *trie->page_codes, error));
		memset(trie->page_codes + trie->page_count * 64, 0, 64 * sizeof *trie->page_codes);
		*page = (uint16_t)trie->page_count++; /* 0x110000 / 64 = 17,408 pages at most */
	}
	uint32_t *slot = &trie->page_codes[(size_t)*page * 64 + (code_point & 63)];
	if (*slot == 0)
		*slot = trie->codes++;
	*code = *slot;
	return NCH_OK;
}

/* Turns the keys into codes; *storage owns them. */
static nch_status encode_keys(builder *b, const nch_trie_key *keys, size_t count, size_t *kept, uint32_t **storage)
{
	size_t bytes = 0, used = 0;
	for (size_t i = 0; i < count; i++)
		if (!nch_size_add(bytes, keys[i].length, &bytes))
			return nch_no_memory(b->error);
	if (count >= UINT32_MAX || bytes >= UINT32_MAX)
		return nch_fail(b->error, NCH_DATA, "a vocabulary of more than 4 GB");
	*storage = nch_alloc(bytes, sizeof **storage);
	b->keys = nch_alloc(count, sizeof *b->keys);
	if (*storage == NULL || b->keys == NULL)
		return nch_no_memory(b->error);
	*kept = 0;
	for (size_t i = 0; i < count; i++) {
		if (keys[i].length == 0 || !nch_utf8_valid(keys[i].text, keys[i].length))
			continue;
		coded_key *key = &b->keys[(*kept)++];
		*key = (coded_key){*storage + used, 0, keys[i].value, (uint32_t)i};
		for (size_t at = 0; at < keys[i].length; key->length++) {
			uint32_t code_point;
			at += nch_utf8_decode(keys[i].text + at, keys[i].length - at, &code_point);
			NCH_TRY(assign_code(b->trie, code_point, *storage + used++, b->error));
		}
		if (key->length > b->trie->longest)
			b->trie->longest = key->length;
	}
	return NCH_OK;
}

static int compare_keys(const void *left, const void *right)
{
	const coded_key *a = left, *b = right;
	uint32_t shorter = a->length < b->length ? a->length : b->length;
	for (uint32_t i = 0; i < shorter; i++)
		if (a->codes[i] != b->codes[i])
			return a->codes[i] < b->codes[i] ? -1 : 1;
	if (a->length != b->length)
		return a->length < b->length ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

static nch_status reserve_units(builder *b, size_t need)
{
	nch_trie *trie = b->trie;
	if (need <= trie->count)
		return NCH_OK;
	if (need >= NCH_TRIE_NONE)
		return nch_fail(b->error, NCH_DATA, "too many pieces for a trie");
	NCH_TRY(nch_grow(&trie->units, &b->capacity, need, sizeof *trie->units, b->error));
	for (size_t i = trie->count; i < b->capacity; i++)
		trie->units[i] = (nch_trie_unit){0, NCH_TRIE_NONE, -1, 0};
	trie->count = (uint32_t)b->capacity;
	return NCH_OK;
}

static bool is_free(const nch_trie *trie, size_t index)
{
	return index >= trie->count || trie->units[index].parent == NCH_TRIE_NONE;
}

/* The first base at which all children find their unit free. A node with many children that does not fit into the holes
 * soon is put at the end: holes that are left cost memory, looking for the best one costs square time. */
static size_t find_base(builder *b, const uint32_t *codes, size_t count)
{
	const nch_trie *trie = b->trie;
	while (b->first_free < trie->count && !is_free(trie, b->first_free))
		b->first_free++;
	size_t tries = 0;
	for (size_t at = b->first_free;; at++) {
		if (!is_free(trie, at) || (++tries > 512 && at < b->end && count > 1))
			continue;
		size_t base = at - codes[0], fitting = 1;
		while (fitting < count && is_free(trie, base + codes[fitting]))
			fitting++;
		if (fitting == count)
			return base;
	}
}

/* Makes `base + code` the child of a node. */
static uint32_t take(builder *b, uint32_t node, size_t base, uint32_t code)
{
	size_t child = base + code;
	b->trie->units[node].base = (uint32_t)base;
	b->trie->units[child].parent = node;
	b->end = child >= b->end ? child + 1 : b->end;
	return (uint32_t)child;
}

/* A chain of nodes with one child each needs no recursion, so that a piece of 100,000 characters needs no stack. */
static nch_status place_chain(builder *b, uint32_t node, const coded_key *key, uint32_t depth)
{
	for (; depth < key->length; depth++) {
		size_t base = find_base(b, &key->codes[depth], 1);
		NCH_TRY(reserve_units(b, base + b->trie->codes + 1));
		node = take(b, node, base, key->codes[depth]);
	}
	b->trie->units[node].value = key->value;
	return NCH_OK;
}

/* Lists the distinct codes at `depth` and where each begins; returns how many there are. */
static size_t list_children(const coded_key *keys, size_t begin, size_t end, uint32_t depth, uint32_t *codes, size_t *starts)
{
	size_t count = 0;
	for (size_t i = begin; i < end; i++)
		if (count == 0 || keys[i].codes[depth] != codes[count - 1]) {
			codes[count] = keys[i].codes[depth];
			starts[count++] = i;
		}
	starts[count] = end;
	return count;
}

/* Places the children of `node`, which stands for the first `depth` codes of keys[begin..end). */
static nch_status place_children(builder *b, uint32_t node, size_t begin, size_t end, uint32_t depth)
{
	const coded_key *keys = b->keys;
	for (;;) { /* goes round once for each level that all keys share */
		if (keys[begin].length == depth) { /* of equal keys the first one stays */
			b->trie->units[node].value = keys[begin].value;
			while (begin < end && keys[begin].length == depth)
				begin++;
		}
		if (begin == end)
			return NCH_OK;
		if (end - begin == 1)
			return place_chain(b, node, &keys[begin], depth);
		if (keys[begin].codes[depth] != keys[end - 1].codes[depth])
			break;
		size_t base = find_base(b, &keys[begin].codes[depth], 1);
		NCH_TRY(reserve_units(b, base + b->trie->codes + 1));
		node = take(b, node, base, keys[begin].codes[depth++]);
	}
	uint32_t *codes = nch_alloc(end - begin, sizeof *codes);
	size_t *starts = nch_alloc(end - begin + 1, sizeof *starts);
	nch_status status = codes != NULL && starts != NULL ? NCH_OK : nch_no_memory(b->error);
	if (status == NCH_OK) {
		size_t count = list_children(keys, begin, end, depth, codes, starts);
		size_t base = find_base(b, codes, count);
		status = reserve_units(b, base + b->trie->codes + 1);
		for (size_t i = 0; status == NCH_OK && i < count; i++)
			take(b, node, base, codes[i]);
		for (size_t i = 0; status == NCH_OK && i < count; i++)
			status = place_children(b, (uint32_t)base + codes[i], starts[i], starts[i + 1], depth + 1);
	}
	nch_free(codes);
	nch_free(starts);
	return status;
}

/* Sorts and places b->keys. Units below the number of codes stay free: bases would have to be negative to use them. */
static nch_status place_keys(builder *b, size_t count)
{
	NCH_TRY(reserve_units(b, 2 * (size_t)b->trie->codes + 1));
	b->first_free = b->trie->codes;
	b->trie->units[NCH_TRIE_ROOT].parent = NCH_TRIE_ROOT; /* taken; a step never comes here, since codes start at 1 */
	qsort(b->keys, count, sizeof *b->keys, compare_keys);
	return count > 0 ? place_children(b, NCH_TRIE_ROOT, 0, count, 0) : NCH_OK;
}

nch_status nch_trie_build(nch_trie *trie, const nch_trie_key *keys, size_t count, nch_error *error)
{
	*trie = (nch_trie){.codes = 1, .page_count = 1};
	builder b = {.trie = trie, .error = error};
	uint32_t *storage = NULL;
	size_t kept = 0;
	trie->pages = nch_alloc(0x110000 / 64, sizeof *trie->pages);
	nch_status status = trie->pages != NULL ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_grow(&trie->page_codes, &trie->page_capacity, 64, sizeof *trie->page_codes, error);
	if (status == NCH_OK) {
		memset(trie->page_codes, 0, 64 * sizeof *trie->page_codes);
		status = encode_keys(&b, keys, count, &kept, &storage);
	}
	if (status == NCH_OK)
		status = place_keys(&b, kept);
	nch_free(b.keys);
	nch_free(storage);
	return status;
}

nch_status nch_trie_build_coded(nch_trie *trie, nch_trie_coded_key *keys, size_t count, uint32_t codes, nch_error *error)
{
	*trie = (nch_trie){.codes = codes};
	builder b = {.trie = trie, .keys = keys, .error = error};
	for (size_t i = 0; i < count; i++) {
		keys[i].order = (uint32_t)i;
		trie->longest = keys[i].length > trie->longest ? keys[i].length : trie->longest;
	}
	return place_keys(&b, count);
}

void nch_trie_free(nch_trie *trie)
{
	nch_free(trie->units);
	nch_free(trie->pages);
	nch_free(trie->page_codes);
	*trie = (nch_trie){0};
}

int32_t nch_trie_longest(const nch_trie *trie, const char *text, size_t length, size_t *matched)
{
	uint32_t node = NCH_TRIE_ROOT;
	int32_t value = -1;
	*matched = 0;
	for (size_t at = 0; at < length;) {
		uint32_t code_point;
		at += nch_utf8_decode(text + at, length - at, &code_point);
		if (code_point == NCH_UTF8_BAD)
			break;
		node = nch_trie_step(trie, node, nch_trie_code(trie, code_point));
		if (node == NCH_TRIE_NONE)
			break;
		if (trie->units[node].value >= 0) {
			value = trie->units[node].value;
			*matched = at;
		}
	}
	return value;
}
