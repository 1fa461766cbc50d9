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

/* --- validity: sixteen bytes at a time, without a branch on what they are ---
 *
 * Every file of rows goes through this. In Korean text the lengths of characters change with every blank, and a processor that guesses wrong
 * each time loses more than the checks themselves take. So each byte is looked at together with the three before it: whether it continues a
 * character must agree with whether one of those demands it. The vectors are the compilers' own (gcc's and clang's vector_size), not a
 * processor's. */

typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef int8_t truths16 __attribute__((vector_size(16))); /* what a comparison gives: -1 where it holds, else 0 */

static bytes16 load(const unsigned char *at)
{
	bytes16 v;
	memcpy(&v, at, sizeof v);
	return v;
}

/* Where something is wrong with the sixteen bytes at `at`, before which at least three others can be read. */
static truths16 check_block(const unsigned char *at)
{
	bytes16 b = load(at), back1 = load(at - 1), back2 = load(at - 2), back3 = load(at - 3);
	truths16 continues = (b & 0xC0) == 0x80;
	truths16 demanded = (back1 >= 0xC0) | (back2 >= 0xE0) | (back3 >= 0xF0);
	truths16 wrong = continues ^ demanded;
	wrong |= (b == 0xC0) | (b == 0xC1) | (b >= 0xF5);                                   /* begin only overlong forms, or what is above U+10FFFF */
	wrong |= ((back1 == 0xE0) & (b < 0xA0)) | ((back1 == 0xF0) & (b < 0x90));           /* overlong */
	wrong |= ((back1 == 0xED) & (b >= 0xA0)) | ((back1 == 0xF4) & (b >= 0x90));         /* surrogates; above U+10FFFF */
	return wrong;
}

bool nch_utf8_valid(const char *text, size_t length)
{
	enum { BLOCK = sizeof(bytes16) };
	const unsigned char *b = (const unsigned char *)text;
	truths16 wrong = {0};
	for (size_t at = 0; at <= length; at += BLOCK) {
		size_t left = length - at;
		if (at > 0 && left >= BLOCK) {
			wrong |= check_block(b + at);
			continue;
		}
		/* The first and the last block stand between NULs, which neither demand nor continue anything: a character that is cut short
		 * shows. */
		unsigned char room[2 * BLOCK] = {0};
		if (at > 0)
			memcpy(room + BLOCK - 3, b + at - 3, 3);
		if (left > 0)
			memcpy(room + BLOCK, b + at, left < BLOCK ? left : BLOCK);
		wrong |= check_block(room + BLOCK);
	}
	static const truths16 nothing;
	return memcmp(&wrong, &nothing, sizeof wrong) == 0;
}

bool nch_utf8_is_harmful(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029 || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

size_t nch_utf8_line_break(const char *text, size_t length)
{
	if (length == 0)
		return 0;
	if (text[0] == '\r')
		return length > 1 && text[1] == '\n' ? 2 : 1;
	if (text[0] >= '\n' && text[0] <= '\f')
		return 1;
	if (length >= 2 && memcmp(text, "\xC2\x85", 2) == 0)
		return 2;
	return length >= 3 && (memcmp(text, "\xE2\x80\xA8", 3) == 0 || memcmp(text, "\xE2\x80\xA9", 3) == 0) ? 3 : 0;
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
