/* status.c - error texts: formatted, made harmless for a terminal, cut at a character boundary. */
#include "base/status.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/setting.h"
#include "base/utf8.h"

/* Rewrites the text in place (it can only become shorter): harmful characters become spaces, malformed bytes '?'.
 * Where the text was cut, a character that lost its end is dropped. */
static void make_harmless(char *text, bool was_cut)
{
	size_t length = strlen(text), out = 0;
	for (size_t in = 0; in < length;) {
		uint32_t c;
		size_t size = nch_utf8_decode(text + in, length - in, &c);
		if (c == NCH_UTF8_BAD) {
			if (was_cut && length - in < 4 && ((unsigned char)text[in] & 0xC0) == 0xC0)
				break;
			text[out++] = '?';
		} else if (nch_utf8_is_harmful(c)) {
			text[out++] = ' ';
		} else {
			memmove(text + out, text + in, size);
			out += size;
		}
		in += size;
	}
	text[out] = '\0';
}

nch_status nch_fail(nch_error *error, nch_status status, const char *format, ...)
{
	if (error == NULL)
		return status;
	/* The arguments may point into error->text itself, so the text is made elsewhere first. */
	char text[sizeof error->text];
	va_list arguments;
	va_start(arguments, format);
	int wanted = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (wanted < 0)
		text[0] = '\0';
	make_harmless(text, wanted >= (int)sizeof text);
	nch_setting_spell(text);
	memcpy(error->text, text, sizeof text);
	error->status = status;
	return status;
}

nch_status nch_fail_prefix(nch_error *error, const char *format, ...)
{
	if (error == NULL)
		return NCH_OK;
	char prefix[sizeof error->text];
	va_list arguments;
	va_start(arguments, format);
	if (vsnprintf(prefix, sizeof prefix, format, arguments) < 0)
		prefix[0] = '\0';
	va_end(arguments);
	return nch_fail(error, error->status, "%s: %s", prefix, error->text);
}
