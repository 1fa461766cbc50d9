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

/* How many of the bytes at text are ASCII, looked at eight at a time: at least that many, rounded down to eights. */
static size_t skip_ascii(const char *text, size_t length)
{
	size_t at = 0;
	for (; at + 8 <= length; at += 8) {
		uint64_t word;
		memcpy(&word, text + at, 8);
		if ((word & 0x8080808080808080u) != 0)
			break;
	}
	return at;
}

/* Are the three bytes at b one character, and no surrogate or overlong form? One comparison settles the pattern 1110xxxx 10xxxxxx
 * 10xxxxxx; behind E0 the second byte starts at A0, behind ED it ends at 9F. */
static bool is_three(const unsigned char *b)
{
	uint32_t bytes = (uint32_t)b[0] << 16 | (uint32_t)b[1] << 8 | b[2];
	if ((bytes & 0xF0C0C0) != 0xE08080)
		return false;
	return (b[0] != 0xE0 || b[1] >= 0xA0) && (b[0] != 0xED || b[1] <= 0x9F);
}

/* Every file of rows goes through this, so the two common cases, ASCII and Hangul, do without the decoder. */
bool nch_utf8_valid(const char *text, size_t length)
{
	const unsigned char *b = (const unsigned char *)text;
	for (size_t at = 0; at < length;) {
		while (length - at >= 3 && is_three(b + at))
			at += 3;
		if (at == length)
			return true;
		if (b[at] < 0x80) {
			at += 1 + skip_ascii(text + at + 1, length - at - 1);
			continue;
		}
		uint32_t c;
		at += nch_utf8_decode(text + at, length - at, &c);
		if (c == NCH_UTF8_BAD)
			return false;
	}
	return true;
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
