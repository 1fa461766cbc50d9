/* bert_text.c - see bert_text.h. */
#include "tokenizer/unicode/bert_text.h"

#include <stdatomic.h>
#include <string.h>

#include "base/memory.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizer/unicode/bert_tables.h"

enum { PLAIN, CHANGED, PUNCTUATION, IDEOGRAPH, BLANK, DROPPED };

static bool in_runs(const uint32_t (*runs)[2], size_t count, uint32_t c)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (runs[middle][1] < c)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && runs[low][0] <= c;
}

bool nch_bert_is_punctuation(uint32_t c)
{
	return in_runs(nch_bert_punctuation, nch_bert_punctuation_count, c);
}

bool nch_bert_is_accent(uint32_t c)
{
	return in_runs(nch_bert_accents, nch_bert_accents_count, c);
}

bool nch_bert_is_mark(uint32_t c)
{
	return in_runs(nch_bert_marks, nch_bert_marks_count, c);
}

bool nch_bert_is_dropped(uint32_t c)
{
	return in_runs(nch_bert_dropped, nch_bert_dropped_count, c);
}

bool nch_bert_is_blank(uint32_t c)
{
	return (c >= 0x9 && c <= 0xD) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
	       c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

/* The gap before U+2B920 (U+2B820 in BERT's own code) is Hugging Face's. */
bool nch_bert_is_ideograph(uint32_t c)
{
	static const uint32_t blocks[][2] = {{0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xF900, 0xFAFF},  {0x20000, 0x2A6DF},
	                                     {0x2A700, 0x2B81F}, {0x2B920, 0x2CEAF}, {0x2F800, 0x2FA1F}};
	return in_runs(blocks, sizeof blocks / sizeof *blocks, c);
}

size_t nch_bert_decompose(uint32_t c, bool compatibility, uint32_t *out)
{
	bool young = compatibility ? in_runs(nch_bert_young_compatibility, nch_bert_young_compatibility_count, c)
	                           : in_runs(nch_bert_young, nch_bert_young_count, c);
	if (c >= 0x80 && !young)
		return nch_unicode_decompose(c, compatibility, out);
	out[0] = c;
	return 1;
}

/* Whether accent stripping or lower-casing could do anything to the character, even if only by moving marks. */
static bool is_changed(const nch_bert_text *t, uint32_t c)
{
	uint32_t parts[NCH_UNICODE_MAX_DECOMPOSITION];
	if (t->strip_accents)
		if (nch_bert_decompose(c, false, parts) > 1 || parts[0] != c || nch_unicode_combining_class(c) != 0 || nch_bert_is_accent(c))
			return true;
	return t->lower_case && nch_unicode_to_lower(c) != c;
}

static unsigned char *make_classes(const nch_bert_text *t)
{
	unsigned char *classes = nch_alloc(0x110000, 1);
	if (classes == NULL)
		return NULL;
	for (size_t i = 0; i < nch_bert_punctuation_count; i++)
		for (uint32_t c = nch_bert_punctuation[i][0]; c <= nch_bert_punctuation[i][1]; c++)
			classes[c] = PUNCTUATION;
	for (size_t i = 0; t->strip_accents && i < nch_bert_accents_count; i++)
		for (uint32_t c = nch_bert_accents[i][0]; c <= nch_bert_accents[i][1]; c++)
			classes[c] = CHANGED;
	/* what else is changed stands in plane 1 or, as ideographs, in plane 2 */
	for (uint32_t c = 0; (t->lower_case || t->strip_accents) && c < 0x30000; c++)
		if (is_changed(t, c) || (c == 0x130 && t->lower_case))
			classes[c] = CHANGED;
	for (uint32_t c = 0; c < 0x30000; c++) {
		if (t->split_cjk && nch_bert_is_ideograph(c))
			classes[c] = IDEOGRAPH;
		if (c < 0x3001 && nch_bert_is_blank(c))
			classes[c] = BLANK;
	}
	for (size_t i = 0; t->clean && i < nch_bert_dropped_count; i++)
		for (uint32_t c = nch_bert_dropped[i][0]; c <= nch_bert_dropped[i][1]; c++)
			classes[c] = DROPPED;
	return classes;
}

nch_status nch_bert_text_init(nch_bert_text *t, nch_error *error)
{
	static _Atomic(unsigned char *) shared[16];
	_Atomic(unsigned char *) *place = &shared[t->clean | t->split_cjk << 1 | t->lower_case << 2 | t->strip_accents << 3];
	unsigned char *there = atomic_load(place);
	if (there == NULL) {
		unsigned char *made = make_classes(t);
		if (made == NULL)
			return nch_no_memory(error);
		if (atomic_compare_exchange_strong(place, &there, made))
			there = made;
		else
			nch_free(made); /* another thread was faster */
	}
	t->classes = there;
	return NCH_OK;
}

void nch_bert_word_free(nch_bert_word *word)
{
	nch_free(word->items);
	*word = (nch_bert_word){0};
}

static inline nch_status append(nch_bert_word *word, uint32_t code_point, size_t begin, size_t end, nch_error *error)
{
	if (word->count == word->capacity)
		NCH_TRY(nch_grow(&word->items, &word->capacity, word->count + 1, sizeof *word->items, error));
	word->items[word->count++] = (nch_bert_character){code_point, (uint32_t)begin, (uint32_t)end};
	return NCH_OK;
}

/* Makes the letters of a word small. One letter becomes two: of İ there stay a small i and the dot above it. */
static nch_status make_small(nch_bert_word *word, nch_error *error)
{
	size_t from = word->count, dots = 0;
	for (size_t i = 0; i < from; i++)
		dots += word->items[i].code_point == 0x130;
	for (size_t i = 0; i < dots; i++)
		NCH_TRY(append(word, 0, 0, 0, error));
	for (size_t to = word->count; from > 0;) { /* from the end, so that nothing is written over before it is read */
		nch_bert_character c = word->items[--from];
		if (c.code_point == 0x130)
			word->items[--to] = (nch_bert_character){0x307, c.begin, c.end};
		c.code_point = c.code_point == 0x130 ? 'i' : nch_unicode_to_lower(c.code_point);
		word->items[--to] = c;
	}
	return NCH_OK;
}

/* Strips the accents of a word that is decomposed, and makes its letters small. */
static nch_status simplify(const nch_bert_text *rules, nch_bert_word *word, nch_error *error)
{
	size_t kept = 0;
	if (rules->strip_accents) {
		NCH_TRY(nch_unicode_order(word->items, word->count, sizeof *word->items, error));
		for (size_t i = 0; i < word->count; i++)
			if (!nch_bert_is_accent(word->items[i].code_point))
				word->items[kept++] = word->items[i];
		word->count = kept;
	}
	return rules->lower_case ? make_small(word, error) : NCH_OK;
}

/* Gives the word to the visitor, punctuation apart, and empties it. `changed`: there is something to simplify. */
static nch_status flush(const nch_bert_text *rules, nch_bert_word *word, bool changed, nch_bert_visit *visit, void *context,
                        nch_error *error)
{
	if (changed)
		NCH_TRY(simplify(rules, word, error));
	size_t begin = 0, count = word->count;
	for (size_t i = 0; changed && i < count; i++) { /* else the caller has kept punctuation apart */
		if (!nch_bert_is_punctuation(word->items[i].code_point))
			continue;
		if (i > begin)
			NCH_TRY(visit(context, word->items + begin, i - begin));
		NCH_TRY(visit(context, word->items + i, 1));
		begin = i + 1;
	}
	word->count = 0;
	return count > begin ? visit(context, word->items + begin, count - begin) : NCH_OK;
}

static nch_status append_changed(const nch_bert_text *rules, nch_bert_word *word, uint32_t c, size_t begin, size_t end, nch_error *error)
{
	uint32_t parts[NCH_UNICODE_MAX_DECOMPOSITION] = {c};
	size_t count = rules->strip_accents ? nch_bert_decompose(c, false, parts) : 1;
	for (size_t i = 0; i < count; i++)
		NCH_TRY(append(word, parts[i], begin, end, error));
	return NCH_OK;
}

nch_status nch_bert_words(const nch_bert_text *rules, const char *text, size_t length, nch_bert_word *word, nch_bert_visit *visit,
                          void *context, nch_error *error)
{
	bool changed = false;
	word->count = 0;
	for (size_t at = 0; at < length;) {
		uint32_t c;
		size_t begin = at;
		at += nch_utf8_decode(text + at, length - at, &c);
		c = c == NCH_UTF8_BAD ? 0xFFFD : c;
		switch (rules->classes[c]) {
		case PLAIN:
			NCH_TRY(append(word, c, begin, at, error));
			break;
		case CHANGED:
			NCH_TRY(append_changed(rules, word, c, begin, at, error));
			changed = true;
			break;
		case PUNCTUATION:
			NCH_TRY(flush(rules, word, changed, visit, context, error));
			NCH_TRY(append(word, c, begin, at, error));
			NCH_TRY(flush(rules, word, false, visit, context, error));
			changed = false;
			break;
		case IDEOGRAPH:
			NCH_TRY(flush(rules, word, changed, visit, context, error));
			NCH_TRY(append_changed(rules, word, c, begin, at, error));
			NCH_TRY(flush(rules, word, rules->strip_accents || rules->lower_case, visit, context, error));
			changed = false;
			break;
		case BLANK:
			NCH_TRY(flush(rules, word, changed, visit, context, error));
			changed = false;
			break;
		default: /* dropped: the characters around it are neighbours */
			break;
		}
	}
	return flush(rules, word, changed, visit, context, error);
}
