/* Errors: their texts, prefixes, control characters in them, and where they are cut. */
#include "base/status.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "test.h"

TEST(stores_text_and_status)
{
	nch_error error = {0};
	CHECK(nch_fail(&error, NCH_FORMAT, "%s:%d: bad", "a.tsv", 7) == NCH_FORMAT);
	CHECK(error.status == NCH_FORMAT);
	CHECK_TEXT(error.text, "a.tsv:7: bad");
	CHECK(nch_fail(NULL, NCH_IO, "nobody listens") == NCH_IO);
}

TEST(prefixes)
{
	nch_error error = {0};
	nch_fail(&error, NCH_IO, "cannot read");
	CHECK(nch_fail_prefix(&error, "model %s", "m") == NCH_IO);
	CHECK_TEXT(error.text, "model m: cannot read");
	nch_fail(&error, NCH_DATA, "again: %s", error.text); /* an argument that is the text itself */
	CHECK_TEXT(error.text, "again: model m: cannot read");
}

TEST(no_control_characters_reach_the_terminal)
{
	nch_error error = {0};
	nch_fail(&error, NCH_IO, "a\033[31mb\nc\x7f" "d\xC2\x9B" "e\xE2\x80\xAE" "f\xFFg");
	CHECK_TEXT(error.text, "a [31mb c d e f?g");
}

TEST(cut_at_a_character)
{
	char hangul[1200];
	for (size_t shift = 0; shift < 3; shift++) {
		memset(hangul, 'x', sizeof hangul);
		for (size_t i = shift; i + 3 < sizeof hangul; i += 3)
			memcpy(hangul + i, "가", 3);
		hangul[1100] = '\0';
		nch_error error = {0};
		nch_fail(&error, NCH_IO, "%s", hangul);
		CHECK(nch_utf8_valid(error.text, strlen(error.text)));
		CHECK(strlen(error.text) > sizeof error.text - 5);
		CHECK(strchr(error.text, '?') == NULL);
	}
}

static nch_status tries(int value, nch_error *error)
{
	NCH_TRY(value > 0 ? NCH_OK : nch_fail(error, NCH_NUMERIC, "not positive"));
	return NCH_OK;
}

TEST(try_returns)
{
	CHECK(tries(1, NULL) == NCH_OK);
	CHECK(tries(0, NULL) == NCH_NUMERIC);
}

int main(void)
{
	RUN(stores_text_and_status);
	RUN(prefixes);
	RUN(no_control_characters_reach_the_terminal);
	RUN(cut_at_a_character);
	RUN(try_returns);
	return test_end();
}
