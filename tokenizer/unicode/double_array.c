/* double_array.c - see double_array.h: the rules of a normalizer, walked a byte a step.
 *
 * The keys at (7), be (8), by (9) and it (7), as a tree and as the units that are in use; the numbers in the tree are those of the units:
 *
 *                0                 unit      0     1     2     3     4     5     6     7     9    26
 *           a /  |b  \ i           label     -     a     b     t     -     -     e     -     i     y
 *            1   2     9           offset   96   118    97     7     -     -     3     -   126    29
 *         t /  e/ \y    \ t        ends                        *                 *                 *
 *          3   6   26   3          value                             7     8           9
 *          |   |    |
 *          4   5    7
 *
 * A step is two exclusive ors: from the root to b it is 0 ^ 96 ^ 'b' = 2, and the label there is b. From 2 to y it is 2 ^ 97 ^ 'y' = 26; a key
 * ends there, so its value is in the child for byte 0: 26 ^ 29 ^ 0 = 7. A unit does not know its parent, so what a and i
 * go on with is stored once: 1 ^ 118 and 9 ^ 126 are both 119. */
#include "tokenizer/unicode/double_array.h"

#include <string.h>

#include "base/memory.h"

#define LEAF_BIT 0x80000000u
#define NO_UNIT UINT32_MAX

static uint32_t unit_at(const nch_double_array *array, size_t index)
{
	const unsigned char *p = array->units + 4 * index;
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t unit_label(uint32_t unit)
{
	return unit & (LEAF_BIT | 0xFF);
}

static uint32_t unit_offset(uint32_t unit)
{
	return unit >> 10 << ((unit & 1u << 9) >> 6);
}

static bool unit_has_value(uint32_t unit)
{
	return unit >> 8 & 1;
}

size_t nch_double_array_longest(const nch_double_array *array, const char *text, size_t length, uint32_t *value)
{
	size_t longest = 0;
	if (array->count == 0)
		return 0;
	size_t node = unit_offset(unit_at(array, 0)); /* already moved by the offset: children stand at node ^ byte */
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)text[i];
		node ^= byte;
		if (node >= array->count)
			break;
		uint32_t unit = unit_at(array, node);
		if (unit_label(unit) != byte)
			break;
		node ^= unit_offset(unit);
		if (unit_has_value(unit) && node < array->count) {
			longest = i + 1;
			*value = unit_at(array, node) & ~LEAF_BIT;
		}
	}
	return longest;
}

/* A node's children may stand at 255 places, and it has two or three. So sixteen units at a time are asked whether any has the label that a child
 * would have there. They lie in one piece: the place of label b is children ^ b. (Vectors of the compilers, as in base/utf8.c.) */
typedef uint8_t bytes16 __attribute__((vector_size(16)));

typedef struct label_blocks {
	bytes16 label[16][4]; /* [children % 16]: in the first byte of each of sixteen units, the label that belongs there, less a multiple of
	                         sixteen */
} label_blocks;

static void make_label_blocks(label_blocks *blocks)
{
	memset(blocks, 0, sizeof *blocks);
	for (unsigned turn = 0; turn < 16; turn++)
		for (unsigned unit = 0; unit < 16; unit++)
			blocks->label[turn][unit / 4][unit % 4 * 4] = (uint8_t)(unit ^ turn);
}

/* Whether one of the labels first … first + 15 (first a multiple of sixteen) may be a child's. */
static bool may_have_child(const nch_double_array *array, const label_blocks *blocks, size_t children, unsigned first)
{
	static const bytes16 first_bytes = {255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0}, nothing;
	size_t begin = (children ^ first) & ~(size_t)15;
	if (begin >= array->count || array->count - begin < 16)
		return true;
	bytes16 found = {0};
	for (size_t i = 0; i < 4; i++) {
		bytes16 units;
		memcpy(&units, array->units + 4 * begin + 16 * i, sizeof units);
		found |= (bytes16)(units == (blocks->label[children % 16][i] | (uint8_t)first));
	}
	found &= first_bytes;
	return memcmp(&found, &nothing, sizeof found) != 0;
}

bool nch_double_array_walk(const nch_double_array *array, size_t limit, nch_double_array_visit *visit, void *context)
{
	label_blocks blocks;
	make_label_blocks(&blocks);
	char key[256];
	size_t nodes[256];      /* nodes[d]: where the children of the first d bytes stand */
	unsigned next_byte[256]; /* the next label to try at that depth */
	size_t depth = 0;
	if (array->count == 0)
		return true;
	nodes[0] = unit_offset(unit_at(array, 0));
	next_byte[0] = 1; /* a key holds no NUL: label 0 is the mark of a value */
	while (true) {
		if (next_byte[depth] > 255) {
			if (depth == 0)
				return true;
			depth--;
			continue;
		}
		if (next_byte[depth] % 16 == 0 && !may_have_child(array, &blocks, nodes[depth], next_byte[depth])) {
			next_byte[depth] += 16;
			continue;
		}
		unsigned byte = next_byte[depth]++;
		size_t node = nodes[depth] ^ byte;
		if (node >= array->count || unit_label(unit_at(array, node)) != byte)
			continue;
		if (limit-- == 0 || depth + 1 == sizeof key)
			return false;
		uint32_t unit = unit_at(array, node);
		key[depth++] = (char)byte;
		nodes[depth] = node ^ unit_offset(unit);
		next_byte[depth] = 1;
		if (unit_has_value(unit) && nodes[depth] < array->count)
			visit(context, key, depth, unit_at(array, nodes[depth]) & ~LEAF_BIT);
	}
}

/* --- building --- */

/* The endings of the keys below some node that was placed. */
typedef struct subtree {
	uint64_t hash;
	size_t begin, end, depth;
	uint32_t base; /* where its children stand; 0: an empty slot */
} subtree;

typedef struct builder {
	const nch_double_array_key *keys;
	subtree *subtrees; /* open addressing */
	size_t subtree_slots, subtree_count;
	uint32_t *units;
	uint32_t *next_free; /* the free unit after a free one; NO_UNIT at the end; of taken ones meaningless */
	uint32_t *previous_free;
	unsigned char *taken; /* bit 0: the unit is in use; bit 1: some node's children are placed by this base */
	size_t count, capacity[4];
	uint32_t first_free, last_free;
	nch_error *error;
} builder;

static nch_status add_block(builder *b)
{
	size_t count = b->count + 256;
	NCH_TRY(nch_grow(&b->units, &b->capacity[0], count, sizeof *b->units, b->error));
	NCH_TRY(nch_grow(&b->next_free, &b->capacity[1], count, sizeof *b->next_free, b->error));
	NCH_TRY(nch_grow(&b->previous_free, &b->capacity[2], count, sizeof *b->previous_free, b->error));
	NCH_TRY(nch_grow(&b->taken, &b->capacity[3], count, sizeof *b->taken, b->error));
	for (size_t i = b->count; i < count; i++) {
		uint32_t index = (uint32_t)i;
		b->units[i] = 0;
		b->taken[i] = 0;
		b->next_free[i] = NO_UNIT;
		b->previous_free[i] = b->last_free;
		if (b->last_free == NO_UNIT)
			b->first_free = index;
		else
			b->next_free[b->last_free] = index;
		b->last_free = index;
	}
	b->count = count;
	return NCH_OK;
}

static void take_unit(builder *b, uint32_t index)
{
	uint32_t previous = b->previous_free[index], next = b->next_free[index];
	b->taken[index] |= 1;
	if (previous == NO_UNIT)
		b->first_free = next;
	else
		b->next_free[previous] = next;
	if (next == NO_UNIT)
		b->last_free = previous;
	else
		b->previous_free[next] = previous;
}

/* An offset has 21 bits, or 29 of which the lowest 8 are zero. */
static bool offset_fits(uint32_t offset)
{
	return offset < 1u << 21 || ((offset & 0xFF) == 0 && offset < 1u << 29);
}

static bool base_fits(const builder *b, uint32_t node, uint32_t base, const unsigned char *labels, size_t count)
{
	if (base == 0 || b->taken[base] & 2 || !offset_fits(node ^ base))
		return false;
	for (size_t i = 0; i < count; i++)
		if (b->taken[base ^ labels[i]] & 1) /* the XOR with a byte stays inside the block of 256 */
			return false;
	return true;
}

/* Where the children of `node` can stand together. */
static nch_status find_base(builder *b, uint32_t node, const unsigned char *labels, size_t count, uint32_t *base)
{
	for (;;) {
		for (uint32_t at = b->first_free; at != NO_UNIT; at = b->next_free[at]) {
			*base = at ^ labels[0];
			if (base_fits(b, node, *base, labels, count))
				return NCH_OK;
		}
		if (b->count >= 1u << 28)
			return nch_fail(b->error, NCH_DATA, "too many keys for a double array");
		NCH_TRY(add_block(b));
	}
}

/* --- equal endings are stored once: rules for ᄀ, ㄱ and ﾡ go on alike, since a unit does not know its parent --- */

static uint64_t hash_endings(const builder *b, size_t begin, size_t end, size_t depth)
{
	uint64_t hash = 14695981039346656037u;
	for (size_t i = begin; i < end; i++) {
		const nch_double_array_key *key = &b->keys[i];
		for (size_t k = depth; k < key->length; k++)
			hash = (hash ^ (unsigned char)key->text[k]) * 1099511628211u;
		hash = (hash ^ 0x100 ^ (uint64_t)key->value << 9) * 1099511628211u;
		hash ^= hash >> 31;
	}
	return hash;
}

static bool same_endings(const builder *b, const subtree *a, size_t begin, size_t end, size_t depth)
{
	if (a->end - a->begin != end - begin)
		return false;
	for (size_t i = 0; i < end - begin; i++) {
		const nch_double_array_key *left = &b->keys[a->begin + i], *right = &b->keys[begin + i];
		if (left->length - a->depth != right->length - depth || left->value != right->value ||
		    memcmp(left->text + a->depth, right->text + depth, right->length - depth) != 0)
			return false;
	}
	return true;
}

/* The slot of the subtree, or the empty one where it belongs. */
static subtree *find_subtree(const builder *b, uint64_t hash, size_t begin, size_t end, size_t depth)
{
	size_t slot = (size_t)hash & (b->subtree_slots - 1);
	for (;; slot = (slot + 1) & (b->subtree_slots - 1)) {
		subtree *s = &b->subtrees[slot];
		if (s->base == 0 || (s->hash == hash && same_endings(b, s, begin, end, depth)))
			return s;
	}
}

static nch_status grow_subtrees(builder *b)
{
	if (b->subtree_count * 2 < b->subtree_slots)
		return NCH_OK;
	subtree *old = b->subtrees;
	size_t old_slots = b->subtree_slots;
	b->subtree_slots = old_slots == 0 ? 1024 : old_slots * 2;
	b->subtrees = nch_alloc(b->subtree_slots, sizeof *b->subtrees);
	if (b->subtrees == NULL) {
		b->subtrees = old;
		b->subtree_slots = old_slots;
		return nch_no_memory(b->error);
	}
	for (size_t i = 0; i < old_slots; i++)
		if (old[i].base != 0)
			*find_subtree(b, old[i].hash, old[i].begin, old[i].end, old[i].depth) = old[i];
	nch_free(old);
	return NCH_OK;
}

static void set_offset(builder *b, uint32_t node, uint32_t base)
{
	uint32_t offset = node ^ base;
	b->units[node] |= offset < 1u << 21 ? offset << 10 : offset << 2 | 1u << 9;
}

/* Places the children of `node`, which stands for the first `depth` bytes of keys[begin..end). The recursion is as deep as the
 * longest key, at most 255. */
static nch_status place_children(builder *b, uint32_t node, size_t begin, size_t end, size_t depth)
{
	unsigned char labels[256];
	size_t starts[257], count = 0;
	for (size_t i = begin; i < end; i++) {
		unsigned char label = depth < b->keys[i].length ? (unsigned char)b->keys[i].text[depth] : 0;
		if (count == 0 || label != labels[count - 1]) {
			labels[count] = label;
			starts[count++] = i;
		}
	}
	starts[count] = end;
	if (labels[0] == 0) /* a key ends here */
		b->units[node] |= 1u << 8;
	NCH_TRY(grow_subtrees(b));
	uint64_t hash = hash_endings(b, begin, end, depth);
	subtree *known = find_subtree(b, hash, begin, end, depth);
	if (known->base != 0 && offset_fits(node ^ known->base)) {
		set_offset(b, node, known->base);
		return NCH_OK;
	}
	uint32_t base = 0;
	NCH_TRY(find_base(b, node, labels, count, &base));
	b->subtree_count += known->base == 0;
	*known = (subtree){hash, begin, end, depth, base};
	set_offset(b, node, base);
	b->taken[base] |= 2;
	for (size_t i = 0; i < count; i++) {
		take_unit(b, base ^ labels[i]);
		b->units[base ^ labels[i]] = labels[i];
	}
	if (labels[0] == 0)
		b->units[base] = b->keys[begin].value | LEAF_BIT;
	for (size_t i = labels[0] == 0 ? 1 : 0; i < count; i++)
		NCH_TRY(place_children(b, base ^ labels[i], starts[i], starts[i + 1], depth + 1));
	return NCH_OK;
}

/* A unit that nobody uses must not look like a child. Its label is made so that only a node with a base that no node has
 * could take it for one; such a base exists in every block with a free unit. */
static void close_free_units(builder *b)
{
	for (size_t block = 0; block < b->count; block += 256) {
		size_t unused = block;
		while (unused < block + 255 && b->taken[unused] & 2)
			unused++;
		for (size_t i = block; i < block + 256; i++)
			if (!(b->taken[i] & 1))
				b->units[i] = (uint32_t)((i ^ unused) & 0xFF);
	}
}

static nch_status check_keys(const nch_double_array_key *keys, size_t count, nch_error *error)
{
	for (size_t i = 0; i < count; i++) {
		if (keys[i].length == 0 || keys[i].length > 254 || memchr(keys[i].text, 0, keys[i].length) || keys[i].value & LEAF_BIT)
			return nch_fail(error, NCH_DATA, "a key of a double array must have 1 to 254 bytes other than NUL");
		if (i == 0)
			continue;
		size_t shorter = keys[i - 1].length < keys[i].length ? keys[i - 1].length : keys[i].length;
		int order = memcmp(keys[i - 1].text, keys[i].text, shorter);
		if (order > 0 || (order == 0 && keys[i - 1].length >= keys[i].length))
			return nch_fail(error, NCH_DATA, "the keys of a double array must be sorted and distinct");
	}
	return NCH_OK;
}

nch_status nch_double_array_build(const nch_double_array_key *keys, size_t count, nch_buffer *units, nch_error *error)
{
	NCH_TRY(check_keys(keys, count, error));
	builder b = {.keys = keys, .first_free = NO_UNIT, .last_free = NO_UNIT, .error = error};
	nch_status status = add_block(&b);
	if (status == NCH_OK) {
		take_unit(&b, 0);
		b.taken[0] |= 2; /* no children may be placed by base 0: the root's own unit would be the child for byte 0 */
		if (count > 0)
			status = place_children(&b, 0, 0, count, 0);
	}
	if (status == NCH_OK) {
		close_free_units(&b);
		for (size_t i = 0; i < b.count; i++)
			for (int shift = 0; shift < 32; shift += 8)
				nch_buffer_byte(units, (int)(b.units[i] >> shift & 0xFF));
		status = nch_buffer_check(units, error);
	}
	nch_free(b.units);
	nch_free(b.next_free);
	nch_free(b.previous_free);
	nch_free(b.taken);
	nch_free(b.subtrees);
	return status;
}
