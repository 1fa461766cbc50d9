/* confusion.c - the confusion matrix as a picture. */
#include <stdio.h>
#include <string.h>

#include "report/plots.h"
#include "report/svg.h"

static void draw_cells(const nch_metrics *m, double left, double top, double cell, nch_buffer *out)
{
	double size = cell >= 52 ? 16 : cell >= 32 ? 12 : cell * 0.36;
	for (size_t t = 0; t < m->classes; t++)
		for (size_t p = 0; p < m->classes; p++) {
			size_t rows = m->confusion[t * m->classes + p];
			double share = m->by_class[t].support > 0 ? (double)rows / (double)m->by_class[t].support : 0;
			double x = left + (double)p * cell, y = top + (double)t * cell;
			char text[32];
			nch_svg_shade(out, x, y, cell, cell, share);
			if (rows == 0 && cell < 52)
				continue;
			const char *ink = rows == 0 ? NCH_SVG_QUIET : share <= NCH_SVG_DEEP ? NCH_SVG_ON_PALE : NCH_SVG_ON_DEEP;
			snprintf(text, sizeof text, "%zu", rows);
			nch_svg_text(out, x + cell / 2, y + cell / 2 + (cell >= 52 && rows > 0 ? 0 : size * 0.36), size, "middle", ink,
			             0, text);
			if (cell < 52 || rows == 0)
				continue;
			snprintf(text, sizeof text, "%.0f %%", 100 * share);
			nch_svg_text(out, x + cell / 2, y + cell / 2 + 17, 12, "middle", ink, 0, text);
		}
}

/* Names above the columns (aslant if they would touch) and before the rows. */
static void draw_names(const nch_labels *labels, size_t classes, double left, double top, double cell, double size,
                       bool aslant, nch_buffer *out)
{
	for (size_t c = 0; c < classes; c++) {
		double middle = ((double)c + 0.5) * cell;
		if (aslant)
			nch_svg_text(out, left + middle + size * 0.3, top - 6, size, "start", NCH_SVG_INK, -50,
			             labels->names[c]);
		else
			nch_svg_text(out, left + middle, top - 8, size, "middle", NCH_SVG_INK, 0, labels->names[c]);
		nch_svg_text(out, left - 8, top + middle + size * 0.36, size, "end", NCH_SVG_INK, 0, labels->names[c]);
	}
}

void nch_confusion_svg(const nch_metrics *metrics, const nch_labels *labels, nch_buffer *out)
{
	if (metrics->confusion == NULL || metrics->classes == 0) {
		nch_svg_begin(out, 480, 60);
		nch_svg_text(out, 240, 35, 14, "middle", NCH_SVG_INK, 0,
		             "With several labels a row there is no confusion matrix.");
		nch_svg_end(out);
		return;
	}
	size_t classes = metrics->classes;
	double cell = classes <= 10 ? 64 : classes <= 20 ? 40 : 26;
	double size = cell >= 64 ? 15 : cell >= 40 ? 13 : 11, widest = 0;
	for (size_t c = 0; c < classes; c++) {
		double width = nch_svg_width(labels->names[c], size);
		widest = width > widest ? width : widest;
	}
	bool aslant = widest > cell - 6;
	double head = aslant ? widest * 0.77 + 16 : size + 14; /* sin 50° = .77, cos 50° = .64 */
	double left = widest + 46, top = head + 34, grid = cell * (double)classes;
	double right = aslant ? widest * 0.64 + 10 : 16;
	nch_svg_begin(out, left + grid + right, top + grid + 18);
	nch_svg_text(out, left + grid / 2, 22, 14, "middle", NCH_SVG_QUIET, 0, "predicted (예측)");
	nch_svg_text(out, 22, top + grid / 2, 14, "middle", NCH_SVG_QUIET, -90, "true (정답)");
	draw_names(labels, classes, left, top, cell, size, aslant, out);
	draw_cells(metrics, left, top, cell, out);
	nch_svg_end(out);
}
