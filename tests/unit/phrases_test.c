/* phrases_test.c - what the program says to people, in each of its languages. */
#include "base/phrases.h"
#include "test.h"

/* The conversions of a format, %zu%d%% without flags and widths told apart from nothing else: copied as they stand, one after the other. */
static void conversions(const char *format, char *out, size_t room)
{
	size_t used = 0;
	for (; *format != '\0'; format++) {
		if (*format != '%')
			continue;
		size_t length = strcspn(format + 1, "diuxfgeEGsc%") + 2;
		if (used + length + 1 < room) {
			memcpy(out + used, format, length);
			used += length;
		}
		format += length - 1;
	}
	out[used] = '\0';
}

TEST(languages_have_the_same_conversions_in_the_same_order)
{
	for (int i = 0; i < NCH_PHRASE_COUNT; i++) {
		char english[64], korean[64];
		const char *text = nch_say(NCH_KOREAN, (nch_phrase)i);
		conversions(nch_say(NCH_ENGLISH, (nch_phrase)i), english, sizeof english);
		conversions(text, korean, sizeof korean);
		CHECK_TEXT(korean, english);
		/* places of a page's script may change their order, not their number */
		for (char place[] = "{0}"; place[1] < '4'; place[1]++)
			CHECK((strstr(text, place) != NULL) == (strstr(nch_say(NCH_ENGLISH, (nch_phrase)i), place) != NULL));
	}
}

TEST(korean_phrases_are_korean)
{
	for (int i = 0; i < NCH_PHRASE_COUNT; i++) {
		const unsigned char *text = (const unsigned char *)nch_say(NCH_KOREAN, (nch_phrase)i);
		int hangul = 0;
		for (; *text != '\0'; text++)
			hangul += *text >= 0xea && *text <= 0xed;
		if (i != NCH_SAY_explain_largest)
			CHECK(hangul > 0);
		CHECK(i == 0 || strcmp(nch_phrase_name((nch_phrase)i), nch_phrase_name((nch_phrase)(i - 1))) != 0);
	}
	CHECK_TEXT(nch_phrase_name(NCH_SAY_book_arc), "book_arc");
}

TEST(locales)
{
	static const char *const korean[] = {"ko", "ko_KR.UTF-8", "ko_KR", "ko-KR", "ko.UTF-8", "ko@euro"};
	static const char *const others[] = {"", "C", "C.UTF-8", "POSIX", "en_US.UTF-8", "kok_IN", "k", "de_DE"};
	for (size_t i = 0; i < sizeof korean / sizeof *korean; i++)
		CHECK(nch_language_of(korean[i]) == NCH_KOREAN);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		CHECK(nch_language_of(others[i]) == NCH_ENGLISH);
	CHECK_TEXT(nch_language_code(NCH_ENGLISH), "en");
	CHECK_TEXT(nch_language_code(NCH_KOREAN), "ko");
}

int main(void)
{
	RUN(languages_have_the_same_conversions_in_the_same_order);
	RUN(korean_phrases_are_korean);
	RUN(locales);
	return test_end();
}
