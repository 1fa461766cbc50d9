/* lines.h - lines of text from a file or standard input, in batches that are as large as what has already arrived.
 *
 * A batch is handed out as soon as nothing more is waiting, so that a program that writes one line and waits for its answer gets
 * it, while a large file is worked on in large pieces. */
#ifndef NCH_CLI_LINES_H
#define NCH_CLI_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct nch_line {
	const char *text; /* without its line end (LF or CR LF); may hold any other bytes; a NUL stands behind it */
	size_t length;
	const char *end; /* what ended it: "\n", "\r\n", "" or "\r" at the end of a file */
} nch_line;

typedef struct nch_lines nch_lines;

/* `path` NULL or "-" is standard input. A byte order mark at the start is dropped. */
nch_status nch_lines_open(const char *path, nch_lines **lines, nch_error *error);
void nch_lines_close(nch_lines *lines); /* NULL is allowed */

/* The next lines: at least one, at most `limit`, *count of them; 0 at the end. They are valid until the next call. */
nch_status nch_lines_next(nch_lines *lines, size_t limit, const nch_line **batch, size_t *count, nch_error *error);

uint64_t nch_lines_bytes(const nch_lines *lines); /* handed out so far */
uint64_t nch_lines_size(const nch_lines *lines);  /* of the whole file; 0: unknown */
uint64_t nch_lines_number(const nch_lines *lines); /* of the batch's first line, from 1 */
const char *nch_lines_path(const nch_lines *lines); /* for messages */

#endif
