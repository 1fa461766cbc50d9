/* nunchi.c - the public face of the library. */
#include "nunchi.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/version.h"
#include "kernels/math.h"
#include "train/predictor.h"

struct nch_classifier {
	nch_predictor *predictor;
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
	size_t labels = nch_classifier_labels(classifier);
	nch_error error;
	nch_text *list = nch_alloc(count, sizeof *list);
	nch_status status = list ? NCH_OK : nch_no_memory(&error);
	for (size_t i = 0; i < count && status == NCH_OK; i++)
		list[i] = (nch_text){.text = texts[i], .length = strlen(texts[i])};
	if (status == NCH_OK)
		status = nch_predictor_logits(classifier->predictor, list, count, scores, &error);
	nch_free(list);
	for (size_t i = 0; i < count && status == NCH_OK; i++)
		nch_predictor_scores(classifier->predictor, scores + i * labels, scores + i * labels);
	if (status != NCH_OK)
		tell(&error, why, why_size);
	return status == NCH_OK ? 0 : -1;
}

size_t nch_classifier_best(const nch_classifier *classifier, const float *scores)
{
	return nch_largest(scores, nch_classifier_labels(classifier));
}

const char *nch_version(void)
{
	return NCH_VERSION;
}
