/* number.c - decimal numbers in and out. */
#include "base/number.h"

#include <errno.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static size_t skip_digits(const char *text, size_t length, size_t at)
{
	while (at < length && text[at] >= '0' && text[at] <= '9')
		at++;
	return at;
}

/* [+-] digits [. digits] [e [+-] digits], with a digit before or after the point. Stores where the point is (or length). */
static bool is_decimal(const char *text, size_t length, size_t *point)
{
	size_t at = length > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
	size_t start = at;
	at = skip_digits(text, length, at);
	size_t digits = at - start;
	*point = length;
	if (at < length && text[at] == '.') {
		*point = at;
		start = ++at;
		at = skip_digits(text, length, at);
		digits += at - start;
	}
	if (digits == 0)
		return false;
	if (at < length && (text[at] == 'e' || text[at] == 'E')) {
		at++;
		if (at < length && (text[at] == '-' || text[at] == '+'))
			at++;
		start = at;
		at = skip_digits(text, length, at);
		if (at == start)
			return false;
	}
	return at == length;
}

/* strtod and strtof want a NUL and the locale's decimal sign: both are put into a copy. */
static bool localized(const char *text, size_t length, size_t point, char *copy, size_t room)
{
	const char *sign = localeconv()->decimal_point;
	size_t sign_length = strlen(sign);
	if (length + sign_length + 1 > room)
		return false;
	memcpy(copy, text, point);
	if (point == length) {
		copy[length] = '\0';
		return true;
	}
	memcpy(copy + point, sign, sign_length);
	memcpy(copy + point + sign_length, text + point + 1, length - point - 1);
	copy[length - 1 + sign_length] = '\0';
	return true;
}

bool nch_number_read(const char *text, size_t length, double *number)
{
	size_t point;
	if (!is_decimal(text, length, &point))
		return false;
	char small[128], *copy = small, *big = NULL;
	if (!localized(text, length, point, small, sizeof small)) {
		/* Hundreds of digits are legal, if odd; the value may hang on the last one. */
		size_t room = length + 64;
		big = copy = nch_alloc(room, 1);
		if (copy == NULL || !localized(text, length, point, copy, room)) {
			nch_free(big);
			return false;
		}
	}
	errno = 0;
	double value = strtod(copy, NULL);
	nch_free(big);
	if (isinf(value))
		return false;
	*number = value;
	return true;
}

bool nch_number_read_integer(const char *text, size_t length, int64_t *number)
{
	size_t at = length > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
	bool negative = at == 1 && text[0] == '-';
	if (at == length || skip_digits(text, length, at) != length)
		return false;
	/* Counted downwards, because the negative numbers reach one further. */
	int64_t value = 0;
	for (; at < length; at++) {
		int digit = text[at] - '0';
		if (value < (INT64_MIN + digit) / 10)
			return false;
		value = value * 10 - digit;
	}
	if (!negative && value == INT64_MIN)
		return false;
	*number = negative ? value : -value;
	return true;
}

static void write_special(nch_buffer *out, double number)
{
	nch_buffer_text(out, isnan(number) ? "nan" : number < 0 ? "-inf" : "inf");
}

/* Appends what printf wrote, the locale's decimal sign turned into a point. */
static void add_with_point(nch_buffer *out, const char *text)
{
	const char *sign = localeconv()->decimal_point;
	const char *found = strcmp(sign, ".") == 0 ? NULL : strstr(text, sign);
	if (found == NULL) {
		nch_buffer_text(out, text);
		return;
	}
	nch_buffer_add(out, text, (size_t)(found - text));
	nch_buffer_byte(out, '.');
	nch_buffer_text(out, found + strlen(sign));
}

/* %g drops zeros at the end, and up to FLT_DIG (DBL_DIG) digits survive the way through a float (double) and back; so
 * if that many digits or fewer suffice, the first try has them. */
void nch_number_write_double(nch_buffer *out, double number)
{
	char text[64];
	if (!isfinite(number)) {
		write_special(out, number);
		return;
	}
	for (int digits = DBL_DIG; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	add_with_point(out, text);
}

void nch_number_write_float(nch_buffer *out, float number)
{
	char text[64];
	size_t length = nch_number_short(number, text);
	if (length > 0) {
		nch_buffer_add(out, text, length);
		return;
	}
	if (!isfinite(number)) {
		write_special(out, (double)number);
		return;
	}
	for (int digits = FLT_DIG; digits <= 9; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, (double)number);
		if (strtof(text, NULL) == number && (float)strtod(text, NULL) == number)
			break;
	}
	add_with_point(out, text);
}
