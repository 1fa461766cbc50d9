/* source.h - where the texts that are answered come from: lines, records a line, or the rows of a table; in batches. */
#ifndef NCH_CLI_SOURCE_H
#define NCH_CLI_SOURCE_H

#include "cli/answer.h"

typedef struct nch_source nch_source;

/* `path` NULL or "-" is standard input, rows: how a table and lines are read; `form` and the texts of `rows` must live as long. form->columns and so
 * on are filled in here. The columns that are taken from a table are told as a note. Release with nch_source_close. */
nch_status nch_source_open(const nch_rows_options *rows, nch_answer_form *form, const char *path, nch_source **source, nch_error *error);
void nch_source_close(nch_source *source); /* NULL is allowed */

/* The next records, at most `limit`, *count of them; 0 at the end. Lines come as soon as they have arrived (io/line_stream.h). They are valid until
 * the next call or until the arena is reset. What is wrong with a record is told ("FILE:LINE: …") when those before it have been handed out. */
nch_status nch_source_next(nch_source *source, size_t limit, nch_arena *arena, nch_record *records, size_t *count, nch_error *error);

bool nch_source_is_file(const nch_source *source); /* nobody types it */

#endif
