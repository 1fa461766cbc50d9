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
 * Link with -lnunchi -lm -pthread. A classifier may be used by one thread at a time; different ones by different threads. */
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

/* scores (count, labels), row by row: the probability of each label. 0, or -1 and a text in why. */
int nch_classifier_scores(nch_classifier *classifier, const char *const *texts, size_t count, float *scores, char *why, size_t why_size);
/* The label with the highest score of one row. */
size_t nch_classifier_best(const nch_classifier *classifier, const float *scores);

const char *nch_version(void);

#ifdef __cplusplus
}
#endif

#endif
