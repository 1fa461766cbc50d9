/* Any bytes: decoding takes them all, one character at a time, and encoding gives back what was decoded. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	if (size > 0)
		memcpy(text, data, size);
	size_t count = 0, bad = 0;
	for (size_t at = 0; at < size; count++) {
		uint32_t c;
		char bytes[4];
		size_t taken = nch_utf8_decode(text + at, size - at, &c);
		if (taken < 1 || taken > 4 || taken > size - at)
			abort();
		if (c == NCH_UTF8_BAD)
			bad++;
		else if (nch_utf8_encode(c, bytes) != taken || memcmp(bytes, text + at, taken) != 0)
			abort();
		at += taken;
	}
	if (count != nch_utf8_count(text, size) || nch_utf8_valid(text, size) != (bad == 0) ||
	    nch_utf8_columns(text, size) > 2 * count)
		abort();
	text[size] = '\0';
	nch_error error;
	nch_fail(&error, NCH_IO, "%s", text);
	if (!nch_utf8_valid(error.text, strlen(error.text)))
		abort();
	free(text);
	return 0;
}
