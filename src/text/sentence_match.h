/* sentence_match.h - the rules of sentence_rules.c, looked up: what a word ends in, what a text goes on with. */
#ifndef NCH_TEXT_SENTENCE_MATCH_H
#define NCH_TEXT_SENTENCE_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/sentence_rules.h"
#include "text/splitter.h"

typedef struct nch_ending {
	nch_stem stem;
	unsigned kind;
	const char *pattern; /* NUL-terminated, owned by the splitter; NULL: no rule fits */
} nch_ending;

/* The ending of the word text[begin .. end). */
nch_ending nch_splitter_ending(const nch_splitter *splitter, const char *text, size_t begin, size_t end);

/* The character before text[at], which begins at *start >= begin; a Hangul syllable in conjoining jamo is one. `at` must be > begin, and text[begin
 * .. at) valid. */
uint32_t nch_splitter_character_before(const char *text, size_t begin, size_t at, size_t *start);

typedef struct nch_next {
	bool known;         /* else neither of these */
	unsigned continues; /* after these kinds it continues the sentence; 0: it opens one */
} nch_next;

/* How text[at .. length) begins. */
nch_next nch_splitter_next(const nch_splitter *splitter, const char *text, size_t at, size_t length);

/* Whether a word, ASCII letters in any case, is an abbreviation; or one of the letters that number a list; or a word that remarks begin
 * with (a prefix of it). */
bool nch_splitter_is_abbreviation(const char *word, size_t length);
bool nch_splitter_is_list_letter(const char *word, size_t length);
bool nch_splitter_is_remark(const char *word, size_t length);

#endif
