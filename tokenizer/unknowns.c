/* unknowns.c - see unknowns.h. */
#include "tokenizer/unknowns.h"

#include <string.h>

#include "base/memory.h"
#include "tokenizer/vocabulary.h"

#define LONGEST_STRING 200 /* bytes that are kept of one unknown string */

struct nch_unknowns {
	size_t labels;
	nch_unknown_rate *rates; /* [labels] */
	nch_vocabulary strings;
	uint64_t *counts; /* [strings][labels] */
	size_t count_capacity;
};

nch_status nch_unknowns_new(size_t labels, nch_unknowns **unknowns, nch_error *error)
{
	nch_unknowns *u = nch_alloc(1, sizeof *u);
	if (u == NULL)
		return nch_no_memory(error);
	u->labels = labels > 0 ? labels : 1;
	u->rates = nch_alloc(u->labels, sizeof *u->rates);
	if (u->rates == NULL) {
		nch_unknowns_free(u);
		return nch_no_memory(error);
	}
	*unknowns = u;
	return NCH_OK;
}

void nch_unknowns_free(nch_unknowns *u)
{
	if (u == NULL)
		return;
	nch_free(u->rates);
	nch_free(u->counts);
	nch_vocabulary_free(&u->strings);
	nch_free(u);
}

/* Cuts blanks off both ends, which a tokenizer may count in, and very long strings at a character. */
static void trim(const char **text, size_t *length)
{
	while (*length > 0 && strchr(" \t\r\n", **text) != NULL && **text != 0)
		++*text, --*length;
	while (*length > 0 && strchr(" \t\r\n", (*text)[*length - 1]) != NULL && (*text)[*length - 1] != 0)
		--*length;
	if (*length > LONGEST_STRING) {
		*length = LONGEST_STRING;
		while (*length > 0 && ((unsigned char)(*text)[*length] & 0xC0) == 0x80)
			--*length;
	}
}

static nch_status count_string(nch_unknowns *u, size_t label, const char *text, size_t length, nch_error *error)
{
	trim(&text, &length);
	if (length == 0)
		return NCH_OK;
	int32_t id = nch_vocabulary_find(&u->strings, text, length);
	if (id < 0) {
		size_t cells;
		NCH_TRY(nch_vocabulary_add(&u->strings, text, length, error));
		id = (int32_t)u->strings.count - 1;
		if (!nch_size_mul(u->strings.count, u->labels, &cells))
			return nch_no_memory(error);
		NCH_TRY(nch_grow(&u->counts, &u->count_capacity, cells, sizeof *u->counts, error));
		memset(u->counts + (size_t)id * u->labels, 0, u->labels * sizeof *u->counts);
	}
	u->counts[(size_t)id * u->labels + label]++;
	return NCH_OK;
}

nch_status nch_unknowns_add(nch_unknowns *u, size_t label, const nch_tokenizer *tokenizer, const char *text, size_t length,
                            const nch_token *tokens, size_t count, nch_error *error)
{
	int32_t unk = nch_tokenizer_specials(tokenizer).unk;
	size_t unknown = 0;
	if (label >= u->labels)
		return nch_fail(error, NCH_USAGE, "label %zu of %zu", label, u->labels);
	for (size_t i = 0; i < count && unk >= 0; i++) {
		if (tokens[i].id != unk || tokens[i].end > length || tokens[i].begin > tokens[i].end)
			continue;
		unknown++;
		NCH_TRY(count_string(u, label, text + tokens[i].begin, tokens[i].end - tokens[i].begin, error));
	}
	nch_unknown_rate *rate = &u->rates[label];
	rate->texts++;
	rate->texts_with_unknown += unknown > 0;
	rate->tokens += count;
	rate->unknown += unknown;
	return NCH_OK;
}

nch_unknown_rate nch_unknowns_rate(const nch_unknowns *u, size_t label)
{
	nch_unknown_rate sum = {0};
	for (size_t i = 0; i < u->labels; i++) {
		if (label != SIZE_MAX && label != i)
			continue;
		sum.texts += u->rates[i].texts;
		sum.texts_with_unknown += u->rates[i].texts_with_unknown;
		sum.tokens += u->rates[i].tokens;
		sum.unknown += u->rates[i].unknown;
	}
	sum.rate = sum.tokens > 0 ? (double)sum.unknown / (double)sum.tokens : 0;
	return sum;
}

static bool comes_before(const nch_unknown_string *a, const nch_unknown_string *b)
{
	return a->count > b->count || (a->count == b->count && strcmp(a->text, b->text) < 0);
}

size_t nch_unknowns_top(const nch_unknowns *u, size_t label, nch_unknown_string *list, size_t most)
{
	size_t found = 0;
	for (size_t id = 0; id < u->strings.count; id++) {
		nch_unknown_string s = {u->strings.texts[id], u->strings.lengths[id], 0};
		for (size_t i = 0; i < u->labels; i++)
			s.count += label == SIZE_MAX || label == i ? u->counts[id * u->labels + i] : 0;
		if (s.count == 0 || (found == most && (most == 0 || !comes_before(&s, &list[most - 1]))))
			continue;
		size_t at = found < most ? found++ : most - 1;
		for (; at > 0 && comes_before(&s, &list[at - 1]); at--)
			list[at] = list[at - 1];
		list[at] = s;
	}
	return found;
}
