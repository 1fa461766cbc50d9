/* unicode.h - what Unicode knows about a character: category, script, case, and what it is made of.
 *
 * Normalization forms (Unicode Standard Annex 15): NFD takes a character apart as far as its meaning stays the same, NFKD
 * also where only the look differs; NFC and NFKC put together again what can be. Hangul syllables are computed. */
#ifndef NCH_BASE_UNICODE_H
#define NCH_BASE_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* The order is that of the generated table. */
typedef enum nch_unicode_category {
	NCH_CATEGORY_CN, NCH_CATEGORY_CC, NCH_CATEGORY_CF, NCH_CATEGORY_CO, NCH_CATEGORY_CS,
	NCH_CATEGORY_LL, NCH_CATEGORY_LM, NCH_CATEGORY_LO, NCH_CATEGORY_LT, NCH_CATEGORY_LU,
	NCH_CATEGORY_MC, NCH_CATEGORY_ME, NCH_CATEGORY_MN,
	NCH_CATEGORY_ND, NCH_CATEGORY_NL, NCH_CATEGORY_NO,
	NCH_CATEGORY_PC, NCH_CATEGORY_PD, NCH_CATEGORY_PE, NCH_CATEGORY_PF, NCH_CATEGORY_PI, NCH_CATEGORY_PO, NCH_CATEGORY_PS,
	NCH_CATEGORY_SC, NCH_CATEGORY_SK, NCH_CATEGORY_SM, NCH_CATEGORY_SO,
	NCH_CATEGORY_ZL, NCH_CATEGORY_ZP, NCH_CATEGORY_ZS
} nch_unicode_category;

/* Any value may be asked for; what is no assigned character is CN. */
nch_unicode_category nch_unicode_category_of(uint32_t code_point);

/* A number for the script; 0 for characters of no script of their own (digits, punctuation). Hiragana and Katakana count as Han, as in
 * SentencePiece. *inherits tells that the character takes the script of the one before it (combining marks). */
int nch_unicode_script_of(uint32_t code_point, bool *inherits);

uint32_t nch_unicode_to_lower(uint32_t code_point);  /* itself, if it has no other */
uint32_t nch_unicode_fold_case(uint32_t code_point); /* simple case folding */
int nch_unicode_combining_class(uint32_t code_point);

enum { NCH_UNICODE_MAX_DECOMPOSITION = 32 }; /* 18 is the longest there is (U+FDFA) */

/* The full decomposition of one character (not yet in canonical order); returns how many characters it has, at least one. */
size_t nch_unicode_decompose(uint32_t code_point, bool compatibility, uint32_t out[NCH_UNICODE_MAX_DECOMPOSITION]);

/* What two characters are composed to, 0 if they are not. */
uint32_t nch_unicode_compose(uint32_t first, uint32_t second);

/* Puts combining marks into canonical order, in place, in linear time: `count` items of `size` bytes each, of which each begins with its code point
 * (a uint32_t). Marks of equal class keep their order. Fails only without memory. */
nch_status nch_unicode_order(void *items, size_t count, size_t size, nch_error *error);

/* Decodes the character at text[0] as nch_utf8_decode does, but conjoining jamo that make one Hangul syllable (NFD, as macOS writes it) come as that.
 * Returns the bytes that it takes. */
size_t nch_unicode_decode_syllable(const char *text, size_t length, uint32_t *code_point);

/* Composes a decomposed and ordered text in place; returns its new length. */
size_t nch_unicode_compose_text(uint32_t *text, size_t length);

#endif
