/* name.c - see name.h. */
#include "base/name.h"

#include <string.h>

#include "base/memory.h"
#include "base/unicode.h"
#include "base/utf8.h"

#define LONGEST 4096 /* bytes; what is longer is no name, and is left as it is */

static bool is_invisible(uint32_t c)
{
	return c == 0x00AD || c == 0x200B || c == 0x2060 || c == 0xFEFF;
}

bool nch_name_is_blank(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200F) || c == 0x2028 || c == 0x2029 ||
	       c == 0x202F || c == 0x205F || c == 0x3000 || is_invisible(c);
}

void nch_name_trim(const char **text, size_t *length)
{
	uint32_t c;
	while (*length > 0) {
		size_t size = nch_utf8_decode(*text, *length, &c);
		if (!nch_name_is_blank(c))
			break;
		*text += size;
		*length -= size;
	}
	while (*length > 0) {
		size_t at = *length - 1;
		while (at > 0 && *length - at < 4 && ((unsigned char)(*text)[at] & 0xC0) == 0x80)
			at--;
		if (at + nch_utf8_decode(*text + at, *length - at, &c) != *length || !nch_name_is_blank(c))
			break;
		*length = at;
	}
}

bool nch_name_is_empty(const char *text, size_t length)
{
	for (size_t i = 0; i < length;) {
		unsigned char lead = (unsigned char)text[i];
		uint32_t c;
		if ((lead > ' ' && lead < 0x7F) || (lead >= 0xE4 && lead < 0xEF)) /* nearly all texts begin so */
			return false;
		i += nch_utf8_decode(text + i, length - i, &c);
		if (!nch_name_is_blank(c))
			return false;
	}
	return true;
}

/* Most names are plain ASCII or composed Hangul without anything odd: they are what they are. */
static bool is_clean(const char *text, size_t length)
{
	for (size_t i = 0; i < length;) {
		uint32_t c;
		i += nch_utf8_decode(text + i, length - i, &c);
		if (!((c >= ' ' && c < 0x7F) || (c >= 0xAC00 && c <= 0xD7A3)))
			return false;
	}
	return true;
}

/* The characters of the name, decomposed. */
static size_t decompose(const char *text, size_t length, uint32_t *out)
{
	size_t count = 0;
	for (size_t i = 0; i < length;) {
		uint32_t c;
		i += nch_utf8_decode(text + i, length - i, &c);
		if (!is_invisible(c))
			count += nch_unicode_decompose(nch_name_is_blank(c) && (c < 0x200B || c > 0x200F) ? ' ' : c, false, out + count);
	}
	return count;
}

bool nch_name_clean(const char *text, size_t length, nch_buffer *clean)
{
	nch_buffer_clear(clean);
	nch_buffer_text(clean, "");
	nch_name_trim(&text, &length);
	if (length > LONGEST || is_clean(text, length)) {
		nch_buffer_add(clean, text, length);
		return !clean->failed;
	}
	size_t room;
	uint32_t *points = nch_size_mul(length, NCH_UNICODE_MAX_DECOMPOSITION, &room) ? nch_alloc(room, sizeof *points) : NULL;
	if (points == NULL)
		return false;
	size_t count = decompose(text, length, points);
	bool done = nch_unicode_order(points, count, sizeof *points, NULL) == NCH_OK;
	count = nch_unicode_compose_text(points, count);
	for (size_t i = 0; i < count; i++) {
		char bytes[4];
		nch_buffer_add(clean, bytes, nch_utf8_encode(points[i], bytes));
	}
	nch_free(points);
	return done && !clean->failed;
}

enum { FOLDED = 192 }; /* bytes of a name that can be folded */

bool nch_name_fold(const char *text, size_t length, char *folded, size_t room)
{
	uint32_t points[FOLDED * 4]; /* no character of a canonical decomposition has more than four */
	size_t to = 0;
	folded[0] = '\0';
	nch_name_trim(&text, &length);
	if (length == 0 || length > FOLDED)
		return false;
	size_t count = decompose(text, length, points);
	if (nch_unicode_order(points, count, sizeof *points, NULL) != NCH_OK)
		return false;
	count = nch_unicode_compose_text(points, count);
	for (size_t i = 0; i < count; i++) {
		char bytes[4];
		uint32_t c = points[i] >= 'A' && points[i] <= 'Z' ? points[i] - 'A' + 'a' : points[i];
		size_t size = c == ' ' || c == '_' || c == '-' ? 0 : nch_utf8_encode(c, bytes);
		if (to + size >= room) {
			folded[0] = '\0';
			return false;
		}
		memcpy(folded + to, bytes, size);
		to += size;
		folded[to] = '\0';
	}
	return to > 0;
}
