/* buffer.c - a growing run of bytes. */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

/* Room for `more` bytes and the NUL after them. */
static bool reserve(nch_buffer *buffer, size_t more)
{
	size_t need;
	if (buffer->failed)
		return false;
	if (more < buffer->capacity - buffer->length) /* nearly always */
		return true;
	if (!nch_size_add(buffer->length, more, &need) || !nch_size_add(need, 1, &need) ||
	    nch_grow(&buffer->data, &buffer->capacity, need, 1, NULL) != NCH_OK) {
		buffer->failed = true;
		return false;
	}
	return true;
}

void nch_buffer_add(nch_buffer *buffer, const void *bytes, size_t length)
{
	if (!reserve(buffer, length))
		return;
	if (length > 0)
		memcpy(buffer->data + buffer->length, bytes, length);
	buffer->length += length;
	buffer->data[buffer->length] = '\0';
}

void nch_buffer_text(nch_buffer *buffer, const char *text)
{
	nch_buffer_add(buffer, text, strlen(text));
}

void nch_buffer_byte(nch_buffer *buffer, int byte)
{
	char c = (char)byte;
	nch_buffer_add(buffer, &c, 1);
}

enum { MOST_DIGITS = 11 }; /* of an int32_t, with its sign */

/* The last `digits` of the four digits of a number below 10,000, without a branch on how many; returns where they end. Writes four bytes in any
 * case. */
static inline char *write_four(char *at, uint32_t number, uint32_t digits)
{
	uint32_t high = number / 100, low = number % 100;
	uint32_t text = 0x30303030 + (high / 10 << 24 | high % 10 << 16 | low / 10 << 8 | low % 10);
	text <<= 8 * (4 - digits);
	at[0] = (char)(text >> 24);
	at[1] = (char)(text >> 16);
	at[2] = (char)(text >> 8);
	at[3] = (char)text;
	return at + digits;
}

static char *write_integer(char *at, int32_t number)
{
	uint32_t rest = number < 0 ? 0 - (uint32_t)number : (uint32_t)number, fours[3], count = 0;
	if (number < 0)
		*at++ = '-';
	for (; rest >= 10000; rest /= 10000)
		fours[count++] = rest % 10000;
	at = write_four(at, rest, 1u + (rest > 9) + (rest > 99) + (rest > 999));
	while (count > 0)
		at = write_four(at, fours[--count], 4);
	return at;
}

void nch_buffer_integers(nch_buffer *buffer, const int32_t *first, size_t step, size_t count)
{
	size_t most;
	if (!nch_size_mul(count, MOST_DIGITS + 1, &most)) {
		buffer->failed = true;
		return;
	}
	if (count == 0 || !reserve(buffer, most))
		return;
	char *at = buffer->data + buffer->length;
	for (size_t i = 0; i < count; i++) {
		int32_t number;
		memcpy(&number, (const char *)first + i * step, sizeof number);
		at = write_integer(at, number);
		*at++ = ' ';
	}
	*--at = '\0'; /* no blank behind the last */
	buffer->length = (size_t)(at - buffer->data);
}

void nch_buffer_vprintf(nch_buffer *buffer, const char *format, va_list arguments)
{
	char text[256]; /* nearly everything fits; what does not is formatted again in place */
	va_list again;
	va_copy(again, arguments);
	int wanted = vsnprintf(text, sizeof text, format, arguments);
	if (wanted < 0) {
		buffer->failed = true;
	} else if ((size_t)wanted < sizeof text) {
		nch_buffer_add(buffer, text, (size_t)wanted);
	} else if (reserve(buffer, (size_t)wanted)) {
		vsnprintf(buffer->data + buffer->length, (size_t)wanted + 1, format, again);
		buffer->length += (size_t)wanted;
	}
	va_end(again);
}

void nch_buffer_printf(nch_buffer *buffer, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	nch_buffer_vprintf(buffer, format, arguments);
	va_end(arguments);
}

void nch_buffer_utf8(nch_buffer *buffer, unsigned code_point)
{
	char bytes[4];
	nch_buffer_add(buffer, bytes, nch_utf8_encode(code_point, bytes));
}

void nch_buffer_visible(nch_buffer *buffer, const char *text, size_t length)
{
	size_t from = 0;
	for (size_t at = 0, size; at < length; at += size) {
		uint32_t c;
		size = nch_utf8_decode(text + at, length - at, &c);
		if (c != NCH_UTF8_BAD && (c == '\n' || c == '\t' || !nch_utf8_is_harmful(c)))
			continue;
		nch_buffer_add(buffer, text + from, at - from);
		if (c == NCH_UTF8_BAD || c < 0x100)
			nch_buffer_printf(buffer, "\\x%02X", c == NCH_UTF8_BAD ? (unsigned)(unsigned char)text[at] : (unsigned)c);
		else
			nch_buffer_printf(buffer, "\\u%04X", (unsigned)c);
		from = at + size;
	}
	nch_buffer_add(buffer, text + from, length - from);
}

nch_status nch_buffer_check(const nch_buffer *buffer, nch_error *error)
{
	return buffer->failed ? nch_no_memory(error) : NCH_OK;
}

void nch_buffer_clear(nch_buffer *buffer)
{
	buffer->length = 0;
	buffer->failed = false;
	if (buffer->data != NULL)
		buffer->data[0] = '\0';
}

void nch_buffer_free(nch_buffer *buffer)
{
	nch_free(buffer->data);
	*buffer = (nch_buffer){0};
}
