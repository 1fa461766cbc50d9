/* encode_many.h - many texts at once, on all threads of a pool, in order. */
#ifndef NCH_TOKENIZER_ENCODE_MANY_H
#define NCH_TOKENIZER_ENCODE_MANY_H

#include <stddef.h>

#include "base/status.h"
#include "kernels/threads.h"
#include "tokenizer/tokenizer.h"

typedef struct nch_text {
	const char *bytes;
	size_t length;
} nch_text;

/* The tokens of many texts, one text after the other: those of text i are items[begins[i]] to items[begins[i + 1]]. Start with {0}, release
 * with nch_token_lists_free. */
typedef struct nch_token_lists {
	nch_token *items;
	size_t *begins; /* [count + 1] */
	size_t count, item_capacity, begin_capacity;
} nch_token_lists;
void nch_token_lists_free(nch_token_lists *lists);

/* Working memory for a pool: a scratch for each thread. Release with nch_encoder_free. */
typedef struct nch_encoder nch_encoder;
nch_status nch_encoder_new(const nch_tokenizer *tokenizer, nch_pool *pool, nch_encoder **encoder, nch_error *error);
void nch_encoder_free(nch_encoder *encoder); /* NULL is allowed */

/* Replaces *lists by the tokens of the texts: as nch_tokenizer_encode gives them, or, if for_model, as nch_tokenizer_encode_model does for
 * single texts with max_len. The result does not depend on the pool. */
nch_status nch_encode_many(nch_encoder *encoder, const nch_text *texts, size_t count, bool for_model, size_t max_len,
                           nch_token_lists *lists, nch_error *error);

#endif
