/* book.h - a book read with feeling: its sentences, who speaks, the emotion of each, and the arc that they make. */
#ifndef NCH_APPS_BOOK_H
#define NCH_APPS_BOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "apps/smooth.h"
#include "base/status.h"
#include "text/sentences.h"
#include "train/predictor.h"

typedef struct nch_passage {
	size_t begin, end; /* bytes of the text, without the blanks at its ends */
	size_t paragraph;  /* from 0; an empty line begins a new one */
	bool new_line;     /* it begins a line */
	bool speech;       /* somebody speaks: half of its letters stand in quotation marks (a third, if it begins with them), or it begins with a
	                      dash; else it is narration */
} nch_passage;

/* A text, cut. The text is borrowed. Start with {0}; release with nch_book_free. */
typedef struct nch_book {
	const char *text;
	nch_passage *items;
	size_t count, paragraphs;
} nch_book;

/* Cuts text[0 .. length) into sentences (text/sentences.h); blank pieces are left out. join_lines as there. */
nch_status nch_book_cut(const nch_splitter *splitter, const char *text, size_t length, bool join_lines, nch_book *book, nch_error *error);
void nch_book_free(nch_book *book);

/* Whether text[0 .. length) is speech, as nch_passage has it. */
bool nch_is_speech(const char *text, size_t length);

/* What a model says of a book. Start with {0}; release with nch_tags_free. */
typedef struct nch_tags {
	size_t count, labels;
	float *scores;  /* (count, labels): probabilities, smoothed if that was asked for */
	float *arc;     /* (count, labels): the mean of the scores in a window around each sentence */
	size_t *label;  /* (count): the best one */
	size_t *plain;  /* (count): the best one before smoothing */
	size_t window;  /* sentences in a whole window */
} nch_tags;

/* Asks the model for all sentences at once (they are sorted by length inside, and come out in order), smooths them if `smooth` is not NULL, and draws
 * the arc. window 0: a fifteenth of the book, from 5 to 41. */
nch_status nch_book_tag(const nch_book *book, nch_predictor *predictor, const nch_smooth *smooth, size_t window, nch_tags *tags, nch_error *error);
void nch_tags_free(nch_tags *tags);

/* The moving average: row i of arc (count, labels) is the mean of the rows of scores from i - window/2 to i + window/2, as far as they exist. Summed
 * in double, ascending. */
void nch_book_arc(const float *scores, size_t count, size_t labels, size_t window, float *arc);

/* How many sentences have each label: counts (labels). */
void nch_tags_count(const nch_tags *tags, size_t *counts);

#endif
