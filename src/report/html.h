/* html.h - pages of one file: no scripts, nothing fetched from elsewhere, light and dark, readable on paper. */
#ifndef NCH_REPORT_HTML_H
#define NCH_REPORT_HTML_H

#include <stddef.h>

#include "base/buffer.h"
#include "base/phrases.h"

/* Text that can't be taken for markup, in elements and in quoted attributes. (The same as nch_svg_escape.) */
void nch_html_text(nch_buffer *out, const char *text, size_t length);

/* The page up to and with <main>: its language, title, the common style (variables --ground --text --quiet --rule --card), then `style`, which is the
 * program's own CSS, not anybody's text. A content security policy forbids scripts and addresses. */
void nch_html_begin(nch_buffer *out, nch_language language, const char *title, const char *style);
void nch_html_end(nch_buffer *out);

#endif
