/* cleansing.c - the steps of cleansing, a function each, and the recipes that are made of them: two tables. */
#include "text/cleansing.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "text/emoji_ranges.h"

/* --- which characters are what --- */

static bool is_emoji(uint32_t code)
{
	size_t low = 0, high = sizeof emoji_ranges / sizeof emoji_ranges[0];
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (code > emoji_ranges[middle][1])
			low = middle + 1;
		else if (code < emoji_ranges[middle][0])
			high = middle;
		else
			return true;
	}
	return false;
}

static bool is_hangul(uint32_t code)
{
	return (code >= 0xAC00 && code <= 0xD7A3) || (code >= 0x3131 && code <= 0x3163);
}

/* ％ · ∼ beside ASCII and Hangul. */
static bool is_kept(uint32_t code)
{
	return code < 0x80 || is_hangul(code) || code == 0xFF05 || code == 0xB7 || code == 0x223C;
}

static bool is_ascii_letter(uint32_t code)
{
	return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') || (code >= '0' && code <= '9');
}

/* \w of Python among the characters that are kept; of the emoji only ℹ is a letter. */
static bool is_word(uint32_t code)
{
	return is_ascii_letter(code) || code == '_' || is_hangul(code) || code == 0x2139;
}

/* \s of Python among them. */
static bool is_space(uint32_t code)
{
	return (code >= 9 && code <= 13) || (code >= 28 && code <= 32);
}

/* --- steps: each reads text[0 .. length) and appends to *out --- */

typedef void step_run(const char *text, size_t length, nch_buffer *out);

/* The length of what stands for a name (&name&, &others12&) at text, or 0. */
static size_t placeholder_at(const char *text, size_t length)
{
	static const char *const names[] = { "name",         "affiliation", "social-security-num", "tel-num", "card-num",
		                             "bank-account", "num",         "online-account",      "address", "others" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		size_t size = strlen(names[i]), at = 1 + size;
		if (length < size + 2 || memcmp(text + 1, names[i], size) != 0)
			continue;
		while (at < length && text[at] >= '0' && text[at] <= '9')
			at++;
		if (at < length && text[at] == '&')
			return at + 1;
	}
	return 0;
}

/* Copies the text without what `measure` finds at a byte `first` and gives a length for. */
static void remove_all(const char *text, size_t length, char first, size_t (*measure)(const char *, size_t), nch_buffer *out)
{
	size_t copied = 0;
	for (size_t i = 0; i < length;) {
		const char *hit = memchr(text + i, first, length - i);
		if (hit == NULL)
			break;
		i = (size_t)(hit - text);
		size_t skip = measure(hit, length - i);
		if (skip > 0) {
			nch_buffer_add(out, text + copied, i - copied);
			copied = i + skip;
		}
		i += skip > 0 ? skip : 1;
	}
	nch_buffer_add(out, text + copied, length - copied);
}

static void remove_placeholders(const char *text, size_t length, nch_buffer *out)
{
	remove_all(text, length, '&', placeholder_at, out);
}

/* A run of characters that are not kept becomes one blank. */
static void keep(const char *text, size_t length, bool emoji, nch_buffer *out)
{
	size_t start = 0; /* of the kept characters that are still to be copied */
	bool in_run = false;
	for (size_t i = 0; i < length;) {
		uint32_t code = (unsigned char)text[i];
		size_t size = code < 0x80 ? 1 : nch_utf8_decode(text + i, length - i, &code);
		bool kept = code != NCH_UTF8_BAD && (is_kept(code) || (emoji && is_emoji(code)));
		if (!kept && !in_run) {
			nch_buffer_add(out, text + start, i - start);
			nch_buffer_byte(out, ' ');
		} else if (kept && in_run) {
			start = i;
		}
		in_run = !kept;
		i += size;
	}
	if (!in_run)
		nch_buffer_add(out, text + start, length - start);
}

static void keep_with_emoji(const char *text, size_t length, nch_buffer *out)
{
	keep(text, length, true, out);
}

static void keep_without_emoji(const char *text, size_t length, nch_buffer *out)
{
	keep(text, length, false, out);
}

/* --- URLs: https?:// (www.)? HOST{1,256} . TOP{1,6} \b PATH* with the choices of a backtracking matcher, the longest first
 * --- */

static bool in_host(char c)
{
	return is_ascii_letter((unsigned char)c) || (c != '\0' && strchr("-@:%._+~#=", c) != NULL);
}

static bool in_top(char c)
{
	return is_ascii_letter((unsigned char)c) || c == '(' || c == ')';
}

static bool in_path(char c)
{
	return is_ascii_letter((unsigned char)c) || (c != '\0' && strchr("-()@:%_+.~#?&/=", c) != NULL);
}

static bool word_at(const char *text, size_t length, size_t at)
{
	uint32_t code;
	if (at >= length)
		return false;
	nch_utf8_decode(text + at, length - at, &code);
	return code != NCH_UTF8_BAD && is_word(code);
}

/* Host, dot, top and boundary from `at` on: where the path begins, or 0. */
static size_t match_host(const char *text, size_t length, size_t at)
{
	size_t host = 0;
	while (host < 256 && at + host < length && in_host(text[at + host]))
		host++;
	for (; host > 0; host--) {
		size_t dot = at + host, top = 0;
		if (dot >= length || text[dot] != '.')
			continue;
		while (top < 6 && dot + 1 + top < length && in_top(text[dot + 1 + top]))
			top++;
		for (; top > 0; top--) {
			size_t end = dot + 1 + top;
			if (is_word((unsigned char)text[end - 1]) != word_at(text, length, end))
				return end;
		}
	}
	return 0;
}

/* The length of the URL at text, or 0. */
static size_t url_at(const char *text, size_t length)
{
	if (length < 7 || memcmp(text, "http", 4) != 0)
		return 0;
	size_t at = text[4] == 's' ? 5 : 4, end = 0;
	if (length - at < 3 || memcmp(text + at, "://", 3) != 0)
		return 0;
	at += 3;
	if (length - at >= 4 && memcmp(text + at, "www.", 4) == 0)
		end = match_host(text, length, at + 4);
	if (end == 0)
		end = match_host(text, length, at);
	if (end == 0)
		return 0;
	while (end < length && in_path(text[end]))
		end++;
	return end;
}

static void remove_urls(const char *text, size_t length, nch_buffer *out)
{
	remove_all(text, length, 'h', url_at, out);
}

/* --- blanks and repeats --- */

static void trim(const char *text, size_t length, nch_buffer *out)
{
	while (length > 0 && is_space((unsigned char)text[0])) {
		text++;
		length--;
	}
	while (length > 0 && is_space((unsigned char)text[length - 1]))
		length--;
	nch_buffer_add(out, text, length);
}

/* `from` and more equal letters become two. */
static void shorten(const char *text, size_t length, size_t from, nch_buffer *out)
{
	size_t copied = 0;
	for (size_t i = 0; i < length;) {
		uint32_t code;
		size_t size = nch_utf8_decode(text + i, length - i, &code), times = 1;
		while (i + (times + 1) * size <= length && memcmp(text + i, text + i + times * size, size) == 0)
			times++;
		if (times >= from && code != NCH_UTF8_BAD && is_word(code)) {
			nch_buffer_add(out, text + copied, i + 2 * size - copied);
			copied = i + times * size;
		}
		i += times * size;
	}
	nch_buffer_add(out, text + copied, length - copied);
}

static void shorten_from_four(const char *text, size_t length, nch_buffer *out)
{
	shorten(text, length, 4, out);
}

static void shorten_from_three(const char *text, size_t length, nch_buffer *out)
{
	shorten(text, length, 3, out);
}

/* A run of white space becomes a blank; none at the ends. */
static void join_blanks(const char *text, size_t length, nch_buffer *out)
{
	size_t start = out->length;
	for (size_t i = 0; i < length;) {
		size_t word = i;
		while (i < length && !is_space((unsigned char)text[i]))
			i++;
		if (i > word && out->length > start)
			nch_buffer_byte(out, ' ');
		nch_buffer_add(out, text + word, i - word);
		while (i < length && is_space((unsigned char)text[i]))
			i++;
	}
}

/* --- recipes --- */

typedef enum step { END, PLACEHOLDERS, KEEP_1, KEEP_2, URLS, TRIM, FOUR, THREE, JOIN, STEPS } step;

static const struct {
	const char *name;
	step_run *run;
} steps[STEPS] = {
	[PLACEHOLDERS] = { "placeholders removed", remove_placeholders },
	[KEEP_1] = { "kept: ASCII, Hangul, emoji", keep_with_emoji },
	[KEEP_2] = { "kept: ASCII, Hangul", keep_without_emoji },
	[URLS] = { "URLs removed", remove_urls },
	[TRIM] = { "trimmed", trim },
	[FOUR] = { "four and more equal letters to two", shorten_from_four },
	[THREE] = { "three and more equal letters to two", shorten_from_three },
	[JOIN] = { "blanks joined", join_blanks },
};

enum { MOST_STEPS = 6 };

struct nch_cleansing {
	const char *name;
	step steps[MOST_STEPS + 1]; /* up to END */
};

static const nch_cleansing recipes[] = {
	{ "placeholders-1", { PLACEHOLDERS } },
	{ "kc-1", { KEEP_1, URLS, TRIM, FOUR, JOIN } },
	{ "kc-1-git", { KEEP_1, URLS, TRIM, THREE, JOIN } },
	{ "kc-2", { KEEP_2, URLS, TRIM, FOUR, JOIN } },
	{ "kc-2-git", { KEEP_2, URLS, TRIM, THREE, JOIN } },
	{ "nikl-ea-1", { PLACEHOLDERS, KEEP_1, URLS, TRIM, FOUR, JOIN } },
	{ "nikl-ea-1-git", { PLACEHOLDERS, KEEP_1, URLS, TRIM, THREE, JOIN } },
	{ "nikl-ea-2", { PLACEHOLDERS, KEEP_2, URLS, TRIM, FOUR, JOIN } },
	{ "nikl-ea-2-git", { PLACEHOLDERS, KEEP_2, URLS, TRIM, THREE, JOIN } },
};
#define RECIPES (sizeof recipes / sizeof recipes[0])

const char *nch_cleansing_at(size_t index)
{
	return index < RECIPES ? recipes[index].name : NULL;
}

const char *nch_cleansing_name(const nch_cleansing *cleansing)
{
	return cleansing != NULL ? cleansing->name : "none";
}

nch_status nch_cleansing_find(const char *name, const nch_cleansing **cleansing, nch_error *error)
{
	char known[300] = "none";
	*cleansing = NULL;
	if (name[0] == '\0' || strcmp(name, "none") == 0)
		return NCH_OK;
	for (size_t i = 0; i < RECIPES; i++) {
		if (strcmp(name, recipes[i].name) == 0) {
			*cleansing = &recipes[i];
			return NCH_OK;
		}
		strcat(strcat(known, ", "), recipes[i].name); /* nine short names */
	}
	return nch_fail(error, NCH_USAGE, "there is no cleansing '%s'; known are: %s", name, known);
}

bool nch_cleansing_step(const nch_cleansing *cleansing, size_t index, const char *text, size_t length, nch_buffer *out,
                        const char **name)
{
	if (cleansing == NULL || index >= MOST_STEPS || cleansing->steps[index] == END)
		return false;
	*name = steps[cleansing->steps[index]].name;
	nch_buffer_clear(out);
	steps[cleansing->steps[index]].run(text, length, out);
	return true;
}

nch_status nch_cleansing_apply(const nch_cleansing *cleansing, const char *text, size_t length, nch_buffer *out,
                               nch_error *error)
{
	nch_buffer other = {0};
	const char *name;
	nch_buffer_clear(out);
	nch_buffer_add(out, text, length);
	nch_buffer_byte(out, '\0');  /* so that data is never NULL; */
	out->length -= !out->failed; /* the length is without it */
	for (size_t i = 0; !out->failed && nch_cleansing_step(cleansing, i, out->data, out->length, &other, &name); i++) {
		nch_buffer_byte(&other, '\0');
		other.length -= !other.failed;
		nch_buffer swap = *out;
		*out = other;
		other = swap;
	}
	nch_buffer_free(&other);
	return nch_buffer_check(out, error);
}
