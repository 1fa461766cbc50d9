/* tokenizer.c - what all kinds of tokenizers share: the calls of tokenizer.h, special tokens around a text, truncation. */
#include "tokenizer/tokenizer.h"

#include <string.h>

#include "base/memory.h"
#include "tokenizer/tokenizer_private.h"

void nch_tokens_free(nch_tokens *tokens)
{
	nch_free(tokens->items);
	*tokens = (nch_tokens){0};
}

void nch_tokenizer_free(nch_tokenizer *tokenizer)
{
	if (tokenizer == NULL)
		return;
	if (tokenizer->self != NULL)
		tokenizer->class->free(tokenizer->self);
	nch_vocabulary_free(&tokenizer->vocabulary);
	nch_added_tokens_free(&tokenizer->added);
	nch_added_tokens_free(&tokenizer->normalized);
	for (size_t i = 0; i < tokenizer->file_count; i++) {
		nch_free(tokenizer->files[i].name);
		nch_buffer_free(&tokenizer->files[i].bytes);
	}
	nch_free(tokenizer);
}

size_t nch_tokenizer_size(const nch_tokenizer *tokenizer)
{
	return tokenizer->vocabulary.count;
}

const char *nch_tokenizer_kind(const nch_tokenizer *tokenizer)
{
	return tokenizer->kind;
}

const char *nch_tokenizer_piece(const nch_tokenizer *tokenizer, int32_t id)
{
	return id >= 0 && (size_t)id < tokenizer->vocabulary.count ? tokenizer->vocabulary.texts[id] : NULL;
}

int32_t nch_tokenizer_find(const nch_tokenizer *tokenizer, const char *piece)
{
	return nch_vocabulary_find(&tokenizer->vocabulary, piece, strlen(piece));
}

nch_specials nch_tokenizer_specials(const nch_tokenizer *tokenizer)
{
	return tokenizer->specials;
}

nch_status nch_tokenizer_scratch_new(const nch_tokenizer *tokenizer, nch_tokenizer_scratch **scratch, nch_error *error)
{
	nch_tokenizer_scratch *s = nch_alloc(1, sizeof *s);
	if (s == NULL)
		return nch_no_memory(error);
	s->tokenizer = tokenizer;
	nch_status status = tokenizer->class->new_scratch(tokenizer->self, &s->inner, error);
	if (status != NCH_OK) {
		nch_free(s);
		return status;
	}
	*scratch = s;
	return NCH_OK;
}

void nch_tokenizer_scratch_free(nch_tokenizer_scratch *scratch)
{
	if (scratch == NULL)
		return;
	scratch->tokenizer->class->free_scratch(scratch->inner);
	nch_free(scratch);
}

nch_status nch_tokenizer_add_token(nch_tokenizer *tokenizer, const nch_added_token *token, nch_error *error)
{
	nch_added_tokens_remove(token->normalized ? &tokenizer->added : &tokenizer->normalized, token->text, token->length);
	return nch_added_tokens_add(token->normalized ? &tokenizer->normalized : &tokenizer->added, token, error);
}

nch_status nch_tokenizer_finish_tokens(nch_tokenizer *tokenizer, nch_error *error)
{
	if (tokenizer->normalized.count > 0 && tokenizer->class->find_normalized == NULL)
		for (size_t i = 0; i < tokenizer->normalized.count; i++)
			NCH_TRY(nch_added_tokens_add(&tokenizer->added, &tokenizer->normalized.items[i], error));
	else if (tokenizer->normalized.count > 0)
		NCH_TRY(tokenizer->class->find_normalized(tokenizer->self, &tokenizer->normalized, error));
	nch_trie_free(&tokenizer->added.trie);
	return nch_added_tokens_finish(&tokenizer->added, error);
}

/* The tokens of a stretch without added tokens. */
static nch_status encode_stretch(const nch_tokenizer *tokenizer, nch_tokenizer_scratch *scratch, const char *text, size_t begin,
                                 size_t end, nch_tokens *tokens, nch_error *error)
{
	size_t first = tokens->count;
	if (begin == end)
		return NCH_OK;
	NCH_TRY(tokenizer->class->encode(tokenizer->self, scratch->inner, text + begin, end - begin, begin == 0, tokens, error));
	for (size_t i = first; begin > 0 && i < tokens->count; i++) {
		tokens->items[i].begin += (uint32_t)begin;
		tokens->items[i].end += (uint32_t)begin;
	}
	return NCH_OK;
}

static nch_status encode_with_added(const nch_tokenizer *tokenizer, nch_tokenizer_scratch *scratch, const char *text, size_t length,
                                    nch_tokens *tokens, nch_error *error)
{
	size_t at = 0, begin, end;
	const nch_added_token *found;
	while ((found = nch_added_tokens_find(&tokenizer->added, text, length, at, &begin, &end)) != NULL) {
		NCH_TRY(encode_stretch(tokenizer, scratch, text, at, begin, tokens, error));
		NCH_TRY(nch_tokens_add(tokens, found->id, begin, end, error));
		at = end;
	}
	return encode_stretch(tokenizer, scratch, text, at, length, tokens, error);
}

nch_status nch_tokenizer_encode(const nch_tokenizer *tokenizer, nch_tokenizer_scratch *scratch, const char *text,
                                size_t length, nch_tokens *tokens, nch_error *error)
{
	if (length >= (size_t)1 << 31)
		return nch_fail(error, NCH_DATA, "a text of 2^31 bytes or more cannot be tokenized");
	if (tokenizer->added.count > 0)
		return encode_with_added(tokenizer, scratch, text, length, tokens, error);
	return tokenizer->class->encode(tokenizer->self, scratch->inner, text, length, true, tokens, error);
}

void nch_cut_longest_first(size_t room, size_t *first, size_t *second)
{
	if (*first + *second <= room)
		return;
	size_t *shorter = *first > *second ? second : first, *longer = *first > *second ? first : second;
	if (*shorter <= room / 2) {
		*longer = room - *shorter;
	} else {
		*shorter = room / 2;
		*longer = room - room / 2;
	}
}

nch_status nch_tokenizer_frame(const nch_tokenizer *t, bool pair, nch_frame *frame, nch_error *error)
{
	const nch_specials *s = &t->specials;
	if (t->template_fault[pair] != NULL)
		return nch_fail(error, NCH_FORMAT, "the tokenizer.json's template for %s cannot be used: %s", pair ? "two texts" : "a text", t->template_fault[pair]);
	*frame = t->templates[pair];
	if (t->has_templates)
		return NCH_OK;
	if (s->cls < 0 || s->sep < 0)
		return nch_fail(error, NCH_FORMAT, "the tokenizer has no [CLS] or no [SEP], which a model needs around a text");
	*frame = (nch_frame){.ids = {{s->cls}, {s->sep}, {s->sep}}, .counts = {1, 1, pair}, .zeros = 2};
	return NCH_OK;
}

/* Appends special tokens, all of which stand for the end (or the beginning) of a text. */
static nch_status add_part(nch_tokens *tokens, const nch_frame *frame, int part, size_t at, nch_error *error)
{
	for (size_t i = 0; i < frame->counts[part]; i++)
		NCH_TRY(nch_tokens_add(tokens, frame->ids[part][i], at, at, error));
	return NCH_OK;
}

nch_status nch_tokenizer_encode_model(const nch_tokenizer *tokenizer, nch_tokenizer_scratch *scratch, const char *text,
                                      size_t length, const char *pair, size_t pair_length, size_t max_len,
                                      nch_tokens *tokens, nch_layout *layout, bool *was_cut, nch_error *error)
{
	nch_frame frame;
	NCH_TRY(nch_tokenizer_frame(tokenizer, pair != NULL, &frame, error));
	size_t specials = frame.counts[0] + frame.counts[1] + frame.counts[2], start = tokens->count;
	if (max_len != 0 && max_len < specials)
		return nch_fail(error, NCH_USAGE, "a text needs at least %zu tokens for [CLS] and [SEP]", specials);
	NCH_TRY(add_part(tokens, &frame, 0, 0, error));
	size_t begin = tokens->count;
	NCH_TRY(nch_tokenizer_encode(tokenizer, scratch, text, length, tokens, error));
	size_t first = tokens->count - begin;
	NCH_TRY(add_part(tokens, &frame, 1, length, error));
	size_t second_begin = tokens->count;
	if (pair != NULL)
		NCH_TRY(nch_tokenizer_encode(tokenizer, scratch, pair, pair_length, tokens, error));
	size_t second = tokens->count - second_begin, kept_first = first, kept_second = second;
	if (max_len != 0)
		nch_cut_longest_first(max_len - specials, &kept_first, &kept_second);
	/* what is kept moves together */
	nch_token *items = tokens->items;
	size_t to = begin + kept_first;
	memmove(items + to, items + begin + first, (frame.counts[1] + kept_second) * sizeof *items);
	tokens->count = to + frame.counts[1] + kept_second;
	NCH_TRY(add_part(tokens, &frame, 2, pair_length, error));
	if (layout != NULL)
		*layout = (nch_layout){frame.zeros + kept_first + (frame.second_zero ? kept_second : 0), pair != NULL ? to + frame.counts[1] - start : 0};
	if (was_cut != NULL)
		*was_cut = kept_first < first || kept_second < second;
	return NCH_OK;
}

static void put_tokens(const nch_tokenizer *tokenizer, const nch_tokens *tokens, nch_buffer *out)
{
	nch_buffer_text(out, "tokens\n");
	for (size_t i = 0; i < tokens->count; i++) {
		const nch_token *t = &tokens->items[i];
		const char *piece = nch_tokenizer_piece(tokenizer, t->id);
		nch_buffer_printf(out, "  %6d  bytes %u-%u  %s\n", (int)t->id, (unsigned)t->begin, (unsigned)t->end, piece != NULL ? piece : "");
	}
}

nch_status nch_tokenizer_explain(const nch_tokenizer *tokenizer, nch_tokenizer_scratch *scratch, const char *text, size_t length,
                                 nch_buffer *out, nch_error *error)
{
	nch_tokens tokens = {0};
	nch_status status = nch_tokenizer_encode(tokenizer, scratch, text, length, &tokens, error);
	nch_buffer_printf(out, "kind        %s\n", tokenizer->kind);
	if (status == NCH_OK && tokenizer->class->explain != NULL)
		status = tokenizer->class->explain(tokenizer->self, scratch->inner, text, length, out, error);
	if (status == NCH_OK) {
		put_tokens(tokenizer, &tokens, out);
		status = nch_buffer_check(out, error);
	}
	nch_tokens_free(&tokens);
	return status;
}

nch_status nch_tokenizer_decode(const nch_tokenizer *tokenizer, const int32_t *ids, size_t count, nch_buffer *text,
                                nch_error *error)
{
	for (size_t i = 0; i < count; i++)
		if (nch_tokenizer_piece(tokenizer, ids[i]) == NULL)
			return nch_fail(error, NCH_DATA, "%d is no token id: they go from 0 to %zu", (int)ids[i], tokenizer->vocabulary.count - 1);
	NCH_TRY(tokenizer->class->decode(tokenizer->self, ids, count, text, error));
	return nch_buffer_check(text, error);
}
