/* input.h - a data file as one stream of UTF-8, through a window that slides along it.
 *
 * Readers of rows look at window[begin .. end), take bytes by moving `begin`, and call nch_input_fill when they need to
 * see more. What encoding the file has is decided once, from its first megabyte, or of a stream from what comes first:
 *   a byte order mark     says UTF-8 or UTF-16;
 * else UTF-8, unless there are more bytes that are no UTF-8 than bytes of UTF-8 Hangul, and all of it is
 *                         CP949 (the superset of EUC-KR that Windows writes).
 * As long as all is ASCII the question stays open. Bytes that can't be converted come through as 0xFF, which no UTF-8 holds, and so does
 * a line of UTF-8 in a file that was recognised as CP949: the reader reports the row they stand in. */
#ifndef NCH_IO_INPUT_H
#define NCH_IO_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/status.h"
#include "io/encoding.h"

typedef struct nch_input {
	char *window;
	size_t begin, end, capacity;
	bool at_end; /* nothing follows window[end) */
	nch_encoding encoding;
	bool big_endian;  /* of UTF-16 */
	bool recognised;  /* nobody named the encoding */
	bool undecided;   /* all of window[.. ascii_end) is ASCII, and so was all before it */
	size_t ascii_end;
	bool streams, started;
	unsigned char head[48]; /* the first bytes, as they are in the file */
	size_t head_length;
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

/* The same for what is to be answered while it is being written: nothing is read yet. The first nch_input_fill takes what has come by then (of a file
 * its first megabyte), and none waits for more than it needs. */
nch_status nch_input_open_stream(nch_input *input, const char *path, nch_encoding encoding, nch_error *error);

/* Makes more bytes visible: keeps window[begin .. end), moved to the front, and appends to it. *grew is false at the
 * end of the file. The window grows as far as the caller leaves bytes in it, so the caller bounds the memory. window[end] may be written to. */
nch_status nch_input_fill(nch_input *input, bool *grew, nch_error *error);

void nch_input_close(nch_input *input);

/* Appends bytes that are in memory as UTF-8, their encoding recognised in the same way. What can't be converted is NCH_DATA; `what` stands before the
 * message. */
nch_status nch_input_text(const char *what, nch_encoding encoding, const char *bytes, size_t length, nch_buffer *text, nch_error *error);

/* Is this run of bytes a text that can be used: UTF-8 without NUL? Else NCH_DATA, "PATH:LINE: what is wrong"; `encoding` is what it was taken for. */
nch_status nch_input_check_text(const char *path, nch_encoding encoding, size_t line, const char *text, size_t length, nch_error *error);

const char *nch_input_name(const char *path); /* the path, or "standard input" for "-" */

#endif
