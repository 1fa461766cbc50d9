/* normalized_tokens.h - added tokens that are looked for in the normalized text: "normalized": true, which is what transformers' add_tokens makes of
 * a word. Both the token and the text are normalized, so "ABC" is found in "Abc" where capitals become small. */
#ifndef NCH_TOKENIZER_NORMALIZED_TOKENS_H
#define NCH_TOKENIZER_NORMALIZED_TOKENS_H

#include "tokenizer/pipeline/json_pipeline.h"
#include "tokenizer/tokenizer_private.h"
#include "tokenizer/vocabulary/added_tokens.h"

/* Working memory of one thread. Start with {0}. */
typedef struct nch_normalized_scratch {
	nch_words words, spare;
	nch_buffer text;      /* the normalized text as UTF-8 */
	uint32_t *characters; /* [text.length + 1] which character of it begins at a byte */
	size_t capacity;
} nch_normalized_scratch;
void nch_normalized_scratch_free(nch_normalized_scratch *scratch);

/* Normalizes the tokens' texts and makes them ready to be found; once, when all are added. The normalizers are the pipeline's first stages. */
nch_status nch_normalized_tokens_prepare(nch_added_tokens *tokens, const nch_pipeline *pipeline, nch_error *error);

/* Normalizes a text and calls visit for every stretch between tokens, in order; the tokens themselves are appended to *out. `items`: the stretch's
 * characters with their places in the original; they are valid during the call. */
typedef nch_status nch_stretch_visit(void *context, const nch_bert_character *items, size_t count, nch_error *error);
nch_status nch_normalized_tokens_split(const nch_added_tokens *tokens, const nch_pipeline *pipeline, const char *text, size_t length, bool first,
                                       nch_normalized_scratch *scratch, nch_stretch_visit *visit, void *context, nch_tokens *out, nch_error *error);

#endif
