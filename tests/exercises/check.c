/* check.c - checks one exercise: prints how each of its variables compares, and whether it is right.
 * usage: check NUMBER     (make exercise-NUMBER)
 *
 * Who has it right gets a receipt: the SHA-256 of the exercise's number, of what was to be computed, and of the name in LEARNER. A teacher who runs the solution with the
 * same name gets the same. */
#include "tests/exercises/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sha256.h"

static const struct {
	const char *title;
	void (*check)(void);
} exercises[] = {
	{"softmax", check_1}, {"cross-entropy and its gradient", check_2}, {"the gradient of softmax", check_3}, {"a linear map", check_4},
	{"the gradient of a linear map", check_5}, {"LayerNorm", check_6}, {"the gradient of LayerNorm", check_7}, {"the gradient of GELU", check_8},
	{"attention of one head", check_9}, {"the gradient of attention", check_10}, {"dropout by address", check_11}, {"the gradient of a table", check_12},
	{"a tile of the matrix product, to the bit", check_13}, {"a sum in sixteen lanes, to the bit", check_14}, {"the best way to cut a word", check_15},
	{"byte-pair encoding: one merge", check_16}, {"WordPiece: the longest piece first", check_17}, {"a step of AdamW", check_18},
	{"RAdam's rectification", check_19}, {"warm-up and decay", check_20}, {"macro F1", check_21}, {"the loss of replaced-token detection", check_22},
	{"which tokens are hidden", check_23}, {"UTF-8", check_24}, {"the calibration error", check_25}, {"Philox", check_26}};
enum { EXERCISES = sizeof exercises / sizeof *exercises };

static int bad, compared;
static nch_sha256 receipt;

/* What was to be computed goes into the receipt, with four digits, so that it is the same on every machine. */
static void add_to_receipt(double want)
{
	char text[40];
	int length = snprintf(text, sizeof text, "%.3e ", want == 0 ? 0.0 : want); /* no -0 */
	nch_sha256_add(&receipt, text, (size_t)length);
}

static void report(const char *variable, size_t n, double worst, size_t where, double got, double want, int exact, double close)
{
	int good = worst <= close; /* not so for NaN */
	compared++;
	bad += !good;
	if (good && exact)
		printf("  %-10s exact (%zu)\n", variable, n);
	else if (good)
		printf("  %-10s close (%zu; largest difference %.1e)\n", variable, n, worst);
	else
		printf("  %-10s wrong: largest difference %.3g, at [%zu]: %.6g, but it should be %.6g\n", variable, worst, where, got, want);
}

void check_doubles(const char *variable, const double *got, const double *want, size_t n, double close)
{
	double worst = 0;
	size_t where = 0;
	int exact = 1;
	for (size_t i = 0; i < n; i++) {
		double off = fabs(got[i] - want[i]);
		add_to_receipt(want[i]);
		exact &= got[i] == want[i];
		if (!(off <= worst)) {
			worst = off;
			where = i;
		}
	}
	report(variable, n, worst, where, got[where], want[where], exact, close);
}

void check_floats(const char *variable, const float *got, const double *want, size_t n, double close)
{
	double wide[1024], single[1024];
	for (size_t i = 0; i < n && i < 1024; i++) {
		wide[i] = (double)got[i];
		single[i] = (double)(float)want[i];
	}
	check_doubles(variable, wide, single, n < 1024 ? n : 1024, close);
}

void check_number(const char *variable, double got, double want, double close)
{
	check_doubles(variable, &got, &want, 1, close);
}

void check_ints(const char *variable, const int32_t *got, const int32_t *want, size_t n)
{
	double a[256], b[256];
	for (size_t i = 0; i < n && i < 256; i++) {
		a[i] = got[i];
		b[i] = want[i];
	}
	check_doubles(variable, a, b, n < 256 ? n : 256, 0);
}

double check_value(unsigned s, size_t i)
{
	uint32_t x = (uint32_t)i * 2654435761u + s * 40503u * 65537u + 12345u;
	x ^= x >> 15;
	x *= 2246822519u;
	x ^= x >> 13;
	return (double)x / 2147483648.0 - 1;
}

void check_fill(float *x, size_t n, unsigned s)
{
	for (size_t i = 0; i < n; i++)
		x[i] = (float)check_value(s, i);
}

void check_differences(double *gradient, float *x, size_t n, check_loss *loss, void *context)
{
	const float h = 1.0f / 256; /* exact in floats that are not large; the loss is computed in double */
	for (size_t i = 0; i < n; i++) {
		float here = x[i];
		x[i] = here + h;
		double above = loss(x, context), up = (double)x[i];
		x[i] = here - h;
		gradient[i] = (above - loss(x, context)) / (up - (double)x[i]);
		x[i] = here;
	}
}

static void print_receipt(long number)
{
	const char *learner = getenv("LEARNER");
	unsigned char digest[32];
	char text[300], hex[65];
	int length = snprintf(text, sizeof text, "exercise %ld %.200s", number, learner ? learner : "");
	nch_sha256_add(&receipt, text, (size_t)length);
	nch_sha256_finish(&receipt, digest);
	nch_sha256_hex(digest, hex);
	printf("receipt %s\n", hex);
}

int main(int count, char **words)
{
	long number = count == 2 ? strtol(words[1], NULL, 10) : 0;
	if (number < 1 || number > EXERCISES) {
		fprintf(stderr, "usage: check NUMBER, from 1 to %d\n", (int)EXERCISES);
		return 2;
	}
	printf("exercise %ld: %s\n", number, exercises[number - 1].title);
	nch_sha256_start(&receipt);
	exercises[number - 1].check();
	if (bad > 0 || compared == 0) {
		printf("not yet: %d of %d wrong\n", bad, compared);
		return 1;
	}
	printf("right\n");
	print_receipt(number);
	return 0;
}
