/* xlnet_text.h - what XLNet's tokenizer class, and KoBERT's after it, do to a text before SentencePiece sees it. */
#ifndef NCH_TOKENIZER_XLNET_TEXT_H
#define NCH_TOKENIZER_XLNET_TEXT_H

#include "tokenizer/sentencepiece/normalize.h"

/* What XLNet's class, and KoBERT's after it, do around a SentencePiece model: blanks are made one space, `` and '' become ", characters are
 * decomposed by compatibility and lose their combining marks, and a piece that ends with a digit and a comma is cut again without it. */
typedef struct nch_sp_wrapping {
	bool lower_case, strip_accents;
} nch_sp_wrapping;

/* Blanks at the ends go and runs of them become one space; `` and '' become "; unless accents are kept, characters are decomposed by
 * compatibility (NFKD) and combining marks dropped; capitals become small, if asked. */
nch_status nch_xlnet_prepare(const nch_sp_wrapping *wrapping, const char *text, size_t length, nch_normalized *prepared,
                             nch_error *error);

#endif
