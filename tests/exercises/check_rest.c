/* check_rest.c - the exercises on words, on training and on measures. */
#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "kernels/math.h"
#include "tests/exercises/check.h"

/* --- words --- */

/* All cuts are tried: what Viterbi's way must find. */
static double best_cut(const char *text, const exercise_piece *pieces, size_t count)
{
	double best = *text == '\0' ? 0 : -1e30;
	for (size_t i = 0; i < count; i++) {
		size_t bytes = strlen(pieces[i].text);
		if (*text != '\0' && strncmp(text, pieces[i].text, bytes) == 0)
			best = fmax(best, pieces[i].score + best_cut(text + bytes, pieces, count));
	}
	return best;
}

void check_15(void)
{
	static const exercise_piece pieces[] = {{"행", -6}, {"복", -6}, {"행복", -4}, {"해", -4}, {"요", -4}, {"해요", -5.5}, {"행복해", -9}, {"복해", -5}};
	static const char *const texts[] = {"행복해요", "행복", "복해요행복", "요요해"};
	enum { COUNT = sizeof pieces / sizeof *pieces };
	for (int t = 0; t < 4; t++) {
		size_t ends[64] = {0}, count = 0;
		double sum = exercise_viterbi(ends, &count, texts[t], pieces, COUNT), again = count > 0 ? 0 : -1e30;
		check_number(texts[t], sum, best_cut(texts[t], pieces, COUNT), 1e-9);
		for (size_t i = 0, begin = 0; i < count && i < 64 && ends[i] > begin; begin = ends[i++]) /* the pieces that were named */
			for (size_t k = 0; k < COUNT; k++)
				if (strlen(pieces[k].text) == ends[i] - begin && strncmp(pieces[k].text, texts[t] + begin, ends[i] - begin) == 0)
					again += pieces[k].score;
		check_number("its cut", again, best_cut(texts[t], pieces, COUNT), 1e-9);
		check_number("its end", count > 0 && count <= 64 ? (double)ends[count - 1] : 0, (double)strlen(texts[t]), 0);
	}
}

void check_16(void)
{
	static const int32_t text[] = {1, 2, 1, 2, 2, 3, 1, 1, 2}, want[] = {9, 9, 2, 3, 1, 9};
	static const int32_t same[] = {4, 4, 4, 5, 4, 4}, want_same[] = {8, 4, 5, 8};
	int32_t symbols[9];
	memcpy(symbols, text, sizeof text);
	check_number("count", (double)exercise_bpe(symbols, 9, 1, 2, 9), 6, 0);
	check_ints("symbols", symbols, want, 6);
	memcpy(symbols, same, sizeof same);
	check_number("count", (double)exercise_bpe(symbols, 6, 4, 4, 8), 4, 0);
	check_ints("equal ones", symbols, want_same, 4);
}

void check_17(void)
{
	static const char *const pieces[] = {"행", "행복", "##복", "##해요", "##해", "##요", "슬프", "##다"};
	size_t found[16] = {0};
	int32_t got[3];
	size_t count = exercise_wordpiece(found, "행복해요", pieces, 8);
	for (int i = 0; i < 3; i++)
		got[i] = (int32_t)found[i];
	check_number("count", (double)count, 2, 0);
	check_ints("행복해요", got, (const int32_t[]){1, 3}, 2);
	count = exercise_wordpiece(found, "행해요다", pieces, 8);
	for (int i = 0; i < 3; i++)
		got[i] = (int32_t)found[i];
	check_number("count", (double)count, 3, 0);
	check_ints("행해요다", got, (const int32_t[]){0, 3, 7}, 3);
	check_number("슬픔", (double)exercise_wordpiece(found, "슬픔", pieces, 8), 0, 0);
}

void check_24(void)
{
	static const char text[] = "a눈치é😂ㅋ";
	uint32_t codes[32] = {0};
	int32_t got[16] = {0}, want[16];
	size_t count = exercise_utf8(codes, text), n = 0;
	for (size_t at = 0; at < strlen(text); n++) {
		uint32_t code;
		at += nch_utf8_decode(text + at, strlen(text) - at, &code);
		want[n] = (int32_t)code;
	}
	for (size_t i = 0; i < n; i++)
		got[i] = (int32_t)codes[i];
	check_number("count", (double)count, (double)n, 0);
	check_ints("codes", got, want, n);
}

/* --- training --- */

void check_18(void)
{
	double w[3] = {0.5, -1, 2}, m[3] = {0}, v[3] = {0}, want[3] = {0.5, -1, 2}, m1[3] = {0}, v1[3] = {0};
	for (int step = 1; step <= 4; step++) {
		double g[3];
		for (int i = 0; i < 3; i++) {
			g[i] = check_value(30, (size_t)(3 * step + i));
			m1[i] += (g[i] - m1[i]) * (1 - .9);
			v1[i] += (g[i] * g[i] - v1[i]) * (1 - .999);
			want[i] -= 0.01 * 0.1 * want[i];
			want[i] -= 0.01 * (m1[i] / (1 - pow(.9, step))) / (sqrt(v1[i] / (1 - pow(.999, step))) + 1e-8);
		}
		exercise_adamw(w, m, v, g, 3, 0.01, 0.1, step);
	}
	check_doubles("w", w, want, 3, 1e-9);
	check_doubles("m", m, m1, 3, 1e-12);
	check_doubles("v", v, v1, 3, 1e-12);
}

/* ρ is the length of the average, as if it were a simple one; the factor is the root of Var(1/v) at ρ∞ over that at ρ (Liu et al. 2020, section 4). */
void check_19(void)
{
	static const int steps[] = {1, 5, 6, 10, 100, 10000};
	for (int i = 0; i < 6; i++) {
		double power = 1;
		for (int k = 0; k < steps[i]; k++)
			power *= 0.999;
		double all = 1999, rho = all - 2.0 * steps[i] * power / (1 - power);
		double ratio = ((rho - 4) / (all - 4)) * ((rho - 2) / (all - 2)) * (all / rho);
		check_number("factor", exercise_radam(0.999, steps[i]), rho > 5 ? sqrt(ratio) : 0, 1e-9);
	}
}

void check_20(void)
{
	static const long steps[] = {0, 3, 9, 10, 55, 99, 100};
	static const double want[] = {0, 0.3, 0.9, 1, 0.5, 1.0 / 90, 0};
	for (int i = 0; i < 7; i++)
		check_number("rate", exercise_schedule(2e-3, steps[i], 10, 100), 2e-3 * want[i], 1e-12);
}

void check_22(void)
{
	static const unsigned char replaced[] = {0, 1, 0, 0, 1, 1};
	float z[6], dz[6] = {0};
	double want = 0, slopes[6];
	check_fill(z, 4, 31);
	z[4] = 100;
	z[5] = -100;
	for (int t = 0; t < 6; t++) {
		double x = replaced[t] ? -(double)z[t] : (double)z[t]; /* the loss is ln(1 + e^x) */
		want += (x > 30 ? x : log(1 + exp(x))) / 6;
		slopes[t] = (replaced[t] ? -1 : 1) / (1 + exp(-x)) / 6;
	}
	double loss = exercise_replaced_loss(dz, z, replaced, 6);
	check_number("L", loss, want, 1e-6);
	check_floats("dz", dz, slopes, 6, 1e-6);
}

void check_23(void)
{
	static const double which[] = {.9, .1, .149, .15, .01, .5}, how[] = {.1, .79, .85, .1, .95, .99};
	static const int32_t other[] = {90, 91, 92, 93, 94, 95}, want[] = {10, 4, 92, 13, 14, 15}, want_targets[] = {-1, 11, 12, -1, 14, -1};
	int32_t ids[] = {10, 11, 12, 13, 14, 15}, targets[6] = {0};
	exercise_masking(ids, targets, which, how, other, 6, 4);
	check_ints("ids", ids, want, 6);
	check_ints("targets", targets, want_targets, 6);
}

/* --- measures --- */

void check_21(void)
{
	static const int32_t truth[] = {0, 0, 1, 1, 2, 2, 2, 0}, predicted[] = {0, 1, 1, 1, 0, 2, 2, 0};
	/* label 0: 2·2/(3+3), 1: 2·2/(3+2), 2: 2·2/(2+3); label 3 stands nowhere */
	check_number("macro F1", exercise_macro_f1(truth, predicted, 8, 4), (2.0 / 3 + 4.0 / 5 + 4.0 / 5) / 3, 1e-12);
	check_number("none right", exercise_macro_f1(truth, truth + 2, 2, 2), 0, 1e-12);
}

void check_25(void)
{
	static const double confidence[] = {.95, .9, .85, .61, .55, .5, .31, .99};
	static const unsigned char right[] = {1, 1, 0, 1, 0, 1, 0, 1};
	/* in fifths: (.2, .4]: .31; (.4, .6]: .55 .5; (.6, .8]: .61; (.8, 1]: .95 .9 .85 .99 */
	double want = (fabs(0 - .31) + fabs(1 - .55 - .5) + fabs(1 - .61) + fabs(3 - .95 - .9 - .85 - .99)) / 8;
	check_number("error", exercise_calibration(confidence, right, 8, 5), want, 1e-12);
}

void check_26(void)
{
	static const uint32_t counter[4] = {1, 2, 3, 4}, key[2] = {0xDEADBEEFu, 7};
	uint32_t got[4] = {0}, want[4];
	double a[4], b[4];
	nch_philox((uint64_t)key[1] << 32 | key[0], counter, want);
	exercise_philox(got, counter, key);
	for (int i = 0; i < 4; i++) {
		a[i] = got[i];
		b[i] = want[i];
	}
	check_doubles("words", a, b, 4, 0);
}
