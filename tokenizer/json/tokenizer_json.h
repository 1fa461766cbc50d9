/* tokenizer_json.h - Hugging Face's tokenizer.json: everything that a tokenizer does, told as data. */
#ifndef NCH_TOKENIZER_JSON_H
#define NCH_TOKENIZER_JSON_H

#include "tokenizer/tokenizer_private.h"

/* Fills in everything but the files. On failure the caller frees the tokenizer. */
nch_status nch_tokenizer_json_load(nch_tokenizer *tokenizer, const char *data, size_t size, nch_error *error);

/* Whether a tokenizer.json says more than the files that the tokenizer was loaded from: more tokens, other ones, or tokens that were added among
 * them. Where transformers has saved a tokenizer back, tokenizer.json is the file that it has written anew. */
nch_status nch_tokenizer_json_says_more(const nch_tokenizer *tokenizer, const char *data, size_t size, bool *more, nch_error *error);

#endif
