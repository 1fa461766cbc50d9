/* Texts over the limit: which tokens each way keeps, where the special tokens stand, and what windows cover. */
#include "base/memory.h"
#include "data/long_texts.h"
#include "test.h"

enum { CLS = 101, SEP = 102 };

/* Rows of the lengths given: texts are 1 2 3 …, second texts (length -1: none) are 1001 1002 …. */
static nch_examples whole_rows(const int (*lengths)[2], size_t rows)
{
	nch_examples e = {.rows = rows, .token = nch_alloc(4000, sizeof *e.token), .offsets = nch_alloc(rows + 1, sizeof *e.offsets),
	                  .first = nch_alloc(rows, sizeof *e.first), .label = nch_alloc(rows, sizeof *e.label), .unknown = 7, .content = 9};
	for (size_t r = 0; r < rows; r++) {
		size_t at = e.offsets[r];
		e.token[at++] = CLS;
		for (int i = 0; i < lengths[r][0]; i++)
			e.token[at++] = 1 + i;
		e.token[at++] = SEP;
		e.first[r] = (uint32_t)(at - e.offsets[r]);
		for (int i = 0; i < lengths[r][1]; i++)
			e.token[at++] = 1001 + i;
		if (lengths[r][1] >= 0)
			e.token[at++] = SEP;
		e.offsets[r + 1] = at;
	}
	return e;
}

/* The row as a text: runs of following numbers as "first-last", [ for CLS, | for SEP. */
static const char *show(const nch_examples *e, size_t row)
{
	static char text[400];
	size_t used = 0;
	text[0] = '\0';
	for (size_t t = e->offsets[row]; t < e->offsets[row + 1]; t++) {
		int32_t id = e->token[t], last = id;
		if (id == CLS || id == SEP) {
			used += (size_t)snprintf(text + used, sizeof text - used, "%s", id == CLS ? "[" : "|");
			continue;
		}
		while (t + 1 < e->offsets[row + 1] && e->token[t + 1] == last + 1 && last + 1 != CLS) {
			last++;
			t++;
		}
		used += (size_t)snprintf(text + used, sizeof text - used, " %d-%d ", (int)id, (int)last);
	}
	return text;
}

static void check_row(nch_long how, int first, int second, size_t max_len, size_t row, size_t rows, const char *expected)
{
	const int lengths[1][2] = {{first, second}};
	nch_examples whole = whole_rows(lengths, 1), fitted = {0};
	size_t windows[2];
	nch_error error;
	CHECK(nch_examples_fit(&whole, max_len, how, windows, &fitted, &error) == NCH_OK);
	CHECK(fitted.rows == rows && windows[0] == 0 && windows[1] == rows);
	CHECK(fitted.unknown == 7 && fitted.content == 9);
	if (row < fitted.rows)
		CHECK_TEXT(show(&fitted, row), expected);
	for (size_t r = 0; r < fitted.rows; r++) {
		CHECK(fitted.offsets[r + 1] - fitted.offsets[r] <= max_len);
		CHECK(fitted.token[fitted.offsets[r] + fitted.first[r] - 1] == SEP);
		CHECK((fitted.offsets[r] + fitted.first[r] < fitted.offsets[r + 1]) == (second >= 0));
	}
	nch_examples_free(&whole);
	nch_examples_free(&fitted);
}

TEST(one_text)
{
	for (int how = NCH_LONG_CUT; how <= NCH_LONG_WINDOW; how++) { /* what has room is not touched */
		check_row((nch_long)how, 8, -1, 10, 0, 1, "[ 1-8 |");
		check_row((nch_long)how, 0, -1, 10, 0, 1, "[|");
	}
	check_row(NCH_LONG_CUT, 20, -1, 10, 0, 1, "[ 1-8 |");
	check_row(NCH_LONG_TAIL, 20, -1, 10, 0, 1, "[ 13-20 |");
	check_row(NCH_LONG_HEAD_TAIL, 20, -1, 10, 0, 1, "[ 1-2  15-20 |");
	check_row(NCH_LONG_HEAD_TAIL, 99, -1, 9, 0, 1, "[ 1-2  95-99 |"); /* 7: a quarter is rounded up */
	check_row(NCH_LONG_WINDOW, 20, -1, 10, 0, 4, "[ 1-8 |");
	check_row(NCH_LONG_WINDOW, 20, -1, 10, 1, 4, "[ 5-12 |");
	check_row(NCH_LONG_WINDOW, 20, -1, 10, 3, 4, "[ 13-20 |");
	check_row(NCH_LONG_WINDOW, 9, -1, 10, 1, 2, "[ 2-9 |");
	check_row(NCH_LONG_TAIL, 20, -1, 3, 0, 1, "[ 20-20 |");
	check_row(NCH_LONG_WINDOW, 3, -1, 3, 2, 3, "[ 3-3 |");
}

TEST(sun_et_al)
{
	nch_examples whole, fitted = {0};
	const int lengths[1][2] = {{1000, -1}};
	size_t windows[2];
	nch_error error;
	whole = whole_rows(lengths, 1);
	for (size_t t = 0; t < whole.offsets[1]; t++) /* 1 … 1000 holds the special ids */
		whole.token[t] = (int32_t)t;
	CHECK(nch_examples_fit(&whole, 512, NCH_LONG_HEAD_TAIL, windows, &fitted, &error) == NCH_OK);
	CHECK(fitted.offsets[1] == 512 && fitted.token[0] == 0 && fitted.token[511] == 1001);
	CHECK(fitted.token[128] == 128 && fitted.token[129] == 1000 - 382 + 1 && fitted.token[510] == 1000);
	nch_examples_free(&whole);
	nch_examples_free(&fitted);
}

TEST(pairs)
{
	check_row(NCH_LONG_CUT, 20, 3, 12, 0, 1, "[ 1-6 | 1001-1003 |");
	check_row(NCH_LONG_TAIL, 20, 3, 12, 0, 1, "[ 15-20 | 1001-1003 |");
	check_row(NCH_LONG_TAIL, 20, 30, 12, 0, 1, "[ 17-20 | 1026-1030 |");
	check_row(NCH_LONG_HEAD_TAIL, 3, 20, 12, 0, 1, "[ 1-3 | 1001-1002  1017-1020 |");
	check_row(NCH_LONG_WINDOW, 3, 12, 12, 0, 3, "[ 1-3 | 1001-1006 |");
	check_row(NCH_LONG_WINDOW, 3, 12, 12, 1, 3, "[ 1-3 | 1004-1009 |");
	check_row(NCH_LONG_WINDOW, 3, 12, 12, 2, 3, "[ 1-3 | 1007-1012 |");
	check_row(NCH_LONG_WINDOW, 20, 7, 12, 1, 6, "[ 4-8 | 1001-1004 |"); /* the other text has half of the room */
	check_row(NCH_LONG_WINDOW, 5, 0, 6, 1, 2, "[ 3-5 ||");
	check_row(NCH_LONG_WINDOW, 20, 20, 3, 0, 1, "[||");
}

/* A text of any length takes a bounded number of windows: the first at its beginning, the last at its end, those between at equal distances. */
TEST(windows_of_a_very_long_text)
{
	enum { LENGTH = 3000000, LIMIT = 512 };
	nch_examples whole = {.rows = 1, .token = nch_alloc(LENGTH + 2, sizeof *whole.token), .offsets = nch_alloc(2, sizeof *whole.offsets),
	                      .first = nch_alloc(1, sizeof *whole.first), .label = nch_alloc(1, sizeof *whole.label)}, fitted = {0};
	size_t windows[2];
	for (int i = 0; i < LENGTH + 2; i++)
		whole.token[i] = i; /* the special ones are 0 and LENGTH + 1 */
	whole.offsets[1] = LENGTH + 2;
	whole.first[0] = LENGTH + 2;
	CHECK(nch_examples_fit(&whole, LIMIT, NCH_LONG_WINDOW, windows, &fitted, NULL) == NCH_OK);
	CHECK(fitted.rows == NCH_MOST_WINDOW_TOKENS / LIMIT && windows[1] == fitted.rows && fitted.gaps == 1 && fitted.cut == 1);
	size_t wrong = 0;
	for (size_t r = 0; r < fitted.rows; r++) {
		const int32_t *row = fitted.token + fitted.offsets[r];
		size_t begin = (size_t)LENGTH - (LIMIT - 2), skip = begin * r / (fitted.rows - 1);
		wrong += row[0] != 0 || row[1] != (int32_t)(1 + skip) || row[LIMIT - 2] != (int32_t)(skip + LIMIT - 2) || row[LIMIT - 1] != LENGTH + 1;
	}
	CHECK(wrong == 0);
	nch_examples_free(&fitted);
	/* up to there windows cover all */
	whole.offsets[1] = whole.first[0] = 32000;
	fitted = (nch_examples){0};
	CHECK(nch_examples_fit(&whole, LIMIT, NCH_LONG_WINDOW, windows, &fitted, NULL) == NCH_OK && fitted.gaps == 0 && fitted.rows > 120);
	nch_examples_free(&fitted);
	nch_examples_free(&whole);
}

/* Windows leave nothing out, whatever the lengths. */
TEST(windows_cover_everything)
{
	bool covered = true;
	for (int length = 1; length < 60; length++)
		for (size_t max_len = 3; max_len < 20; max_len++) {
			const int lengths[1][2] = {{length, -1}};
			nch_examples whole = whole_rows(lengths, 1), fitted = {0};
			size_t windows[2];
			bool seen[61] = {false};
			nch_error error;
			CHECK(nch_examples_fit(&whole, max_len, NCH_LONG_WINDOW, windows, &fitted, &error) == NCH_OK);
			for (size_t t = 0; t < fitted.offsets[fitted.rows]; t++)
				if (fitted.token[t] < 61)
					seen[fitted.token[t]] = true;
			for (int i = 1; i <= length; i++)
				covered &= seen[i];
			nch_examples_free(&whole);
			nch_examples_free(&fitted);
		}
	CHECK(covered);
}

TEST(several_rows)
{
	const int lengths[3][2] = {{4, -1}, {20, -1}, {2, 2}};
	nch_examples whole = whole_rows(lengths, 3), fitted = {0};
	size_t windows[4];
	nch_error error;
	CHECK(nch_examples_fit(&whole, 10, NCH_LONG_WINDOW, windows, &fitted, &error) == NCH_OK);
	CHECK(windows[0] == 0 && windows[1] == 1 && windows[2] == 5 && windows[3] == 6);
	CHECK(fitted.cut == 1 && fitted.longest == 10);
	CHECK_TEXT(show(&fitted, 5), "[ 1-2 | 1001-1002 |");
	nch_examples_free(&fitted);
	nch_alloc_fail_after(2);
	CHECK(nch_examples_fit(&whole, 10, NCH_LONG_TAIL, windows, &fitted, &error) == NCH_MEMORY);
	nch_alloc_fail_after(0);
	nch_examples_free(&whole);
}

int main(void)
{
	RUN(one_text);
	RUN(sun_et_al);
	RUN(pairs);
	RUN(windows_of_a_very_long_text);
	RUN(windows_cover_everything);
	RUN(several_rows);
	return test_end();
}
