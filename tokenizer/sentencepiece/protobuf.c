/* protobuf.c - see protobuf.h. */
#include "tokenizer/sentencepiece/protobuf.h"

#include <string.h>

static bool read_varint(nch_protobuf *message, uint64_t *value)
{
	uint64_t result = 0;
	for (int shift = 0; shift < 70; shift += 7) {
		if (message->position >= message->size)
			return false;
		unsigned char byte = message->data[message->position++];
		if (shift < 64)
			result |= (uint64_t)(byte & 0x7F) << shift;
		if (byte < 0x80) {
			*value = result;
			return true;
		}
	}
	return false;
}

static bool read_fixed(nch_protobuf *message, size_t bytes, uint64_t *value)
{
	if (message->size - message->position < bytes)
		return false;
	*value = 0;
	for (size_t i = 0; i < bytes; i++) /* little-endian whatever this machine is */
		*value |= (uint64_t)message->data[message->position + i] << (8 * i);
	message->position += bytes;
	return true;
}

static bool read_value(nch_protobuf *message, nch_protobuf_field *field)
{
	switch (field->wire) {
	case NCH_WIRE_VARINT:
		return read_varint(message, &field->value);
	case NCH_WIRE_FIXED64:
		return read_fixed(message, 8, &field->value);
	case NCH_WIRE_FIXED32:
		return read_fixed(message, 4, &field->value);
	case NCH_WIRE_BYTES: {
		uint64_t size;
		if (!read_varint(message, &size) || size > message->size - message->position)
			return false;
		field->data = message->data + message->position;
		field->size = (size_t)size;
		message->position += field->size;
		return true;
	}
	default: /* groups are long out of use, 6 and 7 never were in use */
		return false;
	}
}

bool nch_protobuf_next(nch_protobuf *message, nch_protobuf_field *field)
{
	if (message->broken || message->position >= message->size)
		return false;
	uint64_t key;
	*field = (nch_protobuf_field){0};
	bool good = read_varint(message, &key) && key >> 3 != 0 && key >> 3 < (1u << 29);
	if (good) {
		field->number = (uint32_t)(key >> 3);
		field->wire = (int)(key & 7);
		good = read_value(message, field);
	}
	message->broken = !good;
	return good;
}

float nch_protobuf_float(const nch_protobuf_field *field)
{
	uint32_t bits = (uint32_t)field->value;
	float value;
	memcpy(&value, &bits, sizeof value);
	return value;
}

static void put_raw_varint(nch_buffer *out, uint64_t value)
{
	while (value >= 0x80) {
		nch_buffer_byte(out, (int)(value & 0x7F) | 0x80);
		value >>= 7;
	}
	nch_buffer_byte(out, (int)value);
}

static void put_key(nch_buffer *out, uint32_t number, int wire)
{
	put_raw_varint(out, (uint64_t)number << 3 | (uint64_t)wire);
}

void nch_protobuf_put_varint(nch_buffer *out, uint32_t number, uint64_t value)
{
	put_key(out, number, NCH_WIRE_VARINT);
	put_raw_varint(out, value);
}

void nch_protobuf_put_float(nch_buffer *out, uint32_t number, float value)
{
	uint32_t bits;
	memcpy(&bits, &value, sizeof bits);
	put_key(out, number, NCH_WIRE_FIXED32);
	for (int i = 0; i < 4; i++)
		nch_buffer_byte(out, (int)(bits >> (8 * i) & 0xFF));
}

void nch_protobuf_put_bytes(nch_buffer *out, uint32_t number, const void *data, size_t size)
{
	put_key(out, number, NCH_WIRE_BYTES);
	put_raw_varint(out, size);
	nch_buffer_add(out, data, size);
}
