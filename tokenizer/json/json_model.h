/* json_model.h - the models of a tokenizer.json that are not WordPiece: unigram and byte-pair encoding as Hugging Face's
 * tokenizers compute them, which is not quite as SentencePiece does (sums in double, merges by rank). */
#ifndef NCH_TOKENIZER_JSON_MODEL_H
#define NCH_TOKENIZER_JSON_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/heap.h"
#include "base/json.h"
#include "base/status.h"
#include "tokenizer/sentencepiece/unigram.h"
#include "tokenizer/unicode/bert_text.h"
#include "tokenizer/vocabulary/trie.h"
#include "tokenizer/vocabulary/vocabulary.h"

typedef struct nch_json_model {
	bool unigram; /* else BPE */
	const nch_vocabulary *vocabulary;
	int32_t unk; /* -1: none */
	bool byte_fallback;
	int32_t byte_ids[256]; /* -1: no such piece */
	/* unigram */
	nch_trie trie;
	double *scores;
	double unk_score;
	/* BPE */
	struct nch_json_merge *merges; /* open addressing by the pair */
	size_t merge_slots;
	bool fuse_unk, ignore_merges;
	char prefix[16], suffix[16]; /* of pieces that go on a word, that end one */
} nch_json_model;

/* Reads "model" (its type is Unigram or BPE), whose pieces are in the vocabulary already; adds no pieces. Release with nch_json_model_free,
 * also after a failure. */
nch_status nch_json_model_init(nch_json_model *model, const nch_json *json, const nch_vocabulary *vocabulary, nch_error *error);
void nch_json_model_free(nch_json_model *model);

/* Working memory. Start with {0}. */
NCH_HEAP(nch_json_candidates, struct nch_json_candidate);
typedef struct nch_json_model_scratch {
	char *bytes;     /* the word as UTF-8 */
	uint32_t *places; /* [bytes + 1] the character that a byte belongs to */
	struct nch_json_node *nodes;
	struct nch_json_symbol *symbols;
	nch_json_candidates candidates; /* the best merge is the first */
	size_t byte_capacity, place_capacity, node_capacity, symbol_capacity;
} nch_json_model_scratch;
void nch_json_model_scratch_free(nch_json_model_scratch *scratch);

/* Cuts a word; appends segments whose lengths count bytes of the word as UTF-8. */
nch_status nch_json_model_cut(const nch_json_model *model, const nch_bert_character *word, size_t count, nch_json_model_scratch *scratch,
                              nch_segmentation *segmentation, nch_error *error);

#endif
