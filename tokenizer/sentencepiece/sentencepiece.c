/* sentencepiece.c - a tokenizer that is a SentencePiece model: normalize, cut, give every piece its place in the original. */
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "tokenizer/sentencepiece/sentencepiece_private.h"
#include "tokenizer/sentencepiece/xlnet_text.h"

/* --- encoding --- */

/* A whole word, or a single character, as a piece. */
static nch_status add_whole(const nch_sentencepiece *sp, const char *text, size_t length, nch_segmentation *segmentation, nch_error *error)
{
	int32_t id = nch_vocabulary_find(&sp->words, text, length);
	NCH_TRY(nch_grow(&segmentation->items, &segmentation->capacity, segmentation->count + 1, sizeof *segmentation->items, error));
	segmentation->items[segmentation->count++] = (nch_segment){id >= 0 ? id : sp->model.unk, (uint32_t)length};
	return NCH_OK;
}

static nch_status cut_into_characters(const nch_sentencepiece *sp, const char *text, size_t length, nch_segmentation *segmentation,
                                      nch_error *error)
{
	for (size_t at = 0, step = 0; at < length; at += step) {
		uint32_t c;
		if (sp->normalizer.verbatim == NULL || nch_trie_longest(sp->normalizer.verbatim, text + at, length - at, &step) < 0)
			step = nch_utf8_decode(text + at, length - at, &c);
		NCH_TRY(add_whole(sp, text + at, step, segmentation, error));
	}
	return NCH_OK;
}

static nch_status cut_stretch(const nch_sentencepiece *sp, const char *text, size_t length, float *score, nch_sentencepiece_scratch *s,
                              nch_error *error)
{
	switch (sp->model.type) {
	case NCH_SP_BPE:
		return nch_bpe_encode(&sp->bpe, text, length, &s->bpe, &s->segmentation, error);
	case NCH_SP_WORD:
		return add_whole(sp, text, length, &s->segmentation, error);
	case NCH_SP_CHAR:
		return cut_into_characters(sp, text, length, &s->segmentation, error);
	default:
		return nch_unigram_encode(&sp->unigram, text, length, score, &s->segmentation, error);
	}
}

/* Cuts the normalized text, word by word where that is the same: the lattice is then only as big as a word. */
static nch_status cut(const nch_sentencepiece *sp, nch_sentencepiece_scratch *s, nch_error *error)
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
		NCH_TRY(cut_stretch(sp, text + begin, end - begin, &score, s, error));
		begin = end;
	}
	return NCH_OK;
}

/* An unknown piece as one token for each of its bytes; only the last of them stands for the text. */
static nch_status add_bytes(const nch_sentencepiece *sp, const char *piece, size_t length, uint32_t begin, uint32_t end,
                            nch_tokens *tokens, nch_error *error)
{
	for (size_t i = 0; i < length; i++)
		NCH_TRY(nch_tokens_add(tokens, sp->byte_ids[(unsigned char)piece[i]], begin, i + 1 == length ? end : begin, error));
	return NCH_OK;
}

/* What stands in place of a piece with a comma; `origin` is that of its bytes. */
static nch_status add_comma(const nch_comma_rule *rule, const uint32_t *origin, nch_tokens *tokens, nch_error *error)
{
	size_t at = 0;
	for (size_t i = 0; i < rule->count; i++) {
		NCH_TRY(nch_tokens_add(tokens, rule->ids[i], origin[at], origin[at + rule->lengths[i]], error));
		at += rule->lengths[i];
	}
	return NCH_OK;
}

/* The pieces of a text that is normalized, as tokens. */
static nch_status add_tokens(const nch_sentencepiece *sp, const nch_sentencepiece_scratch *s, nch_tokens *tokens, nch_error *error)
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

nch_status nch_sentencepiece_cut(const nch_sentencepiece *sp, nch_sentencepiece_scratch *s, const char *text, size_t length, nch_error *error)
{
	NCH_TRY(nch_normalize(&sp->normalizer, text, length, &s->normalized, error));
	return cut(sp, s, error);
}

nch_status nch_sentencepiece_encode(const nch_sentencepiece *sp, nch_sentencepiece_scratch *s, const char *text, size_t length,
                                    nch_tokens *tokens, nch_error *error)
{
	bool done = false;
	if (sp->by_words)
		NCH_TRY(nch_sentencepiece_encode_words(sp, s, text, length, tokens, &done, error));
	if (done)
		return NCH_OK;
	NCH_TRY(nch_sentencepiece_cut(sp, s, text, length, error));
	return add_tokens(sp, s, tokens, error);
}

static nch_status sp_encode(const void *self, void *inner, const char *text, size_t length, bool first_stretch, nch_tokens *tokens,
                            nch_error *error)
{
	(void)first_stretch;
	const nch_sentencepiece *sp = self;
	nch_sentencepiece_scratch *s = inner;
	if (!sp->wrapped)
		return nch_sentencepiece_encode(sp, s, text, length, tokens, error);
	size_t first = tokens->count;
	NCH_TRY(nch_xlnet_prepare(&sp->wrapping, text, length, &s->prepared, error));
	NCH_TRY(nch_sentencepiece_encode(sp, s, s->prepared.text, s->prepared.length, tokens, error));
	for (size_t i = first; i < tokens->count; i++) {
		tokens->items[i].begin = s->prepared.origin[tokens->items[i].begin];
		tokens->items[i].end = s->prepared.origin[tokens->items[i].end];
	}
	return NCH_OK;
}

static nch_status sp_explain(const void *self, void *inner, const char *text, size_t length, nch_buffer *out, nch_error *error)
{
	const nch_sentencepiece *sp = self;
	nch_sentencepiece_scratch *s = inner;
	if (sp->wrapped) {
		NCH_TRY(nch_xlnet_prepare(&sp->wrapping, text, length, &s->prepared, error));
		text = s->prepared.text;
		length = s->prepared.length;
	}
	NCH_TRY(nch_normalize(&sp->normalizer, text, length, &s->normalized, error));
	const nch_normalized *n = &s->normalized;
	nch_buffer_text(out, "normalized  ");
	nch_buffer_add(out, n->text, n->length);
	nch_buffer_byte(out, '\n');
	if (sp->model.type == NCH_SP_UNIGRAM)
		return nch_unigram_explain(&sp->unigram, &sp->model, n->text, n->length, &s->segmentation, out, error);
	return sp->model.type == NCH_SP_BPE ? nch_bpe_explain(&sp->bpe, n->text, n->length, &s->bpe, out, error) : NCH_OK;
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
static void decode_piece(const nch_sentencepiece *sp, const nch_sp_piece *piece, bool at_start, bool *dropped_space, nch_buffer *text)
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

static nch_status denormalize(const nch_sentencepiece *sp, nch_buffer *decoded, nch_buffer *text, nch_error *error)
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
	const nch_sentencepiece *sp = self;
	nch_buffer bytes = {0}, decoded = {0};
	bool at_start = true, dropped_space = false;
	for (size_t i = 0; i < count; i++) {
		const nch_sp_piece added = {.text = "", .type = NCH_PIECE_NORMAL}, *piece = &added;
		if ((size_t)ids[i] < sp->model.piece_count)
			piece = &sp->model.pieces[ids[i]];
		if (piece->type == NCH_PIECE_BYTE) {
			nch_buffer_byte(&bytes, nch_sp_byte_of_piece(piece->text, piece->length));
			continue;
		}
		flush_bytes(&bytes, &decoded);
		if (dropped_space || decoded.length > 0)
			at_start = false;
		decode_piece(sp, piece, at_start, &dropped_space, &decoded);
		if (piece == &added)
			nch_buffer_text(&decoded, sp->vocabulary->texts[ids[i]]);
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
	*inner = nch_alloc(1, sizeof(nch_sentencepiece_scratch));
	return *inner != NULL ? NCH_OK : nch_no_memory(error);
}

void nch_sentencepiece_scratch_clear(nch_sentencepiece_scratch *s)
{
	nch_normalized_free(&s->normalized);
	nch_segmentation_free(&s->segmentation);
	nch_normalized_free(&s->prepared);
	nch_bpe_scratch_free(&s->bpe);
	nch_free(s->cache);
	nch_free(s->path);
	nch_buffer_free(&s->word);
}

static void sp_free_scratch(void *inner)
{
	if (inner == NULL)
		return;
	nch_sentencepiece_scratch_clear(inner);
	nch_free(inner);
}

static void sp_free(void *self)
{
	nch_sentencepiece *sp = self;
	for (size_t i = 0; sp->comma_rules != NULL && i < sp->model.piece_count; i++) {
		nch_free(sp->comma_rules[i].ids);
		nch_free(sp->comma_rules[i].lengths);
	}
	nch_free(sp->comma_rules);
	nch_free(sp->plain_codes);
	nch_unigram_free(&sp->unigram);
	nch_bpe_free(&sp->bpe);
	nch_vocabulary_free(&sp->words);
	nch_normalizer_free(&sp->normalizer);
	nch_normalizer_free(&sp->denormalizer);
	nch_trie_free(&sp->verbatim);
	nch_sp_model_free(&sp->model);
	nch_free(sp);
}

const nch_tokenizer_class nch_sentencepiece_class = {sp_encode, sp_explain, sp_decode, sp_new_scratch, sp_free_scratch, sp_free, NULL};
