/* tokens.h - what holds for the tokens of any text by any tokenizer; for the fuzz targets. */
#ifndef NCH_FUZZ_TOKENS_H
#define NCH_FUZZ_TOKENS_H

#include <stdlib.h>

#include "tokenizer/tokenizer.h"

/* Ends the program unless each token lies in a text of `length` bytes; decodes those that are pieces into `out`. */
static inline void check_tokens(const nch_tokenizer *tokenizer, const nch_tokens *tokens, size_t length, nch_buffer *out)
{
	for (size_t i = 0; i < tokens->count; i++) {
		if (tokens->items[i].begin > tokens->items[i].end || tokens->items[i].end > length)
			abort();
		if (nch_tokenizer_piece(tokenizer, tokens->items[i].id) != NULL)
			nch_tokenizer_decode(tokenizer, &tokens->items[i].id, 1, out, NULL);
	}
}

#endif
