/* safetensors.c - the header of a safetensors file, believed in nothing.
 *
 * The header is one JSON object. It is not made into one tree, since a hostile header of 100 MB would make a tree of gigabytes:
 * its members are found one after the other, and each is parsed by itself, small as a tensor's entry must be. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/number.h"
#include "io/weights_private.h"

enum {
	MAX_HEADER = 100000000, /* what the format allows */
	MAX_ENTRY = 4096        /* bytes of one tensor's entry; eight dimensions take a few hundred */
};

struct reader {
	nch_weights *weights;
	const unsigned char *data; /* behind the header */
	size_t data_size;
	nch_arena *scratch; /* the entry that is being read */
	const char *where;
	nch_error *error;
};

/* --- the members of an object, one by one --- */

struct members {
	const char *text;
	size_t length, at;
	bool first;
};

struct slice {
	const char *text;
	size_t length;
};

static void skip_space(struct members *m)
{
	while (m->at < m->length && strchr(" \t\n\r", m->text[m->at]) != NULL && m->text[m->at] != '\0')
		m->at++;
}

static bool take(struct members *m, char c)
{
	skip_space(m);
	if (m->at >= m->length || m->text[m->at] != c)
		return false;
	m->at++;
	return true;
}

/* From a quote to behind the closing one. */
static bool skip_string(struct members *m)
{
	for (m->at++; m->at < m->length; m->at++) {
		if (m->text[m->at] == '"') {
			m->at++;
			return true;
		}
		if (m->text[m->at] == '\\')
			m->at++;
	}
	m->at = m->length;
	return false;
}

/* To the ',' or the bracket that ends a value; brackets within are counted, strings leapt over. */
static bool skip_value(struct members *m)
{
	size_t depth = 0;
	while (m->at < m->length) {
		char c = m->text[m->at];
		if (c == '"') {
			if (!skip_string(m))
				return false;
			continue;
		}
		if (depth == 0 && (c == ',' || c == '}' || c == ']'))
			return true;
		if (c == '{' || c == '[')
			depth++;
		else if (c == '}' || c == ']')
			depth--;
		m->at++;
	}
	return false;
}

static bool members_open(struct members *m, const char *text, size_t length)
{
	*m = (struct members){text, length, 0, true};
	return take(m, '{');
}

/* 1: the next member's name (with its quotes) and value, both still unread JSON; 0: the object ended, and nothing but blanks
 * follow it; -1: neither. */
static int members_next(struct members *m, struct slice *name, struct slice *value)
{
	if (take(m, '}')) {
		skip_space(m);
		return m->at == m->length ? 0 : -1;
	}
	if (!m->first && !take(m, ','))
		return -1;
	m->first = false;
	skip_space(m);
	size_t begin = m->at;
	if (begin >= m->length || m->text[begin] != '"' || !skip_string(m))
		return -1;
	*name = (struct slice){m->text + begin, m->at - begin};
	if (!take(m, ':'))
		return -1;
	skip_space(m);
	begin = m->at;
	if (!skip_value(m))
		return -1;
	*value = (struct slice){m->text + begin, m->at - begin};
	return 1;
}

/* --- entries --- */

/* A JSON string in the scratch arena, without a NUL inside. */
static nch_status read_text(struct reader *r, struct slice slice, const char **text)
{
	nch_json *value;
	NCH_TRY(nch_json_parse(slice.text, slice.length, r->where, r->scratch, &value, r->error));
	if (value->type != NCH_JSON_STRING)
		return nch_fail(r->error, NCH_FORMAT, "%s: its __metadata__ may hold texts only", r->where);
	if (strlen(value->text) != value->length)
		return nch_fail(r->error, NCH_FORMAT, "%s: a name or text in its header holds a NUL character", r->where);
	*text = value->text;
	return NCH_OK;
}

static const char *keep(struct reader *r, const char *text)
{
	return nch_arena_text(r->weights->arena, text, strlen(text));
}

static nch_status read_metadata(struct reader *r, struct slice object)
{
	struct members members;
	struct slice name, value;
	int more;

	if (object.length >= 4 && strncmp(object.text, "null", 4) == 0 && strspn(object.text + 4, " \t\r\n") >= object.length - 4)
		return NCH_OK; /* what some writers put for none */
	if (!members_open(&members, object.text, object.length))
		return nch_fail(r->error, NCH_FORMAT, "%s: its __metadata__ is no JSON object", r->where);
	while ((more = members_next(&members, &name, &value)) > 0) {
		nch_weights *w = r->weights;
		nch_metadata *pair;
		const char *text;
		nch_arena_reset(r->scratch);
		NCH_TRY(nch_grow(&w->metadata, &w->metadata_capacity, w->metadata_count + 1, sizeof *pair, r->error));
		pair = &w->metadata[w->metadata_count];
		NCH_TRY(read_text(r, name, &text));
		pair->key = keep(r, text);
		NCH_TRY(read_text(r, value, &text));
		pair->value = keep(r, text);
		if (pair->key == NULL || pair->value == NULL)
			return nch_no_memory(r->error);
		w->metadata_count++;
	}
	return more == 0 ? NCH_OK : nch_fail(r->error, NCH_FORMAT, "%s: its __metadata__ is no JSON object", r->where);
}

/* A whole number that is no less than 0. */
static bool read_size(const nch_json *value, size_t *size)
{
	int64_t number;
	if (value->type != NCH_JSON_NUMBER || !nch_number_read_integer(value->text, value->length, &number) || number < 0 ||
	    (uint64_t)number > SIZE_MAX)
		return false;
	*size = (size_t)number;
	return true;
}

static nch_status read_type(struct reader *r, const nch_json *entry, nch_weight *weight)
{
	const char *name = nch_json_text(entry, "dtype", NULL);
	if (name == NULL)
		return nch_fail(r->error, NCH_FORMAT, "%s: tensor \"%s\" has no dtype", r->where, weight->name);
	for (int type = 0; type < NCH_DTYPES; type++)
		if (strcmp(name, nch_dtype_name((nch_dtype)type)) == 0) {
			weight->type = (nch_dtype)type;
			return NCH_OK;
		}
	return nch_fail(r->error, NCH_FORMAT, "%s: tensor \"%s\" is of type \"%s\", which this program does not know", r->where,
	                weight->name, name);
}

static nch_status read_shape(struct reader *r, const nch_json *entry, nch_weight *weight)
{
	const nch_json *shape = nch_json_get(entry, "shape");
	if (shape == NULL || shape->type != NCH_JSON_ARRAY)
		return nch_fail(r->error, NCH_FORMAT, "%s: tensor \"%s\" has no shape", r->where, weight->name);
	if (shape->count > NCH_MAX_RANK)
		return nch_fail(r->error, NCH_FORMAT, "%s: tensor \"%s\" has %zu dimensions; at most %d are possible", r->where,
		                weight->name, shape->count, NCH_MAX_RANK);
	for (const nch_json *side = shape->first; side != NULL; side = side->next)
		if (!read_size(side, &weight->shape[weight->rank++]))
			return nch_fail(r->error, NCH_FORMAT, "%s: tensor \"%s\" has a shape that is not made of whole numbers", r->where,
			                weight->name);
	return NCH_OK;
}

static nch_status read_place(struct reader *r, const nch_json *entry, nch_weight *weight)
{
	const nch_json *offsets = nch_json_get(entry, "data_offsets");
	size_t begin, end, bytes;
	if (offsets == NULL || offsets->type != NCH_JSON_ARRAY || offsets->count != 2 || !read_size(offsets->first, &begin) ||
	    !read_size(offsets->first->next, &end))
		return nch_fail(r->error, NCH_FORMAT, "%s: tensor \"%s\" has no data_offsets [begin, end]", r->where, weight->name);
	if (begin > end || end > r->data_size)
		return nch_fail(r->error, NCH_FORMAT, "%s: tensor \"%s\" is said to lie at [%zu, %zu) of %zu bytes of data; is the file cut?",
		                r->where, weight->name, begin, end, r->data_size);
	if (!nch_weight_sizes(weight, &weight->count, &bytes) || bytes != end - begin)
		return nch_fail(r->error, NCH_FORMAT, "%s: tensor \"%s\": its shape and type do not make the %zu bytes that it is said to have",
		                r->where, weight->name, end - begin);
	weight->data = r->data + begin;
	return NCH_OK;
}

static nch_status read_tensor(struct reader *r, const char *name, struct slice value)
{
	nch_weight weight = {.name = keep(r, name)};
	nch_json *entry;

	if (weight.name == NULL)
		return nch_no_memory(r->error);
	if (value.length > MAX_ENTRY)
		return nch_fail(r->error, NCH_FORMAT, "%s: the entry of tensor \"%s\" takes %zu bytes; %d are enough for any", r->where, name,
		                value.length, MAX_ENTRY);
	NCH_TRY(nch_json_parse(value.text, value.length, r->where, r->scratch, &entry, r->error));
	if (entry->type != NCH_JSON_OBJECT)
		return nch_fail(r->error, NCH_FORMAT, "%s: the entry of tensor \"%s\" is no JSON object", r->where, name);
	NCH_TRY(read_type(r, entry, &weight));
	NCH_TRY(read_shape(r, entry, &weight));
	NCH_TRY(read_place(r, entry, &weight));
	return nch_weights_add(r->weights, &weight, r->error);
}

static nch_status read_entries(struct reader *r, const char *text, size_t length)
{
	struct members members;
	struct slice name_slice, value;
	bool metadata = false;
	int more;

	if (!members_open(&members, text, length))
		return nch_fail(r->error, NCH_FORMAT, "%s: its header is no JSON object; is it a safetensors file?", r->where);
	while ((more = members_next(&members, &name_slice, &value)) > 0) {
		const char *name;
		nch_arena_reset(r->scratch);
		NCH_TRY(read_text(r, name_slice, &name));
		if (strcmp(name, "__metadata__") != 0) {
			NCH_TRY(read_tensor(r, name, value));
		} else if (metadata) {
			return nch_fail(r->error, NCH_FORMAT, "%s: its header has two __metadata__", r->where);
		} else {
			metadata = true;
			NCH_TRY(read_metadata(r, value));
		}
	}
	return more == 0 ? NCH_OK : nch_fail(r->error, NCH_FORMAT, "%s: its header is no JSON object (at byte %zu)", r->where, members.at);
}

/* --- the data --- */

static int by_place(const void *a, const void *b)
{
	const nch_weight *x = a, *y = b;
	if (x->data != y->data)
		return (const unsigned char *)x->data < (const unsigned char *)y->data ? -1 : 1;
	if ((x->count == 0) != (y->count == 0)) /* an empty tensor lies before the one that begins where it does */
		return x->count == 0 ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* Every byte of the data belongs to one of the tensors from `before` on. */
static nch_status check_places(struct reader *r, size_t before)
{
	const unsigned char *at = r->data;
	size_t count = r->weights->count - before;
	nch_weight *list = NULL;
	if (count > 0) {
		list = r->weights->list + before;
		qsort(list, count, sizeof *list, by_place);
	}
	for (size_t i = 0; i < count; i++) {
		if (list[i].data != at)
			return nch_fail(r->error, NCH_FORMAT, "%s: %s tensor \"%s\"", r->where,
			                (const unsigned char *)list[i].data < at ? "two tensors share the bytes of" : "bytes of no tensor lie before",
			                list[i].name);
		at += list[i].count * nch_dtype_size(list[i].type);
	}
	if (at != r->data + r->data_size)
		return nch_fail(r->error, NCH_FORMAT, "%s: %zu bytes follow the last tensor", r->where,
		                (size_t)(r->data + r->data_size - at));
	return NCH_OK;
}

nch_status nch_safetensors_read(nch_weights *weights, const unsigned char *data, size_t size, const char *where, nch_error *error)
{
	struct reader r = {.weights = weights, .where = where, .error = error};
	uint64_t header = 0;
	size_t before = weights->count;

	if (size < 8)
		return nch_fail(error, NCH_FORMAT, "%s: has %zu bytes, too few for a safetensors file", where, size);
	for (int i = 7; i >= 0; i--)
		header = header << 8 | data[i];
	if (header > MAX_HEADER)
		return nch_fail(error, NCH_FORMAT, "%s: is no safetensors file (it says that its header has %llu bytes)", where,
		                (unsigned long long)header);
	if (header > size - 8)
		return nch_fail(error, NCH_FORMAT, "%s: ends within its header; is the file cut?", where);
	r.data = data + 8 + header;
	r.data_size = size - 8 - (size_t)header;
	r.scratch = nch_arena_new(4 * MAX_ENTRY);
	if (r.scratch == NULL)
		return nch_no_memory(error);
	nch_status status = read_entries(&r, (const char *)data + 8, (size_t)header);
	if (status == NCH_OK)
		status = check_places(&r, before);
	nch_arena_free(r.scratch);
	return status;
}
