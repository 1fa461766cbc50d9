/* smooth.h - a hidden Markov model over a book's emotions, so that one odd sentence does not make the voice flicker.
 *
 * The hidden state of a sentence is its emotion; a state follows another as often as in books that people have tagged, and what is seen is the
 * model's probability of each emotion. By Bayes' rule a probability p(emotion | sentence) of a model that was trained on as many sentences of each
 * emotion is proportional to p(sentence | emotion), which is what the states emit (Bourlard & Morgan 1994). The smoothed probabilities are those of
 * each sentence's state given the whole book, by the forward-backward recursions (Rabiner 1989, III.A). */
#ifndef NCH_APPS_SMOOTH_H
#define NCH_APPS_SMOOTH_H

#include <stddef.h>

#include "base/buffer.h"
#include "base/status.h"
#include "data/dataset.h"
#include "data/labels.h"

/* Start with {0}; release with nch_smooth_free. */
typedef struct nch_smooth {
	size_t labels;
	char **names;      /* (labels) */
	double *first;     /* (labels): how often a book begins so; sums to 1 */
	double *following; /* (labels, labels): row a, column b: how often b follows a; each row sums to 1 */
	size_t sentences;  /* that were counted */
} nch_smooth;

/* Counts a tagged book's rows, each file a book; the names of `labels` are the states, and every label of the books must be one of them. A pair that
 * was never seen counts as if seen half a time (Krichevsky & Trofimov 1981). */
nch_status nch_smooth_count(const nch_dataset *books, const char *const *labels, size_t count, nch_smooth *smooth, nch_error *error);
void nch_smooth_free(nch_smooth *smooth);

/* As JSON, and from it: {"labels":[…],"first":[…],"following":[[…],…],"sentences":N}. `where` is put before the message. */
void nch_smooth_write(const nch_smooth *smooth, nch_buffer *out);
nch_status nch_smooth_parse(const char *text, size_t length, const char *where, nch_smooth *smooth, nch_error *error);

/* Puts the states into the order of a model's labels; NCH_DATA if they are not the same names. */
nch_status nch_smooth_order(nch_smooth *smooth, const char *const *labels, size_t count, nch_error *error);

/* scores (count, labels): probabilities in, smoothed probabilities out. */
nch_status nch_smooth_apply(const nch_smooth *smooth, size_t count, size_t labels, float *scores, nch_error *error);

#endif
