/* normalized_tokens.c - see normalized_tokens.h. */
#include "tokenizer/pipeline/normalized_tokens.h"

#include "base/memory.h"
#include "base/utf8.h"

void nch_normalized_scratch_free(nch_normalized_scratch *s)
{
	nch_words_free(&s->words);
	nch_words_free(&s->spare);
	nch_buffer_free(&s->text);
	nch_free(s->characters);
	*s = (nch_normalized_scratch){0};
}

/* The normalized text in scratch->words, and as UTF-8 in scratch->text. */
static nch_status normalize(const nch_pipeline *pipeline, const char *text, size_t length, bool first, nch_normalized_scratch *s, nch_error *error)
{
	NCH_TRY(nch_pipeline_normalize(pipeline, text, length, first, &s->words, &s->spare, error));
	NCH_TRY(nch_grow(&s->characters, &s->capacity, 4 * s->words.count + 1, sizeof *s->characters, error));
	nch_buffer_clear(&s->text);
	for (size_t i = 0; i < s->words.count; i++) {
		s->characters[s->text.length] = (uint32_t)i;
		nch_buffer_utf8(&s->text, s->words.items[i].code_point);
	}
	s->characters[s->text.length] = (uint32_t)s->words.count;
	return nch_buffer_check(&s->text, error);
}

nch_status nch_normalized_tokens_prepare(nch_added_tokens *tokens, const nch_pipeline *pipeline, nch_error *error)
{
	nch_normalized_scratch s = {0};
	nch_status status = NCH_OK;
	size_t kept = 0;
	for (size_t i = 0; i < tokens->count && status == NCH_OK; i++) {
		nch_added_token token = tokens->items[i];
		status = normalize(pipeline, token.text, token.length, true, &s, error);
		if (status != NCH_OK || s.text.length == 0)
			continue; /* nothing is left of it that could be found */
		token.length = s.text.length;
		token.text = nch_arena_text(tokens->arena, s.text.data, s.text.length);
		if (token.text == NULL)
			status = nch_no_memory(error);
		tokens->items[kept++] = token;
	}
	nch_normalized_scratch_free(&s);
	if (status == NCH_OK)
		tokens->count = kept;
	return status == NCH_OK ? nch_added_tokens_finish(tokens, error) : status;
}

nch_status nch_normalized_tokens_split(const nch_added_tokens *tokens, const nch_pipeline *pipeline, const char *text, size_t length, bool first,
                                       nch_normalized_scratch *s, nch_stretch_visit *visit, void *context, nch_tokens *out, nch_error *error)
{
	NCH_TRY(normalize(pipeline, text, length, first, s, error));
	size_t at = 0, begin, end, whole = s->text.length;
	const nch_added_token *found = NULL;
	if (whole == 0)
		return NCH_OK;
	do {
		found = nch_added_tokens_find(tokens, s->text.data, whole, at, &begin, &end);
		size_t from = s->characters[at], to = s->characters[found != NULL ? begin : whole];
		if (to > from)
			NCH_TRY(visit(context, s->words.items + from, to - from, error));
		if (found != NULL)
			NCH_TRY(nch_tokens_add(out, found->id, s->words.items[s->characters[begin]].begin, s->words.items[s->characters[end] - 1].end,
			                       error));
		at = end;
	} while (found != NULL && at < whole);
	return NCH_OK;
}
