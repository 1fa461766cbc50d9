/* reliability.c - the reliability diagram as a picture. */
#include "report/reliability.h"

#include <stdio.h>

#include "report/svg.h"

/* Pixels: a square for the shares, a strip below for the counts. */
enum { LEFT = 56, TOP = 40, SIDE = 330, GAP = 34, STRIP = 70, WIDTH = LEFT + SIDE + 24, HEIGHT = TOP + SIDE + GAP + STRIP + 44 };

static double across(double share) { return LEFT + share * SIDE; }
static double up(double share) { return TOP + SIDE - share * SIDE; }

static void draw_axes(nch_buffer *out)
{
	for (int i = 0; i <= 5; i++) {
		char number[8];
		double share = i / 5.0;
		snprintf(number, sizeof number, "%.1f", share);
		nch_svg_line(out, across(0), up(share), across(1), up(share), NCH_SVG_RULE, 1);
		nch_svg_text(out, LEFT - 8, up(share) + 4, 12, "end", NCH_SVG_QUIET, 0, number);
		nch_svg_text(out, across(share), TOP + SIDE + 18, 12, "middle", NCH_SVG_QUIET, 0, number);
	}
	nch_svg_text(out, across(0.5), HEIGHT - 14, 13, "middle", NCH_SVG_INK, 0, "probability of the answer (답의 확률)");
	nch_svg_text(out, 16, up(0.5), 13, "middle", NCH_SVG_INK, -90, "share that is right (맞은 비율)");
}

/* A bar as high as the bin was right; below, as long as it is full. */
static void draw_bins(const nch_calibration_bins *bins, nch_buffer *out)
{
	const double width = (double)SIDE / NCH_CALIBRATION_BINS;
	size_t most = 1;
	for (size_t b = 0; b < NCH_CALIBRATION_BINS; b++)
		most = bins->count[b] > most ? bins->count[b] : most;
	for (size_t b = 0; b < NCH_CALIBRATION_BINS; b++) {
		if (bins->count[b] == 0)
			continue;
		double right = (double)bins->right[b] / (double)bins->count[b], x = LEFT + (double)b * width;
		double full = (double)bins->count[b] / (double)most * STRIP;
		nch_svg_rect(out, x + 1, up(right), width - 2, right * SIDE, nch_svg_series[0], NULL);
		nch_svg_rect(out, x + 1, TOP + SIDE + GAP + STRIP - full, width - 2, full, NCH_SVG_FRAME, NULL);
	}
}

void nch_reliability_svg(const nch_metrics *m, nch_buffer *out)
{
	char title[80];
	if (!m->has_scores) {
		nch_svg_begin(out, 480, 60);
		nch_svg_text(out, 240, 35, 14, "middle", NCH_SVG_INK, 0, "Without probabilities there is no reliability diagram.");
		nch_svg_end(out);
		return;
	}
	nch_svg_begin(out, WIDTH, HEIGHT);
	snprintf(title, sizeof title, "calibration error %.3f, %zu rows", m->calibration_error, m->rows);
	nch_svg_text(out, across(0.5), 22, 14, "middle", NCH_SVG_INK, 0, title);
	draw_axes(out);
	draw_bins(&m->bins, out);
	nch_svg_line(out, across(0), up(0), across(1), up(1), NCH_SVG_INK, 1.5); /* where it ought to be */
	nch_svg_line(out, across(0), up(0), across(1), up(0), NCH_SVG_FRAME, 1);
	nch_svg_text(out, LEFT - 8, TOP + SIDE + GAP + STRIP, 12, "end", NCH_SVG_QUIET, 0, "rows");
	nch_svg_end(out);
}
