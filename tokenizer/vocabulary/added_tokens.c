/* added_tokens.c - see added_tokens.h. */
#include "tokenizer/vocabulary/added_tokens.h"

#include <string.h>

#include "base/memory.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizer/unicode/bert_text.h"

nch_status nch_added_tokens_add(nch_added_tokens *added, const nch_added_token *token, nch_error *error)
{
	if (token->length == 0)
		return NCH_OK;
	if (added->arena == NULL && (added->arena = nch_arena_new(0)) == NULL)
		return nch_no_memory(error);
	nch_added_token copy = *token;
	copy.text = nch_arena_text(added->arena, token->text, token->length);
	if (copy.text == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < added->count; i++)
		if (added->items[i].length == copy.length && memcmp(added->items[i].text, copy.text, copy.length) == 0) {
			added->items[i] = copy;
			return NCH_OK;
		}
	NCH_TRY(nch_grow(&added->items, &added->capacity, added->count + 1, sizeof copy, error));
	added->items[added->count++] = copy;
	return NCH_OK;
}

void nch_added_tokens_remove(nch_added_tokens *added, const char *text, size_t length)
{
	for (size_t i = 0; i < added->count; i++)
		if (added->items[i].length == length && memcmp(added->items[i].text, text, length) == 0) {
			memmove(added->items + i, added->items + i + 1, (--added->count - i) * sizeof *added->items);
			return;
		}
}

nch_status nch_added_tokens_finish(nch_added_tokens *added, nch_error *error)
{
	nch_trie_key *keys = nch_alloc(added->count, sizeof *keys);
	if (keys == NULL)
		return nch_no_memory(error);
	memset(added->begins, 0, sizeof added->begins);
	for (size_t i = 0; i < added->count; i++) {
		keys[i] = (nch_trie_key){added->items[i].text, added->items[i].length, (int32_t)i};
		added->begins[(unsigned char)added->items[i].text[0]] = true;
	}
	nch_status status = nch_trie_build(&added->trie, keys, added->count, error);
	nch_free(keys);
	return status;
}

void nch_added_tokens_free(nch_added_tokens *added)
{
	nch_arena_free(added->arena);
	nch_free(added->items);
	nch_trie_free(&added->trie);
	*added = (nch_added_tokens){0};
}

/* The character that ends at `end` begins there. */
static size_t before(const char *text, size_t end, uint32_t *c)
{
	size_t begin = end - 1;
	while (begin > 0 && end - begin < 4 && ((unsigned char)text[begin] & 0xC0) == 0x80)
		begin--;
	if (begin + nch_utf8_decode(text + begin, end - begin, c) != end)
		begin = end - 1;
	return begin;
}

/* A character of a word, as a regular expression's \w. */
static bool is_word_character(uint32_t c)
{
	nch_unicode_category k = nch_unicode_category_of(c);
	return (k >= NCH_CATEGORY_LL && k <= NCH_CATEGORY_NL) || k == NCH_CATEGORY_PC || c == 0x200C || c == 0x200D;
}

static bool stands_alone(const char *text, size_t length, size_t begin, size_t end)
{
	uint32_t c;
	if (begin > 0) {
		before(text, begin, &c);
		if (c != NCH_UTF8_BAD && is_word_character(c))
			return false;
	}
	if (end < length) {
		nch_utf8_decode(text + end, length - end, &c);
		if (c != NCH_UTF8_BAD && is_word_character(c))
			return false;
	}
	return true;
}

const nch_added_token *nch_added_tokens_find(const nch_added_tokens *added, const char *text, size_t length, size_t from,
                                             size_t *begin, size_t *end)
{
	for (size_t at = from; at < length; at++) {
		size_t matched = 0;
		if (!added->begins[(unsigned char)text[at]])
			continue;
		int32_t index = nch_trie_longest(&added->trie, text + at, length - at, &matched);
		if (index < 0)
			continue;
		const nch_added_token *token = &added->items[index];
		*begin = at;
		*end = at + matched;
		at = *end - 1; /* a match that is passed over is passed over whole */
		if (token->single_word && !stands_alone(text, length, *begin, *end))
			continue;
		uint32_t c;
		while (token->lstrip && *begin > from) {
			size_t earlier = before(text, *begin, &c);
			if (c == NCH_UTF8_BAD || !nch_bert_is_blank(c))
				break;
			*begin = earlier > from ? earlier : from;
		}
		while (token->rstrip && *end < length) {
			size_t step = nch_utf8_decode(text + *end, length - *end, &c);
			if (c == NCH_UTF8_BAD || !nch_bert_is_blank(c))
				break;
			*end += step;
		}
		return token;
	}
	return NULL;
}
