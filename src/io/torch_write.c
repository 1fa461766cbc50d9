/* torch_write.c - tensors as torch.save writes a state dict: a zip archive of a pickle and the storages (see torch.c).
 *
 * Everything is stored, not deflated, and each storage begins at a multiple of 64 bytes, so that it can be mapped. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "io/weights_private.h"
#include "io/zip.h"

enum { ALIGNMENT = 64 };

/* An entry of the archive, as the directory at its end lists them. */
typedef struct entry {
	char name[48];
	uint32_t crc, size, offset;
} entry;

struct archive {
	nch_writer writer;
	const char *path;
	entry *entries;
	size_t count, capacity;
	uint64_t at; /* bytes so far */
	nch_error *error;
};

static void put(nch_buffer *out, uint64_t number, size_t bytes) /* lowest first */
{
	for (size_t i = 0; i < bytes; i++)
		nch_buffer_byte(out, (int)(number >> 8 * i & 0xFF));
}

static nch_status add(struct archive *a, const void *bytes, size_t length)
{
	a->at += length;
	if (a->at > UINT32_MAX)
		return nch_fail(a->error, NCH_DATA, "%s: over 4 GiB; write safetensors instead", a->path);
	return nch_writer_add(&a->writer, bytes, length, a->error);
}

static nch_status add_buffer(struct archive *a, nch_buffer *buffer)
{
	nch_status status = nch_buffer_check(buffer, a->error);
	if (status == NCH_OK)
		status = add(a, buffer->data, buffer->length);
	nch_buffer_free(buffer);
	return status;
}

/* What a local header and an entry of the directory have in common. */
static void put_common(nch_buffer *out, const entry *e, size_t extra)
{
	put(out, 0, 2);          /* flags */
	put(out, 0, 2);          /* stored */
	put(out, 0, 2);          /* midnight */
	put(out, 1 << 5 | 1, 2); /* of 1980-01-01: the same tensors give the same file */
	put(out, e->crc, 4);
	put(out, e->size, 4);
	put(out, e->size, 4);
	put(out, strlen(e->name), 2);
	put(out, extra, 2);
}

/* The header of an entry whose bytes follow; an extra field of no meaning fills up to the alignment, as torch does it. */
static nch_status begin_entry(struct archive *a, const char *name, uint32_t crc, uint64_t size)
{
	nch_buffer header = {0};
	if (size > UINT32_MAX)
		return nch_fail(a->error, NCH_DATA, "%s: over 4 GiB; write safetensors instead", a->path);
	NCH_TRY(nch_grow(&a->entries, &a->capacity, a->count + 1, sizeof *a->entries, a->error));
	entry *e = &a->entries[a->count++];
	*e = (entry){.crc = crc, .size = (uint32_t)size, .offset = (uint32_t)a->at};
	memcpy(e->name, name, strlen(name) + 1);
	uint64_t data = a->at + 30 + strlen(name) + 4;
	size_t fill = (size_t)((ALIGNMENT - data % ALIGNMENT) % ALIGNMENT);
	put(&header, 0x04034B50, 4);
	put(&header, 20, 2);
	put_common(&header, e, 4 + fill);
	nch_buffer_text(&header, name);
	put(&header, 0x4246, 2); /* "FB" */
	put(&header, fill, 2);
	for (size_t i = 0; i < fill; i++)
		nch_buffer_byte(&header, 'Z');
	return add_buffer(a, &header);
}

static nch_status add_entry(struct archive *a, const char *name, const void *bytes, size_t length)
{
	NCH_TRY(begin_entry(a, name, nch_crc32(0, bytes, length), length));
	return add(a, bytes, length);
}

/* A storage: once for its checksum, which stands before it, and once for itself. */
static nch_status add_tensor(struct archive *a, size_t index, const nch_weight *weight, nch_dtype type)
{
	unsigned char piece[NCH_PIECE_BYTES];
	char name[48];
	size_t size = nch_dtype_size(type);
	uint32_t crc = 0;
	snprintf(name, sizeof name, "model/data/%zu", index);
	for (int pass = 0; pass < 2; pass++) {
		if (pass == 1)
			NCH_TRY(begin_entry(a, name, crc, (uint64_t)weight->count * size));
		for (size_t first = 0; first < weight->count; first += NCH_PIECE) {
			size_t n = weight->count - first < NCH_PIECE ? weight->count - first : NCH_PIECE;
			NCH_TRY(nch_weight_convert(weight, first, n, type, piece, a->error));
			if (pass == 0)
				crc = nch_crc32(crc, piece, n * size);
			else
				NCH_TRY(add(a, piece, n * size));
		}
	}
	return NCH_OK;
}

static nch_status add_directory(struct archive *a)
{
	nch_buffer out = {0};
	uint64_t offset = a->at;
	for (size_t i = 0; i < a->count; i++) {
		const entry *e = &a->entries[i];
		put(&out, 0x02014B50, 4);
		put(&out, 20, 2);
		put(&out, 20, 2);
		put_common(&out, e, 0);
		put(&out, 0, 2); /* comment */
		put(&out, 0, 2); /* disk */
		put(&out, 0, 2);
		put(&out, 0, 4);
		put(&out, e->offset, 4);
		nch_buffer_text(&out, e->name);
	}
	size_t size = out.length;
	put(&out, 0x06054B50, 4);
	put(&out, 0, 4);
	put(&out, a->count, 2);
	put(&out, a->count, 2);
	put(&out, size, 4);
	put(&out, offset, 4);
	put(&out, 0, 2);
	return add_buffer(a, &out);
}

/* --- the pickle --- */

static void pickle_text(nch_buffer *out, const char *text)
{
	nch_buffer_byte(out, 'X');
	put(out, strlen(text), 4);
	nch_buffer_text(out, text);
}

static void pickle_integer(nch_buffer *out, uint64_t number)
{
	nch_buffer_text(out, number < 0x80000000u ? "J" : "\x8a\x08");
	put(out, number, number < 0x80000000u ? 4 : 8);
}

static const char *storage_name(nch_dtype type)
{
	static const char *const names[NCH_DTYPES] = {
		[NCH_F32] = "Float", [NCH_F16] = "Half", [NCH_BF16] = "BFloat16", [NCH_F64] = "Double", [NCH_I64] = "Long",
		[NCH_I32] = "Int",   [NCH_I16] = "Short", [NCH_I8] = "Char",      [NCH_U8] = "Byte",    [NCH_BOOL] = "Bool",
	};
	return names[type];
}

/* _rebuild_tensor_v2(storage, 0, size, stride, False, OrderedDict()) */
static void pickle_tensor(nch_buffer *out, size_t index, const nch_weight *weight, nch_dtype type)
{
	char key[32];
	size_t stride[NCH_MAX_RANK], step = 1;
	snprintf(key, sizeof key, "%zu", index);
	nch_buffer_text(out, "ctorch._utils\n_rebuild_tensor_v2\n((");
	pickle_text(out, "storage");
	nch_buffer_printf(out, "ctorch\n%sStorage\n", storage_name(type));
	pickle_text(out, key);
	pickle_text(out, "cpu");
	pickle_integer(out, weight->count);
	nch_buffer_add(out, "tQK\0(", 5);
	for (size_t d = weight->rank; d-- > 0;) {
		stride[d] = step;
		step *= weight->shape[d] > 0 ? weight->shape[d] : 1;
	}
	for (size_t d = 0; d < weight->rank; d++)
		pickle_integer(out, weight->shape[d]);
	nch_buffer_text(out, "t(");
	for (size_t d = 0; d < weight->rank; d++)
		pickle_integer(out, stride[d]);
	nch_buffer_text(out, "t\x89" "ccollections\nOrderedDict\n)RtR");
}

static nch_status add_pickle(struct archive *a, const nch_weight *weights, size_t count, nch_dtype type)
{
	nch_buffer out = {0};
	nch_buffer_text(&out, "\x80\x02" "ccollections\nOrderedDict\n)R(");
	for (size_t i = 0; i < count; i++) {
		pickle_text(&out, weights[i].name);
		pickle_tensor(&out, i, &weights[i], nch_weight_file_type(&weights[i], type));
	}
	nch_buffer_text(&out, "u.");
	nch_status status = nch_buffer_check(&out, a->error);
	if (status == NCH_OK)
		status = add_entry(a, "model/data.pkl", out.data, out.length);
	nch_buffer_free(&out);
	return status;
}

static nch_status write_all(struct archive *a, const nch_weight *weights, size_t count, nch_dtype type)
{
	if (count > 60000)
		return nch_fail(a->error, NCH_DATA, "%s: more tensors than such an archive may hold; write safetensors instead", a->path);
	NCH_TRY(add_pickle(a, weights, count, type));
	NCH_TRY(add_entry(a, "model/byteorder", "little", 6));
	for (size_t i = 0; i < count; i++)
		NCH_TRY(add_tensor(a, i, &weights[i], nch_weight_file_type(&weights[i], type)));
	NCH_TRY(add_entry(a, "model/version", "3\n", 2));
	return add_directory(a);
}

nch_status nch_weights_write_torch(const char *path, const nch_weight *weights, size_t count, nch_dtype type, nch_error *error)
{
	struct archive a = {.path = path, .error = error};
	NCH_TRY(nch_weights_check(path, weights, count, type, error));
	NCH_TRY(nch_writer_open(&a.writer, path, error));
	nch_status status = write_all(&a, weights, count, type);
	nch_free(a.entries);
	if (status == NCH_OK)
		return nch_writer_commit(&a.writer, error);
	nch_writer_discard(&a.writer);
	return status;
}
