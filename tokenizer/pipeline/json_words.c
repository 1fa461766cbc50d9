/* json_words.c - the pre-tokenizers of a tokenizer.json: each cuts the words it is given into smaller ones. */
#include <string.h>

#include "base/memory.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizer/pipeline/json_pipeline.h"

/* A word of the text that is cut. */
typedef struct stretch {
	const nch_bert_character *items;
	size_t count;
	bool first; /* of the whole text */
} stretch;

typedef nch_status cut_word(const nch_stage *stage, stretch word, nch_words *out, nch_error *error);

static nch_status copy(nch_words *out, const nch_bert_character *c, nch_error *error)
{
	return nch_words_add(out, c->code_point, c->begin, c->end, error);
}

/* A character as a word of its own. */
static nch_status alone(nch_words *out, const nch_bert_character *c, nch_error *error)
{
	NCH_TRY(nch_words_end(out, error));
	NCH_TRY(copy(out, c, error));
	return nch_words_end(out, error);
}

static nch_status cut_bert(const nch_stage *stage, stretch word, nch_words *out, nch_error *error)
{
	(void)stage;
	for (size_t i = 0; i < word.count; i++) {
		const nch_bert_character *c = &word.items[i];
		if (nch_bert_is_blank(c->code_point))
			NCH_TRY(nch_words_end(out, error));
		else if (nch_bert_is_punctuation(c->code_point))
			NCH_TRY(alone(out, c, error));
		else
			NCH_TRY(copy(out, c, error));
	}
	return NCH_OK;
}

static nch_status cut_blanks(const nch_stage *stage, stretch word, nch_words *out, nch_error *error)
{
	(void)stage;
	for (size_t i = 0; i < word.count; i++)
		NCH_TRY(nch_bert_is_blank(word.items[i].code_point) ? nch_words_end(out, error) : copy(out, &word.items[i], error));
	return NCH_OK;
}

static nch_status cut_punctuation(const nch_stage *stage, stretch word, nch_words *out, nch_error *error)
{
	(void)stage;
	for (size_t i = 0; i < word.count; i++)
		NCH_TRY(nch_bert_is_punctuation(word.items[i].code_point) ? alone(out, &word.items[i], error) : copy(out, &word.items[i], error));
	return NCH_OK;
}

/* \w of a regular expression: letters, marks, decimal digits, connectors and the two joiners. */
static bool is_word_character(uint32_t c)
{
	nch_unicode_category k = nch_unicode_category_of(c);
	return (k >= NCH_CATEGORY_LL && k <= NCH_CATEGORY_NL) || k == NCH_CATEGORY_PC || c == 0x200C || c == 0x200D ||
	       (c >= 0x24B6 && c <= 0x24E9) || (c >= 0x1F130 && c <= 0x1F149) || (c >= 0x1F150 && c <= 0x1F169) || (c >= 0x1F170 && c <= 0x1F189);
}

static nch_status cut_words_and_signs(const nch_stage *stage, stretch word, nch_words *out, nch_error *error)
{
	(void)stage;
	int last = 0; /* 1: in a run of word characters, 2: of signs */
	for (size_t i = 0; i < word.count; i++) {
		uint32_t c = word.items[i].code_point;
		int kind = nch_bert_is_blank(c) ? 0 : is_word_character(c) ? 1 : 2;
		if (kind != last)
			NCH_TRY(nch_words_end(out, error));
		if (kind != 0)
			NCH_TRY(copy(out, &word.items[i], error));
		last = kind;
	}
	return NCH_OK;
}

static bool is_number(uint32_t c)
{
	nch_unicode_category k = nch_unicode_category_of(c);
	return k == NCH_CATEGORY_ND || k == NCH_CATEGORY_NL || k == NCH_CATEGORY_NO;
}

static nch_status cut_digits(const nch_stage *stage, stretch word, nch_words *out, nch_error *error)
{
	bool last = false;
	for (size_t i = 0; i < word.count; i++) {
		bool number = is_number(word.items[i].code_point);
		if (number != last || (number && stage->single))
			NCH_TRY(nch_words_end(out, error));
		NCH_TRY(copy(out, &word.items[i], error));
		last = number;
	}
	return NCH_OK;
}

/* How many characters from `at` on are one of the texts; 0: none of them. The first that fits is taken, as by the alternatives of a regular
 * expression. */
static size_t match_text(const nch_stage *stage, stretch word, size_t at)
{
	for (size_t i = 0; i < stage->text_count; i++) {
		size_t length = stage->text_lengths[i], k = 0;
		while (k < length && at + k < word.count && word.items[at + k].code_point == stage->texts[i][k])
			k++;
		if (k == length)
			return length;
	}
	return 0;
}

static nch_status cut_isolate(const nch_stage *stage, stretch word, nch_words *out, nch_error *error)
{
	for (size_t at = 0; at < word.count;) {
		size_t length = match_text(stage, word, at), end = at + (length > 0 ? length : 1);
		if (length > 0)
			NCH_TRY(nch_words_end(out, error));
		for (; at < end; at++)
			NCH_TRY(copy(out, &word.items[at], error));
		if (length > 0)
			NCH_TRY(nch_words_end(out, error));
	}
	return NCH_OK;
}

/* Spaces become the mark, a mark is put in front, and words begin at marks. */
static nch_status cut_metaspace(const nch_stage *stage, stretch word, nch_words *out, nch_error *error)
{
	uint32_t mark = stage->to[0], first = word.items[0].code_point;
	bool prepend = !stage->never && first != mark && first != ' ' && (!stage->first_only || (word.first && word.items[0].begin == 0));
	if (prepend)
		NCH_TRY(nch_words_add(out, mark, word.items[0].begin, word.items[0].begin, error));
	for (size_t i = 0; i < word.count; i++) {
		nch_bert_character c = word.items[i];
		c.code_point = c.code_point == ' ' ? mark : c.code_point;
		if (c.code_point == mark && stage->split)
			NCH_TRY(nch_words_end(out, error));
		NCH_TRY(copy(out, &c, error));
	}
	return NCH_OK;
}

/* --- ByteLevel --- */

uint32_t nch_byte_character(unsigned char byte)
{
	if ((byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte != 0xAD))
		return byte;
	/* the others, in order, are the characters from U+0100 on */
	return byte <= 0x20 ? 0x100u + byte : byte <= 0xA0 ? 0x121u + (byte - 0x7Fu) : 0x143u;
}

int nch_byte_of_character(uint32_t c)
{
	if (c <= 0xFF)
		return nch_byte_character((unsigned char)c) == c ? (int)c : -1;
	if (c <= 0x120)
		return (int)(c - 0x100);
	return c <= 0x142 ? (int)(c - 0x121 + 0x7F) : c == 0x143 ? 0xAD : -1;
}

static bool is_letter(uint32_t c)
{
	nch_unicode_category k = nch_unicode_category_of(c);
	return k >= NCH_CATEGORY_LL && k <= NCH_CATEGORY_LU;
}

/* A word that may have a space put in front of it. */
typedef struct spaced {
	stretch word;
	nch_bert_character space;
	size_t shift, count; /* shift: 1 with the space, else 0 */
} spaced;

static const nch_bert_character *item(const spaced *w, size_t at)
{
	return at < w->shift ? &w->space : &w->word.items[at - w->shift];
}

/* English endings: 's 't 're 've 'm 'll 'd. Returns their length, 0 if there is none. */
static size_t match_ending(const spaced *w, size_t at)
{
	static const char *const endings[] = {"s", "t", "re", "ve", "m", "ll", "d"};
	if (item(w, at)->code_point != '\'')
		return 0;
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		size_t length = strlen(endings[i]), k = 0;
		while (k < length && at + 1 + k < w->count && item(w, at + 1 + k)->code_point == (unsigned char)endings[i][k])
			k++;
		if (k == length)
			return 1 + length;
	}
	return 0;
}

static int kind_of(const spaced *w, size_t at)
{
	uint32_t c = item(w, at)->code_point;
	return nch_bert_is_blank(c) ? 0 : is_letter(c) ? 1 : is_number(c) ? 2 : 3;
}

/* The length of the next match of GPT-2's pattern: an English ending; perhaps a space and then letters, or numbers, or signs; blanks,
 * but for the last if something follows. */
static size_t match_pattern(const spaced *w, size_t at)
{
	size_t length = match_ending(w, at);
	if (length > 0)
		return length;
	size_t begin = item(w, at)->code_point == ' ' && at + 1 < w->count && kind_of(w, at + 1) != 0 ? at + 1 : at;
	int kind = kind_of(w, begin);
	size_t end = begin;
	while (end < w->count && kind_of(w, end) == kind)
		end++;
	if (kind == 0 && end < w->count && end - at > 1)
		end--;
	return end - at;
}

static nch_status put_bytes(nch_words *out, const nch_bert_character *c, nch_error *error)
{
	char bytes[4];
	size_t length = nch_utf8_encode(c->code_point, bytes);
	for (size_t i = 0; i < length; i++)
		NCH_TRY(nch_words_add(out, nch_byte_character((unsigned char)bytes[i]), c->begin, c->end, error));
	return NCH_OK;
}

static nch_status cut_bytes(const nch_stage *stage, stretch word, nch_words *out, nch_error *error)
{
	spaced w = {word, {' ', word.items[0].begin, word.items[0].begin}, 0, word.count};
	if (stage->prefix_space && word.items[0].code_point != ' ')
		w.shift = 1;
	w.count += w.shift;
	for (size_t at = 0; at < w.count;) {
		size_t length = stage->pattern ? match_pattern(&w, at) : w.count;
		for (size_t k = 0; k < length; k++)
			NCH_TRY(put_bytes(out, item(&w, at + k), error));
		NCH_TRY(nch_words_end(out, error));
		at += length;
	}
	return NCH_OK;
}

nch_status nch_stage_cut(const nch_stage *stage, const nch_words *in, nch_words *out, nch_error *error)
{
	static cut_word *const cuts[] = {[NCH_STAGE_BERT_WORDS] = cut_bert,     [NCH_STAGE_WORDS_AND_SIGNS] = cut_words_and_signs,
	                                 [NCH_STAGE_BLANKS] = cut_blanks,       [NCH_STAGE_METASPACE] = cut_metaspace,
	                                 [NCH_STAGE_PUNCTUATION] = cut_punctuation, [NCH_STAGE_DIGITS] = cut_digits,
	                                 [NCH_STAGE_ISOLATE] = cut_isolate,
	                                 [NCH_STAGE_BYTES] = cut_bytes};
	for (size_t i = 0, begin = 0; i < in->word_count; begin = in->ends[i++]) {
		NCH_TRY(cuts[stage->kind](stage, (stretch){in->items + begin, in->ends[i] - begin, i == 0 && in->first}, out, error));
		NCH_TRY(nch_words_end(out, error));
	}
	return NCH_OK;
}
