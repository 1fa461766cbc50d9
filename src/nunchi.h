/* nunchi.h - what a C program that links libnunchi may call: open a model folder once, ask it often.
 *
 *     char why[256];
 *     nch_classifier *model = nch_classifier_open("my-model", 0, why, sizeof why);
 *     const char *text = "오늘 정말 기분이 좋아요";
 *     nch_question question = {.text = text, .length = strlen(text)};
 *     nch_verdict verdict;
 *     if (model && nch_classifier_ask(model, &question, 1, &verdict, NULL, NULL, why, sizeof why) == 0)
 *         printf("%s %.2f\n", nch_classifier_label(model, verdict.best), verdict.probability);
 *     nch_classifier_close(model);
 *
 * Link with -lnunchi; with the archive, libnunchi.a, also with -lm -pthread.
 *
 * A model folder is what `nunchi train` writes, what a hub gives for a transformer, an n-gram model, or a committee of such: the calls are the same.
 *
 * Ownership. The library reads and writes no text, path or array of the caller's after its return. What a call hands out is the caller's to
 * release, by the function that its comment names; a label's name belongs to the classifier and lasts until that is closed.
 *
 * Threads. A classifier is for one thread at a time: two calls for the same one must not overlap (a lock around it will do). Different
 * classifiers may be used by different threads at once, also several of one folder, whose weights are in memory once. Inside a call the
 * work is shared out among the classifier's own threads; neither their number, nor the instruction set, nor what else is asked changes a bit of an
 * answer.
 *
 * Errors. No call prints, ends the program, or changes its signal handlers and locale. A call that fails says why in one line (NUL-terminated, cut
 * to why_size bytes; why may be NULL), leaves nothing to release, and the classifier can be asked on. */
#ifndef NUNCHI_H
#define NUNCHI_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- opening --- */

typedef struct nch_classifier nch_classifier;

/* Opens a model folder (config.json, model.safetensors, the tokenizer's files). threads 0: as many as the process may use. NULL on failure: no such
 * folder, a file in it that is damaged or does not belong to the others, no memory. Release with nch_classifier_close. */
nch_classifier *nch_classifier_open(const char *folder, size_t threads, char *why, size_t why_size);

/* The same with more said. isa: "scalar", "avx2", "avx512", "neon", or "auto" (NULL too): the best that this machine has; one that it has not is an
 * error. in_bytes 1: a transformer's layers are computed in bytes, whatever the folder holds (faster, a little less exact; only transformers can); 0:
 * as the folder is. */
nch_classifier *nch_classifier_open_how(const char *folder, size_t threads, const char *isa, int in_bytes, char *why, size_t why_size);

void nch_classifier_close(nch_classifier *classifier); /* NULL is allowed */

/* --- what it is --- */

/* How many labels it knows; they have the numbers 0 .. that - 1. */
size_t nch_classifier_labels(const nch_classifier *classifier);
/* The name of a label, UTF-8; NULL if there is no such label. The classifier's. */
const char *nch_classifier_label(const nch_classifier *classifier, size_t label);
/* 1: a text may have several labels, or none: those whose probability reaches their threshold. 0: it has one, the best. */
int nch_classifier_is_multi_label(const nch_classifier *classifier);
/* The probability from which on a label is given; -1 where a text has one label, or if there is no such label. */
float nch_classifier_threshold(const nch_classifier *classifier, size_t label);
/* 1: it was trained with targets, and a question's target says something to it. 0: it looks at none. */
int nch_classifier_takes_targets(const nch_classifier *classifier);
/* The instruction set that computes: "avx2" … Never released. */
const char *nch_classifier_isa(const nch_classifier *classifier);

/* --- asking --- */

/* A text that is asked about. Begin with {0}: what is not set is not there. The texts are UTF-8 and need no NUL at their end; they may be of any
 * length: what is over the model's limit is treated as its folder says (as a rule cut). */
typedef struct nch_question {
	const char *text;
	size_t length; /* bytes */
	const char *pair; /* a second text, for models that were trained on pairs; NULL: none */
	size_t pair_length;
	size_t target_begin, target_end; /* the bytes [begin, end) of the text whose emotion is asked about; equal: none */
} nch_question;

/* What the program would answer. */
typedef struct nch_verdict {
	size_t best;       /* the label of the greatest logit; where a text has one label, that is the answer */
	float probability; /* of the best label */
	float unknown;     /* 0 .. 1: how much of the text the model never met (unknown tokens, n-grams); over .5 the program says so, and no answer
	                      is worth much */
	size_t given;      /* how many labels are given: 1; where a text may have several, how many reach their thresholds, maybe none */
} nch_verdict;

/* Answers `count` questions: verdicts (count). scores (count, labels), row by row, or NULL: the probability of each label. given (count, labels) or
 * NULL: 1 for a label that is given, else 0. All three are the caller's arrays; whatever stands in them after a failure means nothing. Returns 0; or
 * -1 and a text in why: a text that is not UTF-8, a target that is not in its text or cuts a character in two, weights that are no numbers, no
 * memory. */
int nch_classifier_ask(nch_classifier *classifier, const nch_question *questions, size_t count, nch_verdict *verdicts, float *scores,
                       unsigned char *given, char *why, size_t why_size);

/* The same in short: scores (count, labels) of NUL-terminated texts. */
int nch_classifier_scores(nch_classifier *classifier, const char *const *texts, size_t count, float *scores, char *why, size_t why_size);
/* The label that the program would answer, for one row of the array that the last nch_classifier_scores or nch_classifier_ask filled: that of the
 * greatest logit. Scores near 1 may be equal where logits differ; of another row (an earlier call's, a copy) it is the label with the highest score,
 * the first of equal ones. */
size_t nch_classifier_best(const nch_classifier *classifier, const float *scores);

/* --- books --- */

/* A sentence of a text: its bytes [begin, end), whether somebody speaks in it (else it is narration), and its best label. */
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
