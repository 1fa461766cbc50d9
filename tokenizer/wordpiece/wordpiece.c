/* wordpiece.c - see wordpiece.h. */
#include "tokenizer/wordpiece/wordpiece.h"

#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

/* The node that a text leads to. */
static uint32_t walk(const nch_trie *trie, const char *text)
{
	uint32_t node = NCH_TRIE_ROOT, c;
	size_t length = strlen(text);
	for (size_t at = 0; at < length && node != NCH_TRIE_NONE;) {
		at += nch_utf8_decode(text + at, length - at, &c);
		node = c == NCH_UTF8_BAD ? NCH_TRIE_NONE : nch_trie_step(trie, node, nch_trie_code(trie, c));
	}
	return node;
}

nch_status nch_wordpiece_init(nch_wordpiece *wordpiece, const nch_vocabulary *vocabulary, size_t pieces, const char *prefix,
                              size_t longest_word, int32_t unk, nch_error *error)
{
	*wordpiece = (nch_wordpiece){.longest_word = longest_word, .unk = unk};
	nch_trie_key *keys = nch_alloc(pieces, sizeof *keys);
	if (keys == NULL)
		return nch_no_memory(error);
	size_t count = 0;
	for (size_t i = 0; i < pieces; i++)
		if (vocabulary->texts[i] != NULL && nch_vocabulary_find(vocabulary, vocabulary->texts[i], vocabulary->lengths[i]) == (int32_t)i)
			keys[count++] = (nch_trie_key){vocabulary->texts[i], vocabulary->lengths[i], (int32_t)i};
	nch_status status = nch_trie_build(&wordpiece->trie, keys, count, error);
	nch_free(keys);
	if (status == NCH_OK)
		wordpiece->inside = walk(&wordpiece->trie, prefix);
	return status;
}

void nch_wordpiece_free(nch_wordpiece *wordpiece)
{
	nch_trie_free(&wordpiece->trie);
}

size_t nch_wordpiece_cut(const nch_wordpiece *wordpiece, const uint32_t *codes, size_t count, nch_wordpiece_match *matches)
{
	const nch_trie *trie = &wordpiece->trie;
	size_t pieces = 0;
	for (size_t begin = 0; begin < count;) {
		uint32_t node = begin == 0 ? NCH_TRIE_ROOT : wordpiece->inside;
		int32_t id = -1;
		size_t end = begin;
		for (size_t at = begin; at < count && node != NCH_TRIE_NONE; at++) {
			node = nch_trie_step(trie, node, codes[at]);
			if (node != NCH_TRIE_NONE && trie->units[node].value >= 0) {
				id = trie->units[node].value;
				end = at + 1;
			}
		}
		if (id < 0)
			return 0;
		matches[pieces++] = (nch_wordpiece_match){id, (uint32_t)begin, (uint32_t)end};
		begin = end;
	}
	return pieces;
}
