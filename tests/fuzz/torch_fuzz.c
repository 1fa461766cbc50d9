/* Any bytes as what torch.save wrote, or as a pickle by itself: refused with a line, or every tensor can be read to its end. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "io/weights_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_bytes(const uint8_t *data, size_t size)
{
	nch_error error = {0};
	char hex[65];
	unsigned char *copy = malloc(size > 0 ? size : 1);
	nch_weights *weights = nch_weights_new();
	if (size > 0)
		memcpy(copy, data, size);
	if (nch_torch_is(copy, size)) {
		if (nch_torch_read(weights, copy, size, "fuzz", &error) == NCH_OK && nch_weights_finish(weights, "fuzz", &error) == NCH_OK)
			nch_weights_fingerprint(weights, hex);
		else if (error.text[0] == '\0')
			abort();
	}
	nch_weights_close(weights);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char head[] = {0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, '.', 0x80, 0x02, 'M', 0xE9, 0x03, '.',
	                                     0x80, 0x02, '}', '.'};
	try_bytes(data, size);
	uint8_t *whole = malloc(size + sizeof head);
	memcpy(whole, head, sizeof head);
	if (size > 0)
		memcpy(whole + sizeof head, data, size);
	try_bytes(whole, size + sizeof head);
	free(whole);
	return 0;
}
