/* unigram.h - the most probable way to cut a text into pieces (Kudo 2018).
 *
 * Every piece has a score, the logarithm of its probability; the best segmentation is the one with the greatest sum.
 * Viterbi finds it from left to right: the best way to reach the end of a character is the best way to reach some
 * earlier place plus the one piece between the two. */
#ifndef NCH_TOKENIZER_UNIGRAM_H
#define NCH_TOKENIZER_UNIGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/status.h"
#include "tokenizer/sentencepiece/sentencepiece_model.h"
#include "tokenizer/vocabulary/trie.h"

typedef struct nch_unigram {
	nch_trie trie;   /* normal and user-defined pieces */
	float *scores;   /* of each id; a user-defined piece gets 0.1 for each byte after the first, so that it wins */
	float unk_score; /* of one character that no piece covers: ten below the worst piece */
	float worst;     /* no path is worse than this for each character: the greatest |score| */
	int32_t unk;
} nch_unigram;

/* Release with nch_unigram_free, also after a failure. */
nch_status nch_unigram_init(nch_unigram *unigram, const nch_sp_model *model, nch_error *error);
void nch_unigram_free(nch_unigram *unigram);

/* One piece of a segmentation: an id and how many bytes it takes. */
typedef struct nch_segment {
	int32_t id;
	uint32_t length;
} nch_segment;

/* A segmentation, and the memory that finding it takes; reused. Start with {0}. */
typedef struct nch_segmentation {
	nch_segment *items;
	size_t count, capacity;
	float margin; /* of the last stretch that was cut: how much worse (at least) another choice would have been at any place of the best path */
	/* the stretch in characters: their codes in the trie, and where each begins (and the last one ends) */
	uint32_t *codes, *begins;
	size_t characters, code_capacity, begin_capacity;
	struct nch_unigram_node *nodes;
	size_t node_capacity;
} nch_segmentation;
void nch_segmentation_free(nch_segmentation *segmentation);

/* Appends the best segmentation of a text to *segmentation. Scores are summed in float from *score on, as SentencePiece does, so
 * that ties fall as they fall there; *score becomes the sum at the end of the text. */
nch_status nch_unigram_encode(const nch_unigram *unigram, const char *text, size_t length, float *score,
                              nch_segmentation *segmentation, nch_error *error);

/* The same for characters that stand in segmentation->codes and begins already. */
nch_status nch_unigram_encode_codes(const nch_unigram *unigram, float *score, nch_segmentation *segmentation, nch_error *error);

/* The lattice of a text that is normalized, a line for each piece that fits, appended to *out: "*" if it is on the best path, the characters from
 * and to which it goes, its score, the best sum at its end if it is the last piece before it, and the piece. */
nch_status nch_unigram_explain(const nch_unigram *unigram, const nch_sp_model *model, const char *text, size_t length,
                               nch_segmentation *segmentation, nch_buffer *out, nch_error *error);

/* Makes room for so many characters in segmentation->codes and begins. */
nch_status nch_segmentation_reserve(nch_segmentation *segmentation, size_t characters, nch_error *error);

#endif
