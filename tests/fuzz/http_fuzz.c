/* http_fuzz.c - any bytes, in pieces of any size: bounded memory, the same request whatever the pieces. The first byte is the size of the pieces. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "serve/http.h"

static const nch_http_limits limits = {.head = 512, .body = 256};

static size_t feed(nch_http_request *r, const char *bytes, size_t length, size_t step)
{
	size_t at = 0;
	while (at < length && r->state != NCH_HTTP_DONE && r->state != NCH_HTTP_REFUSED)
		at += nch_http_take(r, bytes + at, length - at < step ? length - at : step);
	return at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	const char *bytes = (const char *)data + 1;
	size_t length = size - 1, at = 0;
	nch_http_request whole = {.limits = limits}, pieces = {.limits = limits};
	for (;;) {
		size_t taken = feed(&whole, bytes + at, length - at, length - at + 1), other = feed(&pieces, bytes + at, length - at, 1 + data[0] % 61);
		if (whole.state != pieces.state || whole.head.length > limits.head || whole.body.length > limits.body)
			abort();
		if (whole.state != NCH_HTTP_DONE)
			break;
		if (taken != other || strcmp(whole.method, pieces.method) != 0 || strcmp(whole.target, pieces.target) != 0 || whole.body.length != pieces.body.length ||
		    (whole.body.length > 0 && memcmp(whole.body.data, pieces.body.data, whole.body.length) != 0))
			abort();
		at += taken;
		nch_http_next(&whole);
		nch_http_next(&pieces);
	}
	nch_http_free(&whole);
	nch_http_free(&pieces);
	return 0;
}
