/* normalize.c - see normalize.h. */
#include "tokenizer/sentencepiece/normalize.h"

#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

#define MAX_RULES_WALKED 4000000 /* nodes; real rule sets have 50,000 */

/* --- loading --- */

/* A charsmap is: the size of the double array in bytes (32 bits, little-endian), the double array, the strings. */
static nch_status read_charsmap(nch_normalizer *normalizer, nch_sp_text charsmap, nch_error *error)
{
	const unsigned char *data = (const unsigned char *)charsmap.text;
	if (charsmap.length <= 4)
		return nch_fail(error, NCH_FORMAT, "not a usable SentencePiece model: its normalization rules are cut");
	uint32_t size = (uint32_t)data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 | (uint32_t)data[3] << 24;
	if (size >= charsmap.length - 4)
		return nch_fail(error, NCH_FORMAT, "not a usable SentencePiece model: its normalization rules are cut");
	normalizer->rules = (nch_double_array){data + 4, size / 4};
	normalizer->replacements = charsmap.text + 4 + size;
	normalizer->replacements_size = charsmap.length - 4 - size + 1; /* the reader put a NUL behind every text */
	return NCH_OK;
}

static void touch(nch_normalizer *normalizer, uint32_t code_point)
{
	if (code_point < 0x10000)
		normalizer->plain[code_point >> 3] &= (unsigned char)~(1u << (code_point & 7));
}

/* A rule of one character touches that character; a longer one can only match where its later characters stand, so
 * those are the ones that make a text need a closer look. */
static void touch_by_rule(void *context, const char *key, size_t length, uint32_t value)
{
	(void)value;
	uint32_t code_point;
	size_t at = nch_utf8_decode(key, length, &code_point);
	if (at == length)
		touch(context, code_point);
	if (memchr(key, ' ', length) != NULL)
		touch(context, ' ');
	while (at < length) {
		at += nch_utf8_decode(key + at, length - at, &code_point);
		touch(context, code_point);
	}
}

/* A text that holds a user-defined piece holds its first character. With a blank in a piece, words cannot be told apart by blanks. */
static void touch_by_pieces(nch_normalizer *normalizer)
{
	const nch_trie *trie = normalizer->verbatim;
	for (uint32_t code_point = 0; trie != NULL && code_point < 0x10000; code_point++) {
		uint32_t code = nch_trie_code(trie, code_point);
		if (code != 0 && (code_point == ' ' || nch_trie_step(trie, NCH_TRIE_ROOT, code) != NCH_TRIE_NONE))
			touch(normalizer, code_point);
	}
}

nch_status nch_normalizer_init(nch_normalizer *normalizer, const nch_sp_normalizer_spec *spec, bool space_as_suffix,
                               const nch_trie *verbatim, nch_error *error)
{
	*normalizer = (nch_normalizer){
		.verbatim = verbatim,
		.add_dummy_prefix = spec->add_dummy_prefix,
		.remove_extra_whitespaces = spec->remove_extra_whitespaces,
		.escape_whitespaces = spec->escape_whitespaces,
		.space_as_suffix = space_as_suffix,
	};
	if (spec->charsmap.length > 0)
		NCH_TRY(read_charsmap(normalizer, spec->charsmap, error));
	normalizer->plain = nch_alloc(0x10000 / 8, 1);
	if (normalizer->plain == NULL)
		return nch_no_memory(error);
	memset(normalizer->plain, 0xFF, 0x10000 / 8);
	if (!nch_double_array_walk(&normalizer->rules, MAX_RULES_WALKED, touch_by_rule, normalizer))
		memset(normalizer->plain, 0, 0x10000 / 8); /* a strange trie: take no short cut */
	touch_by_pieces(normalizer);
	normalizer->spaces_part_words = nch_is_plain(normalizer, ' ');
	touch(normalizer, ' '); /* what comes of blanks depends on where they stand */
	touch(normalizer, 0x2581);
	return NCH_OK;
}

void nch_normalizer_free(nch_normalizer *normalizer)
{
	nch_free(normalizer->plain);
	*normalizer = (nch_normalizer){0};
}

void nch_normalized_free(nch_normalized *normalized)
{
	nch_free(normalized->text);
	nch_free(normalized->origin);
	*normalized = (nch_normalized){0};
}

/* --- normalizing --- */

/* What the first character (or sequence, where a rule takes more) of a text becomes. */
typedef struct step {
	const char *text; /* the replacement */
	size_t length;
	size_t consumed; /* bytes of the original that it replaces */
} step;

static step normalize_prefix(const nch_normalizer *normalizer, const char *text, size_t length)
{
	size_t matched;
	uint32_t value, code_point;
	if (normalizer->verbatim != NULL && nch_trie_longest(normalizer->verbatim, text, length, &matched) >= 0)
		return (step){text, matched, matched};
	matched = nch_double_array_longest(&normalizer->rules, text, length, &value);
	if (matched > 0 && value < normalizer->replacements_size) {
		const char *replacement = normalizer->replacements + value;
		return (step){replacement, strlen(replacement), matched};
	}
	matched = nch_utf8_decode(text, length, &code_point);
	if (code_point == NCH_UTF8_BAD)
		return (step){"\xEF\xBF\xBD", 3, 1}; /* U+FFFD for each byte that is no UTF-8 */
	return (step){text, matched, matched};
}

static nch_status reserve(nch_normalized *n, size_t more, nch_error *error)
{
	if (n->length + more > UINT32_MAX / 2)
		return nch_fail(error, NCH_DATA, "a text of more than 2^31 bytes after normalizing");
	NCH_TRY(nch_grow(&n->text, &n->text_capacity, n->length + more + 1, 1, error));
	return nch_grow(&n->origin, &n->origin_capacity, n->length + more + 1, sizeof *n->origin, error);
}

static void put(nch_normalized *n, const char *bytes, size_t length, size_t origin)
{
	memcpy(n->text + n->length, bytes, length);
	for (size_t i = 0; i < length; i++)
		n->origin[n->length + i] = (uint32_t)origin;
	n->length += length;
}

static void put_space(const nch_normalizer *normalizer, nch_normalized *n, size_t origin)
{
	if (normalizer->escape_whitespaces)
		put(n, NCH_SPACE_MARK, 3, origin);
	else
		put(n, " ", 1, origin);
}

static void put_replacement(const nch_normalizer *normalizer, nch_normalized *n, const char *text, size_t length, size_t origin)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] == ' ')
			put_space(normalizer, n, origin);
		else
			put(n, text + i, 1, origin);
	}
}

/* Drops spaces at the end; returns from where in the original the first of them came. */
static size_t drop_trailing_spaces(const nch_normalizer *normalizer, nch_normalized *n, size_t origin)
{
	const char *space = normalizer->escape_whitespaces ? NCH_SPACE_MARK : " ";
	size_t length = strlen(space);
	while (n->length >= length && memcmp(n->text + n->length - length, space, length) == 0) {
		n->length -= length;
		origin = n->origin[n->length];
	}
	return origin;
}

nch_status nch_normalize(const nch_normalizer *normalizer, const char *text, size_t length, nch_normalized *n,
                         nch_error *error)
{
	size_t at = 0;
	bool removing = normalizer->remove_extra_whitespaces;
	n->length = 0;
	NCH_TRY(reserve(n, 8, error));
	n->origin[0] = 0;
	while (removing && at < length) {
		step s = normalize_prefix(normalizer, text + at, length - at);
		if (s.length != 1 || *s.text != ' ')
			break;
		at += s.consumed;
	}
	if (at >= length)
		return NCH_OK; /* nothing but blanks: not even the dummy prefix */
	if (normalizer->add_dummy_prefix && !normalizer->space_as_suffix)
		put_space(normalizer, n, at);
	bool after_space = removing;
	while (at < length) {
		step s = normalize_prefix(normalizer, text + at, length - at);
		while (after_space && s.length > 0 && *s.text == ' ')
			s.text++, s.length--;
		if (s.length > 0) {
			NCH_TRY(reserve(n, 3 * s.length + 3, error));
			put_replacement(normalizer, n, s.text, s.length, at);
			after_space = removing && s.text[s.length - 1] == ' ';
		}
		at += s.consumed;
	}
	if (removing)
		at = drop_trailing_spaces(normalizer, n, at);
	if (normalizer->add_dummy_prefix && normalizer->space_as_suffix)
		put_space(normalizer, n, at);
	n->origin[n->length] = (uint32_t)at;
	return NCH_OK;
}

nch_status nch_normalize_word(const nch_normalizer *normalizer, const char *text, size_t length, nch_normalized *n,
                              nch_error *error)
{
	n->length = 0;
	NCH_TRY(reserve(n, 1, error));
	for (size_t at = 0; at < length;) {
		step s = normalize_prefix(normalizer, text + at, length - at);
		NCH_TRY(reserve(n, s.length + 1, error));
		put(n, s.text, s.length, at);
		at += s.consumed;
	}
	n->origin[n->length] = (uint32_t)length;
	return NCH_OK;
}
