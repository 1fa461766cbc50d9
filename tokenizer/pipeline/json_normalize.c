/* json_normalize.c - the normalizers of a tokenizer.json. Each reads the whole text, which is one word, and writes it anew. */
#include <string.h>

#include "base/memory.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizer/pipeline/json_pipeline.h"

typedef nch_status run_stage(const nch_stage *stage, const nch_words *in, nch_words *out, nch_error *error);

static nch_status copy(nch_words *out, const nch_bert_character *c, uint32_t code_point, nch_error *error)
{
	return nch_words_add(out, code_point, c->begin, c->end, error);
}

static nch_status clean(const nch_stage *stage, const nch_words *in, nch_words *out, nch_error *error)
{
	(void)stage;
	for (size_t i = 0; i < in->count; i++) {
		uint32_t c = in->items[i].code_point;
		if (!nch_bert_is_dropped(c))
			NCH_TRY(copy(out, &in->items[i], nch_bert_is_blank(c) ? ' ' : c, error));
	}
	return NCH_OK;
}

static nch_status space_ideographs(const nch_stage *stage, const nch_words *in, nch_words *out, nch_error *error)
{
	(void)stage;
	for (size_t i = 0; i < in->count; i++) {
		const nch_bert_character *c = &in->items[i];
		bool ideograph = nch_bert_is_ideograph(c->code_point);
		if (ideograph)
			NCH_TRY(copy(out, c, ' ', error));
		NCH_TRY(copy(out, c, c->code_point, error));
		if (ideograph)
			NCH_TRY(copy(out, c, ' ', error));
	}
	return NCH_OK;
}

static nch_status drop_accents(const nch_stage *stage, const nch_words *in, nch_words *out, nch_error *error)
{
	for (size_t i = 0; i < in->count; i++) {
		uint32_t c = in->items[i].code_point;
		if (stage->kind == NCH_STAGE_MARKS ? !nch_bert_is_mark(c) : !nch_bert_is_accent(c))
			NCH_TRY(copy(out, &in->items[i], c, error));
	}
	return NCH_OK;
}

static nch_status decompose(const nch_stage *stage, const nch_words *in, nch_words *out, nch_error *error)
{
	for (size_t i = 0; i < in->count; i++) {
		uint32_t parts[NCH_UNICODE_MAX_DECOMPOSITION];
		size_t count = nch_bert_decompose(in->items[i].code_point, stage->compatibility, parts);
		for (size_t k = 0; k < count; k++)
			NCH_TRY(copy(out, &in->items[i], parts[k], error));
	}
	return nch_unicode_order(out->items, out->count, sizeof *out->items, error);
}

/* As nch_unicode_compose_text. What is composed came from all its parts. */
static nch_status compose(const nch_stage *stage, const nch_words *in, nch_words *out, nch_error *error)
{
	(void)stage;
	size_t starter = SIZE_MAX;
	int last_class = 0;
	for (size_t i = 0; i < in->count; i++) {
		const nch_bert_character *c = &in->items[i];
		int class = nch_unicode_combining_class(c->code_point);
		bool blocked = starter == SIZE_MAX || (out->count > starter + 1 && last_class >= class);
		uint32_t composed = blocked ? 0 : nch_unicode_compose(out->items[starter].code_point, c->code_point);
		if (composed != 0) {
			out->items[starter].code_point = composed;
			out->items[starter].end = c->end > out->items[starter].end ? c->end : out->items[starter].end;
			continue;
		}
		if (class == 0)
			starter = out->count;
		last_class = class;
		NCH_TRY(copy(out, c, c->code_point, error));
	}
	return NCH_OK;
}

static nch_status lower_case(const nch_stage *stage, const nch_words *in, nch_words *out, nch_error *error)
{
	(void)stage;
	for (size_t i = 0; i < in->count; i++) {
		uint32_t c = in->items[i].code_point;
		NCH_TRY(copy(out, &in->items[i], c == 0x130 ? 'i' : nch_unicode_to_lower(c), error));
		if (c == 0x130)
			NCH_TRY(copy(out, &in->items[i], 0x307, error));
	}
	return NCH_OK;
}

static nch_status strip(const nch_stage *stage, const nch_words *in, nch_words *out, nch_error *error)
{
	size_t begin = 0, end = in->count;
	while (stage->left && begin < end && nch_bert_is_blank(in->items[begin].code_point))
		begin++;
	while (stage->right && end > begin && nch_bert_is_blank(in->items[end - 1].code_point))
		end--;
	for (size_t i = begin; i < end; i++)
		NCH_TRY(copy(out, &in->items[i], in->items[i].code_point, error));
	return NCH_OK;
}

static bool is_among(uint32_t c, const uint32_t *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == c)
			return true;
	return false;
}

/* How many characters from `at` on are to be replaced. */
static size_t match(const nch_stage *stage, const nch_words *in, size_t at)
{
	size_t length = 0;
	if (stage->blanks == 0) {
		while (length < stage->from_length && at + length < in->count && in->items[at + length].code_point == stage->from[length])
			length++;
		return length == stage->from_length && !(at > 0 && is_among(in->items[at - 1].code_point, stage->not_after, stage->not_after_count)) ? length : 0;
	}
	if (stage->blanks == 5)
		return in->items[at].code_point == 0x2581 && (at == 0 || in->items[at - 1].code_point == '\n');
	if (stage->blanks > 2) {
		uint32_t wanted = stage->blanks == 3 ? ' ' : 0x2581, before = at > 0 ? in->items[at - 1].code_point : '\n';
		if (stage->blanks == 3 ? before != '\n' : before == wanted) /* a run that has been looked at does not end the line */
			return 0;
		while (at + length < in->count && in->items[at + length].code_point == wanted)
			length++;
		return stage->blanks == 3 || at + length == in->count || in->items[at + length].code_point == '\n' ? length : 0;
	}
	while (at + length < in->count && (stage->blanks == 1 ? in->items[at + length].code_point == ' '
	                                                      : nch_bert_is_blank(in->items[at + length].code_point)))
		length++;
	return stage->blanks == 1 && length < 2 ? 0 : length;
}

static nch_status replace(const nch_stage *stage, const nch_words *in, nch_words *out, nch_error *error)
{
	for (size_t at = 0; at < in->count;) {
		size_t length = match(stage, in, at);
		if (length == 0) {
			NCH_TRY(copy(out, &in->items[at], in->items[at].code_point, error));
			at++;
			continue;
		}
		for (size_t k = 0; k < stage->to_length; k++)
			NCH_TRY(nch_words_add(out, stage->to[k], in->items[at].begin, in->items[at + length - 1].end, error));
		at += length;
	}
	return NCH_OK;
}

static nch_status prepend(const nch_stage *stage, const nch_words *in, nch_words *out, nch_error *error)
{
	for (size_t k = 0; in->count > 0 && k < stage->to_length; k++)
		NCH_TRY(copy(out, &in->items[0], stage->to[k], error));
	for (size_t i = 0; i < in->count; i++)
		NCH_TRY(copy(out, &in->items[i], in->items[i].code_point, error));
	return NCH_OK;
}

/* --- precompiled charsmaps, as Hugging Face applies them: to clusters of characters, not by the longest rule --- */

static bool is_conjoining(uint32_t c)
{
	return (c >= 0x1100 && c <= 0x11FF) || (c >= 0xA960 && c <= 0xA97C) || (c >= 0xD7B0 && c <= 0xD7FB);
}

/* Whether a character belongs to the cluster of the one before it (most of Unicode Standard Annex 29: marks, joiners, emoji modifiers,
 * conjoining jamo, flags in pairs). */
static bool joins(const nch_words *in, size_t begin, size_t at)
{
	uint32_t c = in->items[at].code_point, before = in->items[at - 1].code_point;
	nch_unicode_category category = nch_unicode_category_of(c);
	if (before == '\r' && c == '\n')
		return true;
	nch_unicode_category last = nch_unicode_category_of(before);
	if (last == NCH_CATEGORY_CC || last == NCH_CATEGORY_ZL || last == NCH_CATEGORY_ZP ||
	    (last == NCH_CATEGORY_CF && before != 0x200C && before != 0x200D))
		return false;
	if (category == NCH_CATEGORY_MN || category == NCH_CATEGORY_ME || category == NCH_CATEGORY_MC || c == 0x200C || c == 0x200D)
		return true;
	if (c >= 0x1F3FB && c <= 0x1F3FF)
		return true;
	if (is_conjoining(c) && (is_conjoining(before) || (before >= 0xAC00 && before <= 0xD7A3 && c >= 0x1160)))
		return !(c < 0x1160 && before >= 0x1160); /* a leading consonant begins a syllable */
	if (before == 0x200D && category == NCH_CATEGORY_SO && c >= 0x2000)
		return true;
	return c >= 0x1F1E6 && c <= 0x1F1FF && before >= 0x1F1E6 && before <= 0x1F1FF && (at - begin) % 2 == 1;
}

/* What the rules make of a cluster: what they say of its shortest beginning that is a rule. */
static const char *transform(const nch_stage *stage, const char *text, size_t length)
{
	uint32_t value;
	for (size_t size = 1; size <= length; size++)
		if (nch_double_array_longest(&stage->rules, text, size, &value) == size)
			return value < stage->replacements_size ? stage->replacements + value : NULL;
	return NULL;
}

static nch_status put_text(nch_words *out, const char *text, const nch_bert_character *first, const nch_bert_character *last, nch_error *error)
{
	size_t length = strlen(text);
	for (size_t at = 0; at < length;) {
		uint32_t c;
		at += nch_utf8_decode(text + at, length - at, &c);
		NCH_TRY(nch_words_add(out, c == NCH_UTF8_BAD ? 0xFFFD : c, first->begin, last->end, error));
	}
	return NCH_OK;
}

static nch_status precompiled(const nch_stage *stage, const nch_words *in, nch_words *out, nch_error *error)
{
	for (size_t begin = 0, end; begin < in->count; begin = end) {
		char bytes[8];
		size_t length = 0;
		for (end = begin + 1; end < in->count && joins(in, begin, end);)
			end++;
		for (size_t i = begin; i < end && length < 6; i++)
			length += nch_utf8_encode(in->items[i].code_point, bytes + (length < 4 ? length : 4));
		const char *replacement = length < 6 ? transform(stage, bytes, length) : NULL;
		if (replacement != NULL) {
			NCH_TRY(put_text(out, replacement, &in->items[begin], &in->items[end - 1], error));
			continue;
		}
		for (size_t i = begin; i < end; i++) {
			length = nch_utf8_encode(in->items[i].code_point, bytes);
			replacement = transform(stage, bytes, length);
			if (replacement != NULL)
				NCH_TRY(put_text(out, replacement, &in->items[i], &in->items[i], error));
			else
				NCH_TRY(copy(out, &in->items[i], in->items[i].code_point, error));
		}
	}
	return NCH_OK;
}

nch_status nch_stage_normalize(const nch_stage *stage, const nch_words *in, nch_words *out, nch_error *error)
{
	static run_stage *const runs[] = {[NCH_STAGE_CLEAN] = clean,           [NCH_STAGE_SPACE_IDEOGRAPHS] = space_ideographs,
	                                  [NCH_STAGE_BERT_ACCENTS] = drop_accents, [NCH_STAGE_DECOMPOSE] = decompose,
	                                  [NCH_STAGE_COMPOSE] = compose,       [NCH_STAGE_LOWERCASE] = lower_case,
	                                  [NCH_STAGE_STRIP] = strip,           [NCH_STAGE_MARKS] = drop_accents,
	                                  [NCH_STAGE_REPLACE] = replace,       [NCH_STAGE_PREPEND] = prepend,
	                                  [NCH_STAGE_PRECOMPILED] = precompiled};
	return runs[stage->kind](stage, in, out, error);
}
