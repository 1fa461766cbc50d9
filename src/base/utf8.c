/* utf8.c - code points in and out of UTF-8 (RFC 3629). */
#include "base/utf8.h"

#include <string.h>

static bool is_tail(unsigned char byte)
{
	return (byte & 0xC0) == 0x80;
}

size_t nch_utf8_decode(const char *text, size_t length, uint32_t *code_point)
{
	const unsigned char *b = (const unsigned char *)text;
	*code_point = NCH_UTF8_BAD;
	if (b[0] < 0x80) {
		*code_point = b[0];
		return 1;
	}
	/* C0 and C1 could only begin an overlong form, F5 and up only something above U+10FFFF. */
	if (b[0] >= 0xC2 && b[0] <= 0xDF) {
		if (length < 2 || !is_tail(b[1]))
			return 1;
		*code_point = (uint32_t)(b[0] & 0x1F) << 6 | (b[1] & 0x3F);
		return 2;
	}
	if (b[0] >= 0xE0 && b[0] <= 0xEF) {
		if (length < 3 || !is_tail(b[1]) || !is_tail(b[2]))
			return 1;
		uint32_t c = (uint32_t)(b[0] & 0x0F) << 12 | (uint32_t)(b[1] & 0x3F) << 6 | (b[2] & 0x3F);
		if (c < 0x800 || (c >= 0xD800 && c <= 0xDFFF))
			return 1;
		*code_point = c;
		return 3;
	}
	if (b[0] >= 0xF0 && b[0] <= 0xF4) {
		if (length < 4 || !is_tail(b[1]) || !is_tail(b[2]) || !is_tail(b[3]))
			return 1;
		uint32_t c = (uint32_t)(b[0] & 0x07) << 18 | (uint32_t)(b[1] & 0x3F) << 12 | (uint32_t)(b[2] & 0x3F) << 6 |
		             (b[3] & 0x3F);
		if (c < 0x10000 || c > 0x10FFFF)
			return 1;
		*code_point = c;
		return 4;
	}
	return 1;
}

size_t nch_utf8_encode(uint32_t c, char out[4])
{
	if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		c = 0xFFFD;
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

/* --- validity: eight bytes at a time, without a branch on what they are ---
 *
 * Every file of rows goes through this. In Korean text the lengths of characters change with every blank, and a processor that guesses wrong
 * each time loses more than the checks themselves take. So a byte's kind is computed as a bit in its own lane of a 64-bit word (the lowest bit of each
 * byte), and what a lead byte demands of the bytes behind it is that bit, moved up by one, two or three lanes; what leaves the word goes to
 * the next one. */

#define LANES 0x0101010101010101u

/* Demands on the next word: its first bytes must continue a character, and the very first one be in the range that a special lead allows. */
typedef struct demands {
	uint64_t tails;
	uint64_t after_e0, after_ed, after_f0, after_f4; /* 0 or 1 */
} demands;

/* bytes[i] in bits 8i .. 8i+7, on any machine; compilers make one load of it. */
static uint64_t load_word(const unsigned char *b)
{
	return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 | (uint64_t)b[4] << 32 |
	       (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 | (uint64_t)b[7] << 56;
}

/* Not 0 if something is wrong in this word, given what the one before demands. */
static uint64_t check_word(uint64_t w, demands *d)
{
	uint64_t b7 = w >> 7 & LANES, b6 = w >> 6 & LANES, b5 = w >> 5 & LANES, b4 = w >> 4 & LANES;
	uint64_t b3 = w >> 3 & LANES, b2 = w >> 2 & LANES, b1 = w >> 1 & LANES, b0 = w & LANES;
	uint64_t tail = b7 & ~b6, lead = b7 & b6, lead3 = lead & b5, lead4 = lead3 & b4;
	uint64_t wrong = tail ^ (lead << 8 | lead3 << 16 | lead4 << 24 | d->tails);
	wrong |= lead & ~(b5 | b4 | b3 | b2 | b1) & LANES;            /* C0, C1 could only begin an overlong form */
	wrong |= lead4 & (b3 | (b2 & (b1 | b0)));                     /* F5 and up, only something above U+10FFFF */
	uint64_t e0 = lead3 & ~(b4 | b3 | b2 | b1 | b0), ed = lead3 & ~b4 & b3 & b2 & ~b1 & b0;
	uint64_t f0 = lead4 & ~(b3 | b2 | b1 | b0), f4 = lead4 & ~b3 & b2 & ~(b1 | b0);
	wrong |= (e0 << 8 | d->after_e0) & ~b5;                       /* E0 is followed by A0 or more: else overlong */
	wrong |= (ed << 8 | d->after_ed) & b5;                        /* ED by 9F or less: else a surrogate */
	wrong |= (f0 << 8 | d->after_f0) & ~(b5 | b4);                /* F0 by 90 or more */
	wrong |= (f4 << 8 | d->after_f4) & (b5 | b4);                 /* F4 by 8F or less */
	*d = (demands){lead >> 56 | lead3 >> 48 | lead4 >> 40, e0 >> 56, ed >> 56, f0 >> 56, f4 >> 56};
	return wrong;
}

bool nch_utf8_valid(const char *text, size_t length)
{
	const unsigned char *b = (const unsigned char *)text;
	demands d = {0};
	uint64_t wrong = 0;
	for (size_t at = 0; at <= length; at += 8) { /* the last word has NULs behind the end: nothing that continues a character */
		unsigned char rest[8] = {0};
		bool last = length - at < 8;
		if (last)
			memcpy(rest, b + at, length - at);
		wrong |= check_word(load_word(last ? rest : b + at), &d);
	}
	return wrong == 0;
}

size_t nch_utf8_count(const char *text, size_t length)
{
	size_t count = 0;
	for (size_t at = 0; at < length; count++) {
		uint32_t c;
		at += nch_utf8_decode(text + at, length - at, &c);
	}
	return count;
}
