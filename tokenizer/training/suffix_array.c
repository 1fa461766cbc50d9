/* suffix_array.c - see suffix_array.h.
 *
 * SA-IS in short. A suffix is of type S if it is less than the one after it, else of type L. An S that follows an L is
 * leftmost (LMS). If the LMS suffixes are in order, two passes over the array put all others in theirs: L from left to
 * right, each behind the suffix it precedes, then S from right to left. The LMS suffixes themselves are ordered by naming the
 * stretches between them and sorting the text of names, which is at most half as long, in the same way. */
#include "tokenizer/training/suffix_array.h"

#include <stdbool.h>
#include <string.h>

#include "base/memory.h"

#define EMPTY (-1)

typedef struct sorter {
	const uint32_t *text;
	int32_t length;
	uint32_t symbols;
	int32_t *order;
	int32_t *buckets;     /* [symbols] the next free place of each symbol's bucket */
	int32_t *sizes;       /* [symbols] how often each symbol occurs */
	unsigned char *types; /* a bit a suffix: S */
} sorter;

static inline bool is_s(const sorter *s, int32_t i)
{
	return s->types[i >> 3] >> (i & 7) & 1;
}

static inline bool is_lms(const sorter *s, int32_t i)
{
	return i > 0 && is_s(s, i) && !is_s(s, i - 1);
}

/* The end of the text counts as a symbol less than all others, so that the last suffix is of type L. */
static void find_types(sorter *s)
{
	memset(s->sizes, 0, s->symbols * sizeof *s->sizes);
	memset(s->types, 0, (size_t)s->length / 8 + 1);
	for (int32_t i = s->length - 1; i >= 0; i--) {
		s->sizes[s->text[i]]++;
		if (i + 1 < s->length && (s->text[i] < s->text[i + 1] || (s->text[i] == s->text[i + 1] && is_s(s, i + 1))))
			s->types[i >> 3] |= (unsigned char)(1u << (i & 7));
	}
}

static void point_at_heads(sorter *s)
{
	int32_t sum = 0;
	for (uint32_t c = 0; c < s->symbols; c++) {
		s->buckets[c] = sum;
		sum += s->sizes[c];
	}
}

static void point_at_tails(sorter *s)
{
	int32_t sum = 0;
	for (uint32_t c = 0; c < s->symbols; c++) {
		sum += s->sizes[c];
		s->buckets[c] = sum;
	}
}

/* Puts all suffixes into order, given that the LMS ones stand at the tails of their buckets in theirs. */
static void induce(sorter *s)
{
	point_at_heads(s);
	int32_t last = s->length - 1; /* precedes the empty suffix, which comes before all others */
	s->order[s->buckets[s->text[last]]++] = last;
	for (int32_t i = 0; i < s->length; i++) {
		int32_t before = s->order[i] - 1;
		if (s->order[i] > 0 && !is_s(s, before))
			s->order[s->buckets[s->text[before]]++] = before;
	}
	point_at_tails(s);
	for (int32_t i = s->length - 1; i >= 0; i--) {
		int32_t before = s->order[i] - 1;
		if (s->order[i] > 0 && is_s(s, before))
			s->order[--s->buckets[s->text[before]]] = before;
	}
}

static void place_lms(sorter *s, const int32_t *sorted, int32_t count)
{
	for (int32_t i = 0; i < s->length; i++)
		s->order[i] = EMPTY;
	point_at_tails(s);
	for (int32_t i = count - 1; i >= 0; i--)
		s->order[--s->buckets[s->text[sorted[i]]]] = sorted[i];
}

/* Whether the stretches from two LMS positions to the next ones are alike. */
static bool same_stretch(const sorter *s, int32_t a, int32_t b)
{
	for (int32_t i = 0;; i++) {
		bool a_ends = i > 0 && (a + i == s->length || is_lms(s, a + i));
		bool b_ends = i > 0 && (b + i == s->length || is_lms(s, b + i));
		if (a + i == s->length || b + i == s->length)
			return false; /* the end of the text is like nothing else */
		if (s->text[a + i] != s->text[b + i] || is_s(s, a + i) != is_s(s, b + i))
			return false;
		if (a_ends || b_ends)
			return a_ends && b_ends;
	}
}

/* Names the stretches in the order in which they stand; names[k] is that of the k-th LMS position. Returns how many names there are. */
static uint32_t name_stretches(sorter *s, int32_t *name_at, uint32_t *names, int32_t *positions)
{
	uint32_t name = 0;
	int32_t previous = EMPTY;
	for (int32_t i = 0; i < s->length; i++) {
		int32_t position = s->order[i];
		if (!is_lms(s, position))
			continue;
		if (previous != EMPTY && !same_stretch(s, previous, position))
			name++;
		name_at[position / 2] = (int32_t)name; /* two LMS positions are never neighbours */
		previous = position;
	}
	int32_t k = 0;
	for (int32_t i = 1; i < s->length; i++)
		if (is_lms(s, i)) {
			positions[k] = i;
			names[k++] = (uint32_t)name_at[i / 2];
		}
	return name + 1;
}

static nch_status sort_suffixes(const uint32_t *text, int32_t length, uint32_t symbols, int32_t *order, nch_error *error);

/* Orders the LMS suffixes (positions[count], first in the order of the text). */
static nch_status sort_lms(sorter *s, int32_t count, int32_t *positions, nch_error *error)
{
	uint32_t *names = nch_alloc((size_t)count, sizeof *names);
	int32_t *name_at = nch_alloc((size_t)s->length / 2 + 1, sizeof *name_at);
	int32_t *inner = nch_alloc((size_t)count, sizeof *inner);
	nch_status status = names != NULL && name_at != NULL && inner != NULL ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK) {
		uint32_t kinds = name_stretches(s, name_at, names, positions);
		if (kinds == (uint32_t)count) /* all different: the names are the order */
			for (int32_t i = 0; i < count; i++)
				inner[names[i]] = i;
		else
			status = sort_suffixes(names, count, kinds, inner, error);
	}
	for (int32_t i = 0; status == NCH_OK && i < count; i++)
		name_at[i] = positions[inner[i]];
	if (status == NCH_OK)
		memcpy(positions, name_at, (size_t)count * sizeof *positions);
	nch_free(names);
	nch_free(name_at);
	nch_free(inner);
	return status;
}

static nch_status sort_suffixes(const uint32_t *text, int32_t length, uint32_t symbols, int32_t *order, nch_error *error)
{
	sorter s = {.text = text, .length = length, .symbols = symbols, .order = order};
	if (length == 0)
		return NCH_OK;
	s.buckets = nch_alloc(symbols, sizeof *s.buckets);
	s.sizes = nch_alloc(symbols, sizeof *s.sizes);
	s.types = nch_alloc((size_t)length / 8 + 1, 1);
	int32_t *positions = nch_alloc((size_t)length / 2 + 1, sizeof *positions), count = 0;
	nch_status status = s.buckets != NULL && s.sizes != NULL && s.types != NULL && positions != NULL ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK) {
		find_types(&s);
		for (int32_t i = 1; i < length; i++)
			if (is_lms(&s, i))
				positions[count++] = i;
		place_lms(&s, positions, count); /* in any order: enough to sort the stretches */
		induce(&s);
		if (count > 1) {
			status = sort_lms(&s, count, positions, error);
			if (status == NCH_OK) {
				place_lms(&s, positions, count);
				induce(&s);
			}
		}
	}
	nch_free(s.buckets);
	nch_free(s.sizes);
	nch_free(s.types);
	nch_free(positions);
	return status;
}

nch_status nch_suffix_array(const uint32_t *text, size_t length, uint32_t symbols, int32_t *order, nch_error *error)
{
	if (length > INT32_MAX)
		return nch_fail(error, NCH_DATA, "a text of 2^31 symbols or more cannot be sorted");
	return sort_suffixes(text, (int32_t)length, symbols, order, error);
}

nch_status nch_common_prefixes(const uint32_t *text, size_t length, const int32_t *order, int32_t *common, nch_error *error)
{
	int32_t *rank = nch_alloc(length, sizeof *rank);
	if (rank == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < length; i++)
		rank[order[i]] = (int32_t)i;
	size_t same = 0; /* one less than for the suffix before, at least */
	for (size_t i = 0; i < length; i++) {
		if (rank[i] == 0) {
			same = 0;
			common[0] = 0;
			continue;
		}
		size_t other = (size_t)order[rank[i] - 1];
		while (i + same < length && other + same < length && text[i + same] == text[other + same] && text[i + same] != 0)
			same++;
		common[rank[i]] = (int32_t)same;
		same -= same > 0;
	}
	nch_free(rank);
	return NCH_OK;
}
