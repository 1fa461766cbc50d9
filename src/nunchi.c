/* nunchi.c - the public face of the library. */
#include "nunchi.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "apps/book.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "base/version.h"
#include "kernels/math.h"
#include "train/predictor.h"

struct nch_classifier {
	nch_predictor *predictor;
	nch_splitter *splitter; /* made when first needed */
	/* of the last answers: scores near 1 may be equal where the logits, by which the program decides, are not */
	uintptr_t place;  /* where the scores were put; nothing is read from there */
	float *last;      /* (2, rows, labels): the logits, then the scores */
	size_t rows, room;
};

static void tell(const nch_error *error, char *why, size_t why_size)
{
	if (why != NULL && why_size > 0)
		snprintf(why, why_size, "%s", error->text);
}

/* --- opening --- */

nch_classifier *nch_classifier_open_how(const char *folder, size_t threads, const char *isa, int in_bytes, char *why, size_t why_size)
{
	nch_error error;
	const nch_predictor_how how = {.threads = threads, .isa = isa != NULL ? isa : "auto", .int8 = in_bytes != 0};
	nch_classifier *made = nch_alloc(1, sizeof *made);
	if (made == NULL)
		nch_no_memory(&error);
	if (made == NULL || nch_predictor_open_how(folder, &how, &made->predictor, &error) != NCH_OK) {
		tell(&error, why, why_size);
		nch_free(made);
		return NULL;
	}
	return made;
}

nch_classifier *nch_classifier_open(const char *folder, size_t threads, char *why, size_t why_size)
{
	return nch_classifier_open_how(folder, threads, NULL, 0, why, why_size);
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

/* --- what it is --- */

size_t nch_classifier_labels(const nch_classifier *classifier)
{
	return nch_predictor_labels(classifier->predictor);
}

const char *nch_classifier_label(const nch_classifier *classifier, size_t label)
{
	return label < nch_classifier_labels(classifier) ? nch_predictor_label(classifier->predictor, label) : NULL;
}

int nch_classifier_is_multi_label(const nch_classifier *classifier)
{
	return classifier->predictor->multi_label;
}

float nch_classifier_threshold(const nch_classifier *classifier, size_t label)
{
	const nch_predictor *p = classifier->predictor;
	return p->multi_label && label < p->labels ? p->thresholds[label] : -1.0f;
}

int nch_classifier_takes_targets(const nch_classifier *classifier)
{
	return classifier->predictor->settings.target != NCH_TARGET_NONE;
}

const char *nch_classifier_isa(const nch_classifier *classifier)
{
	return classifier->predictor->compute->kernels->name;
}

/* --- asking --- */

static nch_status check_text(const char *text, size_t length, size_t number, nch_error *error)
{
	return nch_utf8_valid(text, length) ? NCH_OK : nch_fail(error, NCH_DATA, "text number %zu is not UTF-8", number + 1);
}

/* Fills classifier->last for these texts. */
static nch_status compute(nch_classifier *classifier, const nch_text *texts, size_t count, nch_error *error)
{
	nch_predictor *p = classifier->predictor;
	size_t cells, both;
	classifier->rows = 0; /* until they are there */
	for (size_t i = 0; i < count; i++) {
		NCH_TRY(check_text(texts[i].text, texts[i].length, i, error));
		if (texts[i].pair != NULL)
			NCH_TRY(check_text(texts[i].pair, texts[i].pair_length, i, error));
	}
	if (!nch_size_mul(count, p->labels, &cells) || !nch_size_mul(cells, 2, &both))
		return nch_no_memory(error);
	NCH_TRY(nch_grow(&classifier->last, &classifier->room, both, sizeof *classifier->last, error));
	NCH_TRY(nch_predictor_logits(p, texts, count, classifier->last, error));
	for (size_t i = 0; i < count; i++)
		nch_predictor_scores(p, classifier->last + i * p->labels, classifier->last + cells + i * p->labels);
	classifier->rows = count;
	return NCH_OK;
}

/* The last scores as the caller gets them, who may show nch_classifier_best a row of them. */
static void give_scores(nch_classifier *classifier, float *scores)
{
	size_t cells = classifier->rows * classifier->predictor->labels;
	if (scores != NULL && cells > 0)
		memcpy(scores, classifier->last + cells, cells * sizeof *scores);
	classifier->place = (uintptr_t)scores;
}

static bool is_inside_character(const char *text, size_t length, size_t at)
{
	return at < length && ((unsigned char)text[at] & 0xC0) == 0x80;
}

static nch_status read_question(const nch_question *q, size_t number, nch_text *text, nch_error *error)
{
	const size_t begin = q->target_begin, end = q->target_end;
	*text = (nch_text){.text = q->text != NULL ? q->text : "", .length = q->text != NULL ? q->length : 0, .pair = q->pair, .pair_length = q->pair_length};
	if (begin == end)
		return NCH_OK;
	if (begin > end || end > text->length || is_inside_character(text->text, text->length, begin) ||
	    is_inside_character(text->text, text->length, end))
		return nch_fail(error, NCH_DATA, "text number %zu: its target is the bytes [%zu, %zu), which %s", number + 1, begin, end,
		                begin > end ? "end before they begin" : end > text->length ? "are not in it" : "begin or end inside of a character");
	text->target = (nch_target){true, begin, end};
	return NCH_OK;
}

static void judge(const nch_classifier *classifier, size_t row, float unknown, nch_verdict *verdict, unsigned char *given)
{
	const nch_predictor *p = classifier->predictor;
	const float *logits = classifier->last + row * p->labels, *scores = logits + classifier->rows * p->labels;
	*verdict = (nch_verdict){.best = nch_largest(logits, p->labels), .unknown = unknown};
	verdict->probability = scores[verdict->best];
	for (size_t c = 0; c < p->labels; c++) {
		bool gets = p->multi_label ? scores[c] >= p->thresholds[c] : c == verdict->best;
		verdict->given += gets;
		if (given != NULL)
			given[row * p->labels + c] = gets;
	}
}

int nch_classifier_ask(nch_classifier *classifier, const nch_question *questions, size_t count, nch_verdict *verdicts, float *scores,
                       unsigned char *given, char *why, size_t why_size)
{
	nch_error error;
	nch_text *texts = nch_alloc(count, sizeof *texts);
	float *unknown = nch_alloc(count, sizeof *unknown);
	nch_status status = texts && unknown ? NCH_OK : nch_no_memory(&error);
	for (size_t i = 0; i < count && status == NCH_OK; i++)
		status = read_question(&questions[i], i, &texts[i], &error);
	if (status == NCH_OK) {
		classifier->predictor->shares = unknown;
		status = compute(classifier, texts, count, &error);
		classifier->predictor->shares = NULL;
	}
	if (status == NCH_OK) {
		give_scores(classifier, scores);
		for (size_t i = 0; i < count; i++)
			judge(classifier, i, unknown[i], &verdicts[i], given);
	} else {
		tell(&error, why, why_size);
	}
	nch_free(unknown);
	nch_free(texts);
	return status == NCH_OK ? 0 : -1;
}

int nch_classifier_scores(nch_classifier *classifier, const char *const *texts, size_t count, float *scores, char *why, size_t why_size)
{
	nch_error error;
	nch_text *list = nch_alloc(count, sizeof *list);
	nch_status status = list != NULL ? NCH_OK : nch_no_memory(&error);
	for (size_t i = 0; i < count && status == NCH_OK; i++)
		list[i] = (nch_text){.text = texts[i], .length = strlen(texts[i])};
	if (status == NCH_OK)
		status = compute(classifier, list, count, &error);
	nch_free(list);
	if (status == NCH_OK)
		give_scores(classifier, scores);
	else
		tell(&error, why, why_size);
	return status == NCH_OK ? 0 : -1;
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

/* --- books --- */

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
	if (!nch_utf8_valid(text, length))
		status = nch_fail(&error, NCH_DATA, "the text is not UTF-8");
	else if (classifier->splitter == NULL && (classifier->splitter = nch_splitter_new()) == NULL)
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
