/* nunchi.h - what a C program that links libnunchi.a may call: open a model folder once, ask it often.
 *
 *     char why[256];
 *     nch_classifier *model = nch_classifier_open("my-model", 0, why, sizeof why);
 *     float scores[16];
 *     const char *text = "오늘 정말 기분이 좋아요";
 *     if (model && nch_classifier_scores(model, &text, 1, scores, why, sizeof why) == 0)
 *         printf("%s\n", nch_classifier_label(model, nch_classifier_best(model, scores)));
 *     nch_classifier_close(model);
 *
 * Link with -lnunchi -lm -pthread.
 *
 * Ownership. The library reads and writes no text, path or array of the caller's after its return. What a call hands out is the caller's to
 * release, by the function that its comment names; a label's name belongs to the classifier and lasts until that is closed.
 *
 * Threads. A classifier is for one thread at a time: two calls for the same one must not overlap (a lock around it will do). Different
 * classifiers may be used by different threads at once, also several of one folder, whose weights are in memory once. Inside a call the
 * work is shared out among the classifier's own threads; neither their number nor what else is asked changes a bit of an answer.
 *
 * Errors. No call prints, ends the program, or changes its signal handlers and locale. What fails says why in one line. */
#ifndef NUNCHI_H
#define NUNCHI_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nch_classifier nch_classifier;

/* Opens a model folder (config.json, model.safetensors, the tokenizer's files). threads 0: all cores. NULL on failure, and then one line of text stands in
 * why[0 .. why_size). */
nch_classifier *nch_classifier_open(const char *folder, size_t threads, char *why, size_t why_size);
void nch_classifier_close(nch_classifier *classifier); /* NULL is allowed */

size_t nch_classifier_labels(const nch_classifier *classifier);
const char *nch_classifier_label(const nch_classifier *classifier, size_t label); /* NULL if there is no such label */

/* scores (count, labels), row by row: the probability of each label of each NUL-terminated text. The caller's array; whatever stands in it
 * after a failure means nothing. Returns 0, or -1 and a text in why. */
int nch_classifier_scores(nch_classifier *classifier, const char *const *texts, size_t count, float *scores, char *why, size_t why_size);
/* The label that the program would answer, for one row of the array that the last nch_classifier_scores filled: that of the greatest logit. Scores near 1 may be equal
 * where logits differ; of another row (an earlier call's, a copy) it is the label with the highest score, the first of equal ones. */
size_t nch_classifier_best(const nch_classifier *classifier, const float *scores);

/* A sentence of a text: its bytes [begin, end), whether somebody speaks in it (else it is narration), and its label. */
typedef struct nch_tagged {
	size_t begin, end;
	int speech;
	size_t label;
	float score; /* of the label */
} nch_tagged;

/* Cuts a text of `length` bytes (UTF-8) into sentences and tags each. *sentences gets *count of them, and *scores (NULL: not wanted) their
 * probabilities (count, labels); release both with nch_tagged_free. A text without sentences has a count of 0. Returns 0, or -1 and a text
 * in why, and then there is nothing to release. */
int nch_classifier_tag(nch_classifier *classifier, const char *text, size_t length, nch_tagged **sentences, size_t *count, float **scores,
                       char *why, size_t why_size);
void nch_tagged_free(nch_tagged *sentences, float *scores); /* NULL is allowed */

const char *nch_version(void); /* "1.2.3"; never released */

#ifdef __cplusplus
}
#endif

#endif
