/* Temperatures are where SciPy's minimizer finds them; McNemar's test is the binomial's; the bootstrap is the same everywhere. */
#include "golden/calibration_golden.h"
#include "report/against.h"
#include "test.h"
#include "train/calibration.h"

static float logits[GOLDEN_ROWS * GOLDEN_LABELS], goals[GOLDEN_ROWS * GOLDEN_LABELS];
static int32_t label[GOLDEN_ROWS];

static uint32_t state = 7;
static uint32_t next(void)
{
	state = state * 1664525u + 1013904223u;
	return state >> 8;
}

/* as calibration.py makes them */
static void make_rows(void)
{
	for (size_t i = 0; i < GOLDEN_ROWS * GOLDEN_LABELS; i++)
		logits[i] = (float)(next() % 2001 / 250.0 - 4.0);
	for (size_t i = 0; i < GOLDEN_ROWS; i++) {
		const float *z = logits + i * GOLDEN_LABELS;
		int32_t best = 0;
		for (int32_t c = 1; c < GOLDEN_LABELS; c++)
			best = z[c] > z[best] ? c : best;
		label[i] = next() % 3 == 0 ? (int32_t)(next() % GOLDEN_LABELS) : best;
	}
	for (size_t i = 0; i < GOLDEN_ROWS * GOLDEN_LABELS; i++)
		goals[i] = logits[i] < 0.5f ? next() % 3 == 0 : next() % 4 > 0;
}

TEST(temperatures_are_at_the_least_loss)
{
	float several[GOLDEN_LABELS], biases[GOLDEN_LABELS];
	CHECK_CLOSE(nch_temperature_single(logits, label, GOLDEN_ROWS, GOLDEN_LABELS), golden_temperature, 1e-5);
	nch_calibrate_multi(logits, goals, GOLDEN_ROWS, GOLDEN_LABELS, several, biases);
	for (size_t c = 0; c < GOLDEN_LABELS; c++) {
		CHECK_CLOSE((double)several[c], golden_temperatures[c], 1e-4 * golden_temperatures[c]);
		CHECK_CLOSE((double)biases[c], golden_biases[c], 1e-4);
	}
}

TEST(rows_that_are_wholly_right_stay_within_bounds)
{
	const float z[] = {2, -2, -3, 3};
	const int32_t right[] = {0, 1}, wrong[] = {1, 0};
	CHECK_CLOSE(nch_temperature_single(z, right, 2, 2), NCH_TEMPERATURE_LEAST, 1e-9);
	CHECK_CLOSE(nch_temperature_single(z, wrong, 2, 2), NCH_TEMPERATURE_MOST, 1e-9);
	const float never[] = {0, 1, 0, 1}; /* one label that nobody has, and one that all have */
	float temperatures[2], biases[2];
	nch_calibrate_multi(z, never, 2, 2, temperatures, biases);
	for (size_t c = 0; c < 2; c++)
		CHECK(isfinite(temperatures[c]) && temperatures[c] > 0 && fabs((double)biases[c]) < 10);
	CHECK(biases[0] < 0 && biases[1] > 0);
}

TEST(mcnemar_is_the_binomial_test)
{
	for (size_t i = 0; i < sizeof golden_mcnemar / sizeof *golden_mcnemar; i++)
		CHECK_CLOSE(nch_mcnemar(golden_mcnemar[i].first, golden_mcnemar[i].second), golden_mcnemar[i].p, 1e-9);
}

TEST(the_interval_is_about_where_it_must_be)
{
	bool a[400], b[400];
	nch_against against, again;
	nch_error error;
	for (size_t i = 0; i < 400; i++) {
		a[i] = i % 10 < 8;
		b[i] = i % 10 > 3 || i % 20 == 0; /* .65; the difference has a standard error of .0346 */
	}
	CHECK(nch_against_make(a, b, 400, 2000, 1234, &against, &error) == NCH_OK);
	CHECK(nch_against_make(a, b, 400, 2000, 1234, &again, &error) == NCH_OK);
	CHECK_CLOSE(against.first, 0.8, 1e-12);
	CHECK_CLOSE(against.second, 0.65, 1e-12);
	CHECK(against.both + against.only_first + against.only_second + against.neither == 400);
	CHECK_CLOSE(against.low, 0.15 - 1.96 * 0.0346, 0.008);
	CHECK_CLOSE(against.high, 0.15 + 1.96 * 0.0346, 0.008);
	CHECK(against.low == again.low && against.high == again.high);
	CHECK(nch_against_make(a, b, 0, 10, 1, &against, &error) == NCH_DATA);
}

int main(void)
{
	make_rows();
	RUN(temperatures_are_at_the_least_loss);
	RUN(rows_that_are_wholly_right_stay_within_bounds);
	RUN(mcnemar_is_the_binomial_test);
	RUN(the_interval_is_about_where_it_must_be);
	return test_end();
}
