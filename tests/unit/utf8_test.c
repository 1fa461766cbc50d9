/* UTF-8: every code point, every malformed sequence, widths. */
#include "base/utf8.h"

#include "test.h"

TEST(every_code_point_comes_back)
{
	int bad = 0;
	for (uint32_t c = 0; c <= 0x10FFFF; c++) {
		if (c >= 0xD800 && c <= 0xDFFF)
			continue;
		char bytes[4];
		uint32_t back;
		size_t size = nch_utf8_encode(c, bytes);
		bad += nch_utf8_decode(bytes, size, &back) != size || back != c;
		if (size > 1) { /* cut short it is malformed, and one byte is taken */
			bad += nch_utf8_decode(bytes, size - 1, &back) != 1 || back != NCH_UTF8_BAD;
		}
	}
	CHECK(bad == 0);
}

TEST(malformed)
{
	static const char *const texts[] = {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80",
	                                    "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
	                                    "\xF5\x80\x80\x80", "\xFF", "\xEA\xB0", "\xEA\x41\x80"};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		uint32_t c = 0;
		CHECK(nch_utf8_decode(texts[i], strlen(texts[i]), &c) == 1 && c == NCH_UTF8_BAD);
		CHECK(!nch_utf8_valid(texts[i], strlen(texts[i])));
	}
	char bytes[4];
	CHECK(nch_utf8_encode(0xD800, bytes) == 3 && memcmp(bytes, "\xEF\xBF\xBD", 3) == 0);
	CHECK(nch_utf8_encode(0x110000, bytes) == 3 && memcmp(bytes, "\xEF\xBF\xBD", 3) == 0);
}

TEST(counts)
{
	CHECK(nch_utf8_count("", 0) == 0);
	CHECK(nch_utf8_count("가a\xFF나", 8) == 4);
	CHECK(nch_utf8_valid("가a나", 7) && nch_utf8_valid("", 0));
}

static bool valid_by_decoding(const char *text, size_t length)
{
	for (size_t at = 0; at < length;) {
		uint32_t c;
		at += nch_utf8_decode(text + at, length - at, &c);
		if (c == NCH_UTF8_BAD)
			return false;
	}
	return true;
}

/* The quick check says what the decoder says: every second and third byte behind each kind of first byte, at the end of a text and
 * within one. */
TEST(quick_check)
{
	static const unsigned char leads[] = {'a', 0x80, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEA, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF4, 0xFF};
	char text[12] = "01234567\x80xx";
	bool same = true;
	for (size_t lead = 0; lead < sizeof leads; lead++)
		for (unsigned tail = 0; tail < 65536; tail++) {
			text[2] = (char)leads[lead];
			text[3] = (char)(tail >> 8);
			text[4] = (char)tail;
			for (size_t length = 3; length <= 8; length++)
				same &= nch_utf8_valid(text, length) == valid_by_decoding(text, length);
		}
	CHECK(same);
	CHECK(!nch_utf8_valid(text, 9));
}

/* Strings of the bytes at which something changes, at every place in a word and across two. */
TEST(quick_check_across_words)
{
	static const unsigned char bytes[] = {'a', 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1,
	                                      0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFF};
	static const char *const good[] = {"a", "é", "가", "힣", "\xE0\xA0\x80", "\xED\x9F\xBF", "😀", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"};
	unsigned state = 1;
	int different = 0, valid = 0;
	for (int trial = 0; trial < 400000; trial++) {
		char text[64];
		size_t length = 0, wanted = (size_t)trial % 23;
		while (length < wanted) { /* whole characters, and now and then a byte that does not fit */
			state = state * 1664525u + 1013904223u;
			unsigned choice = state >> 16;
			if (choice % 16 == 0) {
				text[length++] = (char)bytes[choice / 16 % sizeof bytes];
			} else {
				const char *c = good[choice % (sizeof good / sizeof *good)];
				memcpy(text + length, c, strlen(c));
				length += strlen(c);
			}
		}
		if (trial % 5 == 0 && length > 0)
			length--; /* cut within a character */
		bool quick = nch_utf8_valid(text, length);
		different += quick != valid_by_decoding(text, length);
		valid += quick;
	}
	CHECK(different == 0);
	CHECK(valid > 50000 && valid < 350000);
}

TEST(widths)
{
	CHECK(nch_utf8_width('a') == 1 && nch_utf8_width(0xE9) == 1);
	CHECK(nch_utf8_width(0xAC00) == 2 && nch_utf8_width(0xD7A3) == 2); /* 가 힣 */
	CHECK(nch_utf8_width(0x3131) == 2 && nch_utf8_width(0x4E00) == 2); /* ㄱ 一 */
	CHECK(nch_utf8_width(0xFF21) == 2 && nch_utf8_width(0xFF71) == 1); /* full-width A, half-width ｱ */
	CHECK(nch_utf8_width(0x1F602) == 2 && nch_utf8_width(0x2764) == 1);
	CHECK(nch_utf8_width(0x301) == 0 && nch_utf8_width(0x200D) == 0 && nch_utf8_width(0xFE0F) == 0);
	CHECK(nch_utf8_width(0x1100) == 2 && nch_utf8_width(0x1161) == 0 && nch_utf8_width(0x11A8) == 0);
	CHECK(nch_utf8_width(NCH_UTF8_BAD) == 1);
	CHECK(nch_utf8_columns("행복 ok", 9) == 7);
}

int main(void)
{
	RUN(every_code_point_comes_back);
	RUN(malformed);
	RUN(counts);
	RUN(quick_check);
	RUN(quick_check_across_words);
	RUN(widths);
	return test_end();
}
