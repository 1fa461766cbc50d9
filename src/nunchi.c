/* nunchi.c - the public face of the library. */
#include "nunchi.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "apps/book.h"
#include "base/memory.h"
#include "base/version.h"
#include "kernels/math.h"
#include "train/predictor.h"

struct nch_classifier {
	nch_predictor *predictor;
	nch_splitter *splitter; /* made when first needed */
	/* of the last nch_classifier_scores: scores near 1 may be equal where the logits, by which the program decides, are not */
	uintptr_t place;  /* where it put them; nothing is read from there */
	float *last;      /* (2, rows, labels): the logits, then the scores again */
	size_t rows, room;
};

static void tell(const nch_error *error, char *why, size_t why_size)
{
	if (why != NULL && why_size > 0)
		snprintf(why, why_size, "%s", error->text);
}

nch_classifier *nch_classifier_open(const char *folder, size_t threads, char *why, size_t why_size)
{
	nch_error error;
	nch_classifier *made = nch_alloc(1, sizeof *made);
	if (made == NULL)
		nch_no_memory(&error);
	if (made == NULL || nch_predictor_open(folder, threads, NULL, &made->predictor, &error) != NCH_OK) {
		tell(&error, why, why_size);
		nch_free(made);
		return NULL;
	}
	return made;
}

void nch_classifier_close(nch_classifier *classifier)
{
	if (classifier == NULL)
		return;
	nch_predictor_close(classifier->predictor);
	nch_splitter_free(classifier->splitter);
	nch_free(classifier->last);
	nch_free(classifier);
}

size_t nch_classifier_labels(const nch_classifier *classifier)
{
	return nch_predictor_labels(classifier->predictor);
}

const char *nch_classifier_label(const nch_classifier *classifier, size_t label)
{
	return label < nch_classifier_labels(classifier) ? nch_predictor_label(classifier->predictor, label) : NULL;
}

int nch_classifier_scores(nch_classifier *classifier, const char *const *texts, size_t count, float *scores, char *why, size_t why_size)
{
	size_t labels = nch_classifier_labels(classifier), cells = 0, both = 0;
	nch_error error;
	nch_text *list = nch_alloc(count, sizeof *list);
	nch_status status = list && nch_size_mul(count, labels, &cells) && nch_size_mul(cells, 2, &both) ? NCH_OK : nch_no_memory(&error);
	classifier->rows = 0;
	for (size_t i = 0; i < count && status == NCH_OK; i++)
		list[i] = (nch_text){.text = texts[i], .length = strlen(texts[i])};
	if (status == NCH_OK)
		status = nch_grow(&classifier->last, &classifier->room, both, sizeof *scores, &error);
	if (status == NCH_OK)
		status = nch_predictor_logits(classifier->predictor, list, count, classifier->last, &error);
	nch_free(list);
	if (status != NCH_OK) {
		tell(&error, why, why_size);
		return -1;
	}
	for (size_t i = 0; i < count; i++)
		nch_predictor_scores(classifier->predictor, classifier->last + i * labels, scores + i * labels);
	memcpy(classifier->last + cells, scores, cells * sizeof *scores);
	classifier->place = (uintptr_t)scores;
	classifier->rows = count;
	return 0;
}

size_t nch_classifier_best(const nch_classifier *classifier, const float *scores)
{
	size_t labels = nch_classifier_labels(classifier), bytes = labels * sizeof *scores, row = ((uintptr_t)scores - classifier->place) / bytes;
	if (row < classifier->rows && (uintptr_t)scores == classifier->place + row * bytes) {
		const float *logits = classifier->last + row * labels;
		if (memcmp(logits + classifier->rows * labels, scores, bytes) == 0) /* the caller has written nothing else there since */
			return nch_largest(logits, labels);
	}
	return nch_largest(scores, labels);
}

/* The tags as the caller gets them; the scores change their owner. */
static nch_status hand_over(const nch_book *book, nch_tags *tags, nch_tagged **sentences, float **scores, nch_error *error)
{
	nch_tagged *list = nch_alloc(book->count, sizeof *list);
	if (list == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < book->count; i++)
		list[i] = (nch_tagged){book->items[i].begin, book->items[i].end, book->items[i].speech, tags->label[i],
		                       tags->scores[i * tags->labels + tags->label[i]]};
	*sentences = list;
	if (scores != NULL) {
		*scores = tags->scores;
		tags->scores = NULL;
	}
	return NCH_OK;
}

int nch_classifier_tag(nch_classifier *classifier, const char *text, size_t length, nch_tagged **sentences, size_t *count, float **scores,
                       char *why, size_t why_size)
{
	nch_error error;
	nch_book book = {0};
	nch_tags tags = {0};
	nch_status status = NCH_OK;
	*sentences = NULL;
	*count = 0;
	if (scores != NULL)
		*scores = NULL;
	if (classifier->splitter == NULL && (classifier->splitter = nch_splitter_new()) == NULL)
		status = nch_no_memory(&error);
	if (status == NCH_OK)
		status = nch_book_cut(classifier->splitter, text, length, false, &book, &error);
	if (status == NCH_OK)
		status = nch_book_tag(&book, classifier->predictor, NULL, 0, &tags, &error);
	if (status == NCH_OK)
		status = hand_over(&book, &tags, sentences, scores, &error);
	if (status == NCH_OK)
		*count = book.count;
	else
		tell(&error, why, why_size);
	nch_tags_free(&tags);
	nch_book_free(&book);
	return status == NCH_OK ? 0 : -1;
}

void nch_tagged_free(nch_tagged *sentences, float *scores)
{
	nch_free(sentences);
	nch_free(scores);
}

const char *nch_version(void)
{
	return NCH_VERSION;
}
