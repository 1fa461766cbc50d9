/* number.h - decimal numbers in and out, with a point whatever the locale says.
 *
 * strtod and printf use the decimal sign of the locale that the program runs in; files don't. */
#ifndef NCH_BASE_NUMBER_H
#define NCH_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

/* Reads text[0 .. length) as one decimal number with an optional sign, fraction and exponent, nothing before or after it;
 * no hexadecimal, no "nan", no "inf". False if it is no such number, or one beyond the range of double. */
bool nch_number_read(const char *text, size_t length, double *number);

/* The same for a whole number in [-2^63, 2^63), digits and sign only. */
bool nch_number_read_integer(const char *text, size_t length, int64_t *number);

/* Appends the number with the fewest digits that read back as the same float or double; "nan", "inf" or "-inf" for
 * those. A float's digits also give the float when they are read as a double that is then rounded. */
void nch_number_write_double(nch_buffer *out, double number);
void nch_number_write_float(nch_buffer *out, float number);

/* The same digits as nch_number_write_float's into text, of at least 24 bytes, without a NUL, many times faster; returns how many. 0 for the few numbers
 * that it leaves to others: below 1e-9 or from 1e6 on (signs apart), and one in some hundred millions. */
size_t nch_number_short(float number, char *text);

#endif
