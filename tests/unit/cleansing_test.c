/* Cleansing against the published Python (tests/golden/cleansing.py): nasty texts, and every line of the files in ../shared.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/sha256.h"
#include "data/dataset.h"
#include "golden/cleansing_golden.h"
#include "test.h"
#include "text/cleansing.h"

#define NAMES (sizeof golden_names / sizeof golden_names[0])

TEST(nasty_texts)
{
	nch_buffer out = {0};
	for (size_t i = 0; i < sizeof golden_nasty / sizeof golden_nasty[0]; i++)
		for (size_t n = 0; n < NAMES; n++) {
			const nch_cleansing *cleansing;
			CHECK(nch_cleansing_find(golden_names[n], &cleansing, NULL) == NCH_OK && cleansing != NULL);
			CHECK(nch_cleansing_apply(cleansing, golden_nasty[i].text, golden_nasty[i].length, &out, NULL) ==
			      NCH_OK);
			for (size_t b = 0; b < out.length; b++)
				out.data[b] = out.data[b] == '\0' ? '\x01' : out.data[b]; /* as the golden file writes it */
			CHECK_TEXT(out.data, golden_nasty[i].cleaned[n]);
		}
	nch_buffer_free(&out);
}

TEST(names)
{
	const nch_cleansing *cleansing;
	nch_error error;
	CHECK(nch_cleansing_find("none", &cleansing, &error) == NCH_OK && cleansing == NULL);
	CHECK(nch_cleansing_find("", &cleansing, &error) == NCH_OK && cleansing == NULL);
	CHECK(nch_cleansing_find("kc", &cleansing, &error) == NCH_USAGE);
	CHECK(strstr(error.text, "nikl-ea-2-git") != NULL);
	for (size_t n = 0; n < NAMES; n++)
		CHECK_TEXT(nch_cleansing_at(n), golden_names[n]);
	CHECK(nch_cleansing_at(NAMES) == NULL);
	CHECK_TEXT(nch_cleansing_name(NULL), "none");
}

/* The steps one by one end in what apply gives. */
TEST(steps)
{
	const char *text = "&name1& 좋아요ㅋㅋㅋㅋㅋ  http://a.com/b 漢 😂 ";
	const nch_cleansing *cleansing;
	nch_buffer whole = {0}, from = {0}, to = {0};
	const char *name;
	CHECK(nch_cleansing_find("nikl-ea-1", &cleansing, NULL) == NCH_OK);
	CHECK(nch_cleansing_apply(cleansing, text, strlen(text), &whole, NULL) == NCH_OK);
	CHECK_TEXT(whole.data, "좋아요ㅋㅋ 😂");
	nch_buffer_text(&from, text);
	size_t steps = 0;
	while (nch_cleansing_step(cleansing, steps, from.data, from.length, &to, &name)) {
		nch_buffer_clear(&from);
		nch_buffer_add(&from, to.data, to.length);
		steps++;
	}
	CHECK(steps == 6);
	CHECK_TEXT(from.data, whole.data);
	nch_buffer_free(&whole);
	nch_buffer_free(&from);
	nch_buffer_free(&to);
}

TEST(any_bytes)
{
	const nch_cleansing *cleansing;
	nch_buffer out = {0};
	CHECK(nch_cleansing_find("kc-1", &cleansing, NULL) == NCH_OK);
	CHECK(nch_cleansing_apply(cleansing, "a\xFF\xEA\xB0 b\xED\xA0\x80", 9, &out, NULL) == NCH_OK);
	CHECK_TEXT(out.data, "a b");
	CHECK(nch_cleansing_apply(NULL, "a\xFF", 2, &out, NULL) == NCH_OK && out.length == 2);
	CHECK(nch_cleansing_apply(cleansing, "", 0, &out, NULL) == NCH_OK && out.length == 0 && out.data[0] == '\0');
	nch_buffer_free(&out);
}

enum { MOST_STEPS = 6 };

/* SHA-256 of all texts after each step of a recipe; returns the number of steps. */
static size_t sums_of(const nch_dataset *data, const char *name, char hex[MOST_STEPS][65])
{
	const nch_cleansing *cleansing;
	nch_buffer from = {0}, to = {0};
	nch_sha256 hashes[MOST_STEPS];
	unsigned char digest[32];
	const char *what;
	size_t steps = 0;
	for (size_t s = 0; s < MOST_STEPS; s++)
		nch_sha256_start(&hashes[s]);
	CHECK(nch_cleansing_find(name, &cleansing, NULL) == NCH_OK);
	for (size_t i = 0; i < data->rows; i++) {
		size_t length;
		const char *text = nch_dataset_text(data, i, &length);
		for (steps = 0; nch_cleansing_step(cleansing, steps, text, length, &to, &what); steps++) {
			nch_sha256_add(&hashes[steps], to.length > 0 ? to.data : "", to.length);
			nch_sha256_add(&hashes[steps], "\n", 1);
			nch_buffer swap = from;
			from = to;
			to = swap;
			text = from.length > 0 ? from.data : "";
			length = from.length;
		}
	}
	for (size_t s = 0; s < steps; s++) {
		nch_sha256_finish(&hashes[s], digest);
		nch_sha256_hex(digest, hex[s]);
	}
	nch_buffer_free(&from);
	nch_buffer_free(&to);
	return steps;
}

static void check_sums(const char *data_name, const char *const *paths, size_t count, const char *column, bool all)
{
	nch_dataset data;
	nch_dataset_options options = { .text = column, .ignore_labels = true };
	nch_error error = {0};
	CHECK(nch_dataset_read(paths, count, &options, &data, &error) == NCH_OK);
	size_t checked = 0;
	for (size_t i = 0; i < sizeof golden_sums / sizeof golden_sums[0]; i++) {
		const char *name = golden_sums[i].name;
		char hex[MOST_STEPS][65];
		if (strcmp(golden_sums[i].data, data_name) != 0)
			continue;
		if (!all && strcmp(name, "nikl-ea-1") != 0)
			continue;
		size_t steps = sums_of(&data, name, hex);
		for (size_t s = 0; s < steps; s++) {
			CHECK(golden_sums[i].sums[s] != NULL);
			CHECK_TEXT(hex[s], golden_sums[i].sums[s]);
		}
		CHECK(steps == MOST_STEPS || golden_sums[i].sums[steps] == NULL);
		checked++;
	}
	CHECK(checked == (all ? NAMES : 1));
	nch_dataset_free(&data);
}

/* Every line of four data sets, after every step; the long ones with all recipes
 * under NUNCHI_TESTS=long only. */
TEST(shared_files)
{
	if (access("../shared/data/kote/val.tsv", R_OK) != 0)
		SKIP("../shared/data is absent");
	const char *const kote[] = { "../shared/data/kote/val.tsv" }, *const chatbot[] = {
		"../shared/data/chatbot/ChatbotData.csv"
	};
	const char *const goemotions[] = { "../shared/data/goemotions-ko/train.tsv", "../shared/data/goemotions-ko/dev.tsv",
		                           "../shared/data/goemotions-ko/test.tsv" };
	const char *const reviews[] = { "../shared/data/reviews/reviews-test.tsv",
		                        "../shared/data/reviews/reviews-train.tsv" };
	const char *tests = getenv("NUNCHI_TESTS");
	check_sums("kote", kote, 1, "2", true);
	check_sums("chatbot-questions", chatbot, 1, "Q", true);
	check_sums("chatbot-answers", chatbot, 1, "A", true);
	check_sums("goemotions", goemotions, 3, "1", tests != NULL && strcmp(tests, "long") == 0);
	check_sums("reviews", reviews, 2, "document", tests != NULL && strcmp(tests, "long") == 0);
}

int main(void)
{
	RUN(nasty_texts);
	RUN(names);
	RUN(steps);
	RUN(any_bytes);
	RUN(shared_files);
	return test_end();
}
