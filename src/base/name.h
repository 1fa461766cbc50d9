/* name.h - names of labels and columns as people type them: what looks alike is made alike.
 *
 * A name that was typed on a Mac may come in NFD (행 as ᄒ ᅢ ᆼ), one that was copied from a web page with a no-break space behind it, one from a word
 * processor with a zero-width space in it, one from the head of a file with a byte order mark. Nobody sees the difference, but bytes differ. */
#ifndef NCH_BASE_NAME_H
#define NCH_BASE_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

/* Unicode's White_Space, and what has no width at all (U+200B to U+200F, U+2060, U+FEFF): nothing is seen of them at the end of a name. */
bool nch_name_is_blank(uint32_t code_point);

/* Moves *text and *length over the blanks at both ends. */
void nch_name_trim(const char **text, size_t *length);

/* Whether nothing is left of it. */
bool nch_name_is_empty(const char *text, size_t length);

/* Writes the name into *clean (which is emptied before; NUL-terminated): in NFC, without blanks at its ends, every blank inside as one plain space
 * each, and without zero-width spaces, word joiners, byte order marks and soft hyphens inside (joiners stay: emoji need them). Over 4,096 bytes only
 * the ends are looked at. False without memory. */
bool nch_name_clean(const char *text, size_t length, nch_buffer *clean);

/* Writes what is left of a clean name when capitals (of ASCII), blanks, _ and - make no difference, NUL-terminated: "Gold_Label " gives "goldlabel".
 * False, and an empty text, if nothing is left or `room` bytes do not hold it. Needs no memory. */
bool nch_name_fold(const char *text, size_t length, char *folded, size_t room);

#endif
