/* book.c - a book's sentences, their emotions, their arc. */
#include "apps/book.h"

#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "kernels/math.h"

/* --- who speaks --- */

/* The mark that closes a quotation which `c` opens; 0: it opens none. */
static uint32_t closing_quote(uint32_t c)
{
	switch (c) {
	case '"': return '"';
	case '\'': return '\'';
	case 0x201C: return 0x201D; /* “ ” */
	case 0x2018: return 0x2019; /* ‘ ’ */
	case 0x300C: return 0x300D; /* 「 」 */
	case 0x300E: return 0x300F; /* 『 』 */
	default: return 0;
	}
}

static bool is_dash(uint32_t c)
{
	return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2500;
}

bool nch_is_speech(const char *text, size_t length)
{
	size_t inside = 0, outside = 0;
	uint32_t close = 0, first = 0;
	for (size_t at = 0; at < length;) {
		uint32_t c;
		at += nch_utf8_decode(text + at, length - at, &c);
		first = first == 0 ? c : first;
		if (close != 0 && c == close)
			close = 0;
		else if (close == 0 && closing_quote(c) != 0)
			close = closing_quote(c);
		else if (c > ' ' && close != 0)
			inside++;
		else if (c > ' ')
			outside++;
	}
	bool begins = closing_quote(first) != 0;
	return inside > outside || (begins && 2 * inside >= outside && inside > 0) || (is_dash(first) && outside > 1);
}

/* --- cutting --- */

static size_t count_line_breaks(const char *text, size_t begin, size_t end)
{
	size_t breaks = 0;
	for (size_t i = begin, size; i < end; i += size > 0 ? size : 1) {
		size = nch_utf8_line_break(text + i, end - i);
		breaks += size > 0;
	}
	return breaks;
}

nch_status nch_book_cut(const nch_splitter *splitter, const char *text, size_t length, bool join_lines, nch_book *book, nch_error *error)
{
	nch_sentences pieces = {0};
	nch_status status = nch_sentences_split(splitter, text, length, join_lines, &pieces, error);
	if (status == NCH_OK && (book->items = nch_alloc(pieces.count, sizeof *book->items)) == NULL)
		status = nch_no_memory(error);
	book->text = text;
	bool new_line = true, new_paragraph = true;
	for (size_t i = 0; i < pieces.count && status == NCH_OK; i++) {
		const nch_sentence *s = &pieces.items[i];
		if (s->text_begin == s->text_end)
			continue;
		book->paragraphs += new_paragraph;
		book->items[book->count++] = (nch_passage){.begin = s->text_begin, .end = s->text_end, .paragraph = book->paragraphs - 1,
		                                           .new_line = new_line,
		                                           .speech = nch_is_speech(text + s->text_begin, s->text_end - s->text_begin)};
		size_t breaks = count_line_breaks(text, s->text_end, s->end);
		new_line = breaks > 0;
		new_paragraph = breaks > 1; /* an empty line */
	}
	nch_sentences_free(&pieces);
	return status;
}

void nch_book_free(nch_book *book)
{
	nch_free(book->items);
	*book = (nch_book){0};
}

/* --- tagging --- */

void nch_book_arc(const float *scores, size_t count, size_t labels, size_t window, float *arc)
{
	size_t half = window / 2;
	for (size_t i = 0; i < count; i++) {
		size_t from = i > half ? i - half : 0, to = count - i > half + 1 ? i + half + 1 : count;
		for (size_t c = 0; c < labels; c++) {
			double sum = 0.0;
			for (size_t j = from; j < to; j++)
				sum += (double)scores[j * labels + c];
			arc[i * labels + c] = (float)(sum / (double)(to - from));
		}
	}
}

static size_t usual_window(size_t count)
{
	size_t window = count / 15;
	window = window < 5 ? 5 : window > 41 ? 41 : window;
	return window | 1; /* odd, so that it has a middle */
}

static nch_status make_room(nch_tags *tags, nch_error *error)
{
	size_t cells;
	if (!nch_size_mul(tags->count, tags->labels, &cells))
		return nch_no_memory(error);
	tags->scores = nch_alloc(cells, sizeof *tags->scores);
	tags->arc = nch_alloc(cells, sizeof *tags->arc);
	tags->label = nch_alloc(tags->count, sizeof *tags->label);
	tags->plain = nch_alloc(tags->count, sizeof *tags->plain);
	return tags->scores && tags->arc && tags->label && tags->plain ? NCH_OK : nch_no_memory(error);
}

static nch_status ask(const nch_book *book, nch_predictor *predictor, nch_tags *tags, nch_error *error)
{
	nch_text *texts = nch_alloc(book->count, sizeof *texts);
	if (texts == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < book->count; i++)
		texts[i] = (nch_text){.text = book->text + book->items[i].begin, .length = book->items[i].end - book->items[i].begin};
	nch_status status = book->count > 0 ? nch_predictor_logits(predictor, texts, book->count, tags->scores, error) : NCH_OK;
	nch_free(texts);
	return status;
}

nch_status nch_book_tag(const nch_book *book, nch_predictor *predictor, const nch_smooth *smooth, size_t window, nch_tags *tags, nch_error *error)
{
	*tags = (nch_tags){.count = book->count, .labels = nch_predictor_labels(predictor), .window = window > 0 ? window : usual_window(book->count)};
	nch_status status = make_room(tags, error);
	if (status == NCH_OK)
		status = ask(book, predictor, tags, error);
	for (size_t i = 0; i < book->count && status == NCH_OK; i++) {
		float *row = tags->scores + i * tags->labels;
		tags->plain[i] = nch_largest(row, tags->labels); /* by logits: scores of 1 may be equal */
		nch_predictor_scores(predictor, row, row);
		tags->label[i] = tags->plain[i];
	}
	if (status == NCH_OK && smooth != NULL) {
		status = nch_smooth_apply(smooth, tags->count, tags->labels, tags->scores, error);
		for (size_t i = 0; i < tags->count && status == NCH_OK; i++)
			tags->label[i] = nch_largest(tags->scores + i * tags->labels, tags->labels);
	}
	if (status != NCH_OK) {
		nch_tags_free(tags);
		return status;
	}
	nch_book_arc(tags->scores, tags->count, tags->labels, tags->window, tags->arc);
	return NCH_OK;
}

void nch_tags_free(nch_tags *tags)
{
	nch_free(tags->scores);
	nch_free(tags->arc);
	nch_free(tags->label);
	nch_free(tags->plain);
	*tags = (nch_tags){0};
}

void nch_tags_count(const nch_tags *tags, size_t *counts)
{
	memset(counts, 0, tags->labels * sizeof *counts);
	for (size_t i = 0; i < tags->count; i++)
		counts[tags->label[i]]++;
}
