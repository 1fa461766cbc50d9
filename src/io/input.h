/* input.h - a data file as one stream of UTF-8, through a window that slides along it.
 *
 * Readers of rows look at window[begin .. end), take bytes by moving `begin`, and call nch_input_fill when they need to
 * see more. What encoding the file has is decided once, from its first megabyte:
 *   a byte order mark     says UTF-8 or UTF-16;
 * else UTF-8, unless there are more bytes that are no UTF-8 than bytes of UTF-8 Hangul, and all of it is
 *                         CP949 (the superset of EUC-KR that Windows writes).
 * Bytes that can't be converted come through as 0xFF, which no UTF-8 holds: the reader reports the row they stand in. */
#ifndef NCH_IO_INPUT_H
#define NCH_IO_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "io/rows.h"

typedef struct nch_input {
	char *window;
	size_t begin, end, capacity;
	bool at_end; /* nothing follows window[end) */
	nch_encoding encoding;
	bool big_endian;  /* of UTF-16 */
	const char *path; /* borrowed; for messages */
	int descriptor;
	unsigned char *raw; /* bytes before conversion */
	size_t raw_begin, raw_end;
	bool raw_at_end;
} nch_input;

#define NCH_INPUT_SNIFF ((size_t)1024 * 1024)

/* Opens a file, or standard input for "-", and fills the window with its first megabyte (or all of it). On failure
 * *input needs no closing. `path` must outlive *input. */
nch_status nch_input_open(nch_input *input, const char *path, nch_encoding encoding, nch_error *error);

/* Makes more bytes visible: keeps window[begin .. end), moved to the front, and appends to it. *grew is false at the
 * end of the file. The window grows as far as the caller leaves bytes in it, so the caller bounds the memory. */
nch_status nch_input_fill(nch_input *input, bool *grew, nch_error *error);

void nch_input_close(nch_input *input);

const char *nch_input_name(const char *path);                      /* the path, or "standard input" for "-" */
const char *nch_encoding_name(nch_encoding encoding);              /* "UTF-8" */
bool nch_encoding_parse(const char *name, nch_encoding *encoding); /* "utf-8", "cp949", "euc-kr", "utf-16"; any case */

#endif
