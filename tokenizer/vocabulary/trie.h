/* trie.h - the pieces of a vocabulary as a tree of characters, walked one character a step.
 *
 * Two tables make a step cheap. The first gives every character that occurs in the vocabulary a small number, its code. The
 * second is a double array (Aoe 1989): the child of node n for code c stands at base[n] + c, and it is a child if its
 * `parent` says n. Hangul takes one step where a trie of bytes takes three. */
#ifndef NCH_TOKENIZER_TRIE_H
#define NCH_TOKENIZER_TRIE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct nch_trie_unit {
	uint32_t base;
	uint32_t parent;
	int32_t value; /* of the key that ends here; -1: none does */
	uint32_t spare; /* keeps a unit inside one cache line */
} nch_trie_unit;

#define NCH_TRIE_ROOT 0u
#define NCH_TRIE_NONE UINT32_MAX

typedef struct nch_trie {
	nch_trie_unit *units;
	uint32_t count;      /* units; a base never passes count - codes */
	uint32_t codes;      /* the codes are 1 .. codes-1; 0: the character occurs in no key */
	uint16_t *pages;     /* [0x110000 / 64] the page of a code point */
	uint32_t *page_codes; /* [pages][64]; page 0 is all zero */
	size_t page_count, page_capacity;
	size_t longest; /* characters of the longest key */
} nch_trie;

typedef struct nch_trie_key {
	const char *text; /* UTF-8 */
	size_t length;
	int32_t value; /* >= 0 */
} nch_trie_key;

/* Builds a trie, whatever the order of the keys. Keys that are empty or no valid UTF-8 are left out (no text can match them,
 * as all text is made valid first); of equal keys the first one stays. Release with nch_trie_free, also after a failure. */
nch_status nch_trie_build(nch_trie *trie, const nch_trie_key *keys, size_t count, nch_error *error);
void nch_trie_free(nch_trie *trie);

/* The same from keys that are codes already (1 .. codes-1), where the caller keeps the list of characters; nch_trie_code must not be
 * asked then. The keys come back sorted. */
typedef struct nch_trie_coded_key {
	const uint32_t *codes;
	uint32_t length; /* > 0 */
	int32_t value;
	uint32_t order;
} nch_trie_coded_key;
nch_status nch_trie_build_coded(nch_trie *trie, nch_trie_coded_key *keys, size_t count, uint32_t codes, nch_error *error);

/* The code of a code point (<= 0x10FFFF). */
static inline uint32_t nch_trie_code(const nch_trie *trie, uint32_t code_point)
{
	return trie->page_codes[(size_t)trie->pages[code_point >> 6] * 64 + (code_point & 63)];
}

/* The child of `node` for a code, NCH_TRIE_NONE if there is none. */
static inline uint32_t nch_trie_step(const nch_trie *trie, uint32_t node, uint32_t code)
{
	uint32_t child = trie->units[node].base + code;
	return code != 0 && trie->units[child].parent == node ? child : NCH_TRIE_NONE;
}

/* The value of the longest key that the text starts with (-1: none); *matched is its length in bytes. The text may hold any bytes. */
int32_t nch_trie_longest(const nch_trie *trie, const char *text, size_t length, size_t *matched);

#endif
