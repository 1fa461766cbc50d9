/* utf8.h - code points in and out of UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF). */
#ifndef NCH_BASE_UTF8_H
#define NCH_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NCH_UTF8_BAD 0xFFFFFFFFu

/* Decodes the character that starts at text[0] (length bytes are there). Returns its length in bytes, 1 to 4, and stores
 * the code point; for a malformed sequence stores NCH_UTF8_BAD and returns 1. length must be > 0. */
size_t nch_utf8_decode(const char *text, size_t length, uint32_t *code_point);

/* Writes up to 4 bytes, returns how many. A value that is no code point is written as U+FFFD. */
size_t nch_utf8_encode(uint32_t code_point, char out[4]);

bool nch_utf8_valid(const char *text, size_t length);
size_t nch_utf8_count(const char *text, size_t length); /* code points; a malformed byte counts as one */

/* Characters that a hostile text could move a terminal's cursor or turn a line around with: C0 and C1 controls, DEL, line and paragraph separators,
 * bidirectional marks. */
bool nch_utf8_is_harmful(uint32_t code_point);

/* The bytes of the line break that stands at text[0]: CR LF, LF, VT, FF, CR, U+0085, U+2028 or U+2029 (Unicode Standard, 5.8); 0: none does. */
size_t nch_utf8_line_break(const char *text, size_t length);

/* The columns that a code point takes on a terminal: 2 for Hangul syllables, CJK, full-width forms and emoji, 0 for
 * combining marks, joiners and selectors, else 1. nch_utf8_columns sums over a text. */
int nch_utf8_width(uint32_t code_point);
size_t nch_utf8_columns(const char *text, size_t length);

#endif
