/* torch.c - what torch.save writes of a state dict: names, and tensors that are views of storages.
 *
 * Since 1.6 the file is a zip archive: the pickle in NAME/data.pkl, each storage by itself in NAME/data/KEY, stored and aligned, so that
 * tensors can be mapped. Before, it was a stream: magic number, protocol and system in a pickle each, then the object's, then the list of the
 * keys, then each storage with its length before it. In both, the pickle holds calls of a handful of functions, which are
 * understood here and run nowhere. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "io/pickle.h"
#include "io/weights_private.h"
#include "io/zip.h"

enum { MAX_PKL = 32 << 20 }; /* bytes of a deflated data.pkl */

#define ORDERED_DICT "collections\nOrderedDict"
#define REBUILD "torch._utils\n_rebuild_tensor"
#define REBUILD_V2 "torch._utils\n_rebuild_tensor_v2"
#define PARAMETER "torch._utils\n_rebuild_parameter"
#define SIZE "torch\nSize"

static const struct {
	const char *name;
	nch_dtype type;
} storages[] = {
	{"torch\nFloatStorage", NCH_F32}, {"torch\nHalfStorage", NCH_F16},  {"torch\nBFloat16Storage", NCH_BF16}, {"torch\nDoubleStorage", NCH_F64},
	{"torch\nLongStorage", NCH_I64},  {"torch\nIntStorage", NCH_I32},   {"torch\nShortStorage", NCH_I16},     {"torch\nCharStorage", NCH_I8},
	{"torch\nByteStorage", NCH_U8},   {"torch\nBoolStorage", NCH_BOOL},
};

/* All that may be named; of these, nothing is ever called. */
static nch_pickle_names names = {
	ORDERED_DICT, REBUILD, REBUILD_V2, PARAMETER, SIZE, "torch\nFloatStorage", "torch\nHalfStorage", "torch\nBFloat16Storage",
	"torch\nDoubleStorage", "torch\nLongStorage", "torch\nIntStorage", "torch\nShortStorage", "torch\nCharStorage", "torch\nByteStorage",
	"torch\nBoolStorage", NULL,
};

/* A storage: numbers in a row, of which tensors are views. */
typedef struct storage {
	const char *key; /* not NUL-terminated */
	size_t key_length;
	nch_dtype type;
	size_t count; /* elements, as the pickle claims until the data are found */
	const unsigned char *data;
} storage;

/* A tensor of the pickle; `storage` is its place in the list of storages. */
typedef struct view {
	nch_weight weight;
	size_t storage, offset;
	size_t stride[NCH_MAX_RANK];
} view;

struct reader {
	nch_weights *weights;
	const unsigned char *data;
	size_t size;
	const char *where;
	nch_arena *arena; /* of the pickles */
	storage *storages;
	size_t storage_count, storage_capacity;
	view *views;
	size_t view_count, view_capacity;
	nch_error *error;
};

static nch_status fail(struct reader *r, const char *name, const char *what)
{
	return nch_fail(r->error, NCH_FORMAT, "%s: tensor \"%s\" %s", r->where, name, what);
}

/* --- the pickled objects --- */

static bool read_size(const nch_pickle *value, size_t *size)
{
	if (value->kind != NCH_PICKLE_INTEGER || value->integer < 0 || (uint64_t)value->integer > SIZE_MAX)
		return false;
	*size = (size_t)value->integer;
	return true;
}

/* ('storage', torch.FloatStorage, key, 'cpu', count [, view]) */
static nch_status read_storage(struct reader *r, const nch_pickle *value, const char *name, size_t *index)
{
	const nch_pickle *id = value->kind == NCH_PICKLE_PERSISTENT ? value->items[0] : NULL;
	storage s = {0};
	size_t type = 0;
	if (id == NULL || id->kind != NCH_PICKLE_TUPLE || id->count < 5 || !nch_pickle_is_text(id->items[0], "storage") ||
	    id->items[2]->kind != NCH_PICKLE_TEXT || !read_size(id->items[4], &s.count))
		return fail(r, name, "has no storage that can be read");
	while (type < sizeof storages / sizeof *storages && !nch_pickle_is_text(id->items[1], storages[type].name))
		type++;
	if (type == sizeof storages / sizeof *storages)
		return fail(r, name, "has a storage of an unknown type");
	if (id->count > 5 && id->items[5]->kind != NCH_PICKLE_NONE)
		return fail(r, name, "has a storage that is a part of another; save it anew with a newer torch");
	s.key = id->items[2]->text;
	s.key_length = id->items[2]->length;
	s.type = storages[type].type;
	NCH_TRY(nch_grow(&r->storages, &r->storage_capacity, r->storage_count + 1, sizeof s, r->error));
	*index = r->storage_count;
	r->storages[r->storage_count++] = s;
	return NCH_OK;
}

/* A tuple of sizes, or torch.Size of one. */
static bool read_sizes(const nch_pickle *value, size_t *sizes, size_t *count)
{
	const nch_pickle *arguments = nch_pickle_call(value, SIZE, 1);
	const nch_pickle *tuple = arguments != NULL ? arguments->items[0] : value;
	if (tuple->kind != NCH_PICKLE_TUPLE || tuple->count > NCH_MAX_RANK)
		return false;
	*count = tuple->count;
	for (size_t d = 0; d < tuple->count; d++)
		if (!read_size(tuple->items[d], &sizes[d]))
			return false;
	return true;
}

/* _rebuild_tensor_v2(storage, offset, size, stride, …) */
static nch_status read_tensor(struct reader *r, const char *name, const nch_pickle *arguments)
{
	view v = {.weight = {.name = name}};
	size_t strides;
	if (!read_size(arguments->items[1], &v.offset) || !read_sizes(arguments->items[2], v.weight.shape, &v.weight.rank) ||
	    !read_sizes(arguments->items[3], v.stride, &strides) || strides != v.weight.rank)
		return fail(r, name, "has a shape that cannot be read (at most 8 dimensions)");
	NCH_TRY(read_storage(r, arguments->items[0], name, &v.storage));
	v.weight.type = r->storages[v.storage].type;
	NCH_TRY(nch_grow(&r->views, &r->view_capacity, r->view_count + 1, sizeof v, r->error));
	r->views[r->view_count++] = v;
	return NCH_OK;
}

/* The arguments of the call that makes a tensor; NULL: the value is none. */
static const nch_pickle *tensor_arguments(const nch_pickle *value)
{
	const nch_pickle *arguments = nch_pickle_call(value, PARAMETER, 1);
	if (arguments != NULL)
		value = arguments->items[0];
	arguments = nch_pickle_call(value, REBUILD_V2, 4);
	return arguments != NULL ? arguments : nch_pickle_call(value, REBUILD, 4);
}

/* A name and what it stands for; what is no tensor is passed over. */
static nch_status read_entry(struct reader *r, const nch_pickle *key, const nch_pickle *value)
{
	const nch_pickle *arguments = tensor_arguments(value);
	if (arguments == NULL || key->kind != NCH_PICKLE_TEXT)
		return NCH_OK;
	if (memchr(key->text, '\0', key->length) != NULL)
		return nch_fail(r->error, NCH_FORMAT, "%s: a tensor's name holds a NUL character", r->where);
	const char *name = nch_arena_text(r->weights->arena, key->text, key->length);
	return name != NULL ? read_tensor(r, name, arguments) : nch_no_memory(r->error);
}

/* The keys and values of a dict or an OrderedDict: where in items they begin, or nothing. */
static bool is_dict(const nch_pickle *value, size_t *first)
{
	*first = value->kind == NCH_PICKLE_CALL ? 2 : 0;
	return value->kind == NCH_PICKLE_DICT || nch_pickle_call(value, ORDERED_DICT, 0) != NULL;
}

/* A dictionary that may be the state dict. */
typedef struct candidate {
	const nch_pickle *dict;
	size_t tensors;
} candidate;

/* Of a dictionary and those in it under the usual names, down to `levels` more, the one with the most tensors (the first of equal ones): a loss or a
 * step counter that was saved beside the weights as a tensor does not hide them. */
static void find_state(const nch_pickle *dict, int levels, candidate *best)
{
	static const char *const usual[] = {"state_dict", "model_state_dict", "model_state", "model", "net", "network", "module", "params", "parameters", "weights"};
	size_t first, tensors = 0;
	if (!is_dict(dict, &first))
		return;
	for (size_t i = first; i + 1 < dict->count; i += 2)
		tensors += dict->items[i]->kind == NCH_PICKLE_TEXT && tensor_arguments(dict->items[i + 1]) != NULL;
	if (tensors > best->tensors)
		*best = (candidate){dict, tensors};
	for (size_t u = 0; levels > 0 && u < sizeof usual / sizeof *usual; u++) {
		const nch_pickle *inner = NULL;
		for (size_t i = first; i + 1 < dict->count; i += 2) /* of equal keys the last one counts, as in Python */
			if (nch_pickle_is_text(dict->items[i], usual[u]))
				inner = dict->items[i + 1];
		if (inner != NULL)
			find_state(inner, levels - 1, best);
	}
}

/* The state dict: the object itself, or what stands in it, or in what stands in it. */
static nch_status read_state(struct reader *r, const nch_pickle *object)
{
	candidate state = {0};
	size_t first;
	if (!is_dict(object, &first))
		return nch_fail(r->error, NCH_FORMAT, "%s: holds no dictionary of tensors (a whole model is not read; save its state_dict)", r->where);
	find_state(object, 2, &state);
	if (state.dict == NULL)
		return nch_fail(r->error, NCH_FORMAT, "%s: holds no tensors", r->where);
	is_dict(state.dict, &first);
	for (size_t i = first; i + 1 < state.dict->count; i += 2)
		NCH_TRY(read_entry(r, state.dict->items[i], state.dict->items[i + 1]));
	return NCH_OK;
}

/* --- tensors out of storages --- */

/* Memory that lives as long as the weights. */
static nch_status own(struct reader *r, void *memory)
{
	nch_status status = nch_grow(&r->weights->owned, &r->weights->owned_capacity, r->weights->owned_count + 1, sizeof memory, r->error);
	if (status == NCH_OK)
		r->weights->owned[r->weights->owned_count++] = memory;
	else
		nch_free(memory);
	return status;
}

static bool is_contiguous(const view *v)
{
	size_t expected = 1;
	for (size_t d = v->weight.rank; d-- > 0;) {
		if (v->weight.shape[d] != 1 && v->stride[d] != expected)
			return false;
		expected *= v->weight.shape[d]; /* their product has been checked */
	}
	return true;
}

/* The place behind the last element, in elements of the storage. False if it overflows. */
static bool view_end(const view *v, size_t *end)
{
	size_t reach;
	*end = v->offset;
	for (size_t d = 0; d < v->weight.rank; d++)
		if (!nch_size_mul(v->weight.shape[d] - 1, v->stride[d], &reach) || !nch_size_add(*end, reach, end))
			return false;
	return nch_size_add(*end, 1, end);
}

/* A transposed view, or one with gaps: its elements in order, in memory of their own. */
static nch_status gather(struct reader *r, view *v, const unsigned char *data, size_t bytes)
{
	size_t size = nch_dtype_size(v->weight.type), at[NCH_MAX_RANK] = {0}, place = 0;
	unsigned char *copy = nch_alloc_untouched(bytes, 1);
	if (copy == NULL)
		return nch_no_memory(r->error);
	for (size_t i = 0; i < v->weight.count; i++) {
		memcpy(copy + i * size, data + place * size, size);
		for (size_t d = v->weight.rank; d-- > 0;) { /* the next index, the last dimension first */
			place += v->stride[d];
			if (++at[d] < v->weight.shape[d])
				break;
			place -= at[d] * v->stride[d];
			at[d] = 0;
		}
	}
	v->weight.data = copy;
	return own(r, copy);
}

static nch_status finish_view(struct reader *r, view *v)
{
	const storage *s = &r->storages[v->storage];
	nch_weight *w = &v->weight;
	size_t bytes, end = 0;
	if (!nch_weight_sizes(w, &w->count, &bytes))
		return fail(r, w->name, "has a shape beyond all memory");
	if (s->data == NULL)
		return fail(r, w->name, "has a storage that is not in the file; is the file cut?");
	if (w->count > 0 && (!view_end(v, &end) || end > s->count))
		return fail(r, w->name, "goes beyond the end of its storage");
	w->data = s->data;
	if (w->count > 0 && is_contiguous(v)) {
		w->data = s->data + v->offset * nch_dtype_size(w->type);
	} else if (w->count > s->count) {
		return fail(r, w->name, "repeats its elements; save it contiguous");
	} else if (w->count > 0) {
		NCH_TRY(gather(r, v, s->data + v->offset * nch_dtype_size(w->type), bytes));
	}
	return nch_weights_add(r->weights, w, r->error);
}

static nch_status finish_views(struct reader *r)
{
	for (size_t i = 0; i < r->view_count; i++)
		NCH_TRY(finish_view(r, &r->views[i]));
	return NCH_OK;
}

/* --- the zip archive --- */

static int by_entry_name(const void *a, const void *b)
{
	const nch_zip_entry *x = a, *y = b;
	size_t length = x->name_length < y->name_length ? x->name_length : y->name_length;
	int order = memcmp(x->name, y->name, length);
	return order != 0 ? order : x->name_length < y->name_length ? -1 : x->name_length > y->name_length;
}

/* The entry "PREFIX" + "SUFFIX" of the sorted archive. */
static const nch_zip_entry *find_entry(const nch_zip *zip, const char *prefix, size_t prefix_length, const char *suffix, size_t suffix_length)
{
	char name[1024];
	if (prefix_length + suffix_length > sizeof name)
		return NULL;
	memcpy(name, prefix, prefix_length);
	memcpy(name + prefix_length, suffix, suffix_length);
	nch_zip_entry wanted = {.name = name, .name_length = prefix_length + suffix_length};
	return zip->count > 0 ? bsearch(&wanted, zip->entries, zip->count, sizeof wanted, by_entry_name) : NULL;
}

static bool ends_with(const nch_zip_entry *entry, const char *suffix)
{
	size_t length = strlen(suffix);
	return entry->name_length >= length && memcmp(entry->name + entry->name_length - length, suffix, length) == 0;
}

/* An entry's bytes: in the mapping, or inflated into memory that the weights own. */
static nch_status entry_bytes(struct reader *r, const nch_zip *zip, const nch_zip_entry *entry, size_t limit, const unsigned char **data,
                              nch_error *error)
{
	nch_buffer buffer = {0};
	*data = entry->data;
	if (!entry->deflated)
		return NCH_OK;
	nch_status status = nch_zip_read(zip, entry, limit, &buffer, error);
	if (status != NCH_OK) {
		nch_buffer_free(&buffer);
		return status;
	}
	*data = (const unsigned char *)(buffer.data != NULL ? buffer.data : "");
	return buffer.data != NULL ? own(r, buffer.data) : NCH_OK;
}

/* Finds the storages' data; `prefix` is what stands before "data.pkl". */
static nch_status find_storages(struct reader *r, const nch_zip *zip, const char *prefix, size_t prefix_length)
{
	char folder[512];
	if (prefix_length + 5 > sizeof folder)
		return nch_fail(r->error, NCH_FORMAT, "%s: the folder in this archive has too long a name", r->where);
	memcpy(folder, prefix, prefix_length);
	memcpy(folder + prefix_length, "data/", 5);
	for (size_t i = 0; i < r->storage_count; i++) {
		storage *s = &r->storages[i];
		size_t bytes;
		const nch_zip_entry *entry = find_entry(zip, folder, prefix_length + 5, s->key, s->key_length);
		if (entry == NULL)
			continue; /* finish_view names the tensor */
		if (!nch_size_mul(s->count, nch_dtype_size(s->type), &bytes) || bytes != entry->size)
			return nch_fail(r->error, NCH_FORMAT, "%s: a storage of %zu %s has %llu bytes in the archive", r->where, s->count,
			                nch_dtype_name(s->type), (unsigned long long)entry->size);
		NCH_TRY(entry_bytes(r, zip, entry, bytes, &s->data, r->error));
	}
	return NCH_OK;
}

static nch_status read_archive(struct reader *r, nch_zip *zip)
{
	const nch_zip_entry *pickle = NULL;
	const nch_pickle *object = NULL, *last;
	const unsigned char *data = NULL, *order = NULL;
	size_t used;
	for (size_t i = 0; i < zip->count && pickle == NULL; i++)
		if (ends_with(&zip->entries[i], "data.pkl"))
			pickle = &zip->entries[i];
	if (pickle == NULL)
		return nch_fail(r->error, NCH_FORMAT, "%s: is a zip archive, but none of torch's (it has no data.pkl)", r->where);
	size_t prefix = pickle->name_length - strlen("data.pkl");
	const nch_zip_entry *byteorder = find_entry(zip, pickle->name, prefix, "byteorder", 9);
	if (byteorder != NULL) {
		NCH_TRY(entry_bytes(r, zip, byteorder, 100, &order, r->error));
		if (byteorder->size != 6 || memcmp(order, "little", 6) != 0)
			return nch_fail(r->error, NCH_FORMAT, "%s: was written by a big-endian machine", r->where);
	}
	NCH_TRY(entry_bytes(r, zip, pickle, MAX_PKL, &data, r->error));
	NCH_TRY(nch_pickle_read(data, (size_t)pickle->size, names, r->where, r->arena, &object, &last, &used, r->error));
	NCH_TRY(read_state(r, object));
	NCH_TRY(find_storages(r, zip, pickle->name, prefix));
	return finish_views(r);
}

static nch_status read_zip(struct reader *r)
{
	nch_zip zip = {0};
	NCH_TRY(nch_zip_open(r->data, r->size, r->where, &zip, r->error));
	if (zip.count > 0)
		qsort(zip.entries, zip.count, sizeof *zip.entries, by_entry_name);
	nch_status status = read_archive(r, &zip);
	nch_zip_close(&zip);
	return status;
}

/* --- the old stream --- */

static const unsigned char magic[] = {0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, '.'};

static nch_status next_pickle(struct reader *r, size_t *at, const nch_pickle **value, const nch_pickle **last)
{
	size_t used = 0;
	NCH_TRY(nch_pickle_read(r->data + *at, r->size - *at, names, r->where, r->arena, value, last, &used, r->error));
	*at += used;
	return NCH_OK;
}

static int by_key(const void *a, const void *b)
{
	const storage *x = *(const storage *const *)a, *y = *(const storage *const *)b;
	size_t length = x->key_length < y->key_length ? x->key_length : y->key_length;
	int order = memcmp(x->key, y->key, length);
	return order != 0 ? order : x->key_length < y->key_length ? -1 : x->key_length > y->key_length;
}

/* The storages of this key, several where tensors share one, get the data that begin at *at: eight bytes of count, then the elements. */
static nch_status place_storage(struct reader *r, storage **sorted, const nch_pickle *key, size_t *at)
{
	storage wanted = {.key = key->text, .key_length = key->length}, *pointer = &wanted;
	size_t low = 0, high = r->storage_count, bytes;
	uint64_t count = 0;
	while (low < high) { /* the first that is not before it */
		size_t middle = low + (high - low) / 2;
		if (by_key(&sorted[middle], &pointer) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == r->storage_count || by_key(&sorted[low], &pointer) != 0)
		return nch_fail(r->error, NCH_FORMAT, "%s: holds a storage that no tensor has", r->where);
	if (r->size - *at < 8)
		return nch_fail(r->error, NCH_FORMAT, "%s: ends before its tensors do; is the file cut?", r->where);
	for (int i = 7; i >= 0; i--)
		count = count << 8 | r->data[*at + (size_t)i];
	*at += 8;
	if (!nch_size_mul(sorted[low]->count, nch_dtype_size(sorted[low]->type), &bytes) || count != sorted[low]->count)
		return nch_fail(r->error, NCH_FORMAT, "%s: a storage of %zu elements is followed by %llu", r->where, sorted[low]->count,
		                (unsigned long long)count);
	if (bytes > r->size - *at)
		return nch_fail(r->error, NCH_FORMAT, "%s: ends before its tensors do; is the file cut?", r->where);
	for (; low < r->storage_count && by_key(&sorted[low], &pointer) == 0; low++) {
		if (sorted[low]->count != count || sorted[low]->data != NULL)
			return nch_fail(r->error, NCH_FORMAT, "%s: one storage is described in two ways", r->where);
		sorted[low]->data = r->data + *at;
	}
	*at += bytes;
	return NCH_OK;
}

static nch_status place_storages(struct reader *r, const nch_pickle *keys, size_t at)
{
	storage **sorted = nch_alloc(r->storage_count, sizeof *sorted);
	nch_status status = sorted != NULL ? NCH_OK : nch_no_memory(r->error);
	for (size_t i = 0; status == NCH_OK && i < r->storage_count; i++)
		sorted[i] = &r->storages[i];
	if (status == NCH_OK)
		qsort(sorted, r->storage_count, sizeof *sorted, by_key);
	for (size_t i = 0; status == NCH_OK && i < keys->count; i++)
		status = keys->items[i]->kind == NCH_PICKLE_TEXT
		                 ? place_storage(r, sorted, keys->items[i], &at)
		                 : nch_fail(r->error, NCH_FORMAT, "%s: a storage's key is no text", r->where);
	nch_free(sorted);
	return status;
}

static nch_status read_stream(struct reader *r)
{
	const nch_pickle *value = NULL, *last = NULL, *other;
	size_t at = sizeof magic, index;
	NCH_TRY(next_pickle(r, &at, &value, &other));
	if (value->kind != NCH_PICKLE_INTEGER || value->integer != 1001)
		return nch_fail(r->error, NCH_FORMAT, "%s: is of an unknown version of torch's format", r->where);
	NCH_TRY(next_pickle(r, &at, &value, &other));
	for (size_t i = 0; value->kind == NCH_PICKLE_DICT && i + 1 < value->count; i += 2)
		if (nch_pickle_is_text(value->items[i], "little_endian") && value->items[i + 1]->kind == NCH_PICKLE_BOOL && value->items[i + 1]->integer == 0)
			return nch_fail(r->error, NCH_FORMAT, "%s: was written by a big-endian machine", r->where);
	NCH_TRY(next_pickle(r, &at, &value, &last));
	NCH_TRY(read_state(r, value));
	/* storages follow for all tensors, those of an optimizer too: their types must be known to get past them */
	for (; last != NULL; last = last->count > 1 ? last->items[1] : NULL)
		NCH_TRY(read_storage(r, last, "(of no name)", &index));
	NCH_TRY(next_pickle(r, &at, &value, &other));
	if (value->kind != NCH_PICKLE_LIST)
		return nch_fail(r->error, NCH_FORMAT, "%s: the list of its storages is missing", r->where);
	NCH_TRY(place_storages(r, value, at));
	return finish_views(r);
}

/* --- --- */

bool nch_torch_is(const unsigned char *data, size_t size)
{
	return (size >= 4 && memcmp(data, "PK\3\4", 4) == 0) || (size >= sizeof magic && memcmp(data, magic, sizeof magic) == 0);
}

nch_status nch_torch_read(nch_weights *weights, const unsigned char *data, size_t size, const char *where, nch_error *error)
{
	struct reader r = {.weights = weights, .data = data, .size = size, .where = where, .error = error};
	r.arena = nch_arena_new(1 << 16);
	if (r.arena == NULL)
		return nch_no_memory(error);
	nch_status status = data[0] == 'P' ? read_zip(&r) : read_stream(&r);
	nch_arena_free(r.arena);
	nch_free(r.storages);
	nch_free(r.views);
	return status;
}
