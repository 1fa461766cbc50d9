/* sentencepiece_comma.c - pieces like "3,": XLNet's tokenizer class, and KoBERT's after it, cut such a piece anew without its comma. */
#include <string.h>

#include "base/memory.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizer/sentencepiece/sentencepiece_private.h"

/* Whether the piece is longer than a comma and ends with a digit and a comma. */
static bool ends_with_digit_and_comma(const nch_sp_piece *piece)
{
	if (piece->type != NCH_PIECE_NORMAL || piece->length < 2 || piece->text[piece->length - 1] != ',')
		return false;
	size_t begin = piece->length - 2;
	while (begin > 0 && ((unsigned char)piece->text[begin] & 0xC0) == 0x80)
		begin--;
	uint32_t c;
	return begin + nch_utf8_decode(piece->text + begin, piece->length - 1 - begin, &c) == piece->length - 1 &&
	       nch_unicode_category_of(c) == NCH_CATEGORY_ND;
}

static nch_status add_part(nch_comma_rule *rule, const nch_tokenizer *tokenizer, int32_t unk, const char *text, size_t length, size_t bytes,
                           nch_error *error)
{
	size_t ids = rule->count, lengths = rule->count; /* the arrays grow by one each time: rules are few and short */
	NCH_TRY(nch_grow(&rule->ids, &ids, rule->count + 1, sizeof *rule->ids, error));
	NCH_TRY(nch_grow(&rule->lengths, &lengths, rule->count + 1, sizeof *rule->lengths, error));
	int32_t id = nch_vocabulary_find(&tokenizer->vocabulary, text, length);
	rule->ids[rule->count] = id >= 0 ? id : unk;
	rule->lengths[rule->count++] = (uint32_t)bytes;
	return NCH_OK;
}

/* Cuts a piece without its comma and without ▁. A ▁ that this puts in front is taken off again, unless the piece has one too. */
static nch_status make_comma_rule(const nch_tokenizer *tokenizer, const nch_sentencepiece *sp, nch_comma_rule *rule,
                                  nch_sentencepiece_scratch *s, nch_tokens *tokens, size_t id, nch_error *error)
{
	const nch_sp_piece *piece = &sp->model.pieces[id];
	size_t marks = 0;
	while (piece->length - 1 - marks >= 3 && memcmp(piece->text + marks, NCH_SPACE_MARK, 3) == 0)
		marks += 3;
	tokens->count = 0;
	NCH_TRY(nch_sentencepiece_encode(sp, s, piece->text + marks, piece->length - 1 - marks, tokens, error));
	size_t covered = 0;
	for (size_t i = 0; i < tokens->count; i++) {
		const nch_sp_piece *part = &sp->model.pieces[tokens->items[i].id];
		const char *text = part->text;
		size_t length = part->length;
		if (i == 0 && marks == 0 && length >= 3 && memcmp(text, NCH_SPACE_MARK, 3) == 0) {
			text += 3;
			length -= 3;
			if (length == 0)
				continue;
		}
		size_t left = piece->length - 1 - covered, bytes = i + 1 == tokens->count || length > left ? left : length;
		NCH_TRY(add_part(rule, tokenizer, sp->model.unk, text, length, bytes, error));
		covered += bytes;
	}
	return add_part(rule, tokenizer, sp->model.unk, ",", 1, piece->length - covered, error);
}

nch_status nch_sentencepiece_make_comma_rules(const nch_tokenizer *tokenizer, nch_sentencepiece *sp, nch_error *error)
{
	nch_tokens tokens = {0};
	nch_sentencepiece_scratch scratch = {0};
	nch_comma_rule *rules = nch_alloc(sp->model.piece_count, sizeof *rules);
	if (rules == NULL)
		return nch_no_memory(error);
	nch_status status = NCH_OK;
	for (size_t i = 0; i < sp->model.piece_count && status == NCH_OK; i++)
		if (ends_with_digit_and_comma(&sp->model.pieces[i]))
			status = make_comma_rule(tokenizer, sp, &rules[i], &scratch, &tokens, i, error);
	bool any = false;
	for (size_t i = 0; i < sp->model.piece_count; i++)
		any |= rules[i].count > 0;
	sp->comma_rules = any || status != NCH_OK ? rules : NULL; /* only now: the pieces are cut without them */
	if (sp->comma_rules == NULL)
		nch_free(rules);
	nch_sentencepiece_scratch_clear(&scratch);
	nch_tokens_free(&tokens);
	return status;
}
