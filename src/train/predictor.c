/* predictor.c - from logits to answers. */
#include "train/predictor.h"

#include <string.h>

#include "base/memory.h"
#include "kernels/math.h"

size_t nch_predictor_labels(const nch_predictor *predictor)
{
	return predictor->labels;
}

const char *nch_predictor_label(const nch_predictor *predictor, size_t label)
{
	return predictor->label_names[label];
}

bool nch_predictor_is_calibrated(const nch_predictor *predictor) { return predictor->settings.temperature_count > 0; }

float nch_predictor_calibrated(const nch_predictor *predictor, size_t label, float logit)
{
	const nch_settings *s = &predictor->settings;
	if (s->temperature_count == 0)
		return logit;
	return logit / s->temperatures[s->temperature_count > 1 ? label : 0] + (s->bias_count > 0 ? s->biases[label] : 0.0f);
}

void nch_predictor_temper(const nch_predictor *predictor, float *logits, size_t rows)
{
	for (size_t i = 0; nch_predictor_is_calibrated(predictor) && i < rows * predictor->labels; i++)
		logits[i] = nch_predictor_calibrated(predictor, i % predictor->labels, logits[i]);
}

void nch_predictor_scores(const nch_predictor *predictor, const float *logits, float *scores)
{
	size_t labels = nch_predictor_labels(predictor);
	if (nch_predictor_is_calibrated(predictor)) {
		memcpy(scores, logits, labels * sizeof *scores);
		nch_predictor_temper(predictor, scores, 1);
		logits = scores;
	}
	if (nch_loss_is_softmax(predictor->loss, predictor->multi_label, labels)) {
		predictor->compute->kernels->softmax(scores, logits, labels);
		return;
	}
	for (size_t c = 0; c < labels; c++)
		scores[c] = (float)(1.0 / (1.0 + nch_exp(-(double)logits[c])));
}
NCH_PLACE(nch_place_of_softmax, "nch_predictor_scores", 6);
NCH_PLACE(nch_place_of_sigmoids, "nch_predictor_scores", 3);

size_t nch_predictor_answer(const nch_predictor *predictor, const float *logits, float *scores, bool *given)
{
	size_t labels = nch_predictor_labels(predictor);
	nch_predictor_scores(predictor, logits, scores);
	for (size_t c = 0; given != NULL && c < labels; c++)
		given[c] = scores[c] >= predictor->thresholds[c];
	return nch_largest(logits, labels); /* scores near 1 are equal too soon */
}
