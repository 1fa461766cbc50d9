/* sentencepiece.h - a tokenizer that is a SentencePiece model, as it is or wrapped as XLNet's class wraps it. */
#ifndef NCH_TOKENIZER_SENTENCEPIECE_H
#define NCH_TOKENIZER_SENTENCEPIECE_H

#include "tokenizer/sentencepiece/xlnet_text.h"
#include "tokenizer/tokenizer_private.h"

/* Fills in everything but the files. On failure the caller frees the tokenizer. wrapping NULL: the model as it is. */
nch_status nch_sentencepiece_load(nch_tokenizer *tokenizer, const void *data, size_t size, const nch_sp_wrapping *wrapping,
                                  nch_error *error);

/* Appends a tokenizer.json that says what a SentencePiece model says (nearly: where sums of scores are equal but for their last bit, another way to
 * cut may win); nothing for a model that has no counterpart there. */
nch_status nch_sentencepiece_to_json(const nch_tokenizer *tokenizer, nch_buffer *out, nch_error *error);

#endif
