/* Votes of several models, ties, and the greedy choice among them. */
#include "test.h"
#include "train/committee.h"

static const float a[] = {.875f, .25f, .5f}, b[] = {.375f, .3125f, .75f}, c[] = {.625f, .125f, .125f};
static const float half[] = {.5f, .5f, .5f}, low[] = {.2f, .2f, .65f};

TEST(soft_votes)
{
	const float *scores[] = {a, b}, *thresholds[] = {half, low};
	float out[3];
	bool given[3];
	CHECK(nch_vote_row(NCH_VOTE_SOFT, scores, thresholds, NULL, 2, 3, true, out, given) == 0); /* .625 and .625: the first */
	CHECK(out[0] == 0.625f && out[1] == 0.28125f && out[2] == 0.625f);
	CHECK(given[0] && !given[1] && given[2]); /* .625 >= .35, .28 < .35, .625 >= .575 */
}

TEST(hard_votes)
{
	const float *scores[] = {a, b, c}, *thresholds[] = {half, half, half};
	float out[3];
	bool given[3];
	CHECK(nch_vote_row(NCH_VOTE_HARD, scores, thresholds, NULL, 3, 3, true, out, given) == 0);
	CHECK_CLOSE(out[0], 2.0 / 3, 1e-7);
	CHECK(out[1] == 0.0f && given[0] && !given[1] && given[2]);
	/* two members, one vote each: the mean decides */
	const float *two[] = {a, b};
	nch_vote_row(NCH_VOTE_HARD, two, thresholds, NULL, 2, 3, true, out, given);
	CHECK(out[0] == 0.5f && given[0]); /* .625 */
	const float high[] = {.99f, .99f, .99f}, *mixed[] = {half, high}, *others[] = {c, b};
	nch_vote_row(NCH_VOTE_HARD, others, mixed, NULL, 2, 3, true, out, given);
	CHECK(out[0] == 0.5f && !given[0]); /* .5 against .745 */
}

TEST(one_label_a_text)
{
	const float *scores[] = {a, b, b}, *two[] = {a, b};
	float out[3];
	CHECK(nch_vote_row(NCH_VOTE_HARD, scores, NULL, NULL, 3, 3, false, out, NULL) == 2);
	CHECK_CLOSE(out[2], 2.0 / 3, 1e-7);
	CHECK_CLOSE(out[0], 1.0 / 3, 1e-7);
	CHECK(nch_vote_row(NCH_VOTE_HARD, two, NULL, NULL, 2, 3, false, out, NULL) == 0); /* a tie, means .625 and .625: the first */
	const float *one[] = {b};
	CHECK(nch_vote_row(NCH_VOTE_SOFT, one, NULL, NULL, 1, 3, false, out, NULL) == 2 && out[2] == .75f);
}

/* Four rows of two classes. The first member is right three times; the second only twice, but together they are right four times; the third
 * only does harm. */
TEST(greedy)
{
	static const float first[] = {.9f, .1f, .9f, .1f, .1f, .9f, .52f, .48f}, second[] = {.6f, .4f, .4f, .6f, .3f, .7f, .1f, .9f},
	                   third[] = {.0f, 1.f, .0f, 1.f, 1.f, .0f, 1.f, .0f};
	static const int32_t truth[] = {0, 0, 1, 1};
	const float *scores[] = {third, second, first};
	const nch_jury jury = {.scores = scores, .thresholds = half, .count = 3, .rows = 4, .labels = 2, .label = truth};
	float thresholds[6] = {0};
	nch_jury with = jury;
	with.thresholds = thresholds;
	size_t chosen[3], count = 0;
	double values[3];
	CHECK(nch_jury_greedy(&with, NCH_VOTE_SOFT, NCH_BEST_ACCURACY, chosen, values, &count, NULL) == NCH_OK);
	CHECK(count == 2);
	CHECK(chosen[0] == 1 || chosen[0] == 2);
	CHECK(chosen[0] + chosen[1] == 3 && values[0] == 0.75 && values[1] == 1.0);
}

/* The figures of several labels a row: a lost tie counts as not given. */
TEST(figures)
{
	static const float one[] = {.9f, .6f}, two[] = {.3f, .1f}, goals[] = {1, 0}, thresholds[] = {.5f, .5f, .5f, .5f};
	const float *scores[] = {one, two};
	const nch_jury jury = {.scores = scores, .thresholds = thresholds, .count = 2, .rows = 1, .labels = 2, .goals = goals};
	const size_t all[] = {0, 1};
	nch_metrics m = {0};
	CHECK(nch_jury_metrics(&jury, NCH_VOTE_HARD, all, 2, &m, NULL) == NCH_OK);
	CHECK(m.accuracy == 1.0 && m.micro.f1 == 1.0); /* means .6 and .35 */
	nch_metrics_free(&m);
	CHECK(nch_jury_metrics(&jury, NCH_VOTE_SOFT, all, 2, &m, NULL) == NCH_OK);
	CHECK(m.accuracy == 1.0);
	nch_metrics_free(&m);
}

TEST(weights_count_in_the_mean)
{
	const float first[] = {.5f, .25f, .25f}, second[] = {0, .25f, .75f};
	const float *const scores[] = {first, second};
	const double weights[] = {.9, .1};
	float out[3];
	CHECK(nch_vote_row(NCH_VOTE_SOFT, scores, NULL, weights, 2, 3, false, out, NULL) == 0);
	CHECK_CLOSE(out[0], .45, 1e-7);
	CHECK_CLOSE(out[2], .3, 1e-7);
}

/* One member is right about rows of the first kind, the other about the rest; a third knows nothing. */
TEST(fitted_weights_have_the_least_loss)
{
	enum { ROWS = 10 };
	float first[2 * ROWS], second[2 * ROWS], nothing[2 * ROWS];
	int32_t label[ROWS];
	for (size_t i = 0; i < ROWS; i++) {
		label[i] = i % 2;
		float sure = i < 7 ? .9f : .4f, other = i < 7 ? .45f : .8f;
		first[2 * i + (size_t)label[i]] = sure;
		first[2 * i + (size_t)!label[i]] = 1 - sure;
		second[2 * i + (size_t)label[i]] = other;
		second[2 * i + (size_t)!label[i]] = 1 - other;
		nothing[2 * i] = nothing[2 * i + 1] = .5f;
	}
	const float *const scores[] = {first, second, nothing};
	const nch_jury jury = {.scores = scores, .count = 3, .rows = ROWS, .labels = 2, .label = label};
	double weights[3], best = 0;
	nch_error error;
	CHECK(nch_committee_fit(&jury, weights, &error) == NCH_OK);
	CHECK_CLOSE(weights[0] + weights[1] + weights[2], 1, 1e-9);
	double fitted = nch_committee_loss(&jury, weights);
	for (size_t m = 0; m < 3; m++) {
		double alone[3] = {0};
		alone[m] = 1;
		CHECK(fitted <= nch_committee_loss(&jury, alone) + 1e-9);
	}
	for (int u = 0; u <= 50; u++) /* the least loss is found by looking, too */
		for (int v = 0; u + v <= 50; v++) {
			const double some[] = {u / 50.0, v / 50.0, (50 - u - v) / 50.0};
			double loss = nch_committee_loss(&jury, some);
			best = u + v == 0 || loss < best ? loss : best;
		}
	CHECK(fitted <= best + 1e-9);
	CHECK_CLOSE(fitted, best, 1e-4);
}

int main(void)
{
	RUN(soft_votes);
	RUN(hard_votes);
	RUN(one_label_a_text);
	RUN(greedy);
	RUN(figures);
	RUN(weights_count_in_the_mean);
	RUN(fitted_weights_have_the_least_loss);
	return test_end();
}
