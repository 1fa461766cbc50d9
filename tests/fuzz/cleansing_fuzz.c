/* Any bytes through every cleansing: what is kept is valid UTF-8 and not longer than the text. */
#include <stdint.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "text/cleansing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	nch_buffer out = {0};
	char *text = malloc(size > 0 ? size : 1); /* an exact copy, so that reading one byte too far is seen */
	for (size_t i = 0; i < size; i++)
		text[i] = (char)data[i];
	for (size_t i = 0; nch_cleansing_at(i) != NULL; i++) {
		const nch_cleansing *cleansing;
		if (nch_cleansing_find(nch_cleansing_at(i), &cleansing, NULL) != NCH_OK ||
		    nch_cleansing_apply(cleansing, text, size, &out, NULL) != NCH_OK)
			abort();
		if (nch_cleansing_at(i)[0] != 'p' && !nch_utf8_valid(out.data, out.length))
			abort();
		if (out.length > size)
			abort();
	}
	nch_buffer_free(&out);
	free(text);
	return 0;
}
