/* sentencepiece_private.h - what the files that make up a SentencePiece tokenizer share. */
#ifndef NCH_TOKENIZER_SENTENCEPIECE_PRIVATE_H
#define NCH_TOKENIZER_SENTENCEPIECE_PRIVATE_H

#include "tokenizer/sentencepiece/bpe.h"
#include "tokenizer/sentencepiece/normalize.h"
#include "tokenizer/sentencepiece/sentencepiece.h"
#include "tokenizer/sentencepiece/sentencepiece_model.h"
#include "tokenizer/sentencepiece/unigram.h"

/* A piece like "3,", which XLNet's class cuts anew. */
typedef struct nch_comma_rule {
	int32_t *ids; /* in its place; the last is the comma */
	uint32_t *lengths; /* bytes of the piece that each stands for */
	size_t count;
} nch_comma_rule;

typedef struct nch_sentencepiece {
	nch_sp_model model;
	const nch_vocabulary *vocabulary; /* of the tokenizer: the model's pieces, and what was added behind them */
	nch_trie verbatim; /* user-defined pieces */
	nch_normalizer normalizer, denormalizer;
	nch_unigram unigram; /* the one that the model's type asks for */
	nch_bpe bpe;
	nch_vocabulary words; /* of models of whole words or single characters */
	bool pieces_part_at_spaces; /* no piece goes on over a ▁: words can be cut one by one */
	int32_t byte_ids[256];
	bool wrapped;
	nch_sp_wrapping wrapping;
	nch_comma_rule *comma_rules; /* [pieces], if wrapped and there are any */
	bool by_words; /* the fast way is open, see sentencepiece_words.c */
	uint32_t *plain_codes; /* [0x10000] the code in the trie of a character that no rule concerns; UINT32_MAX for others */
	uint32_t space_code;   /* that of ▁ */
} nch_sentencepiece;

/* Working memory of one thread. */
typedef struct nch_sentencepiece_scratch {
	nch_normalized normalized;
	nch_segmentation segmentation;
	nch_bpe_scratch bpe;
	struct nch_cached_word *cache;
	int32_t *path; /* the pieces of the text so far, unknown ones not joined */
	size_t path_count, path_capacity;
	nch_buffer word;
	nch_normalized prepared; /* the text as the wrapping makes it */
} nch_sentencepiece_scratch;

/* What a tokenizer of this kind does (sentencepiece.c); its self is an nch_sentencepiece. */
extern const nch_tokenizer_class nch_sentencepiece_class;

/* Normalizes and cuts a text, without wrapping: the pieces are in scratch->segmentation, for scratch->normalized. */
nch_status nch_sentencepiece_cut(const nch_sentencepiece *sp, nch_sentencepiece_scratch *scratch, const char *text, size_t length,
                                 nch_error *error);

/* The same as tokens, appended. */
nch_status nch_sentencepiece_encode(const nch_sentencepiece *sp, nch_sentencepiece_scratch *scratch, const char *text, size_t length,
                                    nch_tokens *tokens, nch_error *error);

/* The fast way. *done false: the text must take the plain way; no tokens were added then. */
bool nch_sentencepiece_can_use_words(const nch_sentencepiece *sp);
nch_status nch_sentencepiece_make_plain_codes(nch_sentencepiece *sp, nch_error *error);
nch_status nch_sentencepiece_encode_words(const nch_sentencepiece *sp, nch_sentencepiece_scratch *scratch, const char *text, size_t length,
                                          nch_tokens *tokens, bool *done, nch_error *error);

/* Fills in sp->comma_rules. */
nch_status nch_sentencepiece_make_comma_rules(const nch_tokenizer *tokenizer, nch_sentencepiece *sp, nch_error *error);

/* Cuts the samples that the model carries, and fails if they are not cut as it says. */
nch_status nch_sentencepiece_self_test(const nch_sentencepiece *sp, const nch_vocabulary *vocabulary, nch_error *error);

void nch_sentencepiece_scratch_clear(nch_sentencepiece_scratch *scratch); /* frees what it holds */

#endif
