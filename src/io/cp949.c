/* cp949.c - from CP949 to code points and back. */
#include "io/cp949.h"

#include "io/cp949_tables.h"

enum {
	FIRST_SYLLABLE = 0xAC00, LAST_SYLLABLE = 0xD7A3,
	STANDARD = sizeof nch_cp949_hangul / sizeof *nch_cp949_hangul, /* syllables of KS X 1001 */
	EXTENDED = LAST_SYLLABLE - FIRST_SYLLABLE + 1 - STANDARD,
	LONG_ROWS = 0xA0 - 0x81 + 1, LONG_ROW = 26 + 26 + 126, /* leads 81-A0: trails A-Z, a-z, 81-FE */
	SHORT_ROW = 26 + 26 + 32,                              /* leads A1-C6: trails A-Z, a-z, 81-A0; KS X 1001 has the rest */
	ROW = 94                                               /* trails A1-FE */
};

/* How many syllables of KS X 1001 come before the `number`-th of those that it lacks: the table's entry i has entry - FIRST - i
 * missing ones before it, a number that never falls. */
static size_t standard_before(size_t number)
{
	size_t low = 0, high = STANDARD;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (nch_cp949_hangul[middle] - (size_t)FIRST_SYLLABLE - middle > number)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* The place of a trail among A-Z, a-z, 81-FE; -1: it is none. */
static int trail_place(unsigned trail)
{
	if (trail >= 'A' && trail <= 'Z')
		return (int)(trail - 'A');
	if (trail >= 'a' && trail <= 'z')
		return (int)(trail - 'a') + 26;
	return trail >= 0x81 && trail <= 0xFE ? (int)(trail - 0x81) + 52 : -1;
}

static unsigned place_trail(size_t place)
{
	return (unsigned)(place < 26 ? 'A' + place : place < 52 ? 'a' + place - 26 : 0x81 + place - 52);
}

static uint32_t decode_extended(unsigned lead, unsigned trail)
{
	int place = trail_place(trail);
	if (place < 0 || lead < 0x81 || lead > 0xC6)
		return NCH_CP949_BAD;
	size_t number = lead <= 0xA0 ? (lead - 0x81) * (size_t)LONG_ROW : LONG_ROWS * (size_t)LONG_ROW + (lead - 0xA1) * (size_t)SHORT_ROW;
	number += (size_t)place;
	return number < EXTENDED ? (uint32_t)(FIRST_SYLLABLE + number + standard_before(number)) : NCH_CP949_BAD;
}

static uint32_t decode_standard(unsigned lead, unsigned trail)
{
	size_t row = lead - 0xA1, column = trail - 0xA1;
	uint32_t code = 0;
	if (lead <= 0xAC)
		code = nch_cp949_symbols[row * ROW + column];
	else if (lead >= 0xB0 && lead <= 0xC8)
		code = nch_cp949_hangul[(lead - 0xB0) * (size_t)ROW + column];
	else if (lead >= 0xCA && lead <= 0xFD)
		code = nch_cp949_hanja[(lead - 0xCA) * (size_t)ROW + column];
	return code != 0 ? code : NCH_CP949_BAD;
}

size_t nch_cp949_decode(const unsigned char *bytes, size_t length, uint32_t *code)
{
	unsigned lead = bytes[0];
	*code = lead < 0x80 ? lead : NCH_CP949_BAD;
	if (lead <= 0x80 || lead == 0xFF)
		return 1;
	if (length < 2)
		return 0;
	*code = lead >= 0xA1 && bytes[1] >= 0xA1 && bytes[1] <= 0xFE ? decode_standard(lead, bytes[1]) : decode_extended(lead, bytes[1]);
	return *code != NCH_CP949_BAD ? 2 : 1;
}

/* --- the way back --- */

static size_t put(unsigned char bytes[2], size_t lead, size_t trail)
{
	bytes[0] = (unsigned char)lead;
	bytes[1] = (unsigned char)trail;
	return 2;
}

/* The bytes of a character in a table of rows of 94 whose first lead is `lead`; 0 if it is not there. */
static size_t search(const uint16_t *table, size_t count, size_t lead, uint32_t code, unsigned char bytes[2])
{
	for (size_t i = 0; i < count; i++)
		if (table[i] == code)
			return put(bytes, lead + i / ROW, 0xA1 + i % ROW);
	return 0;
}

static size_t encode_syllable(uint32_t code, unsigned char bytes[2])
{
	size_t standard = 0; /* how many of the table come before it */
	for (size_t high = STANDARD; standard < high;) {
		size_t middle = (standard + high) / 2;
		if (nch_cp949_hangul[middle] < code)
			standard = middle + 1;
		else
			high = middle;
	}
	if (standard < STANDARD && nch_cp949_hangul[standard] == code)
		return put(bytes, 0xB0 + standard / ROW, 0xA1 + standard % ROW);
	size_t number = code - FIRST_SYLLABLE - standard;
	if (number < (size_t)LONG_ROWS * LONG_ROW)
		return put(bytes, 0x81 + number / LONG_ROW, place_trail(number % LONG_ROW));
	number -= (size_t)LONG_ROWS * LONG_ROW;
	return put(bytes, 0xA1 + number / SHORT_ROW, place_trail(number % SHORT_ROW));
}

size_t nch_cp949_encode(uint32_t code, unsigned char bytes[2])
{
	if (code < 0x80) {
		bytes[0] = (unsigned char)code;
		return 1;
	}
	if (code >= FIRST_SYLLABLE && code <= LAST_SYLLABLE)
		return encode_syllable(code, bytes);
	size_t taken = search(nch_cp949_symbols, sizeof nch_cp949_symbols / sizeof *nch_cp949_symbols, 0xA1, code, bytes);
	return taken > 0 ? taken : search(nch_cp949_hanja, sizeof nch_cp949_hanja / sizeof *nch_cp949_hanja, 0xCA, code, bytes);
}
