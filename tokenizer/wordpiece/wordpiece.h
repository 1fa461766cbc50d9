/* wordpiece.h - BERT's way to cut a word: the longest piece that fits, then the longest that goes on from there ("##…"). */
#ifndef NCH_TOKENIZER_WORDPIECE_H
#define NCH_TOKENIZER_WORDPIECE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "tokenizer/vocabulary/trie.h"
#include "tokenizer/vocabulary/vocabulary.h"

typedef struct nch_wordpiece {
	nch_trie trie;      /* all pieces, with their prefix */
	uint32_t inside;    /* the node that the prefix leads to; NCH_TRIE_NONE: nothing can go on a word */
	size_t longest_word; /* in characters; a longer word is unknown as a whole */
	int32_t unk;
} nch_wordpiece;

/* Takes the first `pieces` pieces of the vocabulary. `prefix` is "##" in BERT. Release with nch_wordpiece_free, also after a failure. */
nch_status nch_wordpiece_init(nch_wordpiece *wordpiece, const nch_vocabulary *vocabulary, size_t pieces, const char *prefix,
                              size_t longest_word, int32_t unk, nch_error *error);
void nch_wordpiece_free(nch_wordpiece *wordpiece);

/* A piece that a word is cut into: an id and the characters [begin, end) of the word. */
typedef struct nch_wordpiece_match {
	int32_t id;
	uint32_t begin, end;
} nch_wordpiece_match;

/* Cuts a word of `count` <= longest_word characters, given by their codes in the trie. Returns how many pieces there are (at most `count`);
 * 0 if it cannot be cut: it is unknown. */
size_t nch_wordpiece_cut(const nch_wordpiece *wordpiece, const uint32_t *codes, size_t count, nch_wordpiece_match *matches);

#endif
