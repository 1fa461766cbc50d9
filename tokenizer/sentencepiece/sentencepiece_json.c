/* sentencepiece_json.c - a SentencePiece model told as a tokenizer.json, for Hugging Face's tokenizers.
 *
 * Every stage of SentencePiece's has one there that does the same:
 *
 *   user-defined pieces are not normalized  Replace: a character that occurs in no text stands for the piece, until the rules have been applied
 *   the rules                               Precompiled, between NFC and NFC: it applies them to characters, and composes no jamo (tokenizers 2116)
 *   runs of spaces, ▁                       Replace
 *   the dummy prefix                        Metaspace (not Prepend, since added tokens that are normalized would get one, too)
 *   user-defined pieces are never cut       Unigram: their scores; BPE: Split
 *   words                                   Metaspace
 *   the model                               Unigram; BPE, whose merges are all ways to put a piece together from two
 *
 * What has no counterpart is not told at all, rather than told wrongly: ▁ at the ends of words, unused pieces, a unigram model without an unknown
 * piece. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "tokenizer/sentencepiece/sentencepiece_private.h"

static void put_base64(nch_buffer *out, const unsigned char *data, size_t size)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < size; i += 3) {
		size_t left = size - i;
		unsigned bits = (unsigned)data[i] << 16 | (left > 1 ? (unsigned)data[i + 1] << 8 : 0) | (left > 2 ? data[i + 2] : 0u);
		nch_buffer_byte(out, digits[bits >> 18]);
		nch_buffer_byte(out, digits[bits >> 12 & 63]);
		nch_buffer_byte(out, left > 1 ? digits[bits >> 6 & 63] : '=');
		nch_buffer_byte(out, left > 2 ? digits[bits & 63] : '=');
	}
}

/* The user-defined pieces, the longest first, and which of them normalization would change. */
typedef struct user_pieces {
	const nch_sp_piece **items;
	bool *guarded;
	nch_buffer *not_after; /* [count] the characters that a rule joins with the piece's first one: behind them the rule wins, as it begins earlier
	                          (ㅋㅠㅠ is 큐ㅠ) */
	size_t count, guards;
} user_pieces;

/* The characters that Unicode promises never to assign stand for pieces while the rules are applied. */
enum { MOST_GUARDS = 32, FIRST_GUARD = 0xFDD0 };

static void free_users(user_pieces *users)
{
	for (size_t i = 0; users->not_after != NULL && i < users->count; i++)
		nch_buffer_free(&users->not_after[i]);
	nch_free(users->not_after);
	nch_free((void *)users->items);
	nch_free(users->guarded);
}

static int longest_first(const void *a, const void *b)
{
	const nch_sp_piece *x = *(const nch_sp_piece *const *)a, *y = *(const nch_sp_piece *const *)b;
	return x->length != y->length ? (x->length < y->length ? 1 : -1) : strcmp(x->text, y->text);
}

/* Whether a rule has two characters as its key, and the second is the piece's first; those that may come before it are appended to *before. */
static void find_joining(const nch_sentencepiece *sp, const nch_sp_piece *piece, nch_buffer *before)
{
	char key[8];
	uint32_t first, value;
	size_t length = nch_utf8_decode(piece->text, piece->length, &first);
	for (uint32_t c = 1; c < 0x10000; c++) {
		if (c >= 0xD800 && c < 0xE000)
			continue;
		size_t at = nch_utf8_encode(c, key);
		memcpy(key + at, piece->text, length);
		if (nch_double_array_longest(&sp->normalizer.rules, key, at + length, &value) == at + length &&
		    (c >= 0x80 || strchr("\\^$.|?*+()[]{}/-&", (int)c) == NULL))
			nch_buffer_utf8(before, c);
	}
}

/* ASCII that begins and ends with a sign, like [MASK]: no rule changes it, and nothing beside it can be composed with it. */
static bool is_inert(const nch_sp_piece *piece)
{
	for (size_t i = 0; i < piece->length; i++)
		if ((unsigned char)piece->text[i] >= 0x80 || (unsigned char)piece->text[i] <= ' ')
			return false;
	return strchr("[]<>(){}#!?.,:;/_-", piece->text[0]) != NULL && strchr("[](){}#!?.,:;/_-", piece->text[piece->length - 1]) != NULL;
}

static nch_status collect_users(const nch_sentencepiece *sp, user_pieces *users, nch_error *error)
{
	const nch_sp_model *m = &sp->model;
	users->items = nch_alloc(m->piece_count, sizeof *users->items);
	users->guarded = nch_alloc(m->piece_count, sizeof *users->guarded);
	users->not_after = nch_alloc(m->piece_count, sizeof *users->not_after);
	if (users->items == NULL || users->guarded == NULL || users->not_after == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < m->piece_count; i++)
		if (m->pieces[i].type == NCH_PIECE_USER_DEFINED)
			users->items[users->count++] = &m->pieces[i];
	qsort((void *)users->items, users->count, sizeof *users->items, longest_first);
	for (size_t i = 0; i < users->count; i++) {
		users->guarded[i] = sp->normalizer.rules.count > 0 && !is_inert(users->items[i]);
		users->guards += users->guarded[i];
		if (users->guarded[i])
			find_joining(sp, users->items[i], &users->not_after[i]);
		NCH_TRY(nch_buffer_check(&users->not_after[i], error));
	}
	return NCH_OK;
}

/* Replacing piece after piece finds the same ones as going from left to right and taking the longest, unless a piece a ends as another one, b, begins
 * that is replaced before it (where b begins with a, it is found first from left to right, too). */
static bool overlap(const nch_sp_piece *a, const nch_sp_piece *b)
{
	if (b->length >= a->length && memcmp(a->text, b->text, a->length) == 0)
		return false;
	for (size_t shared = 1; shared < a->length && shared < b->length; shared++)
		if (memcmp(a->text + a->length - shared, b->text, shared) == 0)
			return true;
	return false;
}

/* Whether piece a is replaced before piece b. */
static bool comes_before(const user_pieces *users, size_t a, size_t b)
{
	bool first = users->not_after[a].length > 0, second = users->not_after[b].length > 0;
	return first != second ? second : a < b;
}

static bool users_can_be_told(const user_pieces *users)
{
	for (size_t i = 0; i < users->count; i++) {
		const nch_sp_piece *a = users->items[i];
		if (memchr(a->text, ' ', a->length) != NULL || strstr(a->text, NCH_SPACE_MARK) != NULL)
			return false;
		for (size_t k = 0; k < users->count && users->guarded[i]; k++)
			if (users->guarded[k] && k != i && comes_before(users, k, i) && overlap(a, users->items[k]))
				return false;
	}
	return users->guards == 0 || users->count <= MOST_GUARDS;
}

/* --- byte-pair encoding --- */

typedef struct merge_list {
	const nch_sp_piece **pieces; /* in the order of their merges */
	size_t count;
	bool whole; /* each of them comes out of its own text */
} merge_list;

static int best_first(const void *a, const void *b)
{
	const nch_sp_piece *x = *(const nch_sp_piece *const *)a, *y = *(const nch_sp_piece *const *)b;
	return x->score != y->score ? (x->score < y->score ? 1 : -1) : x < y ? -1 : x > y;
}

static bool is_piece(const nch_sentencepiece *sp, const char *text, size_t length)
{
	int32_t id = nch_vocabulary_find(&sp->bpe.pieces, text, length);
	return id >= 0 && sp->model.pieces[id].type == NCH_PIECE_NORMAL;
}

/* The next place where a piece can be cut in two pieces; its length: none. */
static size_t next_cut(const nch_sentencepiece *sp, const nch_sp_piece *piece, size_t at)
{
	uint32_t c;
	for (at += nch_utf8_decode(piece->text + at, piece->length - at, &c); at < piece->length;
	     at += nch_utf8_decode(piece->text + at, piece->length - at, &c))
		if (is_piece(sp, piece->text, at) && is_piece(sp, piece->text + at, piece->length - at))
			return at;
	return piece->length;
}

/* Whether a piece's own text is cut into that piece alone. */
static nch_status check_whole(const nch_sentencepiece *sp, const nch_sp_piece *piece, nch_bpe_scratch *scratch, bool *whole, nch_error *error)
{
	nch_segmentation cut = {0};
	nch_status status = nch_bpe_encode(&sp->bpe, piece->text, piece->length, scratch, &cut, error);
	*whole = *whole && cut.count == 1;
	nch_segmentation_free(&cut);
	return status;
}

/* *possible false: a piece can be put together from no two others, or two have one rank. */
static nch_status collect_merges(const nch_sentencepiece *sp, merge_list *merges, bool *possible, nch_error *error)
{
	const nch_sp_model *m = &sp->model;
	nch_bpe_scratch scratch = {0};
	nch_status status = NCH_OK;
	merges->pieces = nch_alloc(m->piece_count, sizeof *merges->pieces);
	if (merges->pieces == NULL)
		return nch_no_memory(error);
	merges->whole = true;
	for (size_t i = 0; i < m->piece_count && status == NCH_OK; i++) {
		uint32_t c;
		const nch_sp_piece *piece = &m->pieces[i];
		if (piece->type != NCH_PIECE_NORMAL || nch_utf8_decode(piece->text, piece->length, &c) == piece->length)
			continue;
		merges->pieces[merges->count++] = piece;
		*possible = *possible && next_cut(sp, piece, 0) < piece->length;
		status = check_whole(sp, piece, &scratch, &merges->whole, error);
	}
	nch_bpe_scratch_free(&scratch);
	qsort((void *)merges->pieces, merges->count, sizeof *merges->pieces, best_first);
	for (size_t i = 1; i < merges->count; i++)
		*possible = *possible && merges->pieces[i]->score < merges->pieces[i - 1]->score;
	return status;
}

static void put_merges(nch_buffer *out, const nch_sentencepiece *sp, const merge_list *merges)
{
	bool first = true;
	for (size_t i = 0; i < merges->count; i++) {
		const nch_sp_piece *piece = merges->pieces[i];
		for (size_t at = next_cut(sp, piece, 0); at < piece->length; at = next_cut(sp, piece, at)) {
			nch_buffer_text(out, first ? "\n  [" : ",\n  [");
			nch_json_write_text(out, piece->text, at);
			nch_buffer_text(out, ", ");
			nch_json_write_text(out, piece->text + at, piece->length - at);
			nch_buffer_byte(out, ']');
			first = false;
		}
	}
}

static void put_bpe(nch_buffer *out, const nch_sentencepiece *sp, const merge_list *merges, bool users)
{
	const nch_sp_model *m = &sp->model;
	nch_buffer_text(out, "\"model\": {\"type\": \"BPE\", \"dropout\": null, \"unk_token\": ");
	if (m->unk >= 0)
		nch_json_write_text(out, m->pieces[m->unk].text, m->pieces[m->unk].length);
	else
		nch_buffer_text(out, "null");
	/* a user-defined piece, which Split has set apart, has no merges: it is taken as a whole */
	nch_buffer_printf(out, ", \"continuing_subword_prefix\": null, \"end_of_word_suffix\": null, \"fuse_unk\": true, \"byte_fallback\": %s, \"ignore_merges\": %s, "
	                       "\"vocab\": {", m->byte_fallback ? "true" : "false", users ? "true" : "false");
	for (size_t i = 0; i < m->piece_count; i++) {
		nch_buffer_text(out, i > 0 ? ",\n  " : "\n  ");
		nch_json_write_text(out, m->pieces[i].text, m->pieces[i].length);
		nch_buffer_printf(out, ": %zu", i);
	}
	nch_buffer_text(out, "},\n\"merges\": [");
	put_merges(out, sp, merges);
	nch_buffer_text(out, "]}\n");
}

/* --- unigram --- */

static void put_unigram(nch_buffer *out, const nch_sentencepiece *sp)
{
	const nch_sp_model *m = &sp->model;
	nch_buffer_printf(out, "\"model\": {\"type\": \"Unigram\", \"unk_id\": %d, \"byte_fallback\": %s, \"vocab\": [", (int)m->unk,
	                  m->byte_fallback ? "true" : "false");
	for (size_t i = 0; i < m->piece_count; i++) {
		const nch_sp_piece *piece = &m->pieces[i];
		nch_buffer_text(out, i > 0 ? ",\n  [" : "\n  [");
		nch_json_write_text(out, piece->text, piece->length);
		nch_buffer_text(out, ", ");
		nch_json_write_double(out, piece->type == NCH_PIECE_USER_DEFINED ? (double)sp->unigram.scores[i] : (double)piece->score);
		nch_buffer_byte(out, ']');
	}
	nch_buffer_text(out, "]}\n");
}

/* --- the parts around the model --- */

static bool is_special(const nch_tokenizer *tokenizer, const nch_sp_piece *piece, int32_t id)
{
	const nch_specials *s = &tokenizer->specials;
	return piece->type == NCH_PIECE_UNKNOWN || piece->type == NCH_PIECE_CONTROL || id == s->pad || id == s->cls || id == s->sep || id == s->mask;
}

static void put_added(nch_buffer *out, const nch_tokenizer *tokenizer, const nch_sp_model *model)
{
	bool first = true;
	nch_buffer_text(out, "\"added_tokens\": [");
	for (size_t i = 0; i < model->piece_count; i++) {
		const nch_sp_piece *piece = &model->pieces[i];
		if (!is_special(tokenizer, piece, (int32_t)i))
			continue;
		nch_buffer_printf(out, "%s\n  {\"id\": %zu, \"content\": ", first ? "" : ",", i);
		nch_json_write_text(out, piece->text, piece->length);
		nch_buffer_text(out, ", \"single_word\": false, \"lstrip\": false, \"rstrip\": false, \"normalized\": false, \"special\": true}");
		first = false;
	}
	nch_buffer_text(out, "],\n");
}

/* A regular expression that matches the text. */
static void put_escaped(nch_buffer *pattern, const nch_sp_piece *piece)
{
	for (size_t i = 0; i < piece->length; i++) {
		if (strchr("\\^$.|?*+()[]{}/-", piece->text[i]) != NULL)
			nch_buffer_byte(pattern, '\\');
		nch_buffer_byte(pattern, (unsigned char)piece->text[i]);
	}
}

static void put_replace(nch_buffer *out, const char *from, size_t from_length, const char *to, size_t to_length)
{
	nch_buffer_text(out, "  {\"type\": \"Replace\", \"pattern\": {\"String\": ");
	nch_json_write_text(out, from, from_length);
	nch_buffer_text(out, "}, \"content\": ");
	nch_json_write_text(out, to, to_length);
	nch_buffer_text(out, "},\n");
}

/* The same by a regular expression, since the piece must not stand behind some characters. */
static void put_replace_not_after(nch_buffer *out, const nch_sp_piece *piece, const nch_buffer *not_after, const char *to, size_t to_length)
{
	nch_buffer pattern = {0};
	nch_buffer_printf(&pattern, "(?<![%s])", not_after->data);
	put_escaped(&pattern, piece);
	nch_buffer_text(out, "  {\"type\": \"Replace\", \"pattern\": {\"Regex\": ");
	nch_json_write_text(out, pattern.data != NULL ? pattern.data : "", pattern.length);
	nch_buffer_text(out, "}, \"content\": ");
	nch_json_write_text(out, to, to_length);
	nch_buffer_text(out, "},\n");
	out->failed |= pattern.failed;
	nch_buffer_free(&pattern);
}

/* Pieces become their guards. Those that depend on what stands before them come last: a piece that ends there must have become a guard before. */
static void put_guards(nch_buffer *out, const user_pieces *users)
{
	for (int dependent = 0; dependent < 2; dependent++)
		for (size_t i = 0; i < users->count; i++) {
			char character[4];
			size_t length = nch_utf8_encode(FIRST_GUARD + (uint32_t)i, character);
			if (!users->guarded[i] || (users->not_after[i].length > 0) != (dependent == 1))
				continue;
			if (dependent)
				put_replace_not_after(out, users->items[i], &users->not_after[i], character, length);
			else
				put_replace(out, users->items[i]->text, users->items[i]->length, character, length);
		}
}

static void put_guards_back(nch_buffer *out, const user_pieces *users)
{
	for (size_t i = 0; i < users->count; i++) {
		char character[4];
		size_t length = nch_utf8_encode(FIRST_GUARD + (uint32_t)i, character);
		if (users->guarded[i])
			put_replace(out, character, length, users->items[i]->text, users->items[i]->length);
	}
}

static void put_normalizer(nch_buffer *out, const nch_sentencepiece *sp, const user_pieces *users)
{
	const nch_sp_normalizer_spec *spec = &sp->model.normalizer;
	uint32_t value;
	bool composes = nch_double_array_longest(&sp->normalizer.rules, "\xE1\x84\x80\xE1\x85\xA1", 6, &value) == 6; /* two jamo to 가 */
	nch_buffer_text(out, "\"normalizer\": {\"type\": \"Sequence\", \"normalizers\": [\n");
	put_guards(out, users);
	if (composes)
		nch_buffer_text(out, "  {\"type\": \"NFC\"},\n");
	if (spec->charsmap.length > 0) {
		nch_buffer_text(out, "  {\"type\": \"Precompiled\", \"precompiled_charsmap\": \"");
		put_base64(out, (const unsigned char *)spec->charsmap.text, spec->charsmap.length);
		nch_buffer_text(out, "\"},\n");
	}
	if (composes)
		nch_buffer_text(out, "  {\"type\": \"NFC\"},\n");
	put_guards_back(out, users);
	if (spec->remove_extra_whitespaces)
		nch_buffer_text(out, "  {\"type\": \"Replace\", \"pattern\": {\"Regex\": \"^ +\"}, \"content\": \"\"},\n"
		                     "  {\"type\": \"Replace\", \"pattern\": {\"Regex\": \" {2,}\"}, \"content\": \" \"},\n");
	nch_buffer_text(out, "  {\"type\": \"Replace\", \"pattern\": {\"String\": \" \"}, \"content\": \"" NCH_SPACE_MARK "\"}");
	if (spec->add_dummy_prefix) /* Metaspace puts no mark before one that stands there; an empty text gets none either way */
		nch_buffer_text(out, ",\n  {\"type\": \"Replace\", \"pattern\": {\"Regex\": \"^" NCH_SPACE_MARK "\"}, \"content\": \"" NCH_SPACE_MARK NCH_SPACE_MARK "\"}");
	if (spec->remove_extra_whitespaces) /* at the end also a mark that stood in the text */
		nch_buffer_text(out, ",\n  {\"type\": \"Replace\", \"pattern\": {\"Regex\": \"" NCH_SPACE_MARK "+$\"}, \"content\": \"\"}");
	nch_buffer_text(out, "]},\n");
}

static void put_pre_tokenizer(nch_buffer *out, const nch_sentencepiece *sp, const user_pieces *users)
{
	nch_buffer pattern = {0};
	nch_buffer_printf(out, "\"pre_tokenizer\": {\"type\": \"Sequence\", \"pretokenizers\": [\n"
	                       "  {\"type\": \"Metaspace\", \"replacement\": \"" NCH_SPACE_MARK "\", \"prepend_scheme\": \"%s\", \"split\": %s}",
	                  sp->model.normalizer.add_dummy_prefix ? "always" : "never", sp->pieces_part_at_spaces ? "true" : "false");
	bool apart = users->count > 0 && sp->model.type == NCH_SP_BPE; /* in a unigram model their scores do it */
	for (size_t i = 0; apart && i < users->count; i++) {
		nch_buffer_text(&pattern, i > 0 ? "|" : "");
		put_escaped(&pattern, users->items[i]);
	}
	if (apart) {
		nch_buffer_text(out, ",\n  {\"type\": \"Split\", \"pattern\": {\"Regex\": ");
		nch_json_write_text(out, pattern.data != NULL ? pattern.data : "", pattern.length);
		nch_buffer_text(out, "}, \"behavior\": \"Isolated\", \"invert\": false}");
	}
	nch_buffer_text(out, "]},\n");
	out->failed |= pattern.failed;
	nch_buffer_free(&pattern);
}

static void put_decoder(nch_buffer *out, const nch_sp_model *model)
{
	bool prefix = model->normalizer.add_dummy_prefix;
	if (!model->byte_fallback) {
		nch_buffer_printf(out, "\"decoder\": {\"type\": \"Metaspace\", \"replacement\": \"" NCH_SPACE_MARK "\", \"prepend_scheme\": \"%s\", \"split\": true},\n",
		                  prefix ? "always" : "never");
		return;
	}
	nch_buffer_printf(out, "\"decoder\": {\"type\": \"Sequence\", \"decoders\": [{\"type\": \"Replace\", \"pattern\": {\"String\": \"" NCH_SPACE_MARK "\"}, "
	                       "\"content\": \" \"}, {\"type\": \"ByteFallback\"}, {\"type\": \"Fuse\"}%s]},\n",
	                  prefix ? ", {\"type\": \"Strip\", \"content\": \" \", \"start\": 1, \"stop\": 0}" : "");
}

/* "[CLS] $A [SEP]", or with a second text. */
static void put_template(nch_buffer *out, const nch_tokenizer *tokenizer)
{
	const char *cls = nch_tokenizer_piece(tokenizer, tokenizer->specials.cls), *sep = nch_tokenizer_piece(tokenizer, tokenizer->specials.sep);
	if (cls == NULL || sep == NULL) {
		nch_buffer_text(out, "\"post_processor\": null,\n");
		return;
	}
	nch_buffer c = {0}, s = {0};
	nch_json_write_text(&c, cls, strlen(cls));
	nch_json_write_text(&s, sep, strlen(sep));
	const char *first = c.data != NULL ? c.data : "", *last = s.data != NULL ? s.data : "";
	const char *special = "{\"SpecialToken\": {\"id\": %s, \"type_id\": %d}}", *text = "{\"Sequence\": {\"id\": \"%s\", \"type_id\": %d}}";
	nch_buffer_text(out, "\"post_processor\": {\"type\": \"TemplateProcessing\",\n  \"single\": [");
	nch_buffer_printf(out, special, first, 0);
	nch_buffer_text(out, ", ");
	nch_buffer_printf(out, text, "A", 0);
	nch_buffer_text(out, ", ");
	nch_buffer_printf(out, special, last, 0);
	nch_buffer_text(out, "],\n  \"pair\": [");
	nch_buffer_printf(out, special, first, 0);
	nch_buffer_text(out, ", ");
	nch_buffer_printf(out, text, "A", 0);
	nch_buffer_text(out, ", ");
	nch_buffer_printf(out, special, last, 0);
	nch_buffer_text(out, ", ");
	nch_buffer_printf(out, text, "B", 1);
	nch_buffer_text(out, ", ");
	nch_buffer_printf(out, special, last, 1);
	nch_buffer_printf(out, "],\n  \"special_tokens\": {%s: {\"id\": %s, \"ids\": [%d], \"tokens\": [%s]}, ", first, first,
	                  (int)tokenizer->specials.cls, first);
	nch_buffer_printf(out, "%s: {\"id\": %s, \"ids\": [%d], \"tokens\": [%s]}}},\n", last, last, (int)tokenizer->specials.sep, last);
	out->failed |= c.failed || s.failed;
	nch_buffer_free(&c);
	nch_buffer_free(&s);
}

/* Whether the model is of a kind that Hugging Face's tokenizers have, too. */
static bool can_be_told(const nch_sp_model *model)
{
	if ((model->type != NCH_SP_UNIGRAM && model->type != NCH_SP_BPE) || model->treat_whitespace_as_suffix ||
	    !model->normalizer.escape_whitespaces)
		return false;
	if (model->unk < 0 && model->type == NCH_SP_UNIGRAM)
		return false;
	for (size_t i = 0; i < model->piece_count; i++)
		if (model->pieces[i].type == NCH_PIECE_UNUSED)
			return false;
	return true;
}

static void put_all(nch_buffer *out, const nch_tokenizer *tokenizer, const nch_sentencepiece *sp, const user_pieces *users, const merge_list *merges)
{
	nch_buffer_text(out, "{\"version\": \"1.0\", \"truncation\": null, \"padding\": null,\n");
	put_added(out, tokenizer, &sp->model);
	put_normalizer(out, sp, users);
	put_pre_tokenizer(out, sp, users);
	put_template(out, tokenizer);
	put_decoder(out, &sp->model);
	if (sp->model.type == NCH_SP_UNIGRAM)
		put_unigram(out, sp);
	else
		put_bpe(out, sp, merges, users->count > 0);
	nch_buffer_text(out, "}\n");
}

nch_status nch_sentencepiece_to_json(const nch_tokenizer *tokenizer, nch_buffer *out, nch_error *error)
{
	const nch_sentencepiece *sp = tokenizer->self;
	user_pieces users = {0};
	merge_list merges = {0};
	bool possible = can_be_told(&sp->model);
	nch_status status = possible ? collect_users(sp, &users, error) : NCH_OK;
	possible = possible && users_can_be_told(&users);
	if (status == NCH_OK && possible && sp->model.type == NCH_SP_BPE)
		status = collect_merges(sp, &merges, &possible, error);
	if (users.count > 0 && sp->model.type == NCH_SP_BPE)
		possible = possible && merges.whole; /* "ignore_merges" takes every word that is a piece as it is */
	if (status == NCH_OK && possible) {
		put_all(out, tokenizer, sp, &users, &merges);
		status = nch_buffer_check(out, error);
	}
	free_users(&users);
	nch_free((void *)merges.pieces);
	return status;
}
