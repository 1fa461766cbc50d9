/* Numbers out of texts and into them, whatever the locale. */
#include "base/number.h"

#include <float.h>
#include <locale.h>
#include <stdlib.h>

#include "base/json.h"
#include "test.h"

static double read_or(const char *text, double otherwise)
{
	double number = otherwise;
	nch_number_read(text, strlen(text), &number);
	return number;
}

TEST(reads)
{
	CHECK(read_or("0", 9) == 0 && read_or("-12.5e-1", 9) == -1.25 && read_or("+.5", 9) == 0.5 && read_or("5.", 9) == 5);
	CHECK(read_or("1e-400", 9) == 0);
	static const char *const bad[] = {"", "-", ".", "e5", "1e", "1e+", "0x10", "nan", "inf", "1 ", " 1", "1,5", "1..2", "1e999"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK(read_or(bad[i], 9) == 9);
	char digits[600];
	memset(digits, '3', sizeof digits);
	memcpy(digits, "0.", 2);
	double third = 0;
	CHECK(nch_number_read(digits, sizeof digits, &third) && third == 1.0 / 3.0);
}

TEST(reads_integers)
{
	int64_t number = 7;
	CHECK(nch_number_read_integer("-9223372036854775808", 20, &number) && number == INT64_MIN);
	CHECK(nch_number_read_integer("9223372036854775807", 19, &number) && number == INT64_MAX);
	CHECK(nch_number_read_integer("+12", 3, &number) && number == 12);
	CHECK(!nch_number_read_integer("9223372036854775808", 19, &number));
	CHECK(!nch_number_read_integer("-9223372036854775809", 20, &number));
	CHECK(!nch_number_read_integer("1.0", 3, &number) && !nch_number_read_integer("", 0, &number));
	CHECK(!nch_number_read_integer("-", 1, &number) && number == 12);
}

static const char *float_text(float number)
{
	static nch_buffer buffer;
	nch_buffer_clear(&buffer);
	nch_number_write_float(&buffer, number);
	return buffer.data;
}

static const char *double_text(double number)
{
	static nch_buffer buffer;
	nch_buffer_clear(&buffer);
	nch_number_write_double(&buffer, number);
	return buffer.data;
}

TEST(writes_the_fewest_digits)
{
	CHECK_TEXT(float_text(0.1f), "0.1");
	CHECK_TEXT(float_text(0.5f), "0.5");
	CHECK_TEXT(float_text(-0.0f), "-0");
	CHECK_TEXT(float_text(16777216.0f), "16777216");
	CHECK_TEXT(float_text(FLT_MAX), "3.4028235e+38");
	CHECK_TEXT(double_text(0.1), "0.1");
	CHECK_TEXT(double_text(1.0 / 3.0), "0.3333333333333333");
	CHECK_TEXT(double_text(1e21), "1e+21");
	CHECK_TEXT(double_text(1234), "1234");
	CHECK_TEXT(double_text((double)NAN), "nan");
}

/* What printf finds with the fewest digits that strtof reads back. */
static const char *long_way(float number)
{
	static char text[64];
	for (int digits = FLT_DIG; digits <= 9; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, (double)number);
		if (strtof(text, NULL) == number && (float)strtod(text, NULL) == number)
			break;
	}
	return text;
}

static int wrong_short(float number)
{
	char text[32];
	size_t length = nch_number_short(number, text);
	text[length] = '\0';
	return length > 0 && strcmp(text, long_way(number)) != 0;
}

/* The short way has printf's characters: for floats of all sizes, around every power of ten and of two, and for those that few digits give. */
TEST(the_short_way_is_the_long_one)
{
	int wrong = 0, taken = 0;
	char text[32];
	for (uint32_t i = 0; i < 60000; i++) {
		uint32_t bits = (127u - 31 + i % 52) << 23 | (i * UINT32_C(2654435761) & 0x7FFFFF);
		float number;
		memcpy(&number, &bits, sizeof number);
		wrong += wrong_short(i % 3 == 0 ? -number : number);
		taken += nch_number_short(number, text) > 0;
	}
	CHECK(wrong == 0 && taken > 55000);
	for (int power = -30; power <= 21; power++)
		for (int step = -20; step <= 20; step++) {
			float two = ldexpf(1.0f, power), ten = strtof((char[]){'1', 'e', power < 0 ? '-' : '+', (char)('0' + abs(power) / 10), (char)('0' + abs(power) % 10), '\0'}, NULL);
			for (int i = 0; i < abs(step); i++) {
				two = nextafterf(two, step < 0 ? 0.0f : 1e30f);
				ten = nextafterf(ten, step < 0 ? 0.0f : 1e30f);
			}
			wrong += wrong_short(two) + wrong_short(ten);
		}
	for (uint32_t i = 1; i < 20000; i++)
		wrong += wrong_short((float)i / 10000.0f) + wrong_short((float)i * 37.0f) + wrong_short((float)i * 1e-9f);
	CHECK(wrong == 0);
	CHECK(nch_number_short(0.0f, text) == 0 && nch_number_short((float)NAN, text) == 0 && nch_number_short((float)INFINITY, text) == 0);
}

TEST(everything_reads_back)
{
	int bad = 0;
	uint64_t state = 1234;
	for (int i = 0; i < 100000; i++) {
		state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		uint64_t mixed = state ^ state >> 29;
		uint32_t low = (uint32_t)(mixed >> 16);
		float f;
		double d, back;
		memcpy(&f, &low, sizeof f);
		memcpy(&d, &mixed, sizeof d);
		if (isfinite(f)) {
			const char *text = float_text(f);
			bad += strtof(text, NULL) != f || !nch_number_read(text, strlen(text), &back) || (float)back != f;
		}
		if (isfinite(d)) {
			const char *text = double_text(d);
			bad += !nch_number_read(text, strlen(text), &back) || memcmp(&back, &d, sizeof d) != 0;
		}
	}
	CHECK(bad == 0);
}

TEST(any_locale)
{
	static const char *const with_comma[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fr_FR.utf8"};
	bool found = false;
	for (size_t i = 0; i < 4 && !found; i++)
		found = setlocale(LC_NUMERIC, with_comma[i]) != NULL;
	if (!found)
		SKIP("no locale with a decimal comma is installed");
	CHECK(read_or("2.5", 9) == 2.5 && read_or("2,5", 9) == 9);
	CHECK_TEXT(float_text(2.5f), "2.5");
	CHECK_TEXT(double_text(-1e-300), "-1e-300");
	setlocale(LC_NUMERIC, "C");
}

int main(void)
{
	RUN(reads);
	RUN(reads_integers);
	RUN(writes_the_fewest_digits);
	RUN(the_short_way_is_the_long_one);
	RUN(everything_reads_back);
	RUN(any_locale);
	return test_end();
}
