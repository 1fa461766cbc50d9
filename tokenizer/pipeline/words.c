/* words.c - see words.h. */
#include "tokenizer/pipeline/words.h"

#include "base/memory.h"

void nch_words_free(nch_words *words)
{
	nch_free(words->items);
	nch_free(words->ends);
	*words = (nch_words){0};
}

nch_status nch_words_add(nch_words *words, uint32_t code_point, size_t begin, size_t end, nch_error *error)
{
	if (words->count == words->capacity)
		NCH_TRY(nch_grow(&words->items, &words->capacity, words->count + 1, sizeof *words->items, error));
	words->items[words->count++] = (nch_bert_character){code_point, (uint32_t)begin, (uint32_t)end};
	return NCH_OK;
}

nch_status nch_words_end(nch_words *words, nch_error *error)
{
	size_t last = words->word_count > 0 ? words->ends[words->word_count - 1] : 0;
	if (last == words->count)
		return NCH_OK;
	NCH_TRY(nch_grow(&words->ends, &words->end_capacity, words->word_count + 1, sizeof *words->ends, error));
	words->ends[words->word_count++] = words->count;
	return NCH_OK;
}
