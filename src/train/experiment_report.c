/* experiment_report.c - metrics.json, report.txt and the plots of a finished run. */
#include "train/experiment_report.h"

#include "base/file.h"
#include "base/json.h"
#include "report/evaluation.h"
#include "report/plots.h"

static void write_metrics(const nch_experiment_result *r, nch_buffer *out)
{
	nch_buffer_printf(out, "{\"train_rows\":%zu,\"valid_rows\":%zu,\"test_rows\":%zu,\"parameters\":%zu,\"max_len\":%zu,\"epochs\":%zu,"
	                       "\"best_epoch\":%zu,\"steps\":%llu,\"seconds\":",
	                  r->train_rows, r->valid_rows, r->test_rows, r->parameters, r->max_len, r->training.count, r->training.best_epoch,
	                  (unsigned long long)r->training.steps);
	nch_json_write_double(out, r->seconds);
	nch_buffer_printf(out, ",\"weights_sha256\":\"%s\"", r->training.fingerprint);
	if (r->has_valid) {
		nch_buffer_text(out, ",\n\"valid\":");
		nch_report_json(&r->valid, &r->labels, out);
	}
	if (r->has_test) {
		nch_buffer_text(out, ",\n\"test\":");
		nch_report_json(&r->test, &r->labels, out);
	}
	if (r->has_baseline) {
		nch_buffer_text(out, ",\n\"baseline\":");
		nch_report_json(&r->baseline, &r->labels, out);
	}
	nch_buffer_text(out, "}\n");
}

void nch_experiment_baseline_line(const nch_experiment_result *r, nch_buffer *out)
{
	if (!r->has_baseline)
		return;
	nch_buffer_printf(out, "baseline (character n-grams): accuracy %.4f macro F1 %.4f", r->baseline.accuracy, r->baseline.macro.f1);
	if (r->baseline.multi_label)
		nch_buffer_printf(out, " micro F1 %.4f", r->baseline.micro.f1);
	nch_buffer_byte(out, '\n');
}

static void write_report(const nch_experiment_result *r, nch_buffer *out)
{
	nch_buffer_printf(out, "trained on %zu rows, %zu parameters, %zu epochs (best: %zu), weights sha256 %s\n", r->train_rows, r->parameters,
	                  r->training.count, r->training.best_epoch, r->training.fingerprint);
	if (r->has_valid) {
		nch_buffer_printf(out, "\nvalidation, %zu rows\n\n", r->valid_rows);
		nch_report_text(&r->valid, &r->labels, out);
	}
	if (r->has_test) {
		nch_buffer_printf(out, "\ntest, %zu rows\n\n", r->test_rows);
		nch_report_text(&r->test, &r->labels, out);
	}
	if (r->has_baseline)
		nch_buffer_byte(out, '\n');
	nch_experiment_baseline_line(r, out);
}

nch_status nch_experiment_report(const nch_experiment_options *options, const nch_experiment_result *result, nch_error *error)
{
	const char *folder = options->training.out;
	nch_buffer out = {0};
	write_metrics(result, &out);
	nch_status status = nch_folder_write(folder, "metrics.json", &out, error);
	if (status == NCH_OK) {
		nch_buffer_clear(&out);
		nch_buffer report = {0}; /* labels may hold anything */
		write_report(result, &report);
		status = nch_buffer_check(&report, error);
		if (status == NCH_OK)
			nch_buffer_visible(&out, report.data, report.length);
		nch_buffer_free(&report);
	}
	if (status == NCH_OK) {
		status = nch_folder_write(folder, "report.txt", &out, error);
	}
	if (status == NCH_OK && (result->has_test || result->has_valid)) {
		nch_buffer_clear(&out);
		nch_confusion_svg(result->has_test ? &result->test : &result->valid, &result->labels, &out);
		status = nch_folder_write(folder, "confusion.svg", &out, error);
	}
	nch_buffer_free(&out);
	return status;
}
