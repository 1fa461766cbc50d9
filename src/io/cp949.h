/* cp949.h - the Korean encoding of Windows, by a table of our own.
 *
 * CP949 (also UHC, MS949) is EUC-KR with the Hangul syllables that it lacked. One byte below 0x80 is ASCII; two bytes, a lead and a
 * trail, are one of 17,048 characters:
 *
 *     lead 0xA1-0xFE, trail 0xA1-0xFE    KS X 1001: symbols (rows A1-AC), 2,350 syllables in Unicode's order (B0-C8), Hanja (CA-FD)
 *     any other pair                     the 8,822 syllables of Unicode that are not among those, in Unicode's order
 *
 * so the second half needs no table at all: it is the gaps of the first. src/io/cp949_tables.h holds the rest, as Python's
 * codec has it (tests/golden/cp949.py writes it). */
#ifndef NCH_IO_CP949_H
#define NCH_IO_CP949_H

#include <stddef.h>
#include <stdint.h>

#define NCH_CP949_BAD 0xFFFFFFFFu

/* The character that bytes[0 .. length) begins with, as a code point in *code, or NCH_CP949_BAD. Returns the bytes it takes: 2, or 1 for
 * ASCII and for a byte that starts no character; 0 where the bytes end after a lead. length > 0. */
size_t nch_cp949_decode(const unsigned char *bytes, size_t length, uint32_t *code);

/* The way back: writes the character's bytes and returns how many (1 or 2), 0 if CP949 does not have it. A search through the table: not
 * for large texts. */
size_t nch_cp949_encode(uint32_t code, unsigned char bytes[2]);

#endif
