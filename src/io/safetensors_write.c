/* safetensors_write.c - tensors into a file that appears whole or not at all. */
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "io/weights_private.h"

/* The eight bytes of length and the header, filled up with blanks so that the data begin at a multiple of 8. */
static nch_status make_header(const char *path, const nch_weight *weights, size_t count, nch_dtype type, nch_buffer *out, nch_error *error)
{
	size_t offset = 0;
	nch_buffer_add(out, "\0\0\0\0\0\0\0\0", 8);
	nch_buffer_text(out, "{\"__metadata__\":{\"format\":\"pt\"}");
	for (size_t i = 0; i < count; i++) {
		nch_weight w = weights[i];
		size_t elements, bytes, end;
		w.type = nch_weight_file_type(&w, type);
		if (!nch_weight_sizes(&w, &elements, &bytes) || elements != w.count || !nch_size_add(offset, bytes, &end))
			return nch_fail(error, NCH_DATA, "%s: tensor \"%s\" has a shape that does not make its %zu elements", path, w.name, w.count);
		nch_buffer_byte(out, ',');
		nch_json_write_text(out, w.name, strlen(w.name));
		nch_buffer_printf(out, ":{\"dtype\":\"%s\",\"shape\":[", nch_dtype_name(w.type));
		for (size_t d = 0; d < w.rank; d++)
			nch_buffer_printf(out, d > 0 ? ",%zu" : "%zu", w.shape[d]);
		nch_buffer_printf(out, "],\"data_offsets\":[%zu,%zu]}", offset, end);
		offset = end;
	}
	nch_buffer_byte(out, '}');
	while (out->length % 8 != 0 && !out->failed)
		nch_buffer_byte(out, ' ');
	NCH_TRY(nch_buffer_check(out, error));
	uint64_t length = out->length - 8;
	for (int i = 0; i < 8; i++)
		out->data[i] = (char)(unsigned char)(length >> 8 * i);
	return NCH_OK;
}

static nch_status write_tensor(nch_writer *writer, const nch_weight *weight, nch_dtype type, nch_error *error)
{
	unsigned char piece[NCH_PIECE_BYTES];
	if (type == weight->type)
		return nch_writer_add(writer, weight->data, weight->count * nch_dtype_size(type), error);
	for (size_t first = 0; first < weight->count; first += NCH_PIECE) {
		size_t n = weight->count - first < NCH_PIECE ? weight->count - first : NCH_PIECE;
		NCH_TRY(nch_weight_convert(weight, first, n, type, piece, error));
		NCH_TRY(nch_writer_add(writer, piece, n * nch_dtype_size(type), error));
	}
	return NCH_OK;
}

static nch_status write_all(nch_writer *writer, const char *path, const nch_weight *weights, size_t count, nch_dtype type, nch_error *error)
{
	nch_buffer header = {0};
	nch_status status = make_header(path, weights, count, type, &header, error);
	if (status == NCH_OK)
		status = nch_writer_add(writer, header.data, header.length, error);
	nch_buffer_free(&header);
	for (size_t i = 0; i < count && status == NCH_OK; i++)
		status = write_tensor(writer, &weights[i], nch_weight_file_type(&weights[i], type), error);
	return status;
}

nch_status nch_weights_write_as(const char *path, const nch_weight *weights, size_t count, nch_dtype type, nch_error *error)
{
	nch_writer writer = {0};
	NCH_TRY(nch_weights_check(path, weights, count, type, error));
	NCH_TRY(nch_writer_open(&writer, path, error));
	nch_status status = write_all(&writer, path, weights, count, type, error);
	if (status == NCH_OK)
		return nch_writer_commit(&writer, error);
	nch_writer_discard(&writer);
	return status;
}

nch_status nch_weights_write(const char *path, const nch_weight *weights, size_t count, nch_error *error)
{
	return nch_weights_write_as(path, weights, count, NCH_F32, error);
}
