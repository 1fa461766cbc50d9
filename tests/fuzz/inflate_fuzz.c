/* Any bytes as a DEFLATE stream, read in pieces of two sizes: both ways end alike. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "io/inflate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST 200000

static nch_status inflate_all(const uint8_t *data, size_t size, size_t piece, unsigned char *out, size_t *total)
{
	static nch_inflate inflate;
	size_t got = 1;
	nch_status status = NCH_OK;
	nch_inflate_start(&inflate, data, size);
	for (*total = 0; status == NCH_OK && got > 0 && *total + piece <= MOST; *total += got)
		status = nch_inflate_read(&inflate, out + *total, piece, &got, NULL);
	return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char one[MOST], other[MOST];
	size_t one_total, other_total;
	nch_status first = inflate_all(data, size, 1000, one, &one_total);
	nch_status second = inflate_all(data, size, 7, other, &other_total);
	if (one_total < MOST - 2000 && (first != second || one_total != other_total || memcmp(one, other, one_total) != 0))
		abort();
	return 0;
}
