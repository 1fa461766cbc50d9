/* evaluation.c - see evaluation.h. */
#include "report/evaluation.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"

static void add_blanks(nch_buffer *out, size_t count)
{
	while (count-- > 0)
		nch_buffer_byte(out, ' ');
}

/* --- classification_report --- */

static void add_name(nch_buffer *out, const char *name, size_t width)
{
	size_t characters = nch_utf8_count(name, strlen(name));
	add_blanks(out, characters < width ? width - characters : 0);
	nch_buffer_text(out, name);
	nch_buffer_byte(out, ' ');
}

static void add_figures(nch_buffer *out, const char *name, size_t width, int digits, nch_average figures, size_t support)
{
	add_name(out, name, width);
	nch_buffer_printf(out, " %9.*f %9.*f %9.*f %9zu\n", digits, figures.precision, digits, figures.recall, digits,
	                  figures.f1, support);
}

void nch_report_classification(const nch_metrics *metrics, const nch_labels *labels, int digits, nch_buffer *out)
{
	size_t width = strlen("weighted avg"), support = 0;
	if (digits > 0 && (size_t)digits > width)
		width = (size_t)digits;
	for (size_t c = 0; c < metrics->classes; c++) {
		size_t characters = nch_utf8_count(labels->names[c], strlen(labels->names[c]));
		if (metrics->by_class[c].present && characters > width)
			width = characters;
		support += metrics->by_class[c].support;
	}
	add_name(out, "", width);
	nch_buffer_printf(out, " %9s %9s %9s %9s\n\n", "precision", "recall", "f1-score", "support");
	for (size_t c = 0; c < metrics->classes; c++) {
		const nch_class_metrics *m = &metrics->by_class[c];
		if (m->present)
			add_figures(out, labels->names[c], width, digits, (nch_average){ m->precision, m->recall, m->f1 },
			            m->support);
	}
	nch_buffer_byte(out, '\n');
	if (metrics->multi_label) {
		add_figures(out, "micro avg", width, digits, metrics->micro, support);
	} else {
		add_name(out, "accuracy", width);
		nch_buffer_printf(out, " %9s %9s %9.*f %9zu\n", "", "", digits, metrics->accuracy, support);
	}
	add_figures(out, "macro avg", width, digits, metrics->macro, support);
	add_figures(out, "weighted avg", width, digits, metrics->weighted, support);
	if (metrics->multi_label)
		add_figures(out, "samples avg", width, digits, metrics->samples, support);
}

/* --- the confusion matrix --- */

static size_t columns_of(const char *text)
{
	return nch_utf8_columns(text, strlen(text));
}

void nch_report_confusion(const nch_metrics *metrics, const nch_labels *labels, nch_buffer *out)
{
	static const char corner[] = "truth \\ predicted";
	if (metrics->confusion == NULL)
		return;
	size_t names = sizeof corner - 1, cell = 5, largest = 0;
	for (size_t c = 0; c < metrics->classes; c++) {
		size_t width = columns_of(labels->names[c]);
		names = width > names ? width : names;
		cell = width > cell ? width : cell;
	}
	for (size_t i = 0; i < metrics->classes * metrics->classes; i++)
		largest = metrics->confusion[i] > largest ? metrics->confusion[i] : largest;
	size_t digits = 1;
	for (; largest >= 10; largest /= 10)
		digits++;
	cell = digits > cell ? digits : cell;
	nch_buffer_text(out, corner);
	add_blanks(out, names - (sizeof corner - 1));
	for (size_t c = 0; c < metrics->classes; c++) {
		add_blanks(out, 1 + cell - columns_of(labels->names[c]));
		nch_buffer_text(out, labels->names[c]);
	}
	nch_buffer_byte(out, '\n');
	for (size_t t = 0; t < metrics->classes; t++) {
		nch_buffer_text(out, labels->names[t]);
		add_blanks(out, names - columns_of(labels->names[t]));
		for (size_t p = 0; p < metrics->classes; p++)
			nch_buffer_printf(out, " %*zu", (int)cell, metrics->confusion[t * metrics->classes + p]);
		nch_buffer_byte(out, '\n');
	}
}

/* "name 0.1234   other 0.5678": those that are defined. */
static void add_defined(nch_buffer *out, const char *const *names, const double *values, size_t count)
{
	bool first = true;
	for (size_t i = 0; i < count; i++) {
		if (isnan(values[i]))
			continue;
		nch_buffer_printf(out, "%s%s %.4f", first ? "" : "   ", names[i], values[i]);
		first = false;
	}
	nch_buffer_text(out, first ? "" : "\n");
}

/* What the table does not say of several labels a row. */
static void add_multi_label_text(const nch_metrics *m, const nch_labels *labels, nch_buffer *out)
{
	nch_buffer_printf(out, "Hamming loss %.4f   ROC-AUC micro %.4f   average precision macro %.4f micro %.4f\n", m->hamming, m->roc_auc_micro,
	                  m->average_precision, m->average_precision_micro);
	nch_buffer_printf(out, "rows with no label over its threshold: %zu of %zu\n", m->unlabelled, m->rows);
	if (isnan(m->by_class[0].threshold)) /* rows of several models, each with thresholds of its own */
		return;
	nch_buffer_text(out, "thresholds:");
	bool same = true;
	for (size_t c = 1; c < m->classes; c++)
		same = same && m->by_class[c].threshold == m->by_class[0].threshold;
	for (size_t c = 0; c < m->classes && !same; c++)
		nch_buffer_printf(out, " %s %.4g", labels->names[c], m->by_class[c].threshold);
	if (same)
		nch_buffer_printf(out, " %.4g for all labels", m->by_class[0].threshold);
	nch_buffer_byte(out, '\n');
}

void nch_report_text(const nch_metrics *metrics, const nch_labels *labels, nch_buffer *out)
{
	nch_report_classification(metrics, labels, 2, out);
	nch_buffer_printf(out, "\naccuracy %.4f", metrics->accuracy);
	if (!isnan(metrics->loss))
		nch_buffer_printf(out, "   loss %.4f", metrics->loss);
	nch_buffer_printf(out, "   macro F1 %.4f   micro F1 %.4f\n", metrics->macro.f1, metrics->micro.f1);
	add_defined(out, (const char *const[]){"kappa", "ROC-AUC", "calibration error", "Brier score"},
	            (const double[]){metrics->kappa, metrics->roc_auc, metrics->calibration_error, metrics->brier}, 4);
	if (metrics->multi_label)
		add_multi_label_text(metrics, labels, out);
	if (metrics->confusion != NULL) {
		nch_buffer_byte(out, '\n');
		nch_report_confusion(metrics, labels, out);
	}
}

/* --- JSON --- */

static void add_member(nch_buffer *out, const char *name, double value)
{
	if (out->length > 0 && out->data[out->length - 1] != '{')
		nch_buffer_byte(out, ',');
	nch_buffer_printf(out, "\"%s\":", name);
	nch_json_write_double(out, value);
}

static void add_label_figures(nch_buffer *out, const nch_metrics *metrics, const nch_labels *labels)
{
	nch_buffer_text(out, ",\"labels\":[");
	for (size_t c = 0; c < metrics->classes; c++) {
		nch_buffer_text(out, c > 0 ? "," : "");
		nch_json_write_text(out, labels->names[c], strlen(labels->names[c]));
	}
	nch_buffer_text(out, "],\"per_label\":{");
	for (size_t c = 0; c < metrics->classes; c++) {
		const nch_class_metrics *m = &metrics->by_class[c];
		nch_buffer_text(out, c > 0 ? "," : "");
		nch_json_write_text(out, labels->names[c], strlen(labels->names[c]));
		nch_buffer_text(out, ":{");
		add_member(out, "precision", m->precision);
		add_member(out, "recall", m->recall);
		add_member(out, "f1", m->f1);
		nch_buffer_printf(out, ",\"support\":%zu", m->support);
		add_member(out, "roc_auc", m->roc_auc);
		add_member(out, "average_precision", m->average_precision);
		nch_buffer_byte(out, '}');
	}
	nch_buffer_byte(out, '}');
}

static void add_confusion(nch_buffer *out, const nch_metrics *metrics)
{
	nch_buffer_text(out, ",\"confusion\":[");
	for (size_t t = 0; t < metrics->classes; t++) {
		nch_buffer_text(out, t > 0 ? ",[" : "[");
		for (size_t p = 0; p < metrics->classes; p++)
			nch_buffer_printf(out, "%s%zu", p > 0 ? "," : "", metrics->confusion[t * metrics->classes + p]);
		nch_buffer_byte(out, ']');
	}
	nch_buffer_byte(out, ']');
}

static void add_multi_label_figures(nch_buffer *out, const nch_metrics *metrics)
{
	add_member(out, "samples_f1", metrics->samples.f1);
	nch_buffer_printf(out, ",\"unlabelled\":%zu,\"thresholds\":[", metrics->unlabelled);
	for (size_t c = 0; c < metrics->classes; c++) {
		nch_buffer_text(out, c > 0 ? "," : "");
		nch_json_write_float(out, (float)metrics->by_class[c].threshold);
	}
	nch_buffer_byte(out, ']');
}

void nch_report_json(const nch_metrics *metrics, const nch_labels *labels, nch_buffer *out)
{
	nch_buffer_byte(out, '{');
	add_member(out, "accuracy", metrics->accuracy);
	add_member(out, "loss", metrics->loss);
	add_member(out, "macro_f1", metrics->macro.f1);
	add_member(out, "micro_f1", metrics->micro.f1);
	add_member(out, "weighted_f1", metrics->weighted.f1);
	add_member(out, "roc_auc", metrics->roc_auc);
	add_member(out, "roc_auc_micro", metrics->roc_auc_micro);
	add_member(out, "average_precision", metrics->average_precision);
	add_member(out, "average_precision_micro", metrics->average_precision_micro);
	add_member(out, "calibration_error", metrics->calibration_error);
	add_member(out, "brier", metrics->brier);
	add_member(out, "hamming_loss", metrics->hamming);
	if (metrics->multi_label)
		add_multi_label_figures(out, metrics);
	else
		add_member(out, "kappa", metrics->kappa);
	nch_buffer_printf(out, ",\"rows\":%zu", metrics->rows);
	add_label_figures(out, metrics, labels);
	if (metrics->confusion != NULL)
		add_confusion(out, metrics);
	nch_buffer_byte(out, '}');
}
