/* buffer.h - a growing run of bytes: text that is built piece by piece, a file that is read, a line. */
#ifndef NCH_BASE_BUFFER_H
#define NCH_BASE_BUFFER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Start with {0}. data[length] is always a NUL (once anything was added), so the buffer is also a C string. */
typedef struct nch_buffer {
	char *data;
	size_t length, capacity;
	bool failed; /* an allocation failed: later calls do nothing, nch_buffer_check reports it */
} nch_buffer;

/* Appends. They return nothing: out of memory sets `failed`, and one nch_buffer_check at the end tells. */
void nch_buffer_add(nch_buffer *buffer, const void *bytes, size_t length);
void nch_buffer_text(nch_buffer *buffer, const char *text);
void nch_buffer_byte(nch_buffer *buffer, int byte);
/* Numbers in decimal digits, `step` bytes apart in memory, with a blank between two: "17 4 -1". Many times faster than by printf. */
void nch_buffer_integers(nch_buffer *buffer, const int32_t *first, size_t step, size_t count);
void nch_buffer_printf(nch_buffer *buffer, const char *format, ...) NCH_PRINTF(2, 3);
void nch_buffer_vprintf(nch_buffer *buffer, const char *format, va_list arguments);
void nch_buffer_utf8(nch_buffer *buffer, unsigned code_point); /* encodes one code point */

/* Appends text in which harmful characters (base/utf8.h), line feeds and tabs excepted, and bytes that are no UTF-8 are written out: ESC as \x1B,
 * U+202E as \u202E. */
void nch_buffer_visible(nch_buffer *buffer, const char *text, size_t length);

nch_status nch_buffer_check(const nch_buffer *buffer, nch_error *error);
void nch_buffer_clear(nch_buffer *buffer); /* length 0; keeps the memory and resets `failed` */
void nch_buffer_free(nch_buffer *buffer);

#endif
