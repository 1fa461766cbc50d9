/* Reports: classification_report to the byte, confusion matrix, JSON, training log, plots. */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/utf8.h"
#include "golden/report_golden.h"
#include "report/evaluation.h"
#include "report/log.h"
#include "report/plots.h"
#include "report/svg.h"
#include "test.h"
#include "train/log.h"

static uint32_t x;

static uint32_t next_number(void)
{
	x = x * 1664525u + 1013904223u;
	return x >> 8;
}

static nch_labels seven_names(void)
{
	nch_labels labels = {0};
	CHECK(nch_labels_parse(&labels, "공포,놀람,분노,슬픔,중립,행복과 기쁨이 아주 큰 것,disgust", NULL) == NCH_OK);
	return labels;
}

static int32_t truth[500], predicted[500];

/* As report.py: two thirds right. */
static void make_predictions(void)
{
	x = 5;
	for (size_t i = 0; i < 500; i++)
		truth[i] = (int32_t)(next_number() % 7);
	for (size_t i = 0; i < 500; i++)
		predicted[i] = next_number() % 3 != 0 ? truth[i] : (int32_t)(next_number() % 7);
}

TEST(classification_report)
{
	nch_labels labels = seven_names();
	nch_metrics m;
	nch_buffer out = {0};
	make_predictions();
	CHECK(nch_metrics_single(truth, predicted, NULL, 500, 7, &m, NULL) == NCH_OK);
	nch_report_classification(&m, &labels, 2, &out);
	CHECK_TEXT(out.data, golden_seven);
	nch_buffer_clear(&out);
	nch_report_classification(&m, &labels, 4, &out);
	CHECK_TEXT(out.data, golden_seven_digits);
	nch_metrics_free(&m);
	for (size_t i = 0; i < 500; i++) {
		truth[i] = truth[i] == 3 ? 2 : truth[i];
		predicted[i] = predicted[i] == 3 ? 2 : predicted[i];
	}
	CHECK(nch_metrics_single(truth, predicted, NULL, 500, 7, &m, NULL) == NCH_OK);
	nch_buffer_clear(&out);
	nch_report_classification(&m, &labels, 2, &out);
	CHECK_TEXT(out.data, golden_absent);
	nch_metrics_free(&m);
	nch_labels_free(&labels);
	nch_buffer_free(&out);
}

TEST(classification_report_multi_label)
{
	enum { CELLS = 12000 * 7 };
	nch_labels labels = seven_names();
	nch_metrics m;
	nch_buffer out = {0};
	float *targets = malloc(CELLS * sizeof *targets), *scores = malloc(CELLS * sizeof *scores);
	x = 6;
	for (size_t i = 0; i < CELLS; i++)
		targets[i] = next_number() % 4 == 0;
	for (size_t i = 0; i < CELLS; i++) {
		scores[i] = next_number() % 3 == 0;
		scores[i] = i % 7 == 2 ? 0 : scores[i];
	}
	CHECK(nch_metrics_multi(targets, scores, NULL, 12000, 7, &m, NULL) == NCH_OK);
	nch_report_classification(&m, &labels, 2, &out);
	CHECK_TEXT(out.data, golden_multi);
	nch_metrics_free(&m);
	nch_labels_free(&labels);
	nch_buffer_free(&out);
	free(targets);
	free(scores);
}

/* Every line of the matrix ends in the same terminal column. */
TEST(confusion_is_aligned)
{
	nch_labels labels = seven_names();
	nch_metrics m;
	nch_buffer out = {0};
	make_predictions();
	CHECK(nch_metrics_single(truth, predicted, NULL, 500, 7, &m, NULL) == NCH_OK);
	nch_report_confusion(&m, &labels, &out);
	size_t lines = 0, columns = 0;
	for (char *line = out.data; *line != '\0'; lines++) {
		size_t length = strcspn(line, "\n");
		columns = lines == 0 ? nch_utf8_columns(line, length) : columns;
		CHECK(nch_utf8_columns(line, length) == columns);
		line += length + 1;
	}
	CHECK(lines == 8);
	nch_metrics_free(&m);
	nch_labels_free(&labels);
	nch_buffer_free(&out);
}

TEST(json)
{
	nch_labels labels = seven_names();
	nch_metrics m;
	nch_buffer out = {0};
	make_predictions();
	CHECK(nch_metrics_single(truth, predicted, NULL, 500, 7, &m, NULL) == NCH_OK);
	nch_report_json(&m, &labels, &out);
	nch_arena *arena = nch_arena_new(0);
	nch_json *value;
	CHECK(nch_json_parse(out.data, out.length, "json", arena, &value, NULL) == NCH_OK);
	CHECK(nch_json_number(value, "accuracy", -1) == m.accuracy);
	CHECK(nch_json_number(value, "macro_f1", -1) == m.macro.f1);
	CHECK(nch_json_number(value, "weighted_f1", -1) == m.weighted.f1);
	CHECK(nch_json_number(value, "rows", -1) == 500);
	CHECK(nch_json_get(value, "loss")->type == NCH_JSON_NULL && nch_json_get(value, "roc_auc")->type == NCH_JSON_NULL);
	CHECK(nch_json_get(value, "labels")->count == 7 && nch_json_get(value, "confusion")->count == 7);
	CHECK(nch_json_path(value, "confusion.1.2")->number == (double)m.confusion[7 + 2]);
	CHECK(nch_json_number(nch_json_get(nch_json_get(value, "per_label"), "슬픔"), "f1", -1) == m.by_class[3].f1);
	nch_arena_free(arena);
	nch_metrics_free(&m);
	nch_labels_free(&labels);
	nch_buffer_free(&out);
}

TEST(log_comes_back)
{
	nch_step_record step = { .step = 7,
		                 .epoch = 2,
		                 .lr = 0.1 + 0.2,
		                 .loss = 1.0 / 3,
		                 .grad_norm = 5e-324,
		                 .seconds = 0.015625,
		                 .tokens = 1234 };
	nch_epoch_record epoch = { .epoch = 2, .train_loss = 1e300, .has_valid = true, .best = true };
	epoch.valid = (nch_scores){ .loss = 0.1, .accuracy = 0.7, .macro_f1 = 1.0 / 7, .micro_f1 = 0.25 };
	nch_epoch_record unwatched = { .epoch = 3, .train_loss = 0.5 };
	nch_buffer out = {0};
	nch_log log = {0};
	nch_log_step(&out, &step);
	nch_log_epoch(&out, &epoch);
	nch_log_epoch(&out, &unwatched);
	CHECK(strstr(out.data, "\"valid_loss\":null") != NULL);
	CHECK(nch_log_parse(out.data, out.length, "log", &log, NULL) == NCH_OK);
	CHECK(log.step_count == 1 && log.epoch_count == 2);
	const nch_logged_step *s = &log.steps[0];
	const nch_logged_epoch *e = &log.epochs[0];
	CHECK(s->step == 7 && s->epoch == 2 && s->lr == step.lr && s->loss == step.loss && s->grad_norm == 5e-324);
	CHECK(s->tokens == 1234 && s->seconds == 0.015625);
	CHECK(e->epoch == 2 && e->train_loss == 1e300 && e->valid_loss == 0.1 && e->valid_macro_f1 == 1.0 / 7 && e->best);
	CHECK(isnan(e[1].valid_loss) && isnan(e[1].valid_micro_f1) && !e[1].best);
	nch_log_free(&log);
	nch_buffer_free(&out);
}

/* A killed run leaves half a line; a resumed one does some steps again. */
TEST(log_of_a_resumed_run)
{
	const char text[] =
		"{\"step\":1,\"loss\":3}\n{\"step\":2,\"loss\":2}\n{\"step\":3,\"loss\":1}\n{\"epoch\":1,\"train_loss\":5}\n"
		"{\"step\":2,\"loss\":2.5}\n\n{\"note\":1}\n{\"epoch\":1,\"train_loss\":4}\n{\"step\":3,\"lo";
	nch_log log = {0};
	nch_error error;
	CHECK(nch_log_parse(text, sizeof text - 1, "log", &log, &error) == NCH_OK);
	CHECK(log.step_count == 2 && log.steps[1].loss == 2.5);
	CHECK(log.epoch_count == 1 && log.epochs[0].train_loss == 4);
	CHECK(nch_log_parse("{}\nx\n", 5, "log", &log, &error) == NCH_FORMAT);
	CHECK_TEXT(error.text, "log:2: this is no record of a training log");
	CHECK(nch_log_parse("[1]\n", 4, "log", &log, &error) == NCH_FORMAT);
	nch_log_free(&log);
	CHECK(nch_log_read("/nowhere/log.jsonl", &log, &error) == NCH_IO);
}

static size_t count_of(const char *text, const char *part)
{
	size_t count = 0;
	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		count++;
	return count;
}

/* Every tag that is opened is closed, and no number is NaN or infinite. */
static void check_svg(const nch_buffer *svg)
{
	const char *text = svg->data;
	CHECK(strncmp(text, "<svg ", 5) == 0 && strcmp(text + svg->length - 7, "</svg>\n") == 0);
	CHECK(count_of(text, "<text") == count_of(text, "</text>"));
	CHECK(strstr(text, "nan") == NULL && strstr(text, "inf") == NULL);
	CHECK(nch_utf8_valid(text, svg->length));
}

TEST(curves)
{
	nch_log logs[3] = { {0}, {0}, {0} };
	nch_buffer out = {0};
	for (size_t r = 0; r < 2; r++) {
		nch_buffer text = {0};
		for (uint64_t e = 1; e <= 5; e++) {
			nch_step_record step = { .step = e, .epoch = e, .loss = e == 3 ? NAN : 1.0 / (double)e };
			nch_epoch_record epoch = {
				.epoch = e, .train_loss = 1.0 / (double)e, .train_accuracy = 0.5, .has_valid = r == 0
			};
			epoch.valid = (nch_scores){ .loss = 0.4, .accuracy = 0.4 };
			nch_log_step(&text, &step);
			nch_log_epoch(&text, &epoch);
		}
		CHECK(nch_log_parse(text.data, text.length, "log", &logs[r], NULL) == NCH_OK);
		nch_buffer_free(&text);
	}
	nch_curve_run runs[] = { { .name = "<b>하나</b>", .log = &logs[0] }, { .name = "둘 & \"셋\"", .log = &logs[1] }, { .name = "empty", .log = &logs[2] } };
	for (size_t count = 0; count <= 3; count++) {
		nch_buffer_clear(&out);
		nch_curves_svg(runs, count, &out);
		check_svg(&out);
	}
	CHECK(strstr(out.data, "&lt;b&gt;하나&lt;/b&gt;") != NULL && strstr(out.data, "<b>") == NULL);
	CHECK(count_of(out.data, "<polyline") ==
	      6); /* train and validation twice for the first run, train only for the second */
	nch_buffer_clear(&out);
	nch_curves_svg(&runs[2], 1, &out);
	check_svg(&out);
	/* the legend names the lines that there are; a mean over an epoch stands in its middle, a measurement at its end: 80 units an epoch from 64 on */
	nch_buffer_clear(&out);
	nch_curves_svg(&runs[0], 1, &out);
	CHECK(strstr(out.data, ">validation<") != NULL && strstr(out.data, ">training, single steps<") != NULL);
	CHECK(strstr(out.data, "points=\"104.00,") != NULL && strstr(out.data, "points=\"144.00,") != NULL);
	nch_buffer_clear(&out);
	nch_curves_svg(&runs[1], 1, &out);
	CHECK(strstr(out.data, ">training, mean of the epoch<") != NULL && strstr(out.data, ">validation<") == NULL);
	nch_buffer_free(&out);
	for (size_t r = 0; r < 3; r++)
		nch_log_free(&logs[r]);
}

/* Lists of a step come back as they were written, a null as NaN; what a log has nothing of is not drawn. */
TEST(details_picture)
{
	double ratio[] = {1e-3, 2e-3, NAN}, entropy[] = {0.5}, dead[] = {NAN};
	const nch_details details = {.levels = 3, .layers = 1, .update_ratio = ratio, .attention_entropy = entropy, .dead_units = dead};
	nch_log log = {0}, plain = {0};
	nch_buffer text = {0}, out = {0};
	for (uint64_t i = 1; i <= 450; i++) {
		nch_step_record step = {.step = i, .epoch = 1, .loss = 1.0 / (double)i, .lr = 1e-3, .grad_norm = 1.0, .details = i > 1 ? &details : NULL};
		nch_log_step(&text, &step);
	}
	CHECK(nch_log_parse(text.data, text.length, "log", &log, NULL) == NCH_OK);
	CHECK(log.step_count == 450 && nch_log_has_details(&log) && log.steps[0].update_ratio.count == 0);
	const nch_logged_step *s = &log.steps[449];
	CHECK(s->update_ratio.count == 3 && log.values[s->update_ratio.first + 1] == 2e-3 && isnan(log.values[s->update_ratio.first + 2]));
	CHECK(s->attention_entropy.count == 1 && log.values[s->attention_entropy.first] == 0.5 && isnan(log.values[s->dead_units.first]));
	nch_details_svg(&log, &out);
	check_svg(&out);
	CHECK(count_of(out.data, "<polyline") == 7 && strstr(out.data, "silent units") == NULL); /* three numbers, three parts, one layer */
	CHECK(strstr(out.data, ">embeddings<") != NULL);
	nch_buffer_clear(&text);
	nch_log_step(&text, &(nch_step_record){.step = 1, .epoch = 1, .loss = 2.0, .lr = 1e-3, .grad_norm = 1.0});
	CHECK(nch_log_parse(text.data, text.length, "log", &plain, NULL) == NCH_OK && !nch_log_has_details(&plain));
	nch_buffer_clear(&out);
	nch_details_svg(&plain, &out);
	check_svg(&out);
	CHECK(count_of(out.data, "<polyline") == 3 && strstr(out.data, ">embeddings<") == NULL);
	nch_buffer_clear(&out);
	nch_details_svg(&(nch_log){0}, &out);
	check_svg(&out);
	nch_buffer_free(&out);
	nch_buffer_free(&text);
	nch_log_free(&log);
	nch_log_free(&plain);
}

TEST(confusion_picture)
{
	nch_labels labels = seven_names();
	nch_metrics m;
	nch_buffer out = {0};
	make_predictions();
	CHECK(nch_metrics_single(truth, predicted, NULL, 500, 7, &m, NULL) == NCH_OK);
	nch_confusion_svg(&m, &labels, &out);
	check_svg(&out);
	CHECK(count_of(out.data, "<rect") == 1 + 49);
	CHECK(count_of(out.data, ">공포<") == 2);
	nch_metrics_free(&m);
	nch_buffer_clear(&out);
	const float one[] = { 1, 0 };
	CHECK(nch_metrics_multi(one, one, NULL, 1, 2, &m, NULL) == NCH_OK);
	nch_confusion_svg(&m, &labels, &out);
	check_svg(&out);
	nch_metrics_free(&m);
	nch_labels_free(&labels);
	nch_buffer_free(&out);
}

/* A colour's relative luminance (WCAG 2.2). */
static double luminance(const double rgb[3])
{
	double parts[3];
	for (int i = 0; i < 3; i++)
		parts[i] = rgb[i] / 255 <= 0.04045 ? rgb[i] / 255 / 12.92 : pow((rgb[i] / 255 + 0.055) / 1.055, 2.4);
	return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
}

static void read_colour(const char *text, double rgb[3])
{
	unsigned number = strcmp(text, "white") == 0 ? 0xFFFFFF : 0;
	if (text[0] == '#')
		CHECK(sscanf(text, "#%6x", &number) == 1);
	for (int i = 0; i < 3; i++)
		rgb[i] = number >> (16 - 8 * i) & 0xFF;
}

/* Of a text on `depth`, of which `share` lies over `ground`. */
static double contrast(const char *text, const char *ground, const char *depth, double share)
{
	double ink[3], below[3], above[3];
	read_colour(text, ink);
	read_colour(ground, below);
	read_colour(depth, above);
	for (int i = 0; i < 3; i++)
		below[i] += (above[i] - below[i]) * share;
	double a = luminance(ink) + 0.05, b = luminance(below) + 0.05;
	return a > b ? a / b : b / a;
}

TEST(all_texts_of_pictures_can_be_read)
{
	static const char *const texts[] = {NCH_SVG_INK, NCH_SVG_QUIET};
	for (size_t i = 0; i < 2; i++) {
		CHECK(contrast(texts[i], NCH_SVG_GROUND, NCH_SVG_GROUND, 0) >= 4.5);
		CHECK(contrast(nch_svg_dark(texts[i]), nch_svg_dark(NCH_SVG_GROUND), NCH_SVG_GROUND, 0) >= 4.5);
	}
	for (size_t i = 0; i < NCH_SVG_SERIES; i++) {
		CHECK(contrast(nch_svg_series[i], NCH_SVG_GROUND, NCH_SVG_GROUND, 0) >= 3);
		CHECK(contrast(nch_svg_dark(nch_svg_series[i]), nch_svg_dark(NCH_SVG_GROUND), NCH_SVG_GROUND, 0) >= 3);
	}
	/* cells of every depth, as they are drawn */
	nch_metrics m;
	nch_labels labels = seven_names();
	nch_buffer out = {0};
	size_t shades = 0;
	for (size_t right = 0; right <= 100; right++) {
		int32_t is[100], said[100];
		for (size_t i = 0; i < 100; i++) {
			is[i] = 0;
			said[i] = i >= right;
		}
		nch_buffer_clear(&out);
		CHECK(nch_metrics_single(is, said, NULL, 100, 2, &m, NULL) == NCH_OK);
		nch_confusion_svg(&m, &labels, &out);
		for (const char *at = out.data; (at = strstr(at, "fill-opacity=\"")) != NULL; at++) {
			double share = strtod(at + 14, NULL);
			const char *text = strstr(at, "<text"), *next = strstr(at + 1, "fill-opacity");
			char fill[16];
			if (text == NULL || (next != NULL && next < text))
				continue;
			CHECK(sscanf(strstr(text, "fill=\""), "fill=\"%15[^\"]", fill) == 1);
			CHECK(contrast(fill, NCH_SVG_GROUND, NCH_SVG_DEPTH, share) >= 4.5);
			CHECK(nch_svg_dark(fill) != NULL &&
			      contrast(nch_svg_dark(fill), nch_svg_dark(NCH_SVG_GROUND), nch_svg_dark(NCH_SVG_DEPTH), share) >= 4.5);
			shades++;
		}
		nch_metrics_free(&m);
	}
	CHECK(shades > 150);
	CHECK(strstr(out.data, "prefers-color-scheme:dark") != NULL);
	nch_labels_free(&labels);
	nch_buffer_free(&out);
}

TEST(svg_helpers)
{
	CHECK_CLOSE(nch_svg_step(10, 5), 2, 1e-12);
	CHECK_CLOSE(nch_svg_step(0.9, 6), 0.2, 1e-12);
	CHECK_CLOSE(nch_svg_step(1000000, 4), 500000, 1e-6);
	CHECK_CLOSE(nch_svg_step(0, 4), 1, 0);
	CHECK_CLOSE(nch_svg_step(NAN, 4), 1, 0);
	nch_buffer out = {0};
	nch_svg_escape(&out, "a\x01\xFF<&'\"", 7);
	CHECK_TEXT(out.data, "a \xEF\xBF\xBD&lt;&amp;&#39;&quot;");
	nch_buffer_free(&out);
}

int main(void)
{
	RUN(classification_report);
	RUN(classification_report_multi_label);
	RUN(confusion_is_aligned);
	RUN(json);
	RUN(log_comes_back);
	RUN(log_of_a_resumed_run);
	RUN(curves);
	RUN(details_picture);
	RUN(confusion_picture);
	RUN(all_texts_of_pictures_can_be_read);
	RUN(svg_helpers);
	return test_end();
}
