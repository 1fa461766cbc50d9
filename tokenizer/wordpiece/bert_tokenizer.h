/* bert_tokenizer.h - a tokenizer that is a WordPiece vocabulary with BERT's rules for words. */
#ifndef NCH_TOKENIZER_BERT_H
#define NCH_TOKENIZER_BERT_H

#include "tokenizer/tokenizer_private.h"

/* What distinguishes one WordPiece tokenizer from another. */
typedef struct nch_bert_options {
	bool clean, split_cjk, lower_case, strip_accents; /* as in bert_text.h */
	const char *prefix;   /* "##" */
	size_t longest_word;  /* 100 */
	size_t pieces;        /* of the vocabulary; what comes after them are added tokens, which words are not cut into */
} nch_bert_options;

/* Makes a WordPiece tokenizer of tokenizer->vocabulary and specials.unk. */
nch_status nch_bert_make(nch_tokenizer *tokenizer, const nch_bert_options *options, nch_error *error);
nch_status nch_bert_read_vocabulary(nch_tokenizer *tokenizer, const char *data, size_t size, nch_error *error); /* a vocab.txt */
bool nch_bert_is_lower_case(const nch_vocabulary *vocabulary);
bool nch_bert_has_syllables(const nch_vocabulary *vocabulary);

/* For saving. Appends members of a tokenizer_config.json, each with a comma before it. */
void nch_bert_describe(const nch_tokenizer *tokenizer, nch_buffer *out);

#endif
