/* sentence_match.c - tries over the rules: endings are read from behind, following words from the front. */
#include "text/sentence_match.h"

#include <ctype.h>
#include <string.h>

#include "base/memory.h"
#include "base/unicode.h"
#include "base/utf8.h"

/* A trie whose edges stand in one hash table: (node, character) -> node. A consonant at the end of a syllable is an edge too, from the node
 * behind it, marked by the jamo itself (ㄱ is U+3131). */
enum { SLOTS = 1 << 13, NODES = 1 << 12 };

/* Where a rule counts. A node may have one of each. */
enum { ANYWHERE, WHOLE_WORD, WITH_MORE, PLACES };

typedef struct edge {
	uint32_t from, character; /* character 0: a free slot */
	uint32_t to;
} edge;

typedef struct node {
	short rules[PLACES]; /* index of a pattern + 1 */
} node;

typedef struct trie {
	edge edges[SLOTS];
	node nodes[NODES];
	size_t count; /* nodes; 0 is the root */
} trie;

typedef struct pattern {
	char text[48];
	short rule; /* its line in the table */
} pattern;

struct nch_splitter {
	trie endings, next;
	pattern patterns[NODES];
	size_t pattern_count;
};

static size_t slot_of(uint32_t from, uint32_t character)
{
	return ((from * 0x9E3779B1u) ^ (character * 0x85EBCA6Bu)) >> 7 & (SLOTS - 1);
}

static uint32_t follow(const trie *t, uint32_t from, uint32_t character)
{
	for (size_t slot = slot_of(from, character);; slot = (slot + 1) & (SLOTS - 1)) {
		const edge *e = &t->edges[slot];
		if (e->character == 0)
			return 0;
		if (e->from == from && e->character == character)
			return e->to;
	}
}

static uint32_t grow(trie *t, uint32_t from, uint32_t character)
{
	uint32_t to = follow(t, from, character);
	if (to != 0 || t->count >= NODES)
		return to;
	size_t slot = slot_of(from, character);
	while (t->edges[slot].character != 0)
		slot = (slot + 1) & (SLOTS - 1);
	to = (uint32_t)t->count++;
	t->edges[slot] = (edge){from, character, to};
	return to;
}

/* The consonant that a Hangul syllable ends in, as a jamo of its own; 0: none. Syllables are ordered by their 28 endings, of which 0 is
 * none; the table is that order (Unicode Standard, 3.12). */
static uint32_t final_consonant(uint32_t syllable)
{
	static const uint16_t jamo[28] = {0,      0x3131, 0x3132, 0x3133, 0x3134, 0x3135, 0x3136, 0x3137, 0x3139, 0x313A, 0x313B, 0x313C, 0x313D,
	                                  0x313E,
	                                  0x313F, 0x3140, 0x3141, 0x3142, 0x3144, 0x3145, 0x3146, 0x3147, 0x3148, 0x314A, 0x314B, 0x314C, 0x314D, 0x314E};
	return syllable >= 0xAC00 && syllable <= 0xD7A3 ? jamo[(syllable - 0xAC00) % 28] : 0;
}

/* Adds text[0 .. length), from behind or from the front. Patterns are the program's own: they are valid and short. */
static void add_pattern(nch_splitter *s, trie *t, bool backward, const char *text, size_t length, size_t rule)
{
	uint32_t characters[24];
	size_t count = 0, place = ANYWHERE, at = 0;
	pattern *p = &s->patterns[s->pattern_count];
	if (s->pattern_count + 1 >= NODES || length >= sizeof p->text)
		return;
	memcpy(p->text, text, length);
	p->rule = (short)rule;
	s->pattern_count++;
	if (text[0] == '=' || text[0] == '+') {
		place = text[0] == '=' ? WHOLE_WORD : WITH_MORE;
		at = 1;
	}
	while (at < length && count < 24)
		at += nch_utf8_decode(text + at, length - at, &characters[count++]);
	uint32_t here = 0;
	for (size_t i = 0; i < count; i++) {
		uint32_t character = characters[backward ? count - 1 - i : i];
		here = grow(t, here, character == '_' ? ' ' : character);
	}
	t->nodes[here].rules[place] = (short)s->pattern_count;
}

static void add_patterns(nch_splitter *s, trie *t, bool backward, const char *patterns, size_t rule)
{
	for (;;) {
		patterns += strspn(patterns, " ");
		size_t length = strcspn(patterns, " ");
		if (length == 0)
			return;
		add_pattern(s, t, backward, patterns, length, rule);
		patterns += length;
	}
}

nch_splitter *nch_splitter_new(void)
{
	nch_splitter *s = nch_alloc(1, sizeof *s);
	if (s == NULL)
		return NULL;
	s->endings.count = s->next.count = 1;
	for (size_t i = 0; nch_ending_rules[i].patterns != NULL; i++)
		add_patterns(s, &s->endings, true, nch_ending_rules[i].patterns, i);
	for (size_t i = 0; nch_next_rules[i].patterns != NULL; i++)
		add_patterns(s, &s->next, false, nch_next_rules[i].patterns, i);
	return s;
}

void nch_splitter_free(nch_splitter *splitter)
{
	nch_free(splitter);
}

uint32_t nch_splitter_character_before(const char *text, size_t begin, size_t at, size_t *start)
{
	size_t from = at, jamo = 0;
	uint32_t character, syllable;
	do { /* at most a leading consonant, a vowel and a final one */
		from--;
		while (from > begin && ((unsigned char)text[from] & 0xC0) == 0x80)
			from--;
		nch_utf8_decode(text + from, at - from, &character);
	} while (++jamo < 3 && from > begin && character >= 0x1161 && character <= 0x11C2);
	size_t last = at - 1;
	while (last > begin && ((unsigned char)text[last] & 0xC0) == 0x80)
		last--;
	if (jamo > 1 && from + nch_unicode_decode_syllable(text + from, at - from, &syllable) == at) {
		*start = from;
		return syllable;
	}
	nch_utf8_decode(text + last, at - last, &character);
	*start = last;
	return character;
}

nch_ending nch_splitter_ending(const nch_splitter *s, const char *text, size_t begin, size_t end)
{
	const trie *t = &s->endings;
	uint32_t here = 0;
	short best = 0;
	for (size_t at = end; at > begin;) {
		size_t start;
		uint32_t character = nch_splitter_character_before(text, begin, at, &start);
		uint32_t consonant = final_consonant(character);
		uint32_t closed = consonant != 0 ? follow(t, here, consonant) : 0;
		if (closed != 0 && t->nodes[closed].rules[ANYWHERE] != 0)
			best = t->nodes[closed].rules[ANYWHERE];
		here = follow(t, here, character);
		if (here == 0)
			break;
		at = start;
		const short *rules = t->nodes[here].rules;
		if (at == begin && rules[WHOLE_WORD] != 0)
			best = rules[WHOLE_WORD];
		else if (at > begin && rules[WITH_MORE] != 0)
			best = rules[WITH_MORE];
		else if (rules[ANYWHERE] != 0)
			best = rules[ANYWHERE];
	}
	if (best == 0)
		return (nch_ending){0};
	const pattern *p = &s->patterns[best - 1];
	return (nch_ending){nch_ending_rules[p->rule].stem, nch_ending_rules[p->rule].kind, p->text};
}

/* Whether no word goes on at text[at]. */
static bool is_word_end(const char *text, size_t at, size_t length)
{
	if (at >= length)
		return true;
	unsigned char c = (unsigned char)text[at];
	return c < 0x80 && !isalnum(c);
}

nch_next nch_splitter_next(const nch_splitter *s, const char *text, size_t at, size_t length)
{
	const trie *t = &s->next;
	uint32_t here = 0;
	short best = 0;
	while (at < length) {
		uint32_t character;
		size_t step = nch_unicode_decode_syllable(text + at, length - at, &character);
		here = follow(t, here, character);
		if (here == 0)
			break;
		at += step;
		const short *rules = t->nodes[here].rules;
		if (rules[WHOLE_WORD] != 0 && is_word_end(text, at, length))
			best = rules[WHOLE_WORD];
		else if (rules[ANYWHERE] != 0)
			best = rules[ANYWHERE];
	}
	if (best == 0)
		return (nch_next){0};
	return (nch_next){true, nch_next_rules[s->patterns[best - 1].rule].continues};
}

/* Whether `list`, words between blanks, holds the word (prefix: or one that it begins with). */
static bool is_listed(const char *list, const char *word, size_t length, bool prefix)
{
	char composed[64]; /* no word of a list is longer; syllables in conjoining jamo become whole */
	size_t size = 0;
	for (size_t at = 0; at < length && size + 4 <= sizeof composed;) {
		uint32_t character;
		at += nch_unicode_decode_syllable(word + at, length - at, &character);
		size += nch_utf8_encode(character < 0x80 ? (uint32_t)tolower((int)character) : character, composed + size);
		if (at < length && size + 4 > sizeof composed && !prefix)
			return false;
	}
	while (*list != '\0') {
		size_t one = strcspn(list, " ");
		if (one <= size && memcmp(list, composed, one) == 0 && (prefix || one == size))
			return true;
		list += one + strspn(list + one, " ");
	}
	return false;
}

bool nch_splitter_is_abbreviation(const char *word, size_t length)
{
	return is_listed(nch_abbreviations, word, length, false);
}

bool nch_splitter_is_list_letter(const char *word, size_t length)
{
	return is_listed(nch_list_letters, word, length, false);
}

bool nch_splitter_is_remark(const char *word, size_t length)
{
	return is_listed(nch_remarks, word, length, true);
}
