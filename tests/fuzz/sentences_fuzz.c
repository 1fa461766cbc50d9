/* Any bytes are cut into pieces that are the bytes, with lines joined and not. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text/sentences.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static nch_splitter *splitter;
	nch_sentences s = {0};
	char *text = malloc(size > 0 ? size : 1); /* an exact copy, so that reading one byte too far is seen */
	if (splitter == NULL)
		splitter = nch_splitter_new();
	if (size > 0)
		memcpy(text, data, size);
	for (int join = 0; join < 2; join++) {
		size_t at = 0;
		if (nch_sentences_split(splitter, text, size, join == 1, &s, NULL) != NCH_OK)
			abort();
		for (size_t i = 0; i < s.count; i++) {
			const nch_sentence *p = &s.items[i];
			if (p->begin != at || p->begin > p->text_begin || p->text_begin > p->text_end || p->text_end > p->end || p->begin == p->end)
				abort();
			at = p->end;
		}
		if (at != size)
			abort();
	}
	nch_sentences_free(&s);
	free(text);
	return 0;
}
