/* number_short.c - a float in as few digits as read back, by whole numbers alone.
 *
 * A float is m · 2^e with m < 2^24, so number · 10^s = m · 5^s · 2^(e+s). With s such that nine digits stand before the point, m · 5^s is below 2^64 for
 * every number from 1e-9 on, and up to 1e6 nothing has to be shifted up: the nine digits are the upper bits of that product, and what they
 * lack is known exactly, the lower bits. The same unit says whether fewer digits still read back: one step of the float is 5^s of
 * them. printf and strtof can write every number, and for that take many times as long. */
#include "base/number.h"

#include <string.h>

enum { LEAST = -9, MOST_DIGITS = 9, FEWEST_DIGITS = 6 };

static const double bound[] = {1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000, 1e4, 1e5, 1e6}; /* from 10^LEAST */
enum { BOUNDS = sizeof bound / sizeof *bound };
static const uint32_t ten[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

/* The number as its first nine digits, product >> shift, and what they lack. */
typedef struct parts {
	uint64_t product, step; /* m · 5^s, and what the next float has more: 5^s */
	int shift, exponent;    /* the first digit counts 10^exponent */
	bool power;             /* the float below is but half a step away */
} parts;

/* The number is in the range of the bounds. */
static parts take_apart(float number)
{
	uint32_t bits;
	parts p = {.step = 1, .exponent = LEAST};
	memcpy(&bits, &number, sizeof bits);
	while ((double)number >= bound[p.exponent + 1 - LEAST])
		p.exponent++;
	int s = MOST_DIGITS - 1 - p.exponent, e = (int)(bits >> 23) - 150;
	for (int i = 0; i < s; i++)
		p.step *= 5;
	p.product = ((bits & 0x7FFFFF) | 0x800000) * p.step;
	p.shift = -(e + s);
	p.power = (bits & 0x7FFFFF) == 0;
	return p;
}

/* The number rounded to so many digits, a tie to the even one. 1: they read back as the number, 0: they do not, -1: so nearly that who rounds
 * twice, to a double and then to a float, might find the other. */
static int round_to(const parts *p, int digits, uint32_t *rounded)
{
	uint64_t first = p->product >> p->shift, lower = p->product - (first << p->shift);
	uint32_t cut = ten[MOST_DIGITS - digits], kept = (uint32_t)first / cut;
	uint64_t unit = (uint64_t)cut << p->shift, rest = ((first - (uint64_t)kept * cut) << p->shift) + lower;
	bool up = rest > unit - rest || (rest == unit - rest && kept % 2 == 1);
	uint64_t away = (up ? unit - rest : rest) * (p->power && !up ? 4 : 2), doubt = (p->step >> 28) + 1;
	*rounded = kept + up;
	return digits == MOST_DIGITS || away + doubt < p->step ? 1 : away > p->step + doubt ? 0 : -1;
}

/* `count` digits, the last no zero, as printf's %g lays them out. Returns the length. */
static size_t lay_out(uint32_t digits, int count, int exponent, char *out)
{
	char *at = out, digit[MOST_DIGITS];
	for (int i = count; i-- > 0; digits /= 10)
		digit[i] = (char)('0' + digits % 10);
	int whole = exponent < -4 ? 1 : exponent + 1; /* digits before the point */
	if (whole <= 0) {
		memcpy(at, "0.0000", 6);
		at += 2 - whole;
		whole = 0;
	}
	for (int i = 0; i < count || i < whole; i++) {
		if (i == whole && at > out && whole > 0)
			*at++ = '.';
		*at++ = i < count ? digit[i] : '0';
	}
	if (exponent < -4) {
		memcpy(at, "e-0", 3);
		at[3] = (char)('0' - exponent);
		at += 4;
	}
	return (size_t)(at - out);
}

size_t nch_number_short(float number, char *text)
{
	size_t sign = number < 0.0f;
	float size = sign ? -number : number;
	if (!((double)size >= bound[0] && (double)size < bound[BOUNDS - 1])) /* nor what is no number */
		return 0;
	parts p = take_apart(size);
	uint32_t rounded = 0;
	int digits = FEWEST_DIGITS, good;
	while ((good = round_to(&p, digits, &rounded)) == 0)
		digits++;
	if (good < 0)
		return 0;
	if (rounded == ten[digits])
		p.exponent++;
	while (rounded % 10 == 0)
		rounded /= 10;
	int count = 1;
	while (count < MOST_DIGITS && rounded >= ten[count])
		count++;
	if (p.exponent > LEAST + BOUNDS - 2) /* rounded up to where the layout is another */
		return 0;
	text[0] = '-';
	return sign + lay_out(rounded, count, p.exponent, text + sign);
}
