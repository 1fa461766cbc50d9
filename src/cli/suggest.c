/* suggest.c - the nearest word to a misspelled one. */
#include "cli/suggest.h"

#include <stdbool.h>
#include <string.h>

#define MAX_WORD 40

static size_t min_of(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The table of Wagner and Fischer, of which three rows are kept; the third one back serves the swaps. */
size_t nch_edit_distance(const char *a, const char *b)
{
	size_t rows[3][MAX_WORD + 1];
	size_t a_length = min_of(strlen(a), MAX_WORD), b_length = min_of(strlen(b), MAX_WORD);
	size_t *before = rows[0], *above = rows[1], *row = rows[2];
	for (size_t j = 0; j <= b_length; j++)
		above[j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			size_t cost = a[i - 1] != b[j - 1];
			row[j] = min_of(above[j - 1] + cost, min_of(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = min_of(row[j], before[j - 2] + 1);
		}
		size_t *oldest = before;
		before = above;
		above = row;
		row = oldest;
	}
	return above[b_length];
}

void nch_suggestion_offer(nch_suggestion *suggestion, const char *candidate)
{
	size_t length = strlen(suggestion->word);
	size_t distance = nch_edit_distance(suggestion->word, candidate);
	bool begins = length >= 3 && strncmp(candidate, suggestion->word, length) == 0;
	size_t limit = strlen(candidate) / 3 > 1 ? strlen(candidate) / 3 : 1;
	if (!begins && distance > limit)
		return;
	if (suggestion->best == NULL || distance < suggestion->distance) {
		suggestion->best = candidate;
		suggestion->distance = distance;
	}
}
