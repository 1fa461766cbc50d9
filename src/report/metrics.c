/* metrics.c - see metrics.h: counts first, figures from them. */
#include "report/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"


void nch_metrics_free(nch_metrics *metrics)
{
	nch_free(metrics->by_class);
	nch_free(metrics->confusion);
	*metrics = (nch_metrics){0};
}

static double ratio(double part, double whole)
{
	return whole > 0 ? part / whole : 0;
}

/* --- figures that come from sorted scores --- */

typedef struct scored {
	float score;
	bool positive;
} scored;

static int by_falling_score(const void *a, const void *b)
{
	float x = ((const scored *)a)->score, y = ((const scored *)b)->score;
	return (x < y) - (x > y);
}

/* The scores in falling order, in allocated memory. */
static nch_status sort_scores(const float *scores, const float *truth, size_t count, size_t stride, scored **sorted,
                              nch_error *error)
{
	*sorted = nch_alloc(count, sizeof **sorted);
	if (*sorted == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < count; i++) {
		(*sorted)[i] = (scored){ scores[i * stride], truth[i * stride] > 0.5f };
		if (isnan((*sorted)[i].score)) {
			nch_free(*sorted);
			*sorted = NULL;
			return nch_fail(error, NCH_NUMERIC, "a score is not a number; the model's weights are damaged");
		}
	}
	qsort(*sorted, count, sizeof **sorted, by_falling_score);
	return NCH_OK;
}

/* How many positive and negative ones share the score of sorted[first]; returns where the next score starts. */
static size_t take_ties(const scored *sorted, size_t count, size_t first, size_t *positive, size_t *negative)
{
	size_t i = first;
	*positive = *negative = 0;
	for (; i < count && sorted[i].score == sorted[first].score; i++) {
		*positive += sorted[i].positive;
		*negative += !sorted[i].positive;
	}
	return i;
}

static double area_of(const scored *sorted, size_t count)
{
	double area = 0; /* counts of pairs, and halves: exact */
	size_t positive, negative, positives = 0, negatives = 0;
	for (size_t i = 0; i < count;) {
		i = take_ties(sorted, count, i, &positive, &negative);
		area += (double)negative * ((double)positives + 0.5 * (double)positive);
		positives += positive;
		negatives += negative;
	}
	return positives > 0 && negatives > 0 ? area / ((double)positives * (double)negatives) : NAN;
}

static double average_precision_of(const scored *sorted, size_t count)
{
	double sum = 0;
	size_t positive, negative, positives = 0, seen = 0, all = 0;
	for (size_t i = 0; i < count; i++)
		all += sorted[i].positive;
	for (size_t i = 0; i < count;) {
		i = take_ties(sorted, count, i, &positive, &negative);
		positives += positive;
		seen += positive + negative;
		sum += ratio((double)positive, (double)all) * ((double)positives / (double)seen);
	}
	return sum;
}

nch_status nch_roc_auc(const float *scores, const float *truth, size_t count, size_t stride, double *area, nch_error *error)
{
	scored *sorted;
	NCH_TRY(sort_scores(scores, truth, count, stride, &sorted, error));
	*area = area_of(sorted, count);
	nch_free(sorted);
	return NCH_OK;
}

nch_status nch_average_precision(const float *scores, const float *truth, size_t count, size_t stride, double *value,
                                 nch_error *error)
{
	scored *sorted;
	NCH_TRY(sort_scores(scores, truth, count, stride, &sorted, error));
	*value = average_precision_of(sorted, count);
	nch_free(sorted);
	return NCH_OK;
}

/* Areas and average precisions by class, macro and micro. truth[rows × classes] is 0 or 1. */
static nch_status rank_figures(const float *truth, const float *scores, nch_metrics *m, nch_error *error)
{
	double areas = 0, precisions = 0;
	for (size_t c = 0; c < m->classes; c++) {
		scored *sorted;
		NCH_TRY(sort_scores(scores + c, truth + c, m->rows, m->classes, &sorted, error));
		m->by_class[c].roc_auc = area_of(sorted, m->rows);
		m->by_class[c].average_precision = average_precision_of(sorted, m->rows);
		areas += m->by_class[c].roc_auc;
		precisions += m->by_class[c].average_precision;
		nch_free(sorted);
	}
	m->roc_auc = areas / (double)m->classes;
	m->average_precision = precisions / (double)m->classes;
	scored *sorted;
	NCH_TRY(sort_scores(scores, truth, m->rows * m->classes, 1, &sorted, error));
	m->roc_auc_micro = area_of(sorted, m->rows * m->classes);
	m->average_precision_micro = average_precision_of(sorted, m->rows * m->classes);
	nch_free(sorted);
	if (m->classes == 2 && !m->multi_label) { /* scikit-learn looks at the second class alone */
		m->roc_auc = m->roc_auc_micro = m->by_class[1].roc_auc;
		m->average_precision = m->average_precision_micro = m->by_class[1].average_precision;
	}
	m->has_scores = true;
	return NCH_OK;
}

/* --- calibration --- */

static double squared(double x) { return x * x; }

static void calibrate(nch_calibration_bins *bins, double confidence, bool right)
{
	double place = confidence * NCH_CALIBRATION_BINS;
	size_t bin = place < 0 ? 0 : place >= NCH_CALIBRATION_BINS ? NCH_CALIBRATION_BINS - 1 : (size_t)place;
	bins->confidence[bin] += confidence;
	bins->right[bin] += right;
	bins->count[bin]++;
}

static double calibration_error(const nch_calibration_bins *bins, size_t count)
{
	double sum = 0;
	for (size_t b = 0; b < NCH_CALIBRATION_BINS; b++)
		sum += fabs(bins->confidence[b] - (double)bins->right[b]);
	return sum / (double)count;
}

/* --- figures that come from counts --- */

static void class_figures(nch_class_metrics *c)
{
	c->precision = ratio((double)c->hits, (double)c->predicted);
	c->recall = ratio((double)c->hits, (double)c->support);
	c->f1 = ratio(2.0 * (double)c->hits, (double)c->support + (double)c->predicted);
}

/* Macro, micro and weighted averages of the classes' figures. */
static void averages(nch_metrics *m)
{
	size_t present = 0, hits = 0, predicted = 0, support = 0;
	nch_average macro = {0}, weighted = {0};
	for (size_t i = 0; i < m->classes; i++) {
		nch_class_metrics *c = &m->by_class[i];
		class_figures(c);
		if (!c->present)
			continue;
		present++;
		macro.precision += c->precision;
		macro.recall += c->recall;
		macro.f1 += c->f1;
		weighted.precision += c->precision * (double)c->support;
		weighted.recall += c->recall * (double)c->support;
		weighted.f1 += c->f1 * (double)c->support;
		hits += c->hits;
		predicted += c->predicted;
		support += c->support;
	}
	m->macro.precision = ratio(macro.precision, (double)present);
	m->macro.recall = ratio(macro.recall, (double)present);
	m->macro.f1 = ratio(macro.f1, (double)present);
	m->weighted.precision = ratio(weighted.precision, (double)support);
	m->weighted.recall = ratio(weighted.recall, (double)support);
	m->weighted.f1 = ratio(weighted.f1, (double)support);
	m->micro.precision = ratio((double)hits, (double)predicted);
	m->micro.recall = ratio((double)hits, (double)support);
	m->micro.f1 = ratio(2.0 * (double)hits, (double)support + (double)predicted);
}

/* Cohen's kappa: how much better than what the two distributions would agree on by chance; NaN if they hold one same class
 * only. */
static double kappa_of(const nch_metrics *m)
{
	double observed = 0, expected = 0, rows = (double)m->rows;
	for (size_t c = 0; c < m->classes; c++) {
		observed += (double)m->by_class[c].hits;
		expected += (double)m->by_class[c].support * (double)m->by_class[c].predicted / rows;
	}
	double chance = rows - expected;
	return chance > 0 ? 1 - (rows - observed) / chance : NAN;
}

static nch_status start(nch_metrics *m, size_t rows, size_t classes, bool multi_label, nch_error *error)
{
	*m = (nch_metrics){ .rows = rows, .classes = classes, .multi_label = multi_label, .loss = NAN, .kappa = NAN };
	m->roc_auc = m->roc_auc_micro = m->average_precision = m->average_precision_micro = m->calibration_error = m->brier = NAN;
	if (rows == 0 || classes == 0)
		return nch_fail(error, NCH_DATA, "there are no rows to evaluate");
	m->by_class = nch_alloc(classes, sizeof *m->by_class);
	size_t cells;
	if (m->by_class == NULL || !nch_size_mul(rows, classes, &cells))
		return nch_no_memory(error);
	for (size_t c = 0; c < classes; c++)
		m->by_class[c].roc_auc = m->by_class[c].average_precision = m->by_class[c].threshold = NAN;
	return NCH_OK;
}

/* --- one label a row --- */

static nch_status count_single(const int32_t *truth, const int32_t *predicted, nch_metrics *m, nch_error *error)
{
	size_t cells, hits = 0;
	if (!nch_size_mul(m->classes, m->classes, &cells))
		return nch_no_memory(error);
	m->confusion = nch_alloc(cells, sizeof *m->confusion);
	if (m->confusion == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < m->rows; i++) {
		if (truth[i] < 0 || (size_t)truth[i] >= m->classes || predicted[i] < 0 || (size_t)predicted[i] >= m->classes)
			return nch_fail(error, NCH_DATA, "row %zu has no label of the model", i + 1);
		m->by_class[truth[i]].support++;
		m->by_class[predicted[i]].predicted++;
		m->by_class[truth[i]].hits += truth[i] == predicted[i];
		m->confusion[(size_t)truth[i] * m->classes + (size_t)predicted[i]]++;
		hits += truth[i] == predicted[i];
	}
	for (size_t c = 0; c < m->classes; c++)
		m->by_class[c].present = m->by_class[c].support > 0 || m->by_class[c].predicted > 0;
	m->accuracy = (double)hits / (double)m->rows;
	m->hamming = 1 - m->accuracy;
	return NCH_OK;
}

static nch_status score_single(const int32_t *truth, const int32_t *predicted, const float *scores, nch_metrics *m,
                               nch_error *error)
{
	float *one_hot = nch_alloc(m->rows * m->classes, sizeof *one_hot);
	if (one_hot == NULL)
		return nch_no_memory(error);
	m->brier = 0;
	for (size_t i = 0; i < m->rows; i++) {
		one_hot[i * m->classes + (size_t)truth[i]] = 1;
		calibrate(&m->bins, scores[i * m->classes + (size_t)predicted[i]], truth[i] == predicted[i]);
		for (size_t k = 0; k < m->classes; k++)
			m->brier += squared((double)scores[i * m->classes + k] - ((size_t)truth[i] == k ? 1 : 0));
	}
	nch_status status = rank_figures(one_hot, scores, m, error);
	m->calibration_error = calibration_error(&m->bins, m->rows);
	m->brier /= (double)m->rows;
	nch_free(one_hot);
	return status;
}

nch_status nch_metrics_single(const int32_t *truth, const int32_t *predicted, const float *scores, size_t rows,
                              size_t classes, nch_metrics *metrics, nch_error *error)
{
	nch_status status = start(metrics, rows, classes, false, error);
	if (status == NCH_OK)
		status = count_single(truth, predicted, metrics, error);
	if (status == NCH_OK) {
		averages(metrics);
		metrics->samples = metrics->micro;
		metrics->kappa = kappa_of(metrics);
	}
	if (status == NCH_OK && scores != NULL)
		status = score_single(truth, predicted, scores, metrics, error);
	if (status != NCH_OK)
		nch_metrics_free(metrics);
	return status;
}

/* --- any number of labels a row --- */

static void count_row(const float *targets, const float *scores, const float *thresholds, nch_metrics *m, size_t *wrong_cells)
{
	size_t hits = 0, predicted = 0, support = 0, wrong = 0;
	for (size_t c = 0; c < m->classes; c++) {
		bool truth = targets[c] > 0.5f, guess = scores[c] >= (thresholds != NULL ? thresholds[c] : 0.5f);
		m->by_class[c].support += truth;
		m->by_class[c].predicted += guess;
		m->by_class[c].hits += truth && guess;
		support += truth;
		predicted += guess;
		hits += truth && guess;
		wrong += truth != guess;
		calibrate(&m->bins, scores[c], truth);
		m->brier += squared((double)scores[c] - (truth ? 1 : 0));
	}
	m->accuracy += wrong == 0;
	m->unlabelled += predicted == 0;
	*wrong_cells += wrong;
	m->samples.precision += ratio((double)hits, (double)predicted);
	m->samples.recall += ratio((double)hits, (double)support);
	m->samples.f1 += ratio(2.0 * (double)hits, (double)support + (double)predicted);
}

nch_status nch_metrics_multi(const float *targets, const float *scores, const float *thresholds, size_t rows, size_t classes,
                             nch_metrics *metrics, nch_error *error)
{
	nch_status status = start(metrics, rows, classes, true, error);
	if (status == NCH_OK)
		status = rank_figures(targets, scores, metrics, error); /* finds a NaN before it can be counted */
	if (status != NCH_OK) {
		nch_metrics_free(metrics);
		return status;
	}
	size_t wrong_cells = 0;
	metrics->brier = 0;
	for (size_t c = 0; c < classes; c++) {
		metrics->by_class[c].present = true;
		metrics->by_class[c].threshold = (double)(thresholds != NULL ? thresholds[c] : 0.5f);
	}
	for (size_t i = 0; i < rows; i++)
		count_row(targets + i * classes, scores + i * classes, thresholds, metrics, &wrong_cells);
	averages(metrics);
	double all = (double)rows;
	metrics->accuracy /= all;
	metrics->samples.precision /= all;
	metrics->samples.recall /= all;
	metrics->samples.f1 /= all;
	metrics->hamming = (double)wrong_cells / (all * (double)classes);
	metrics->calibration_error = calibration_error(&metrics->bins, rows * classes);
	metrics->brier /= all * (double)classes;
	return NCH_OK;
}

/* --- thresholds --- */

/* The best F1 threshold of these scores: walk down the sorted scores, predicting one more group of ties each time. */
static float best_threshold(const scored *sorted, size_t count)
{
	size_t positive, negative, hits = 0, predicted = 0, support = 0;
	for (size_t i = 0; i < count; i++)
		support += sorted[i].positive;
	if (support == 0)
		return 0.5f;
	double best = -1;
	float threshold = 0.5f;
	for (size_t i = 0; i < count;) {
		float score = sorted[i].score;
		i = take_ties(sorted, count, i, &positive, &negative);
		hits += positive;
		predicted += positive + negative;
		double f1 = 2.0 * (double)hits / (double)(support + predicted);
		float candidate = i < count ? 0.5f * score + 0.5f * sorted[i].score : 0.5f * score;
		if (candidate > score || (i < count && candidate <= sorted[i].score))
			candidate = score; /* neighbours in float: nothing lies between them */
		if (f1 > best || (f1 == best && fabsf(candidate - 0.5f) < fabsf(threshold - 0.5f))) {
			best = f1;
			threshold = candidate;
		}
	}
	return threshold;
}

nch_status nch_tune_thresholds(const float *targets, const float *scores, size_t rows, size_t classes, bool for_each_label,
                               float *thresholds, nch_error *error)
{
	size_t all;
	if (rows == 0 || classes == 0)
		return nch_fail(error, NCH_DATA, "there are no rows to tune thresholds on");
	if (!nch_size_mul(rows, classes, &all))
		return nch_no_memory(error);
	scored *sorted;
	if (!for_each_label) {
		NCH_TRY(sort_scores(scores, targets, all, 1, &sorted, error));
		float threshold = best_threshold(sorted, all);
		for (size_t c = 0; c < classes; c++)
			thresholds[c] = threshold;
		nch_free(sorted);
		return NCH_OK;
	}
	for (size_t c = 0; c < classes; c++) {
		NCH_TRY(sort_scores(scores + c, targets + c, rows, classes, &sorted, error));
		thresholds[c] = best_threshold(sorted, rows);
		nch_free(sorted);
	}
	return NCH_OK;
}
