/* whole_text.h - a text file or standard input, whole, as UTF-8. */
#ifndef NCH_CLI_WHOLE_TEXT_H
#define NCH_CLI_WHOLE_TEXT_H

#include "base/buffer.h"
#include "base/status.h"
#include "io/rows.h"

/* Replaces the content of *text by the file's. `path` NULL or "-" is standard input. A byte order mark is dropped. What is no text in its encoding is
 * NCH_DATA with the line. text->data is never NULL on success. */
nch_status nch_whole_text_read(const char *path, nch_encoding encoding, nch_buffer *text, nch_error *error);

#endif
