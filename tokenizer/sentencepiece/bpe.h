/* bpe.h - byte-pair encoding as SentencePiece does it (Sennrich and others 2016): begin with characters, and join the two
 * neighbours whose union is the best piece, again and again, until no union is a piece. */
#ifndef NCH_TOKENIZER_BPE_H
#define NCH_TOKENIZER_BPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/heap.h"
#include "base/status.h"
#include "tokenizer/sentencepiece/sentencepiece_model.h"
#include "tokenizer/sentencepiece/unigram.h"
#include "tokenizer/vocabulary/trie.h"
#include "tokenizer/vocabulary/vocabulary.h"

typedef struct nch_bpe {
	const nch_sp_model *model;
	const nch_trie *verbatim; /* user-defined pieces are never joined nor cut; NULL: none */
	nch_vocabulary pieces;    /* ids as in the model */
	size_t longest;           /* bytes of the longest piece */
} nch_bpe;

/* Keeps pointers to both. Release with nch_bpe_free, also after a failure. */
nch_status nch_bpe_init(nch_bpe *bpe, const nch_sp_model *model, const nch_trie *verbatim, nch_error *error);
void nch_bpe_free(nch_bpe *bpe);

/* Working memory. Start with {0}. */
NCH_HEAP(nch_bpe_pairs, struct nch_bpe_pair);
typedef struct nch_bpe_scratch {
	struct nch_bpe_symbol *symbols;
	nch_bpe_pairs pairs; /* the best pair is the first */
	struct nch_bpe_split *splits;
	size_t symbol_capacity, split_count, split_capacity;
} nch_bpe_scratch;
void nch_bpe_scratch_free(nch_bpe_scratch *scratch);

/* The merges of a text that is normalized, a line each, in their order, appended to *out: the score and the two parts. */
nch_status nch_bpe_explain(const nch_bpe *bpe, const char *text, size_t length, nch_bpe_scratch *scratch, nch_buffer *out,
                           nch_error *error);

/* Appends the segments of a text to *segmentation; what is no piece gets the unknown id. */
nch_status nch_bpe_encode(const nch_bpe *bpe, const char *text, size_t length, nch_bpe_scratch *scratch,
                          nch_segmentation *segmentation, nch_error *error);

#endif
