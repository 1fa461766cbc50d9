/* inflate.h - DEFLATE (RFC 1951) undone, a piece at a time.
 *
 * The compressed bytes are all in memory (a mapped file); the output is asked for in pieces, so that a large part of an
 * archive passes through 32 KiB of memory. Any input ends in an error or in output, never in reading or writing elsewhere.
 */
#ifndef NCH_IO_INFLATE_H
#define NCH_IO_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define NCH_INFLATE_WINDOW 32768u

/* A prefix code: symbols sorted by code length, and how many codes each length has. */
typedef struct nch_prefix_code {
	uint16_t count[16];
	uint16_t symbol[288];
	uint16_t quick[512]; /* by the next 9 bits: symbol << 4 | length, 0: a longer code */
} nch_prefix_code;

typedef struct nch_inflate {
	const unsigned char *data;
	size_t size, at;
	uint64_t bits; /* read from data, not used yet; the lowest first */
	unsigned bit_count;
	enum { NCH_INFLATE_HEADER, NCH_INFLATE_STORED, NCH_INFLATE_CODED, NCH_INFLATE_END } stage;
	bool last_block;
	size_t stored_left;
	unsigned match_left, match_distance; /* of a match that the last piece had no room for */
	nch_prefix_code literals, distances;
	unsigned char window[NCH_INFLATE_WINDOW]; /* the last output */
	uint64_t produced;
} nch_inflate;

void nch_inflate_start(nch_inflate *inflate, const unsigned char *data, size_t size);

/* Up to `room` bytes more; *got < room only at the end of the stream. NCH_FORMAT if the stream is damaged or cut. */
nch_status nch_inflate_read(nch_inflate *inflate, unsigned char *out, size_t room, size_t *got, nch_error *error);

/* CRC-32 (IEEE 802.3) of more bytes; start with 0. */
uint32_t nch_crc32(uint32_t crc, const unsigned char *data, size_t size);

#endif
