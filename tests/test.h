/* test.h - a unit test program: functions that check, a main that runs them and counts.
 *
 *     TEST(adds) { CHECK(1 + 1 == 2); CHECK_CLOSE(x, 0.5, 1e-6); }
 *     int main(int argc, char **argv) { RUN(adds); return test_end(); }
 *
 * A test that needs something which is absent (../shared) calls SKIP("why"). tests/run adds up the closing lines. */
#ifndef NCH_TEST_H
#define NCH_TEST_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/setting.h"
#include "nn/compute.h"

static int test_passed_, test_failed_, test_skipped_, test_bad_, test_skip_;

#define TEST(name) static void test_##name(void)
#define RUN(name) test_run_(#name, test_##name)
#define CHECK(condition) test_check_((condition) ? 1 : 0, #condition, __FILE__, __LINE__)
#define CHECK_CLOSE(a, b, tolerance) test_close_((a), (b), (tolerance), #a " ~ " #b, __FILE__, __LINE__)
#define CHECK_TEXT(a, b) test_text_((a), (b), #a, __FILE__, __LINE__)
#define SKIP(why)                                   \
	do {                                        \
		printf("  skipped: %s\n", (why));   \
		test_skip_ = 1;                     \
		return;                             \
	} while (0)

static inline void test_check_(int good, const char *what, const char *file, int line)
{
	if (!good) {
		printf("  %s:%d: not so: %s\n", file, line, what);
		test_bad_++;
	}
}

static inline void test_close_(double a, double b, double tolerance, const char *what, const char *file, int line)
{
	if (!(fabs(a - b) <= tolerance)) { /* also catches NaN */
		printf("  %s:%d: %s: %.9g and %.9g differ by %.3g\n", file, line, what, a, b, fabs(a - b));
		test_bad_++;
	}
}

static inline void test_text_(const char *a, const char *b, const char *what, const char *file, int line)
{
	if (a == NULL || b == NULL || strcmp(a, b) != 0) {
		printf("  %s:%d: %s is \"%s\", not \"%s\"\n", file, line, what, a ? a : "(null)", b ? b : "(null)");
		test_bad_++;
	}
}

static inline void test_run_(const char *name, void (*test)(void))
{
	test_bad_ = test_skip_ = 0;
	nch_setting_sign("--"); /* as the program spells settings */
	if (getenv("NUNCHI_ISA") != NULL) /* as the program reads it: NUNCHI_ISA=scalar build/tests/unit/ops_test */
		nch_compute_default_isa(getenv("NUNCHI_ISA"));
	test();
	if (test_bad_ > 0) {
		test_failed_++;
		printf("FAILED %s\n", name);
	} else if (test_skip_) {
		test_skipped_++;
		printf("skipped %s\n", name);
	} else {
		test_passed_++;
		printf("ok %s\n", name);
	}
	fflush(stdout);
}

static inline int test_end(void)
{
	printf("%d passed, %d failed, %d skipped\n", test_passed_, test_failed_, test_skipped_);
	return test_failed_ > 0;
}

#endif
