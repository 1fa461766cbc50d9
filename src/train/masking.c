/* masking.c - which tokens of a row are hidden. */
#include "train/masking.h"

#include <string.h>

#include "base/memory.h"
#include "kernels/math.h"

/* --- tables --- */

static bool begins_with(const char *piece, const char *mark)
{
	return strncmp(piece, mark, strlen(mark)) == 0;
}

/* Which mark the vocabulary writes, and whether it stands at the beginning of a word ("▁", byte-level "Ġ") or inside ("##"). */
static const char *word_mark(const nch_tokenizer *tokenizer, bool *inside)
{
	static const char *const marks[] = {"##", "\xE2\x96\x81", "\xC4\xA0"};
	size_t counts[3] = {0}, best = 0;
	for (size_t id = 0; id < nch_tokenizer_size(tokenizer); id++) {
		const char *piece = nch_tokenizer_piece(tokenizer, (int32_t)id);
		for (size_t m = 0; piece != NULL && m < 3; m++)
			counts[m] += begins_with(piece, marks[m]) && piece[strlen(marks[m])] != '\0';
	}
	for (size_t m = 1; m < 3; m++)
		if (counts[m] > counts[best])
			best = m;
	*inside = best == 0;
	return counts[best] > 0 ? marks[best] : NULL;
}

nch_status nch_masking_new(const nch_tokenizer *tokenizer, double share, bool whole_word, uint64_t seed, nch_masking *masking, nch_error *error)
{
	nch_specials s = nch_tokenizer_specials(tokenizer);
	size_t size = nch_tokenizer_size(tokenizer);
	*masking = (nch_masking){.share = share, .whole_word = whole_word, .seed = seed, .mask = s.mask, .vocab_size = size};
	if (s.mask < 0)
		return nch_fail(error, NCH_DATA, "the tokenizer has no [MASK], which a masked language model needs (`nunchi tokenizer train --bert-specials` adds it)");
	masking->special = nch_alloc(size, sizeof *masking->special);
	masking->continues = nch_alloc(size, sizeof *masking->continues);
	if (masking->special == NULL || masking->continues == NULL) {
		nch_masking_free(masking);
		return nch_no_memory(error);
	}
	const int32_t specials[] = {s.unk, s.pad, s.cls, s.sep, s.mask};
	for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
		if (specials[i] >= 0)
			masking->special[specials[i]] = true;
	bool inside;
	const char *mark = word_mark(tokenizer, &inside);
	for (size_t id = 0; mark != NULL && id < size; id++) {
		const char *piece = nch_tokenizer_piece(tokenizer, (int32_t)id);
		masking->continues[id] = piece != NULL && begins_with(piece, mark) == inside;
	}
	return NCH_OK;
}

void nch_masking_free(nch_masking *masking)
{
	nch_free(masking->special);
	nch_free(masking->continues);
	*masking = (nch_masking){0};
}

/* --- choices --- */

/* The random numbers of a token: is it chosen? what becomes of it? which token? */
enum { CHOSEN, FATE, REPLACEMENT, NUMBERS };

static uint64_t address(uint64_t row, size_t index, int number)
{
	return (row << 22 | (uint64_t)index) * NUMBERS + (uint64_t)number;
}

/* Whether token `index` is to be guessed. *word_first is the first token of its word, kept from call to call, ascending from 0. */
static bool is_chosen(const nch_masking *m, const int32_t *token, size_t index, uint32_t epoch, uint64_t row, size_t *word_first)
{
	int32_t id = token[index];
	if (id < 0 || (size_t)id >= m->vocab_size || m->special[id]) {
		*word_first = index + 1; /* nothing goes on behind it */
		return false;
	}
	if (!m->whole_word || !m->continues[id])
		*word_first = index;
	return nch_random_uniform(m->seed, NCH_RANDOM_MASK, epoch, address(row, *word_first, CHOSEN)) < m->share;
}

size_t nch_masking_count(const nch_masking *masking, const int32_t *token, size_t length, uint32_t epoch, uint64_t row)
{
	size_t count = 0, word_first = 0;
	for (size_t i = 0; i < length; i++)
		count += is_chosen(masking, token, i, epoch, row, &word_first);
	return count;
}

size_t nch_masking_apply(const nch_masking *masking, int32_t *token, size_t length, uint32_t epoch, uint64_t row, size_t begin, size_t *where,
                         int32_t *target)
{
	size_t count = 0, word_first = 0;
	for (size_t i = 0; i < length; i++) {
		if (!is_chosen(masking, token, i, epoch, row, &word_first))
			continue;
		where[count] = begin + i;
		target[count++] = token[i];
		/* decided by the tokens as they were: what a hidden one is replaced with is not looked at again */
		double fate = nch_random_uniform(masking->seed, NCH_RANDOM_MASK, epoch, address(row, i, FATE));
		if (fate < 0.8)
			token[i] = masking->mask;
		else if (fate < 0.9)
			token[i] = (int32_t)nch_random_below(masking->seed, NCH_RANDOM_MASK, epoch, address(row, i, REPLACEMENT),
			                                     (uint32_t)masking->vocab_size);
	}
	return count;
}
