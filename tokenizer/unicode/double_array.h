/* double_array.h - a double-array trie in the layout that SentencePiece keeps its normalization rules in.
 *
 * A trie node is a number; its child for byte b stands at node ^ offset(node) ^ b, if the label there is b. Every unit is
 * 32 bits: bits 0-7 the label, bit 8 "a key ends here", bit 9 "the offset is in units of 256", bits 10-30 the offset;
 * bit 31 marks the unit that holds the value of a key (bits 0-30), the child for byte 0 of the node where the key ends.
 * Source: Aoe 1989 for double arrays; the units are those of darts-clone, so that files can be exchanged. */
#ifndef NCH_TOKENIZER_DOUBLE_ARRAY_H
#define NCH_TOKENIZER_DOUBLE_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/status.h"

/* Units of a file, little-endian bytes; not owned. Any bytes are safe: a walk never leaves the array. */
typedef struct nch_double_array {
	const unsigned char *units;
	size_t count;
} nch_double_array;

/* The longest key that is a prefix of the text. Returns its length in bytes, 0 if there is none, and its value. */
size_t nch_double_array_longest(const nch_double_array *array, const char *text, size_t length, uint32_t *value);

/* Calls visit(context, key, length, value) for every key in byte order. Keys are at most 255 bytes long, which bounds the
 * walk in a hostile array; at most `limit` nodes are visited (false is returned if there are more). */
typedef void nch_double_array_visit(void *context, const char *key, size_t length, uint32_t value);
bool nch_double_array_walk(const nch_double_array *array, size_t limit, nch_double_array_visit *visit, void *context);

typedef struct nch_double_array_key {
	const char *text; /* no NUL inside */
	size_t length;    /* > 0 */
	uint32_t value;   /* < 2^31 */
} nch_double_array_key;

/* Appends the units of a trie with these keys, which must be sorted by byte and distinct. */
nch_status nch_double_array_build(const nch_double_array_key *keys, size_t count, nch_buffer *units, nch_error *error);

#endif
