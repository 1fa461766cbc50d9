/* sentencepiece.c - a tokenizer that is a SentencePiece model: normalize, cut, give every piece its place in the original. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "tokenizer/internal.h"
#include "tokenizer/normalize.h"
#include "tokenizer/sentencepiece_model.h"
#include "tokenizer/unicode.h"
#include "tokenizer/unigram.h"
#include "tokenizer/xlnet_text.h"

/* A piece like "3,", which XLNet's class cuts anew. */
typedef struct comma_rule {
	int32_t *ids; /* in its place; the last is the comma */
	uint32_t *lengths; /* bytes of the piece that each stands for */
	size_t count;
} comma_rule;

typedef struct sentencepiece {
	nch_sp_model model;
	nch_trie verbatim; /* user-defined pieces */
	nch_normalizer normalizer, denormalizer;
	nch_unigram unigram;
	bool pieces_part_at_spaces; /* no piece goes on over a ▁: words can be cut one by one */
	int32_t byte_ids[256];
	bool wrapped;
	nch_sp_wrapping wrapping;
	comma_rule *comma_rules; /* [pieces], if wrapped */
} sentencepiece;

typedef struct scratch {
	nch_normalized normalized;
	nch_segmentation segmentation;
	nch_normalized prepared; /* the text as the wrapping makes it */
} scratch;

/* --- encoding --- */

/* Cuts the normalized text, word by word where that is the same: the lattice is then only as big as a word. */
static nch_status cut(const sentencepiece *sp, scratch *s, nch_error *error)
{
	const char *text = s->normalized.text;
	size_t length = s->normalized.length, begin = 0;
	float score = 0;
	s->segmentation.count = 0;
	while (begin < length) {
		size_t end = length;
		if (sp->pieces_part_at_spaces) {
			end = begin + 1;
			while (end < length && (text[end] != '\xE2' || length - end < 3 || memcmp(text + end, NCH_SPACE_MARK, 3) != 0))
				end++;
		}
		NCH_TRY(nch_unigram_encode(&sp->unigram, text + begin, end - begin, &score, &s->segmentation, error));
		begin = end;
	}
	return NCH_OK;
}

/* An unknown piece as one token for each of its bytes; only the last of them stands for the text. */
static nch_status add_bytes(const sentencepiece *sp, const char *piece, size_t length, uint32_t begin, uint32_t end,
                            nch_tokens *tokens, nch_error *error)
{
	for (size_t i = 0; i < length; i++)
		NCH_TRY(nch_tokens_add(tokens, sp->byte_ids[(unsigned char)piece[i]], begin, i + 1 == length ? end : begin, error));
	return NCH_OK;
}

/* What stands in place of a piece with a comma; `origin` is that of its bytes. */
static nch_status add_comma(const comma_rule *rule, const uint32_t *origin, nch_tokens *tokens, nch_error *error)
{
	size_t at = 0;
	for (size_t i = 0; i < rule->count; i++) {
		NCH_TRY(nch_tokens_add(tokens, rule->ids[i], origin[at], origin[at + rule->lengths[i]], error));
		at += rule->lengths[i];
	}
	return NCH_OK;
}

/* The pieces of a text that is normalized, as tokens. */
static nch_status add_tokens(const sentencepiece *sp, const scratch *s, nch_tokens *tokens, nch_error *error)
{
	const uint32_t *origin = s->normalized.origin;
	bool after_unknown = false;
	size_t at = 0;
	for (size_t i = 0; i < s->segmentation.count; i++) {
		nch_segment segment = s->segmentation.items[i];
		uint32_t begin = origin[at], end = origin[at + segment.length];
		bool unknown = segment.id == sp->model.unk;
		if (unknown && sp->model.byte_fallback)
			NCH_TRY(add_bytes(sp, s->normalized.text + at, segment.length, begin, end, tokens, error));
		else if (unknown && after_unknown) /* a run of unknown characters is one token */
			tokens->items[tokens->count - 1].end = end;
		else if (!unknown && sp->comma_rules != NULL && sp->comma_rules[segment.id].count > 0)
			NCH_TRY(add_comma(&sp->comma_rules[segment.id], origin + at, tokens, error));
		else
			NCH_TRY(nch_tokens_add(tokens, segment.id, begin, end, error));
		after_unknown = unknown;
		at += segment.length;
	}
	return NCH_OK;
}

static nch_status encode_plain(const sentencepiece *sp, scratch *s, const char *text, size_t length, nch_tokens *tokens, nch_error *error)
{
	NCH_TRY(nch_normalize(&sp->normalizer, text, length, &s->normalized, error));
	NCH_TRY(cut(sp, s, error));
	return add_tokens(sp, s, tokens, error);
}

static nch_status sp_encode(const void *self, void *inner, const char *text, size_t length, nch_tokens *tokens, nch_error *error)
{
	const sentencepiece *sp = self;
	scratch *s = inner;
	if (!sp->wrapped)
		return encode_plain(sp, s, text, length, tokens, error);
	size_t first = tokens->count;
	NCH_TRY(nch_xlnet_prepare(&sp->wrapping, text, length, &s->prepared, error));
	NCH_TRY(encode_plain(sp, s, s->prepared.text, s->prepared.length, tokens, error));
	for (size_t i = first; i < tokens->count; i++) {
		tokens->items[i].begin = s->prepared.origin[tokens->items[i].begin];
		tokens->items[i].end = s->prepared.origin[tokens->items[i].end];
	}
	return NCH_OK;
}

/* --- decoding --- */

/* The bytes of a run of byte pieces as text: what is no UTF-8 becomes U+FFFD. */
static void flush_bytes(nch_buffer *bytes, nch_buffer *text)
{
	for (size_t at = 0; at < bytes->length;) {
		uint32_t code_point;
		size_t step = nch_utf8_decode(bytes->data + at, bytes->length - at, &code_point);
		if (code_point == NCH_UTF8_BAD)
			nch_buffer_text(text, "\xEF\xBF\xBD");
		else
			nch_buffer_add(text, bytes->data + at, step);
		at += step;
	}
	nch_buffer_clear(bytes);
}

static void add_unescaped(nch_buffer *text, const char *piece, size_t length)
{
	for (size_t at = 0; at < length;) {
		if (length - at >= 3 && memcmp(piece + at, NCH_SPACE_MARK, 3) == 0) {
			nch_buffer_byte(text, ' ');
			at += 3;
		} else {
			nch_buffer_byte(text, (unsigned char)piece[at++]);
		}
	}
}

/* Appends what one piece (no byte piece) stands for. *at_start: no text yet, so that a leading ▁ may be the dummy prefix. */
static void decode_piece(const sentencepiece *sp, const nch_sp_piece *piece, bool at_start, bool *dropped_space, nch_buffer *text)
{
	const nch_sp_normalizer_spec *spec = &sp->model.normalizer;
	const char *bytes = piece->text;
	size_t length = piece->length;
	*dropped_space = false;
	if (piece->type == NCH_PIECE_CONTROL)
		return;
	if (piece->type == NCH_PIECE_UNKNOWN) {
		nch_buffer_add(text, sp->model.unk_surface.text, sp->model.unk_surface.length);
		return;
	}
	if (at_start && (spec->add_dummy_prefix || spec->remove_extra_whitespaces) && length >= 3 &&
	    memcmp(bytes, NCH_SPACE_MARK, 3) == 0) {
		bytes += 3;
		length -= 3;
		*dropped_space = !spec->remove_extra_whitespaces; /* else every leading space goes, not just the first */
	}
	add_unescaped(text, bytes, length);
}

static nch_status denormalize(const sentencepiece *sp, nch_buffer *decoded, nch_buffer *text, nch_error *error)
{
	nch_normalized normalized = {0};
	nch_status status = nch_normalize(&sp->denormalizer, decoded->data, decoded->length, &normalized, error);
	if (status == NCH_OK)
		nch_buffer_add(text, normalized.text, normalized.length);
	nch_normalized_free(&normalized);
	return status;
}

static nch_status sp_decode(const void *self, const int32_t *ids, size_t count, nch_buffer *text, nch_error *error)
{
	const sentencepiece *sp = self;
	nch_buffer bytes = {0}, decoded = {0};
	bool at_start = true, dropped_space = false;
	for (size_t i = 0; i < count; i++) {
		const nch_sp_piece *piece = &sp->model.pieces[ids[i]];
		if (piece->type == NCH_PIECE_BYTE) {
			nch_buffer_byte(&bytes, nch_sp_byte_of_piece(piece->text, piece->length));
			continue;
		}
		flush_bytes(&bytes, &decoded);
		if (dropped_space || decoded.length > 0)
			at_start = false;
		decode_piece(sp, piece, at_start, &dropped_space, &decoded);
	}
	flush_bytes(&bytes, &decoded);
	nch_status status = nch_buffer_check(&decoded, error);
	if (status == NCH_OK && sp->denormalizer.rules.count > 0)
		status = denormalize(sp, &decoded, text, error);
	else
		nch_buffer_add(text, decoded.data, decoded.length);
	nch_buffer_free(&bytes);
	nch_buffer_free(&decoded);
	return status;
}

/* --- scratch --- */

static nch_status sp_new_scratch(const void *self, void **inner, nch_error *error)
{
	(void)self;
	*inner = nch_alloc(1, sizeof(scratch));
	return *inner != NULL ? NCH_OK : nch_no_memory(error);
}

static void sp_free_scratch(void *inner)
{
	scratch *s = inner;
	if (s == NULL)
		return;
	nch_normalized_free(&s->normalized);
	nch_segmentation_free(&s->segmentation);
	nch_normalized_free(&s->prepared);
	nch_free(s);
}

/* --- loading --- */

static void sp_free(void *self)
{
	sentencepiece *sp = self;
	for (size_t i = 0; sp->comma_rules != NULL && i < sp->model.piece_count; i++) {
		nch_free(sp->comma_rules[i].ids);
		nch_free(sp->comma_rules[i].lengths);
	}
	nch_free(sp->comma_rules);
	nch_unigram_free(&sp->unigram);
	nch_normalizer_free(&sp->normalizer);
	nch_normalizer_free(&sp->denormalizer);
	nch_trie_free(&sp->verbatim);
	nch_sp_model_free(&sp->model);
	nch_free(sp);
}

static const nch_tokenizer_class sentencepiece_class = {sp_encode, sp_decode, sp_new_scratch, sp_free_scratch, sp_free};

/* The user-defined pieces; returns whether there are any. */
static nch_status collect_verbatim(sentencepiece *sp, size_t *count, nch_error *error)
{
	nch_trie_key *keys = nch_alloc(sp->model.piece_count, sizeof *keys);
	if (keys == NULL)
		return nch_no_memory(error);
	*count = 0;
	for (size_t i = 0; i < sp->model.piece_count; i++)
		if (sp->model.pieces[i].type == NCH_PIECE_USER_DEFINED)
			keys[(*count)++] = (nch_trie_key){sp->model.pieces[i].text, sp->model.pieces[i].length, (int32_t)i};
	nch_status status = *count > 0 ? nch_trie_build(&sp->verbatim, keys, *count, error) : NCH_OK;
	nch_free(keys);
	return status;
}

/* Whether ▁ stands in pieces at their beginning only. Then every way to cut a text cuts before every ▁. */
static bool pieces_part_at_spaces(const nch_sp_model *model)
{
	for (size_t i = 0; i < model->piece_count; i++) {
		const nch_sp_piece *piece = &model->pieces[i];
		for (size_t at = 1; at + 3 <= piece->length; at++)
			if (memcmp(piece->text + at, NCH_SPACE_MARK, 3) == 0)
				return false;
	}
	return true;
}

static nch_status fill_vocabulary(nch_tokenizer *tokenizer, sentencepiece *sp, nch_error *error)
{
	nch_vocabulary *vocabulary = &tokenizer->vocabulary;
	for (size_t i = 0; i < sp->model.piece_count; i++)
		NCH_TRY(nch_vocabulary_add(vocabulary, sp->model.pieces[i].text, sp->model.pieces[i].length, error));
	for (size_t i = 0; i < sp->model.piece_count; i++) {
		const nch_sp_piece *piece = &sp->model.pieces[i];
		if (piece->type == NCH_PIECE_CONTROL || piece->type == NCH_PIECE_UNKNOWN || piece->type == NCH_PIECE_BYTE)
			nch_vocabulary_prefer(vocabulary, (int32_t)i);
		if (piece->type == NCH_PIECE_BYTE)
			sp->byte_ids[nch_sp_byte_of_piece(piece->text, piece->length)] = (int32_t)i;
	}
	return NCH_OK;
}

/* The first of the names that is a piece. */
static int32_t find_one_of(const nch_vocabulary *vocabulary, const char *const *names, nch_sp_text also)
{
	for (; *names != NULL; names++) {
		int32_t id = nch_vocabulary_find(vocabulary, *names, strlen(*names));
		if (id >= 0)
			return id;
	}
	return also.text != NULL ? nch_vocabulary_find(vocabulary, also.text, also.length) : -1;
}

static void find_specials(nch_tokenizer *tokenizer, const nch_sp_model *model)
{
	static const char *const pad[] = {"[PAD]", "<pad>", NULL}, *const cls[] = {"[CLS]", "<cls>", "<s>", NULL};
	static const char *const sep[] = {"[SEP]", "<sep>", "</s>", NULL}, *const mask[] = {"[MASK]", "<mask>", NULL};
	nch_sp_text none = {NULL, 0};
	tokenizer->specials = (nch_specials){
		.unk = model->unk,
		.pad = find_one_of(&tokenizer->vocabulary, pad, model->pad_piece),
		.cls = find_one_of(&tokenizer->vocabulary, cls, model->bos_piece),
		.sep = find_one_of(&tokenizer->vocabulary, sep, model->eos_piece),
		.mask = find_one_of(&tokenizer->vocabulary, mask, none),
	};
}

/* --- the comma rule --- */

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

static nch_status add_part(comma_rule *rule, const nch_tokenizer *tokenizer, int32_t unk, const char *text, size_t length, size_t bytes,
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
static nch_status make_comma_rule(const nch_tokenizer *tokenizer, const sentencepiece *sp, scratch *s, nch_tokens *tokens, size_t id,
                                  nch_error *error)
{
	const nch_sp_piece *piece = &sp->model.pieces[id];
	comma_rule *rule = &sp->comma_rules[id];
	size_t marks = 0;
	while (piece->length - 1 - marks >= 3 && memcmp(piece->text + marks, NCH_SPACE_MARK, 3) == 0)
		marks += 3;
	tokens->count = 0;
	NCH_TRY(encode_plain(sp, s, piece->text + marks, piece->length - 1 - marks, tokens, error));
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

static nch_status make_comma_rules(const nch_tokenizer *tokenizer, sentencepiece *sp, nch_error *error)
{
	nch_tokens tokens = {0};
	void *inner = NULL;
	sp->comma_rules = nch_alloc(sp->model.piece_count, sizeof *sp->comma_rules);
	nch_status status = sp->comma_rules != NULL ? sp_new_scratch(sp, &inner, error) : nch_no_memory(error);
	for (size_t i = 0; i < sp->model.piece_count && status == NCH_OK; i++)
		if (ends_with_digit_and_comma(&sp->model.pieces[i]))
			status = make_comma_rule(tokenizer, sp, inner, &tokens, i, error);
	sp_free_scratch(inner);
	nch_tokens_free(&tokens);
	return status;
}

nch_status nch_sentencepiece_load(nch_tokenizer *tokenizer, const void *data, size_t size, const nch_sp_wrapping *wrapping, nch_error *error)
{
	sentencepiece *sp = nch_alloc(1, sizeof *sp);
	size_t verbatim;
	if (sp == NULL)
		return nch_no_memory(error);
	tokenizer->class = &sentencepiece_class;
	tokenizer->self = sp;
	NCH_TRY(nch_sp_model_read(data, size, &sp->model, error));
	NCH_TRY(collect_verbatim(sp, &verbatim, error));
	NCH_TRY(nch_normalizer_init(&sp->normalizer, &sp->model.normalizer, sp->model.treat_whitespace_as_suffix,
	                            verbatim > 0 ? &sp->verbatim : NULL, error));
	NCH_TRY(nch_normalizer_init(&sp->denormalizer, &sp->model.denormalizer, false, NULL, error));
	if (sp->model.type != NCH_SP_UNIGRAM)
		return nch_fail(error, NCH_FORMAT, "SentencePiece models of words or characters are not supported");
	NCH_TRY(nch_unigram_init(&sp->unigram, &sp->model, error));
	sp->pieces_part_at_spaces = pieces_part_at_spaces(&sp->model);
	tokenizer->kind = "sentencepiece unigram";
	NCH_TRY(fill_vocabulary(tokenizer, sp, error));
	find_specials(tokenizer, &sp->model);
	if (wrapping == NULL)
		return NCH_OK;
	NCH_TRY(make_comma_rules(tokenizer, sp, error));
	sp->wrapping = *wrapping;
	sp->wrapped = true;
	return NCH_OK;
}

nch_status nch_sentencepiece_to_json(const nch_tokenizer *tokenizer, nch_buffer *out, nch_error *error)
{
	const sentencepiece *sp = tokenizer->self;
	return sp->model.type == NCH_SP_UNIGRAM ? nch_sp_model_to_json(tokenizer, &sp->model, out, error) : NCH_OK;
}
