/* grams.c - windows over the characters of words. */
#include "ngram/grams.h"

#include "base/memory.h"
#include "base/utf8.h"
#include "base/unicode.h"

const char *nch_gram_widths_unit(nch_gram_widths widths) { return widths.letters ? "letter" : "character"; }

/* What Python's str.split() cuts at. */
static bool is_space(uint32_t code)
{
	if (code < 0x80)
		return code == ' ' || (code >= 9 && code <= 13) || (code >= 0x1C && code <= 0x1F);
	if (code == 0x85)
		return true;
	nch_unicode_category category = nch_unicode_category_of(code);
	return category == NCH_CATEGORY_ZS || category == NCH_CATEGORY_ZL || category == NCH_CATEGORY_ZP;
}

static nch_status add_gram(nch_grams *g, size_t begin, size_t end, unsigned width, nch_error *error)
{
	if (g->count == g->capacity)
		NCH_TRY(nch_grow(&g->gram, &g->capacity, g->count + 1, sizeof *g->gram, error));
	g->gram[g->count++] = (nch_gram){(uint32_t)begin, (uint32_t)(end - begin), (uint32_t)(g->word_count - 1), width};
	return NCH_OK;
}

/* The end of `count` characters from `at` on, and how many of them there were before `end`. */
static size_t step_over(const char *bytes, size_t at, size_t end, unsigned count, unsigned *found)
{
	for (*found = 0; *found < count && at < end; ++*found) {
		uint32_t code;
		at += nch_utf8_decode(bytes + at, end - at, &code);
	}
	return at;
}

/* The grams of the word (with its blanks) that begins at `begin` in the prepared bytes and ends where they end. */
static nch_status window_word(nch_grams *g, size_t begin, nch_gram_widths widths, nch_error *error)
{
	const char *bytes = g->bytes.data;
	size_t end = g->bytes.length;
	for (unsigned width = widths.shortest; width <= widths.longest; width++) {
		unsigned found;
		size_t from = begin, to = step_over(bytes, begin, end, width, &found);
		NCH_TRY(add_gram(g, from, to, found, error));
		if (to == end) /* as wide as the word, or wider: wider windows would give the word again */
			return NCH_OK;
		while (to < end) {
			uint32_t code;
			from += nch_utf8_decode(bytes + from, end - from, &code);
			to += nch_utf8_decode(bytes + to, end - to, &code);
			NCH_TRY(add_gram(g, from, to, found, error));
		}
	}
	return NCH_OK;
}

static nch_status begin_word(nch_grams *g, size_t at, nch_error *error)
{
	if (g->word_count == g->word_capacity)
		NCH_TRY(nch_grow(&g->words, &g->word_capacity, g->word_count + 1, sizeof *g->words, error));
	g->words[g->word_count][0] = g->words[g->word_count][1] = at;
	g->word_count++;
	nch_buffer_byte(&g->bytes, ' ');
	return NCH_OK;
}

static nch_status end_word(nch_grams *g, size_t at, size_t begin, nch_gram_widths widths, nch_error *error)
{
	g->words[g->word_count - 1][1] = at;
	nch_buffer_byte(&g->bytes, ' ');
	NCH_TRY(nch_buffer_check(&g->bytes, error));
	return window_word(g, begin, widths, error);
}

static void add_character(nch_buffer *bytes, uint32_t code, bool letters)
{
	uint32_t parts[NCH_UNICODE_MAX_DECOMPOSITION] = {code};
	const size_t count = letters ? nch_unicode_decompose(code, false, parts) : 1;
	for (size_t i = 0; i < count; i++)
		nch_buffer_utf8(bytes, parts[i]);
}

nch_status nch_grams_of(const char *text, size_t length, nch_gram_widths widths, nch_grams *g, nch_error *error)
{
	nch_buffer_clear(&g->bytes);
	g->count = g->word_count = 0;
	if (length > UINT32_MAX / 8) /* a byte that is no UTF-8 becomes three, small letters may be longer than great ones, and the three letters of a
	                                syllable take nine bytes */
		return nch_fail(error, NCH_DATA, "a text of %zu bytes is longer than this model reads", length);
	bool inside = false;
	size_t begin = 0;
	for (size_t at = 0; at < length;) {
		uint32_t code;
		size_t next = at + nch_utf8_decode(text + at, length - at, &code);
		if (!is_space(code)) {
			if (!inside) {
				begin = g->bytes.length;
				NCH_TRY(begin_word(g, at, error));
				inside = true;
			}
			add_character(&g->bytes, code == 0x130 ? 'i' : nch_unicode_to_lower(code), widths.letters);
			if (code == 0x130) /* İ is the one character whose small form is two */
				nch_buffer_utf8(&g->bytes, 0x307);
		} else if (inside) {
			NCH_TRY(end_word(g, at, begin, widths, error));
			inside = false;
		}
		at = next;
	}
	return inside ? end_word(g, length, begin, widths, error) : nch_buffer_check(&g->bytes, error);
}

void nch_grams_free(nch_grams *g)
{
	nch_buffer_free(&g->bytes);
	nch_free(g->gram);
	nch_free(g->words);
	*g = (nch_grams){0};
}
