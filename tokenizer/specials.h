/* specials.h - the five special tokens: what files call them, and the pieces that usually are them. */
#ifndef NCH_TOKENIZER_SPECIALS_H
#define NCH_TOKENIZER_SPECIALS_H

#include "tokenizer/tokenizer_private.h"

typedef struct nch_special_kind {
	const char *key;      /* "unk_token": in tokenizer_config.json and special_tokens_map.json */
	const char *usual[4]; /* ended by NULL */
} nch_special_kind;

enum { NCH_SPECIAL_KINDS = 5 };
extern const nch_special_kind nch_special_kinds[NCH_SPECIAL_KINDS]; /* unk, pad, cls, sep, mask */

/* Where the id of the i-th kind is kept. */
int32_t *nch_special_place(nch_specials *specials, size_t i);

/* The usual names, where nothing else is known: [UNK] or <unk> and so on. */
void nch_default_specials(nch_tokenizer *tokenizer);

/* The special tokens that a tokenizer has become added tokens. */
nch_status nch_add_specials(nch_tokenizer *tokenizer, nch_error *error);

#endif
