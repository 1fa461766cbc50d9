/* book_html.h - a tagged book as a page: coloured and marked text, the arc as a drawing. */
#ifndef NCH_APPS_BOOK_HTML_H
#define NCH_APPS_BOOK_HTML_H

#include "apps/book.h"
#include "base/buffer.h"

typedef struct nch_book_page {
	const char *title;
	const char *const *labels; /* tags->labels names */
	const nch_book *book;
	const nch_tags *tags;
	bool smoothed;
	bool english; /* what stands around the text, which is else Korean as the text is */
} nch_book_page;

/* Appends the page. All that comes from the book or the model is escaped. */
void nch_book_html(const nch_book_page *page, nch_buffer *out);

#endif
