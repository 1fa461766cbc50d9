/* Metrics against scikit-learn's (tests/golden/metrics.py), within 1e-9, on random and on degenerate input. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "report/metrics.h"
#include "test.h"

struct golden_case {
	const char *name;
	size_t rows, classes;
	unsigned coarse;
	const char *kind;
	const double *figures;
};
#include "golden/metrics_golden.h"

static uint32_t x;

static uint32_t next_number(void)
{
	x = x * 1664525u + 1013904223u;
	return x >> 8;
}

static float *make_scores(const struct golden_case *c)
{
	float *scores = malloc(c->rows * c->classes * sizeof *scores);
	for (size_t i = 0; i < c->rows * c->classes; i++)
		scores[i] = (float)(next_number() >> c->coarse << c->coarse) / 16777216.0f;
	return scores;
}

static void check_figures(const char *name, const double *made, const double *golden, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool same = isnan(golden[i]) ? isnan(made[i]) : fabs(made[i] - golden[i]) <= 1e-9;
		if (!same)
			printf("  %s: figure %zu is %.12g, scikit-learn's %.12g\n", name, i, made[i], golden[i]);
		CHECK(same);
	}
}

/* The figures of the first eight labels, behind the others. */
static size_t add_labels(const nch_metrics *m, double *made, size_t count)
{
	for (size_t c = 0; c < m->classes && c < 8; c++) {
		const nch_class_metrics *k = &m->by_class[c];
		const double figures[] = { k->precision, k->recall, k->f1, (double)k->support, k->roc_auc, k->average_precision };
		memcpy(made + count, figures, sizeof figures);
		count += sizeof figures / sizeof figures[0];
	}
	return count;
}

static void single_case(const struct golden_case *c)
{
	float *scores = make_scores(c);
	int32_t *truth = malloc(c->rows * sizeof *truth), *predicted = malloc(c->rows * sizeof *predicted);
	for (size_t i = 0; i < c->rows; i++) {
		float *row = scores + i * c->classes;
		truth[i] = (int32_t)(next_number() % c->classes);
		if (strcmp(c->kind, "absent") == 0) {
			truth[i] = truth[i] == 2 ? 1 : truth[i];
			row[4] = 0;
		}
		if (strcmp(c->kind, "one_class") == 0) {
			truth[i] = 1;
			row[1] = 2;
		}
		if (strcmp(c->kind, "perfect") == 0)
			row[truth[i]] = 2;
		predicted[i] = 0;
		for (size_t k = 1; k < c->classes; k++)
			if (row[k] > row[predicted[i]])
				predicted[i] = (int32_t)k;
		if (strcmp(c->kind, "wrong") == 0)
			predicted[i] = (truth[i] + 1) % (int32_t)c->classes;
	}
	nch_metrics m;
	CHECK(nch_metrics_single(truth, predicted, scores, c->rows, c->classes, &m, NULL) == NCH_OK);
	const nch_class_metrics *k = m.by_class;
	double made[27 + 1 + 6 * 8] = {
		m.accuracy,
		m.macro.precision,
		m.macro.recall,
		m.macro.f1,
		m.micro.precision,
		m.micro.recall,
		m.micro.f1,
		m.weighted.precision,
		m.weighted.recall,
		m.weighted.f1,
		m.kappa,
		m.roc_auc,
		m.roc_auc_micro,
		m.average_precision,
		m.average_precision_micro,
		k[0].precision,
		k[1].precision,
		k[0].recall,
		k[1].recall,
		k[0].f1,
		k[1].f1,
		(double)k[0].support,
		(double)k[1].support,
		(double)m.confusion[0],
		(double)m.confusion[1],
		(double)m.confusion[c->classes],
		(double)m.confusion[c->classes + 1],
		m.calibration_error,
	};
	check_figures(c->name, made, c->figures, add_labels(&m, made, 28));
	nch_metrics_free(&m);
	free(scores);
	free(truth);
	free(predicted);
}

static void multi_case(const struct golden_case *c)
{
	float *scores = make_scores(c), *targets = malloc(c->rows * c->classes * sizeof *targets);
	for (size_t i = 0; i < c->rows * c->classes; i++) {
		targets[i] = next_number() % 3 == 0;
		if (strcmp(c->kind, "empty_label") == 0 && i % c->classes == 1)
			targets[i] = scores[i] = 0;
		if (strcmp(c->kind, "all_positive") == 0)
			targets[i] = 1;
		if (strcmp(c->kind, "nothing") == 0)
			targets[i] = scores[i] = 0;
		if (strcmp(c->kind, "perfect") == 0)
			scores[i] = targets[i] * 0.75f + 0.125f;
		if (strcmp(c->kind, "full_label") == 0 && i % c->classes == 2)
			targets[i] = 1;
	}
	const float thresholds[] = { 0.125f, 0.25f, 0.375f, 0.5f, 0.625f, 0.75f };
	nch_metrics m;
	CHECK(nch_metrics_multi(targets, scores, strcmp(c->kind, "thresholds") == 0 ? thresholds : NULL, c->rows, c->classes, &m,
	                        NULL) == NCH_OK);
	double made[18 + 1 + 6 * 8] = {
		m.accuracy,          m.macro.precision,
		m.macro.recall,      m.macro.f1,
		m.micro.precision,   m.micro.recall,
		m.micro.f1,          m.weighted.precision,
		m.weighted.recall,   m.weighted.f1,
		m.samples.precision, m.samples.recall,
		m.samples.f1,        m.hamming,
		m.roc_auc,           m.roc_auc_micro,
		m.average_precision, m.average_precision_micro,
		m.calibration_error,
	};
	check_figures(c->name, made, c->figures, add_labels(&m, made, 19));
	CHECK(isnan(m.kappa) && isnan(m.loss) && m.confusion == NULL);
	nch_metrics_free(&m);
	free(scores);
	free(targets);
}

TEST(single_label)
{
	for (size_t i = 0; i < sizeof single_cases / sizeof single_cases[0]; i++) {
		x = (uint32_t)i + 1;
		single_case(&single_cases[i]);
	}
}

TEST(multi_label)
{
	for (size_t i = 0; i < sizeof multi_cases / sizeof multi_cases[0]; i++) {
		x = (uint32_t)i + 1;
		multi_case(&multi_cases[i]);
	}
}

/* Four predictions of confidence .9, three of them right; one of .4, wrong: (|3.6 - 3| + |.4 - 0|) / 5. */
TEST(calibration)
{
	const int32_t truth[] = { 0, 0, 1, 1, 2 }, predicted[] = { 0, 0, 1, 0, 0 };
	const float scores[] = { .9f, .05f, .05f, .9f, .05f, .05f, .05f, .9f, .05f, .9f, .05f, .05f, .4f, .3f, .3f };
	nch_metrics m;
	CHECK(nch_metrics_single(truth, predicted, scores, 5, 3, &m, NULL) == NCH_OK);
	CHECK_CLOSE(m.calibration_error, (0.6 + 0.4) / 5, 1e-7);
	nch_metrics_free(&m);
}

TEST(without_scores)
{
	const int32_t truth[] = { 0, 1, 1 }, predicted[] = { 0, 1, 0 };
	nch_metrics m;
	CHECK(nch_metrics_single(truth, predicted, NULL, 3, 2, &m, NULL) == NCH_OK);
	CHECK_CLOSE(m.accuracy, 2.0 / 3, 1e-15);
	CHECK(!m.has_scores && isnan(m.roc_auc) && isnan(m.calibration_error));
	nch_metrics_free(&m);
}

TEST(refused)
{
	const int32_t good[] = { 0, 1 }, high[] = { 0, 2 }, negative[] = { -1, 0 };
	const float scores[] = { .5f, .5f, NAN, .5f };
	nch_metrics m;
	CHECK(nch_metrics_single(good, good, NULL, 0, 2, &m, NULL) == NCH_DATA);
	CHECK(nch_metrics_single(good, high, NULL, 2, 2, &m, NULL) == NCH_DATA);
	CHECK(nch_metrics_single(negative, good, NULL, 2, 2, &m, NULL) == NCH_DATA);
	CHECK(nch_metrics_single(good, good, scores, 2, 2, &m, NULL) == NCH_NUMERIC);
	CHECK(nch_metrics_multi(scores, scores, NULL, 2, 2, &m, NULL) == NCH_NUMERIC);
	CHECK(m.by_class == NULL);
}

/* Scores of one label: .9+ .8- .6+ .3-: the best F1 is .8, with a threshold between .6 and .3. */
TEST(thresholds)
{
	const float scores[] = { .9f, .2f, .8f, .2f, .6f, .2f, .3f, .2f }, targets[] = { 1, 0, 0, 0, 1, 0, 0, 0 };
	float thresholds[2];
	CHECK(nch_tune_thresholds(targets, scores, 4, 2, true, thresholds, NULL) == NCH_OK);
	CHECK_CLOSE(thresholds[0], 0.45, 1e-6);
	CHECK_CLOSE(thresholds[1], 0.5, 0); /* nothing positive */
	CHECK(nch_tune_thresholds(targets, scores, 4, 2, false, thresholds, NULL) == NCH_OK);
	CHECK(thresholds[0] == thresholds[1]);
	CHECK_CLOSE(thresholds[0], 0.45, 1e-6);
	const float ones[] = { 1, 1 }, same[] = { .7f, .7f };
	CHECK(nch_tune_thresholds(ones, same, 2, 1, true, thresholds, NULL) == NCH_OK);
	CHECK(thresholds[0] <= .7f);
	CHECK(nch_tune_thresholds(ones, same, 0, 1, true, thresholds, NULL) == NCH_DATA);
}

/* No other threshold does better: the tuned one against all of a grid. */
TEST(thresholds_are_best)
{
	enum { ROWS = 300, CLASSES = 4 };
	static float scores[ROWS * CLASSES], targets[ROWS * CLASSES], tuned[CLASSES], grid[CLASSES];
	x = 99;
	for (size_t i = 0; i < ROWS * CLASSES; i++) {
		scores[i] = (float)(next_number() >> 14 << 14) / 16777216.0f;
		targets[i] = next_number() % 16777216u < (uint32_t)(scores[i] * 9000000.0f);
	}
	nch_metrics best, other;
	CHECK(nch_tune_thresholds(targets, scores, ROWS, CLASSES, true, tuned, NULL) == NCH_OK);
	CHECK(nch_metrics_multi(targets, scores, tuned, ROWS, CLASSES, &best, NULL) == NCH_OK);
	for (int step = 0; step <= 100; step++) {
		for (size_t c = 0; c < CLASSES; c++)
			grid[c] = (float)step / 100.0f;
		CHECK(nch_metrics_multi(targets, scores, grid, ROWS, CLASSES, &other, NULL) == NCH_OK);
		for (size_t c = 0; c < CLASSES; c++)
			CHECK(other.by_class[c].f1 <= best.by_class[c].f1);
		nch_metrics_free(&other);
	}
	nch_metrics_free(&best);
}

TEST(memory_runs_out)
{
	const int32_t truth[] = { 0, 1, 1 };
	const float scores[] = { .1f, .9f, .4f, .6f, .7f, .3f };
	for (size_t n = 1; n < 10; n++) {
		nch_metrics m;
		nch_alloc_fail_after(n);
		nch_status status = nch_metrics_single(truth, truth, scores, 3, 2, &m, NULL);
		nch_alloc_fail_after(0);
		CHECK(status == NCH_OK || (status == NCH_MEMORY && m.by_class == NULL));
		nch_metrics_free(&m);
	}
}

int main(void)
{
	RUN(single_label);
	RUN(multi_label);
	RUN(calibration);
	RUN(without_scores);
	RUN(refused);
	RUN(thresholds);
	RUN(thresholds_are_best);
	RUN(memory_runs_out);
	return test_end();
}
