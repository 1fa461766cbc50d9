/* sentencepiece_words.c - the fast way through a SentencePiece model: word by word, with a cache of words seen.
 *
 * It gives what the plain way gives (normalize the whole text, cut it, find places in the original), by three observations that are
 * checked when a model is loaded or a word is met:
 * 1. No piece goes on over a ▁, so every way to cut a text cuts before each word: words can be cut on their own.
 * 2. A word of characters that no normalization rule concerns stays as it is, and gets a ▁ in front. Other words can be normalized on their
 *    own too, since no rule concerns a blank. If blanks come out of a word, or nothing does, the text takes the plain way.
 * 3. Scores are summed in float along the text, so what stands before a word could decide between two ways to cut it that are nearly
 *    equal. A cut of a word is used again only if its margin over any other choice is greater than the rounding can be; else
 *    the word is cut anew from the exact sum. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "tokenizer/sentencepiece/sentencepiece_private.h"
#include "tokenizer/vocabulary/vocabulary.h"

#define CACHE_SLOTS 16384 /* 2 MB: words are looked for ahead (find_words), so that nobody waits for the third cache */
#define AHEAD 16          /* words */
#define MOST_BYTES 48     /* longer words are not kept */
#define MOST_SEGMENTS 12
#define LARGEST_SUM 50000.0f /* the plain way starts sums anew beyond 100,000 */
#define NOT_PLAIN UINT32_MAX
#define FLOAT_ROUNDING 2.4e-7f /* twice the greatest relative error of a float operation, twice again: two sums are compared */

/* A word and how it is cut: two cache lines. */
typedef struct nch_cached_word {
	uint64_t hash; /* 0: an empty slot */
	float margin;  /* how much worse any other choice is */
	float weight;  /* the sum of |score|: how much it can add to a sum */
	unsigned char length, count;
	unsigned char ends[MOST_SEGMENTS]; /* bytes of the word at which the segments end */
	char text[MOST_BYTES];
	int32_t ids[MOST_SEGMENTS];
} cached_word;

/* A word of the text. */
typedef struct found_word {
	uint32_t begin, length;
	uint64_t hash; /* 0: too long to be kept */
} found_word;

/* What is known about the text so far. */
typedef struct line {
	const nch_sentencepiece *sp;
	nch_sentencepiece_scratch *scratch;
	nch_tokens *tokens;
	uint32_t end;       /* of the last token */
	float weight;       /* no sum so far is greater than this */
	float score;        /* the exact sum … */
	size_t scored;      /* … over so many of scratch->path */
	bool after_unknown;
} line;

bool nch_sentencepiece_can_use_words(const nch_sentencepiece *sp)
{
	const nch_normalizer *n = &sp->normalizer;
	bool type = sp->model.type == NCH_SP_UNIGRAM || (sp->model.type == NCH_SP_BPE && !sp->model.byte_fallback);
	return type && sp->pieces_part_at_spaces && n->spaces_part_words && n->add_dummy_prefix && n->remove_extra_whitespaces &&
	       n->escape_whitespaces && !n->space_as_suffix && sp->comma_rules == NULL && !sp->model.byte_fallback;
}

nch_status nch_sentencepiece_make_plain_codes(nch_sentencepiece *sp, nch_error *error)
{
	const nch_trie *trie = &sp->unigram.trie;
	sp->plain_codes = nch_alloc(0x10000, sizeof *sp->plain_codes);
	if (sp->plain_codes == NULL)
		return nch_no_memory(error);
	for (uint32_t c = 0; c < 0x10000; c++) {
		bool plain = nch_is_plain(&sp->normalizer, c) && (c < 0xD800 || c > 0xDFFF);
		sp->plain_codes[c] = plain ? sp->model.type == NCH_SP_UNIGRAM ? nch_trie_code(trie, c) : 0 : NOT_PLAIN;
	}
	sp->space_code = sp->model.type == NCH_SP_UNIGRAM ? nch_trie_code(trie, 0x2581) : 0;
	return NCH_OK;
}

/* --- cutting one word --- */

/* Reads a word into codes, with a ▁ in front. False if a character of it is not plain. */
static bool read_plain(const nch_sentencepiece *sp, const char *word, size_t length, nch_segmentation *s)
{
	const unsigned char *bytes = (const unsigned char *)word;
	size_t count = 1;
	s->codes[0] = sp->space_code;
	s->begins[0] = 0;
	for (size_t at = 0; at < length; count++) {
		uint32_t c = bytes[at];
		s->begins[count] = (uint32_t)at + 3;
		if (c < 0x80) {
			at++;
		} else if (c >= 0xE1 && c <= 0xEC && length - at >= 3 && (bytes[at + 1] & 0xC0) == 0x80 && (bytes[at + 2] & 0xC0) == 0x80) {
			c = (c & 0xF) << 12 | (bytes[at + 1] & 0x3Fu) << 6 | (bytes[at + 2] & 0x3Fu); /* most of the BMP, and of Hangul */
			at += 3;
		} else {
			at += nch_utf8_decode(word + at, length - at, &c);
		}
		uint32_t code = c < 0x10000 ? sp->plain_codes[c] : NOT_PLAIN;
		if (code == NOT_PLAIN)
			return false;
		s->codes[count] = code;
	}
	s->begins[count] = (uint32_t)length + 3;
	s->characters = count;
	return true;
}

/* Normalizes a word, and reads what comes out. False if it has blanks, or is empty. */
static nch_status read_other(const nch_sentencepiece *sp, nch_sentencepiece_scratch *scratch, const char *word, size_t length, bool *usable,
                             nch_error *error)
{
	nch_normalized *n = &scratch->normalized;
	nch_segmentation *s = &scratch->segmentation;
	NCH_TRY(nch_normalize_word(&sp->normalizer, word, length, n, error));
	*usable = n->length > 0 && memchr(n->text, ' ', n->length) == NULL;
	NCH_TRY(nch_segmentation_reserve(s, n->length + 1, error));
	s->codes[0] = sp->space_code;
	s->begins[0] = 0;
	s->characters = 1;
	for (size_t at = 0; at < n->length && *usable;) {
		uint32_t c;
		s->begins[s->characters] = (uint32_t)at + 3;
		at += nch_utf8_decode(n->text + at, n->length - at, &c);
		*usable = c != 0x2581; /* a mark in the text itself may be dropped at its end */
		s->codes[s->characters++] = c == NCH_UTF8_BAD || sp->model.type != NCH_SP_UNIGRAM ? 0 : nch_trie_code(&sp->unigram.trie, c);
	}
	s->begins[s->characters] = (uint32_t)n->length + 3;
	return NCH_OK;
}

/* Cuts what was read. Byte-pair encoding wants the text itself. */
static nch_status cut(const nch_sentencepiece *sp, nch_sentencepiece_scratch *scratch, const char *text, size_t length, float *score,
                      nch_error *error)
{
	nch_segmentation *s = &scratch->segmentation;
	s->count = 0;
	if (sp->model.type == NCH_SP_UNIGRAM)
		return nch_unigram_encode_codes(&sp->unigram, score, s, error);
	nch_buffer_clear(&scratch->word);
	nch_buffer_add(&scratch->word, NCH_SPACE_MARK, 3);
	nch_buffer_add(&scratch->word, text, length);
	NCH_TRY(nch_buffer_check(&scratch->word, error));
	s->margin = INFINITY;
	return nch_bpe_encode(&sp->bpe, scratch->word.data, scratch->word.length, &scratch->bpe, s, error);
}

/* --- sums --- */

static float score_of(const nch_sentencepiece *sp, int32_t id)
{
	return id == sp->model.unk ? sp->unigram.unk_score : sp->unigram.scores[id];
}

/* Whether rounding could turn the choice: each of its additions can be off by half a unit in the last place of the greatest sum. */
static bool is_close(const line *l, float margin, size_t characters)
{
	if (l->sp->model.type != NCH_SP_UNIGRAM)
		return false;
	float n = (float)characters;
	return margin <= (n + 2) * (l->weight + n * l->sp->unigram.worst) * FLOAT_ROUNDING;
}

/* The sum of the scores of all pieces so far, as the plain way would have rounded it. */
static float exact_score(line *l)
{
	for (; l->scored < l->scratch->path_count; l->scored++)
		l->score = score_of(l->sp, l->scratch->path[l->scored]) + l->score;
	return l->score;
}

/* --- tokens --- */

static inline void add_token(line *l, int32_t id, uint32_t end)
{
	nch_tokens *tokens = l->tokens;
	bool unknown = id == l->sp->model.unk;
	l->scratch->path[l->scratch->path_count++] = id;
	if (unknown && l->after_unknown)
		tokens->items[tokens->count - 1].end = end;
	else
		tokens->items[tokens->count++] = (nch_token){id, l->end, end};
	l->after_unknown = unknown;
	l->end = end;
}

static nch_status make_room(line *l, size_t more, nch_error *error)
{
	nch_sentencepiece_scratch *s = l->scratch;
	if (l->tokens->count + more > l->tokens->capacity)
		NCH_TRY(nch_grow(&l->tokens->items, &l->tokens->capacity, l->tokens->count + more, sizeof *l->tokens->items, error));
	if (s->path_count + more > s->path_capacity)
		NCH_TRY(nch_grow(&s->path, &s->path_capacity, s->path_count + more, sizeof *s->path, error));
	return NCH_OK;
}

/* Adds the segments that were just cut. `origin` is that of the normalized word, NULL for a plain one; the word begins at `begin`. */
static nch_status add_segments(line *l, const uint32_t *origin, uint32_t begin, nch_error *error)
{
	const nch_segmentation *s = &l->scratch->segmentation;
	uint32_t at = 0;
	NCH_TRY(make_room(l, s->count, error));
	for (size_t i = 0; i < s->count; i++) {
		at += s->items[i].length;
		uint32_t end = at < 3 ? 0 : at - 3; /* without the ▁; a damaged model may cut inside it */
		add_token(l, s->items[i].id, begin + (origin != NULL ? origin[end] : end));
		l->weight += l->sp->model.type == NCH_SP_UNIGRAM ? fabsf(score_of(l->sp, s->items[i].id)) : 0;
	}
	return NCH_OK;
}

static void keep(const nch_sentencepiece *sp, cached_word *slot, uint64_t hash, const char *word, size_t length, const nch_segmentation *s,
                 const uint32_t *origin)
{
	if (s->count > MOST_SEGMENTS)
		return;
	*slot = (cached_word){.hash = hash, .margin = s->margin, .length = (unsigned char)length, .count = (unsigned char)s->count};
	memcpy(slot->text, word, length);
	uint32_t at = 0;
	for (size_t i = 0; i < s->count; i++) {
		at += s->items[i].length;
		uint32_t end = at < 3 ? 0 : at - 3;
		slot->ids[i] = s->items[i].id;
		slot->ends[i] = (unsigned char)(origin != NULL ? origin[end] : end);
		slot->weight += sp->model.type == NCH_SP_UNIGRAM ? fabsf(score_of(sp, s->items[i].id)) : 0;
	}
}

static nch_status add_cached(line *l, const cached_word *word, uint32_t begin, nch_error *error)
{
	NCH_TRY(make_room(l, word->count, error));
	l->weight += word->weight;
	for (unsigned i = 0; i < word->count; i++)
		add_token(l, word->ids[i], begin + word->ends[i]);
	return NCH_OK;
}

/* A word that is not in the cache, or could be cut otherwise here. slot NULL: it is not to be kept. */
static nch_status add_new(line *l, const char *text, uint32_t begin, size_t length, cached_word *slot, uint64_t hash, bool *usable,
                          nch_error *error)
{
	const nch_sentencepiece *sp = l->sp;
	nch_segmentation *s = &l->scratch->segmentation;
	const uint32_t *origin = NULL;
	const char *word = text + begin;
	float score = 0;
	NCH_TRY(nch_segmentation_reserve(s, length + 1, error));
	if (!read_plain(sp, word, length, s)) {
		NCH_TRY(read_other(sp, l->scratch, word, length, usable, error));
		if (!*usable)
			return NCH_OK;
		origin = l->scratch->normalized.origin;
		word = l->scratch->normalized.text;
	}
	size_t bytes = origin != NULL ? l->scratch->normalized.length : length;
	NCH_TRY(cut(sp, l->scratch, word, bytes, &score, error));
	if (slot != NULL)
		keep(sp, slot, hash, text + begin, length, s, origin);
	if (is_close(l, s->margin, s->characters)) {
		score = exact_score(l);
		NCH_TRY(cut(sp, l->scratch, word, bytes, &score, error));
	}
	return add_segments(l, origin, begin, error);
}

static cached_word *slot_of(const nch_sentencepiece_scratch *scratch, uint64_t hash)
{
	return &scratch->cache[(hash >> 20) % CACHE_SLOTS];
}

static nch_status add_word(line *l, const char *text, const found_word *word, bool *usable, nch_error *error)
{
	cached_word *slot = NULL;
	if (word->hash != 0) {
		slot = slot_of(l->scratch, word->hash);
		if (slot->hash == word->hash && slot->length == word->length && memcmp(slot->text, text + word->begin, word->length) == 0 &&
		    !is_close(l, slot->margin, word->length + 1))
			return add_cached(l, slot, word->begin, error);
	}
	return add_new(l, text, word->begin, word->length, slot, word->hash, usable, error);
}

/* The next words from *at on, AHEAD at most; returns how many. Their slots are asked for while others are still looked for. */
static size_t find_words(const nch_sentencepiece_scratch *scratch, const char *text, size_t length, size_t *at, found_word *words)
{
	size_t count = 0, begin = *at;
	while (begin < length && count < AHEAD) {
		if (text[begin] == ' ') {
			begin++;
			continue;
		}
		const char *space = memchr(text + begin, ' ', length - begin);
		size_t end = space != NULL ? (size_t)(space - text) : length;
		found_word *word = &words[count++];
		*word = (found_word){(uint32_t)begin, (uint32_t)(end - begin), 0};
		if (word->length <= MOST_BYTES) {
			word->hash = nch_hash_bytes(text + begin, word->length) | 1;
			const char *slot = (const char *)slot_of(scratch, word->hash);
			__builtin_prefetch(slot);
			__builtin_prefetch(slot + 64);
		}
		begin = end;
	}
	*at = begin;
	return count;
}

nch_status nch_sentencepiece_encode_words(const nch_sentencepiece *sp, nch_sentencepiece_scratch *scratch, const char *text, size_t length,
                                          nch_tokens *tokens, bool *done, nch_error *error)
{
	line l = {.sp = sp, .scratch = scratch, .tokens = tokens};
	size_t first = tokens->count;
	bool usable = true;
	scratch->path_count = 0;
	if (scratch->cache == NULL && (scratch->cache = nch_alloc_aligned(CACHE_SLOTS, sizeof *scratch->cache)) == NULL)
		return nch_no_memory(error);
	found_word words[AHEAD];
	for (size_t at = 0; at < length && usable;) {
		size_t count = find_words(scratch, text, length, &at, words);
		for (size_t i = 0; i < count && usable; i++) {
			if (tokens->count == first)
				l.end = words[i].begin; /* blanks before the first word belong to no token; others to the word behind them */
			NCH_TRY(add_word(&l, text, &words[i], &usable, error));
			usable &= l.weight < LARGEST_SUM;
		}
	}
	*done = usable;
	if (!usable)
		tokens->count = first;
	return NCH_OK;
}
