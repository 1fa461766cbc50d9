/* long_texts.h - what is done with texts that have more tokens than a model can read. */
#ifndef NCH_DATA_LONG_TEXTS_H
#define NCH_DATA_LONG_TEXTS_H

#include "data/examples.h"

/* Sun et al. 2019 ("How to Fine-Tune BERT for Text Classification?", section 5.3.1) compare the first three on long reviews and find the third the
 * best; their 128 + 382 of 510 tokens are the first quarter and the last three. */
typedef enum nch_long {
	NCH_LONG_CUT,       /* the beginning is kept */
	NCH_LONG_TAIL,      /* the end is kept */
	NCH_LONG_HEAD_TAIL, /* the first quarter of what has room, rounded up, and for the rest the end */
	NCH_LONG_WINDOW     /* windows, each beginning half a window after the one before it, the last one at the end of the text */
} nch_long;

/* A text's windows hold no more tokens than this together, that of any length it be answered in bounded time. Over some half of it (a book of 80,000
 * characters) they are as many as that allows, spread evenly from its beginning to its end. */
#define NCH_MOST_WINDOW_TOKENS 65536

/* "cut", "tail", "head-tail", "window". False, and *how untouched, for another name. */
bool nch_long_find(const char *name, nch_long *how);

/* Rows of at most max_len tokens (>= 3, special ones included; >= 5 for pairs that are to keep something of both) from rows of any length. The
 * special tokens stay in their places. Of a pair, both texts give way as nch_cut_longest_first has it; where windows are asked for, the longer text
 * is cut into them, and the other one is repeated in each (and keeps its beginning, should it be longer than half of the room).
 *
 * `windows` (rows + 1): row i of `whole` has become the rows windows[i] .. windows[i+1]-1 of *fitted, one unless it is cut into windows. Labels and
 * goals are not copied. fitted->cut counts the rows of `whole` that were longer, fitted->gaps those whose windows do not cover them; unknown and
 * content are those of `whole`. Release with nch_examples_free. */
nch_status nch_examples_fit(const nch_examples *whole, size_t max_len, nch_long how, size_t *windows, nch_examples *fitted, nch_error *error);

#endif
