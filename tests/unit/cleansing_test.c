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
	nch_buffer out = { 0 };
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
	nch_buffer whole = { 0 }, from = { 0 }, to = { 0 };
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
	nch_buffer out = { 0 };
	CHECK(nch_cleansing_find("kc-1", &cleansing, NULL) == NCH_OK);
	CHECK(nch_cleansing_apply(cleansing, "a\xFF\xEA\xB0 b\xED\xA0\x80", 9, &out, NULL) == NCH_OK);
	CHECK_TEXT(out.data, "a b");
	CHECK(nch_cleansing_apply(NULL, "a\xFF", 2, &out, NULL) == NCH_OK && out.length == 2);
	CHECK(nch_cleansing_apply(cleansing, "", 0, &out, NULL) == NCH_OK && out.length == 0 && out.data[0] == '\0');
	nch_buffer_free(&out);
}

static void sum_of(const nch_dataset *data, const char *name, char hex[65])
{
	const nch_cleansing *cleansing;
	nch_buffer out = { 0 };
	nch_sha256 hash;
	unsigned char digest[32];
	nch_sha256_start(&hash);
	CHECK(nch_cleansing_find(name, &cleansing, NULL) == NCH_OK);
	for (size_t i = 0; i < data->rows; i++) {
		size_t length;
		const char *text = nch_dataset_text(data, i, &length);
		CHECK(nch_cleansing_apply(cleansing, text, length, &out, NULL) == NCH_OK);
		nch_sha256_add(&hash, out.data, out.length);
		nch_sha256_add(&hash, "\n", 1);
	}
	nch_sha256_finish(&hash, digest);
	nch_sha256_hex(digest, hex);
	nch_buffer_free(&out);
}

static void check_sums(const char *data_name, const char *const *paths, size_t count, const char *column, size_t names)
{
	nch_dataset data;
	nch_dataset_options options = { .text = column, .ignore_labels = true };
	nch_error error = { 0 };
	CHECK(nch_dataset_read(paths, count, &options, &data, &error) == NCH_OK);
	size_t checked = 0;
	for (size_t i = 0; i < sizeof golden_sums / sizeof golden_sums[0]; i++) {
		char hex[65];
		if (strcmp(golden_sums[i].data, data_name) != 0)
			continue;
		sum_of(&data, golden_sums[i].name, hex);
		CHECK_TEXT(hex, golden_sums[i].sum);
		checked++;
	}
	CHECK(checked == names);
	nch_dataset_free(&data);
}

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
	check_sums("kote", kote, 1, "2", NAMES);
	check_sums("chatbot", chatbot, 1, "Q", NAMES);
	check_sums("goemotions", goemotions, 3, "1", NAMES);
	check_sums("reviews", reviews, 2, "document", 3);
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
