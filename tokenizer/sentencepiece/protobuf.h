/* protobuf.h - Protocol Buffers on the wire: just what a SentencePiece model needs, read and written.
 *
 * A message is a run of fields. Each starts with a varint key = number << 3 | wire type, and the wire type says how
 * long the value is, so that unknown fields can be stepped over. There is no schema here: the caller asks for numbers.
 * Source: the encoding chapter of the Protocol Buffers documentation. */
#ifndef NCH_TOKENIZER_PROTOBUF_H
#define NCH_TOKENIZER_PROTOBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

enum { NCH_WIRE_VARINT = 0, NCH_WIRE_FIXED64 = 1, NCH_WIRE_BYTES = 2, NCH_WIRE_FIXED32 = 5 };

/* A message that is being read. Start with {data, size, 0, false}. */
typedef struct nch_protobuf {
	const unsigned char *data;
	size_t size, position;
	bool broken; /* the bytes are no message: nothing more is read */
} nch_protobuf;

typedef struct nch_protobuf_field {
	uint32_t number;
	int wire;                  /* one of the four above */
	uint64_t value;            /* VARINT, FIXED64, FIXED32 */
	const unsigned char *data; /* BYTES: points into the message */
	size_t size;
} nch_protobuf_field;

/* Reads the next field. False at the end of the message, and when it is broken (a field that passes the end, a varint of
 * more than ten bytes, a group, field number 0). */
bool nch_protobuf_next(nch_protobuf *message, nch_protobuf_field *field);

float nch_protobuf_float(const nch_protobuf_field *field); /* the value of a FIXED32 field as IEEE 754 */

/* Writing appends one field to *out. */
void nch_protobuf_put_varint(nch_buffer *out, uint32_t number, uint64_t value);
void nch_protobuf_put_float(nch_buffer *out, uint32_t number, float value);
void nch_protobuf_put_bytes(nch_buffer *out, uint32_t number, const void *data, size_t size);

#endif
