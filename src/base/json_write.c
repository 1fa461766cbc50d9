/* json_write.c - the leaves of JSON, written: strings and numbers. Objects and arrays are written by whoever has them. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "base/utf8.h"

void nch_json_write_text(nch_buffer *out, const char *text, size_t length)
{
	nch_buffer_byte(out, '"');
	size_t plain = 0; /* text[plain .. at) needs no escape and has not been written yet */
	for (size_t at = 0; at < length;) {
		uint32_t c;
		size_t size = nch_utf8_decode(text + at, length - at, &c);
		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F && c != NCH_UTF8_BAD) {
			at += size;
			continue;
		}
		nch_buffer_add(out, text + plain, at - plain);
		at += size;
		plain = at;
		switch (c) {
		case '"': nch_buffer_text(out, "\\\""); break;
		case '\\': nch_buffer_text(out, "\\\\"); break;
		case '\n': nch_buffer_text(out, "\\n"); break;
		case '\r': nch_buffer_text(out, "\\r"); break;
		case '\t': nch_buffer_text(out, "\\t"); break;
		case '\b': nch_buffer_text(out, "\\b"); break;
		case '\f': nch_buffer_text(out, "\\f"); break;
		case NCH_UTF8_BAD: nch_buffer_utf8(out, 0xFFFD); break;
		default: nch_buffer_printf(out, "\\u%04x", (unsigned)c); break;
		}
	}
	nch_buffer_add(out, text + plain, length - plain);
	nch_buffer_byte(out, '"');
}

void nch_json_write_double(nch_buffer *out, double number)
{
	if (isfinite(number))
		nch_number_write_double(out, number);
	else
		nch_buffer_text(out, "null");
}

void nch_json_write_float(nch_buffer *out, float number)
{
	if (isfinite(number))
		nch_number_write_float(out, number);
	else
		nch_buffer_text(out, "null");
}

void nch_json_write_named(nch_buffer *out, const char *const *names, const float *numbers, size_t count)
{
	nch_buffer_byte(out, '{');
	for (size_t i = 0; i < count; i++) {
		nch_buffer_text(out, i > 0 ? "," : "");
		nch_json_write_text(out, names[i], strlen(names[i]));
		nch_buffer_byte(out, ':');
		nch_json_write_float(out, numbers[i]);
	}
	nch_buffer_byte(out, '}');
}
