/* pickle.c - a machine that reads pickles and runs nothing. The opcodes are those of CPython's Lib/pickletools.py. */
#include "io/pickle.h"

#include <string.h>

#include "base/memory.h"

enum {
	MAX_PICKLE = 32 << 20, /* bytes of one stream; a large model's names take less than one million */
	SLAB = 128,            /* nodes, or pointers to some, allocated at once */
};

struct machine {
	const unsigned char *data;
	size_t size, at;
	const char *const *names;
	const char *where;
	nch_arena *arena;
	nch_error *error;
	nch_pickle **stack; /* allocated: it grows and shrinks with the stream */
	size_t depth, stack_capacity;
	nch_pickle **memo;
	size_t memo_count, memo_capacity;
	nch_pickle *slab;
	nch_pickle **pointers;
	size_t slab_left, pointers_left;
	nch_pickle *last; /* PERSISTENT */
};

static nch_pickle mark = {.kind = NCH_PICKLE_MARK};

static nch_status fail(struct machine *m, const char *what)
{
	return nch_fail(m->error, NCH_FORMAT, "%s: a damaged pickle: %s (at byte %zu)", m->where, what, m->at);
}

/* --- reading and stacking --- */

static nch_status take(struct machine *m, size_t count, const unsigned char **bytes)
{
	if (m->size - m->at < count)
		return fail(m, "it ends too early");
	*bytes = m->data + m->at;
	m->at += count;
	return NCH_OK;
}

/* An unsigned number of `count` <= 8 bytes, lowest first. */
static nch_status take_number(struct machine *m, size_t count, uint64_t *number)
{
	const unsigned char *bytes = NULL;
	NCH_TRY(take(m, count, &bytes));
	*number = 0;
	for (size_t i = count; i-- > 0;)
		*number = *number << 8 | bytes[i];
	return NCH_OK;
}

static nch_pickle *new_node(struct machine *m, nch_pickle_kind kind)
{
	if (m->slab_left == 0) {
		m->slab = nch_arena_alloc(m->arena, SLAB, sizeof *m->slab);
		if (m->slab == NULL)
			return NULL;
		m->slab_left = SLAB;
	}
	nch_pickle *node = &m->slab[SLAB - m->slab_left--];
	memset(node, 0, sizeof *node);
	node->kind = kind;
	return node;
}

static nch_status push(struct machine *m, nch_pickle *value)
{
	if (value == NULL)
		return nch_no_memory(m->error);
	NCH_TRY(nch_grow(&m->stack, &m->stack_capacity, m->depth + 1, sizeof *m->stack, m->error));
	m->stack[m->depth++] = value;
	return NCH_OK;
}

static nch_status push_new(struct machine *m, nch_pickle_kind kind, nch_pickle **node)
{
	*node = new_node(m, kind);
	return push(m, *node);
}

/* The topmost value, which must not be a mark. */
static nch_status pop(struct machine *m, nch_pickle **value)
{
	if (m->depth == 0 || m->stack[m->depth - 1] == &mark)
		return fail(m, "nothing is on its stack");
	*value = m->stack[--m->depth];
	return NCH_OK;
}

static nch_status top(struct machine *m, nch_pickle **value)
{
	NCH_TRY(pop(m, value));
	m->depth++;
	return NCH_OK;
}

/* The values above the topmost mark stay where they are, at m->stack + *first; the stack ends where the mark was. */
static nch_status pop_mark(struct machine *m, size_t *first, size_t *count)
{
	size_t at = m->depth;
	while (at > 0 && m->stack[at - 1] != &mark)
		at--;
	if (at == 0)
		return fail(m, "a mark is missing");
	*first = at;
	*count = m->depth - at;
	m->depth = at - 1;
	return NCH_OK;
}

/* Room for the items of a node; a tuple's few come out of a block of many. */
static nch_pickle **new_items(struct machine *m, size_t count)
{
	if (count > SLAB)
		return nch_arena_alloc(m->arena, count, sizeof(nch_pickle *));
	if (m->pointers_left < count) {
		m->pointers = nch_arena_alloc(m->arena, 4 * SLAB, sizeof *m->pointers);
		if (m->pointers == NULL)
			return NULL;
		m->pointers_left = 4 * SLAB;
	}
	m->pointers_left -= count;
	return m->pointers + m->pointers_left;
}

/* Appends values to a node's items, which double when they are full. */
static nch_status add_items(struct machine *m, nch_pickle *node, nch_pickle *const *values, size_t count)
{
	if (node->capacity - node->count < count) {
		size_t capacity = node->capacity * 2 > node->count + count ? node->capacity * 2 : node->count + count;
		nch_pickle **items = new_items(m, capacity);
		if (items == NULL)
			return nch_no_memory(m->error);
		if (node->count > 0)
			memcpy(items, node->items, node->count * sizeof *items);
		node->items = items;
		node->capacity = capacity;
	}
	if (count > 0)
		memcpy(node->items + node->count, values, count * sizeof *values);
	node->count += count;
	return NCH_OK;
}

/* --- opcodes --- */

static nch_status push_integer(struct machine *m, nch_pickle_kind kind, int64_t integer)
{
	nch_pickle *node;
	NCH_TRY(push_new(m, kind, &node));
	node->integer = integer;
	return NCH_OK;
}

static nch_status push_unsigned(struct machine *m, size_t bytes)
{
	uint64_t number;
	NCH_TRY(take_number(m, bytes, &number));
	return push_integer(m, NCH_PICKLE_INTEGER, (int64_t)number);
}

/* LONG1, LONG4: two's complement of any length. */
static nch_status push_long(struct machine *m, size_t length_bytes)
{
	uint64_t length, number;
	const unsigned char *bytes = NULL;
	NCH_TRY(take_number(m, length_bytes, &length));
	if (length > m->size - m->at)
		return fail(m, "it ends too early");
	if (length > 8) {
		nch_pickle *node;
		NCH_TRY(take(m, (size_t)length, &bytes));
		NCH_TRY(push_new(m, NCH_PICKLE_LONG, &node));
		node->text = (const char *)bytes;
		node->length = (size_t)length;
		return NCH_OK;
	}
	NCH_TRY(take_number(m, (size_t)length, &number));
	if (length > 0 && length < 8 && (number >> (8 * length - 1) & 1))
		number |= ~(uint64_t)0 << 8 * length; /* the sign goes on */
	int64_t value;
	memcpy(&value, &number, sizeof value);
	return push_integer(m, NCH_PICKLE_INTEGER, value);
}

static nch_status push_int32(struct machine *m)
{
	uint64_t number;
	NCH_TRY(take_number(m, 4, &number));
	return push_integer(m, NCH_PICKLE_INTEGER, number < 0x80000000u ? (int64_t)number : (int64_t)number - ((int64_t)1 << 32));
}

static nch_status push_real(struct machine *m) /* highest byte first */
{
	const unsigned char *bytes = NULL;
	uint64_t bits = 0;
	nch_pickle *node;
	NCH_TRY(take(m, 8, &bytes));
	for (int i = 0; i < 8; i++)
		bits = bits << 8 | bytes[i];
	NCH_TRY(push_new(m, NCH_PICKLE_REAL, &node));
	memcpy(&node->real, &bits, sizeof bits);
	return NCH_OK;
}

static nch_status push_text(struct machine *m, size_t length_bytes)
{
	uint64_t length;
	const unsigned char *bytes = NULL;
	nch_pickle *node;
	NCH_TRY(take_number(m, length_bytes, &length));
	if (length > m->size - m->at)
		return fail(m, "a text goes beyond its end");
	NCH_TRY(take(m, (size_t)length, &bytes));
	NCH_TRY(push_new(m, NCH_PICKLE_TEXT, &node));
	node->text = (const char *)bytes;
	node->length = (size_t)length;
	return NCH_OK;
}

static nch_status push_global(struct machine *m, const char *text, size_t length)
{
	nch_pickle *node;
	for (const char *const *name = m->names; *name != NULL; name++)
		if (strlen(*name) == length && memcmp(*name, text, length) == 0) {
			NCH_TRY(push_new(m, NCH_PICKLE_GLOBAL, &node));
			node->text = *name;
			node->length = length;
			return NCH_OK;
		}
	char shown[81];
	size_t part = length < sizeof shown - 1 ? length : sizeof shown - 1;
	for (size_t i = 0; i < part; i++)
		shown[i] = text[i] == '\n' ? '.' : text[i] >= ' ' && text[i] < 127 ? text[i] : '?';
	shown[part] = '\0';
	return nch_fail(m->error, NCH_FORMAT, "%s: wants %s, which has no place among weights; nothing from a file is run", m->where, shown);
}

/* GLOBAL: "module\nname\n" */
static nch_status take_global(struct machine *m)
{
	size_t begin = m->at, lines = 0;
	while (m->at < m->size && lines < 2)
		lines += m->data[m->at++] == '\n';
	if (lines < 2)
		return fail(m, "it ends too early");
	return push_global(m, (const char *)m->data + begin, m->at - 1 - begin);
}

/* STACK_GLOBAL: module and name are two texts on the stack. */
static nch_status stack_global(struct machine *m)
{
	nch_pickle *module, *name;
	char text[160];
	NCH_TRY(pop(m, &name));
	NCH_TRY(pop(m, &module));
	if (module->kind != NCH_PICKLE_TEXT || name->kind != NCH_PICKLE_TEXT || module->length + 1 + name->length > sizeof text)
		return fail(m, "a global without a name");
	memcpy(text, module->text, module->length);
	text[module->length] = '\n';
	memcpy(text + module->length + 1, name->text, name->length);
	return push_global(m, text, module->length + 1 + name->length);
}

/* A tuple (list, dict) of what lies above the mark. */
static nch_status collect(struct machine *m, nch_pickle_kind kind)
{
	size_t first, count;
	nch_pickle *node = new_node(m, kind);
	NCH_TRY(pop_mark(m, &first, &count));
	if (node == NULL)
		return nch_no_memory(m->error);
	if (kind == NCH_PICKLE_DICT && count % 2 != 0)
		return fail(m, "a key without a value");
	NCH_TRY(add_items(m, node, m->stack + first, count));
	return push(m, node);
}

/* A tuple of the topmost `count` values. */
static nch_status short_tuple(struct machine *m, size_t count)
{
	nch_pickle *parts[3], *node = new_node(m, NCH_PICKLE_TUPLE);
	for (size_t i = count; i-- > 0;)
		NCH_TRY(pop(m, &parts[i]));
	if (node == NULL)
		return nch_no_memory(m->error);
	NCH_TRY(add_items(m, node, parts, count));
	return push(m, node);
}

/* APPEND(S), SETITEM(S): the values at m->stack + first go into the container below them, which is now the top. */
static nch_status put_into(struct machine *m, bool pairs, size_t first, size_t count)
{
	nch_pickle *target;
	NCH_TRY(top(m, &target));
	bool fits = pairs ? target->kind == NCH_PICKLE_DICT || target->kind == NCH_PICKLE_CALL : target->kind == NCH_PICKLE_LIST;
	if (!fits || (pairs && count % 2 != 0))
		return fail(m, "items for what is no container");
	return add_items(m, target, m->stack + first, count);
}

static nch_status put_marked(struct machine *m, bool pairs)
{
	size_t first, count;
	NCH_TRY(pop_mark(m, &first, &count));
	return put_into(m, pairs, first, count);
}

static nch_status put_top(struct machine *m, bool pairs)
{
	size_t count = pairs ? 2 : 1;
	nch_pickle *value;
	for (size_t i = 0; i < count; i++)
		NCH_TRY(pop(m, &value));
	return put_into(m, pairs, m->depth, count);
}

/* REDUCE: what would be a call becomes a node. */
static nch_status call(struct machine *m)
{
	nch_pickle *parts[2], *node = new_node(m, NCH_PICKLE_CALL);
	NCH_TRY(pop(m, &parts[1]));
	NCH_TRY(pop(m, &parts[0]));
	if (parts[0]->kind != NCH_PICKLE_GLOBAL || parts[1]->kind != NCH_PICKLE_TUPLE)
		return fail(m, "a call of what is no function");
	if (node == NULL)
		return nch_no_memory(m->error);
	NCH_TRY(add_items(m, node, parts, 2));
	return push(m, node);
}

static nch_status persistent(struct machine *m)
{
	nch_pickle *parts[2] = {NULL, m->last}, *node = new_node(m, NCH_PICKLE_PERSISTENT);
	NCH_TRY(pop(m, &parts[0]));
	if (node == NULL)
		return nch_no_memory(m->error);
	NCH_TRY(add_items(m, node, parts, m->last != NULL ? 2 : 1));
	m->last = node;
	return push(m, node);
}

/* The memo: values by number, so that one may stand in several places. A number needs a byte of the stream at least. */
static nch_status memo_put(struct machine *m, uint64_t index)
{
	nch_pickle *value;
	NCH_TRY(top(m, &value));
	if (index > m->at)
		return fail(m, "a memo number beyond reason");
	NCH_TRY(nch_grow(&m->memo, &m->memo_capacity, (size_t)index + 1, sizeof *m->memo, m->error));
	while (m->memo_count <= index)
		m->memo[m->memo_count++] = NULL;
	m->memo[index] = value;
	return NCH_OK;
}

static nch_status memo_put_numbered(struct machine *m, size_t bytes)
{
	uint64_t index;
	NCH_TRY(take_number(m, bytes, &index));
	return memo_put(m, index);
}

static nch_status memo_get(struct machine *m, size_t bytes)
{
	uint64_t index;
	NCH_TRY(take_number(m, bytes, &index));
	if (index >= m->memo_count || m->memo[index] == NULL)
		return fail(m, "a memo number that was never set");
	return push(m, m->memo[index]);
}

static nch_status protocol(struct machine *m)
{
	uint64_t number;
	NCH_TRY(take_number(m, 1, &number));
	return number >= 2 && number <= 5 ? NCH_OK : fail(m, "its protocol is unknown");
}

static nch_status frame(struct machine *m)
{
	uint64_t length;
	NCH_TRY(take_number(m, 8, &length));
	return length <= m->size - m->at ? NCH_OK : fail(m, "a frame goes beyond its end");
}

static nch_status discard(struct machine *m) /* POP, and BUILD: attributes of an object, of no account here */
{
	nch_pickle *value;
	return pop(m, &value);
}

static nch_status step(struct machine *m, unsigned char opcode)
{
	nch_pickle *node;
	switch (opcode) {
	case 0x80: return protocol(m);
	case 0x95: return frame(m);
	case '(': return push(m, &mark);
	case '0': return discard(m);
	case 'b': return discard(m);
	case 'N': return push_new(m, NCH_PICKLE_NONE, &node);
	case 0x88: return push_integer(m, NCH_PICKLE_BOOL, 1);
	case 0x89: return push_integer(m, NCH_PICKLE_BOOL, 0);
	case 'K': return push_unsigned(m, 1);
	case 'M': return push_unsigned(m, 2);
	case 'J': return push_int32(m);
	case 0x8A: return push_long(m, 1);
	case 0x8B: return push_long(m, 4);
	case 'G': return push_real(m);
	case 'U': case 'C': case 0x8C: return push_text(m, 1);
	case 'T': case 'B': case 'X': return push_text(m, 4);
	case 0x8D: case 0x8E: return push_text(m, 8);
	case ')': return push_new(m, NCH_PICKLE_TUPLE, &node);
	case ']': return push_new(m, NCH_PICKLE_LIST, &node);
	case '}': return push_new(m, NCH_PICKLE_DICT, &node);
	case 't': return collect(m, NCH_PICKLE_TUPLE);
	case 'l': return collect(m, NCH_PICKLE_LIST);
	case 'd': return collect(m, NCH_PICKLE_DICT);
	case 0x85: return short_tuple(m, 1);
	case 0x86: return short_tuple(m, 2);
	case 0x87: return short_tuple(m, 3);
	case 'a': return put_top(m, false);
	case 'e': return put_marked(m, false);
	case 's': return put_top(m, true);
	case 'u': return put_marked(m, true);
	case 'c': return take_global(m);
	case 0x93: return stack_global(m);
	case 'R': return call(m);
	case 'Q': return persistent(m);
	case 'q': return memo_put_numbered(m, 1);
	case 'r': return memo_put_numbered(m, 4);
	case 0x94: return memo_put(m, m->memo_count);
	case 'h': return memo_get(m, 1);
	case 'j': return memo_get(m, 4);
	default: return nch_fail(m->error, NCH_FORMAT, "%s: a pickle with the opcode 0x%02x, which no weights need (at byte %zu)", m->where, opcode, m->at - 1);
	}
}

static nch_status run(struct machine *m, const nch_pickle **value)
{
	const unsigned char *opcode = NULL;
	nch_pickle *result;
	for (;;) {
		NCH_TRY(take(m, 1, &opcode));
		if (*opcode == '.')
			break;
		NCH_TRY(step(m, *opcode));
	}
	NCH_TRY(pop(m, &result));
	*value = result;
	return NCH_OK;
}

nch_status nch_pickle_read(const unsigned char *data, size_t size, nch_pickle_names names, const char *where, nch_arena *arena,
                           const nch_pickle **value, const nch_pickle **last, size_t *used, nch_error *error)
{
	struct machine m = {.data = data, .size = size < MAX_PICKLE ? size : MAX_PICKLE, .names = names, .where = where, .arena = arena,
	                    .error = error};
	nch_status status = run(&m, value);
	*used = m.at;
	*last = m.last;
	nch_free(m.stack);
	nch_free(m.memo);
	return status;
}

bool nch_pickle_is_text(const nch_pickle *value, const char *text)
{
	return (value->kind == NCH_PICKLE_TEXT || value->kind == NCH_PICKLE_GLOBAL) && value->length == strlen(text) &&
	       memcmp(value->text, text, value->length) == 0;
}

const nch_pickle *nch_pickle_call(const nch_pickle *value, const char *function, size_t arguments)
{
	if (value->kind != NCH_PICKLE_CALL || !nch_pickle_is_text(value->items[0], function) || value->items[1]->count < arguments)
		return NULL;
	return value->items[1];
}
