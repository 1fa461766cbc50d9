/* book_html.h - a tagged book as a page: coloured and marked text, the arc as a drawing. */
#ifndef NCH_APPS_BOOK_HTML_H
#define NCH_APPS_BOOK_HTML_H

#include "apps/book.h"
#include "base/buffer.h"
#include "base/phrases.h"

typedef struct nch_book_page {
	nch_language language; /* of what stands around the text */
	const char *title;
	const char *const *labels; /* tags->labels names */
	const nch_book *book;
	const nch_tags *tags;
	bool smoothed;
} nch_book_page;

/* Appends the page. All that comes from the book or the model is escaped. */
void nch_book_html(const nch_book_page *page, nch_buffer *out);

#endif
