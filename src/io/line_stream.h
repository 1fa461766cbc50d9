/* line_stream.h - lines of text from a file or standard input, in batches that are as large as what has already arrived.
 *
 * A batch is handed out as soon as nothing more is waiting, so that a program that writes one line and waits for its answer gets
 * it, while a large file is worked on in large pieces. Encodings are recognised as io/input.h has it, and every line comes as UTF-8.
 * Lines end with LF, CR LF or CR (whose line is complete when the byte behind it has come, since that may be an LF). */
#ifndef NCH_IO_LINE_STREAM_H
#define NCH_IO_LINE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "io/rows.h"

typedef struct nch_line {
	const char *text; /* without its line end: UTF-8 without NUL; a NUL stands behind it */
	size_t length;
	const char *end; /* what ended it: "\n", "\r\n", "\r", or "" at the end of a file */
} nch_line;

typedef struct nch_lines nch_lines;

/* `path` NULL or "-" is standard input. A byte order mark at the start is dropped. Nothing is read yet. Release with nch_lines_close. */
nch_status nch_lines_open(const char *path, nch_encoding encoding, nch_lines **lines, nch_error *error);
void nch_lines_close(nch_lines *lines); /* NULL is allowed */

/* The next lines: at least one, at most `limit`, *count of them; 0 at the end. They are valid until the next call. A line that is no text in the
 * file's encoding is NCH_DATA ("FILE:LINE: what is wrong"), once those before it have been handed out; what is no text at all, but a spreadsheet or
 * the like, is NCH_FORMAT. */
nch_status nch_lines_next(nch_lines *lines, size_t limit, const nch_line **batch, size_t *count, nch_error *error);

uint64_t nch_lines_bytes(const nch_lines *lines); /* handed out so far, as UTF-8 */
uint64_t nch_lines_size(const nch_lines *lines);  /* of the whole file; 0: unknown */
uint64_t nch_lines_number(const nch_lines *lines); /* of the batch's first line, from 1 */
const char *nch_lines_path(const nch_lines *lines); /* for messages */

#endif
