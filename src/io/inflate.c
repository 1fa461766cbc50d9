/* inflate.c - see inflate.h: DEFLATE (RFC 1951), block by block. */
#include "io/inflate.h"

#include <string.h>

#define QUICK_BITS 9
#define MAX_BITS 15

static nch_status damaged(nch_error *error)
{
	return nch_fail(error, NCH_FORMAT, "the compressed data are damaged or cut off");
}

/* --- bits --- */

/* Brings at least `count` (<= 48) bits in, as far as the data go; behind their end zeros are seen, which
 * `take` does not give out. */
static void need(nch_inflate *s, unsigned count)
{
	while (s->bit_count < count && s->at < s->size) {
		s->bits |= (uint64_t)s->data[s->at++] << s->bit_count;
		s->bit_count += 8;
	}
}

static bool take(nch_inflate *s, unsigned count, unsigned *value)
{
	need(s, count);
	if (s->bit_count < count)
		return false;
	*value = (unsigned)(s->bits & ((1u << count) - 1));
	s->bits >>= count;
	s->bit_count -= count;
	return true;
}

/* --- prefix codes --- */

/* Code lengths to a canonical code. False if the lengths promise more codes than there are (fewer are allowed only for a
 * single code, as RFC 1951 has it for distances). */
static bool make_code(nch_prefix_code *code, const unsigned char *lengths, size_t symbols)
{
	uint16_t offsets[MAX_BITS + 1];
	memset(code, 0, sizeof *code);
	for (size_t i = 0; i < symbols; i++)
		code->count[lengths[i]]++;
	size_t used = symbols - code->count[0];
	code->count[0] = 0;
	int left = 1;
	for (int length = 1; length <= MAX_BITS; length++) {
		left = left * 2 - code->count[length];
		if (left < 0)
			return false;
	}
	if (left > 0 && used > 1)
		return false;
	offsets[1] = 0;
	for (int length = 1; length < MAX_BITS; length++)
		offsets[length + 1] = (uint16_t)(offsets[length] + code->count[length]);
	for (size_t i = 0; i < symbols; i++)
		if (lengths[i] != 0)
			code->symbol[offsets[lengths[i]]++] = (uint16_t)i;
	/* the quick table: every 9-bit word that begins with a short code, whose bits come in highest first */
	unsigned next = 0, index = 0;
	for (unsigned length = 1; length <= QUICK_BITS; length++) {
		for (unsigned n = 0; n < code->count[length]; n++, next++, index++) {
			unsigned reversed = 0;
			for (unsigned bit = 0; bit < length; bit++)
				reversed |= (next >> bit & 1) << (length - 1 - bit);
			for (unsigned word = reversed; word < 1u << QUICK_BITS; word += 1u << length)
				code->quick[word] = (uint16_t)(code->symbol[index] << 4 | length);
		}
		next <<= 1;
	}
	return true;
}

/* The next symbol, or -1. */
static int decode(nch_inflate *s, const nch_prefix_code *code)
{
	need(s, MAX_BITS);
	unsigned entry = code->quick[s->bits & ((1u << QUICK_BITS) - 1)];
	unsigned length = entry & 15;
	if (length != 0) {
		if (length > s->bit_count)
			return -1;
		s->bits >>= length;
		s->bit_count -= length;
		return (int)(entry >> 4);
	}
	int value = 0, first = 0, index = 0;
	for (length = 1; length <= MAX_BITS && length <= s->bit_count; length++) {
		value |= (int)(s->bits >> (length - 1) & 1);
		int count = code->count[length];
		if (value - count < first) {
			s->bits >>= length;
			s->bit_count -= length;
			return code->symbol[index + (value - first)];
		}
		index += count;
		first = (first + count) * 2;
		value *= 2;
	}
	return -1;
}

/* --- block headers --- */

static bool start_fixed(nch_inflate *s)
{
	unsigned char lengths[288];
	memset(lengths, 8, 144);
	memset(lengths + 144, 9, 112);
	memset(lengths + 256, 7, 24);
	memset(lengths + 280, 8, 8);
	if (!make_code(&s->literals, lengths, 288))
		return false;
	memset(lengths, 5, 32);
	return make_code(&s->distances, lengths, 32);
}

/* The code lengths of a dynamic block, themselves coded, with runs. */
static bool read_lengths(nch_inflate *s, unsigned char *lengths, unsigned count)
{
	for (unsigned i = 0; i < count;) {
		unsigned extra = 0, repeat = 0;
		unsigned char value = 0;
		int symbol = decode(s, &s->literals);
		if (symbol < 0)
			return false;
		if (symbol < 16) {
			lengths[i++] = (unsigned char)symbol;
			continue;
		}
		if (symbol == 16) {
			if (i == 0 || !take(s, 2, &extra))
				return false;
			value = lengths[i - 1];
			repeat = 3 + extra;
		} else {
			if (!take(s, symbol == 17 ? 3 : 7, &extra))
				return false;
			repeat = (symbol == 17 ? 3 : 11) + extra;
		}
		if (repeat > count - i)
			return false;
		memset(lengths + i, value, repeat);
		i += repeat;
	}
	return true;
}

static bool start_dynamic(nch_inflate *s)
{
	static const unsigned char order[19] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15 };
	unsigned char lengths[320] = {0};
	unsigned literals, distances, codes, value;
	if (!take(s, 5, &literals) || !take(s, 5, &distances) || !take(s, 4, &codes))
		return false;
	literals += 257;
	distances += 1;
	if (literals > 286 || distances > 30)
		return false;
	for (unsigned i = 0; i < codes + 4; i++) {
		if (!take(s, 3, &value))
			return false;
		lengths[order[i]] = (unsigned char)value;
	}
	if (!make_code(&s->literals, lengths, 19))
		return false;
	memset(lengths, 0, sizeof lengths);
	if (!read_lengths(s, lengths, literals + distances) || lengths[256] == 0)
		return false;
	return make_code(&s->literals, lengths, literals) && make_code(&s->distances, lengths + literals, distances);
}

static bool start_stored(nch_inflate *s)
{
	unsigned length, complement, skipped;
	if (!take(s, s->bit_count % 8, &skipped) || !take(s, 16, &length) || !take(s, 16, &complement))
		return false;
	s->stored_left = length;
	return (length ^ complement) == 0xFFFF;
}

static bool start_block(nch_inflate *s)
{
	unsigned last, kind;
	if (!take(s, 1, &last) || !take(s, 2, &kind))
		return false;
	s->last_block = last != 0;
	s->stage = kind == 0 ? NCH_INFLATE_STORED : NCH_INFLATE_CODED;
	return kind == 0 ? start_stored(s) : kind == 1 ? start_fixed(s) : kind == 2 ? start_dynamic(s) : false;
}

static void end_block(nch_inflate *s)
{
	s->stage = s->last_block ? NCH_INFLATE_END : NCH_INFLATE_HEADER;
}

/* --- output --- */

static void put(nch_inflate *s, unsigned char byte, unsigned char *out, size_t *got)
{
	out[(*got)++] = byte;
	s->window[s->produced++ % NCH_INFLATE_WINDOW] = byte;
}

static bool copy_stored(nch_inflate *s, unsigned char *out, size_t room, size_t *got)
{
	unsigned byte;
	for (; s->stored_left > 0 && *got < room; s->stored_left--) {
		if (!take(s, 8, &byte))
			return false;
		put(s, (unsigned char)byte, out, got);
	}
	if (s->stored_left == 0)
		end_block(s);
	return true;
}

static void copy_match(nch_inflate *s, unsigned char *out, size_t room, size_t *got)
{
	for (; s->match_left > 0 && *got < room; s->match_left--)
		put(s, s->window[(s->produced - s->match_distance) % NCH_INFLATE_WINDOW], out, got);
}

/* The length and distance behind a symbol of 257 .. 285. */
static bool start_match(nch_inflate *s, int symbol)
{
	static const uint16_t bases[29] = { 3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
		                            31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258 };
	static const unsigned char extras[29] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
		                                  2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0 };
	static const uint16_t distance_bases[30] = { 1,    2,    3,    4,    5,    7,    9,    13,    17,    25,
		                                     33,   49,   65,   97,   129,  193,  257,  385,   513,   769,
		                                     1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577 };
	unsigned extra;
	symbol -= 257;
	if (symbol >= 29 || !take(s, extras[symbol], &extra))
		return false;
	s->match_left = bases[symbol] + extra;
	int distance = decode(s, &s->distances);
	if (distance < 0 || distance >= 30 || !take(s, distance < 2 ? 0 : (unsigned)distance / 2 - 1, &extra))
		return false;
	s->match_distance = distance_bases[distance] + extra;
	return s->match_distance <= s->produced;
}

static bool copy_coded(nch_inflate *s, unsigned char *out, size_t room, size_t *got)
{
	copy_match(s, out, room, got);
	while (*got < room) {
		int symbol = decode(s, &s->literals);
		if (symbol < 0)
			return false;
		if (symbol < 256) {
			put(s, (unsigned char)symbol, out, got);
		} else if (symbol == 256) {
			end_block(s);
			return true;
		} else {
			if (!start_match(s, symbol))
				return false;
			copy_match(s, out, room, got);
		}
	}
	return true;
}

void nch_inflate_start(nch_inflate *inflate, const unsigned char *data, size_t size)
{
	memset(inflate, 0, sizeof *inflate);
	inflate->data = data;
	inflate->size = size;
}

nch_status nch_inflate_read(nch_inflate *s, unsigned char *out, size_t room, size_t *got, nch_error *error)
{
	bool good = true;
	*got = 0;
	while (good && *got < room && s->stage != NCH_INFLATE_END) {
		if (s->stage == NCH_INFLATE_HEADER)
			good = start_block(s);
		else if (s->stage == NCH_INFLATE_STORED)
			good = copy_stored(s, out, room, got);
		else
			good = copy_coded(s, out, room, got);
	}
	return good ? NCH_OK : damaged(error);
}

/* Four bits at a time: a table of 16 entries is small and fast enough. */
uint32_t nch_crc32(uint32_t crc, const unsigned char *data, size_t size)
{
	static const uint32_t table[16] = { 0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4,
		                            0x4DB26158, 0x5005713C, 0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
		                            0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C };
	crc = ~crc;
	for (size_t i = 0; i < size; i++) {
		crc = table[(crc ^ data[i]) & 15] ^ (crc >> 4);
		crc = table[(crc ^ ((uint32_t)data[i] >> 4)) & 15] ^ (crc >> 4);
	}
	return ~crc;
}
