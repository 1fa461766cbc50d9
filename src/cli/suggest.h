/* suggest.h - the nearest word to a misspelled one. */
#ifndef NCH_CLI_SUGGEST_H
#define NCH_CLI_SUGGEST_H

#include <stddef.h>

/* How many insertions, deletions, replacements and swaps of neighbours make one word of the other (optimal string alignment
 * distance). Words are cut at 40 bytes. */
size_t nch_edit_distance(const char *a, const char *b);

/* A search over candidates that are offered one by one. Start with {.word = …}. */
typedef struct nch_suggestion {
	const char *word;
	const char *best; /* NULL: nothing is near enough */
	size_t distance;
} nch_suggestion;

/* Takes the candidate if it is the nearest so far and near enough to be meant: up to a third of its letters differ, or it begins
 * with the word. */
void nch_suggestion_offer(nch_suggestion *suggestion, const char *candidate);

#endif
