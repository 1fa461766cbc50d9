/* whole_text.h - a text file or standard input, whole, as UTF-8. */
#ifndef NCH_CLI_WHOLE_TEXT_H
#define NCH_CLI_WHOLE_TEXT_H

#include "base/buffer.h"
#include "base/status.h"

/* Replaces the content of *text by the file's. `path` NULL or "-" is standard input; encoding "auto", "utf-8", "cp949" or "utf-16". A byte order mark
 * is dropped. Bytes that are no characters stay as they are (in UTF-8) or become 0xFF. text->data is never NULL on success. */
nch_status nch_whole_text_read(const char *path, const char *encoding, nch_buffer *text, nch_error *error);

#endif
