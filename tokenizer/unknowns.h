/* unknowns.h - what a tokenizer has no piece for: how much of the text, under which label, and which strings.
 *
 * A rightly chosen tokenizer leaves less than one token in a hundred unknown on Korean comments; a wrongly wired one most. So a rate
 * above NCH_UNKNOWN_WARNING deserves a warning, one above NCH_UNKNOWN_REFUSAL means that something is wrong. */
#ifndef NCH_TOKENIZER_UNKNOWNS_H
#define NCH_TOKENIZER_UNKNOWNS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "tokenizer/tokenizer.h"

#define NCH_UNKNOWN_WARNING 0.05
#define NCH_UNKNOWN_REFUSAL 0.30

typedef struct nch_unknowns nch_unknowns;

/* For labels 0 .. labels-1 (1 if there are none). Release with nch_unknowns_free. */
nch_status nch_unknowns_new(size_t labels, nch_unknowns **unknowns, nch_error *error);
void nch_unknowns_free(nch_unknowns *unknowns); /* NULL is allowed */

/* Counts the tokens of a text that has this label. A text with several labels is added once for each: totals then count it as often. */
nch_status nch_unknowns_add(nch_unknowns *unknowns, size_t label, const nch_tokenizer *tokenizer, const char *text, size_t length,
                            const nch_token *tokens, size_t count, nch_error *error);

typedef struct nch_unknown_rate {
	size_t texts, texts_with_unknown; /* texts, and those in which a token is unknown */
	size_t tokens, unknown;
	double rate; /* unknown / tokens; 0 without tokens */
} nch_unknown_rate;

/* Of one label, or of all (label SIZE_MAX). */
nch_unknown_rate nch_unknowns_rate(const nch_unknowns *unknowns, size_t label);

/* An unknown string, and how often it stood in texts of the label. */
typedef struct nch_unknown_string {
	const char *text; /* NUL-terminated (a NUL inside ends it); lives as long as *unknowns */
	size_t length;
	uint64_t count;
} nch_unknown_string;

/* The most frequent unknown strings of one label, or of all (SIZE_MAX), at most `most` of them, the most frequent first, then by bytes. Returns how
 * many there are in list[most]. */
size_t nch_unknowns_top(const nch_unknowns *unknowns, size_t label, nch_unknown_string *list, size_t most);

#endif
