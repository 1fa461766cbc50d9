/* sweep_report.c - see sweep_report.h. */
#include "report/sweep_report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/utf8.h"
#include "report/svg.h"

const char *const nch_sweep_figure_names[NCH_SWEEP_FIGURES] = {"accuracy", "loss", "macro_f1", "micro_f1"};

bool nch_sweep_is_better(const nch_sweep_table *table, const nch_sweep_row *a, const nch_sweep_row *b)
{
	double x = a->figures[table->by], y = b->figures[table->by];
	if (a->rung != b->rung)
		return a->rung > b->rung;
	if (isnan(x) || isnan(y))
		return isnan(x) ? isnan(y) && a->job < b->job : true;
	if (x != y)
		return table->by == 1 ? x < y : x > y;
	return a->job < b->job;
}

void nch_sweep_rank(const nch_sweep_table *table, size_t *order)
{
	for (size_t i = 0; i < table->count; i++) { /* insertion: there are few rows */
		size_t at = i;
		for (; at > 0 && nch_sweep_is_better(table, &table->rows[i], &table->rows[order[at - 1]]); at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
}

/* --- tables --- */

void nch_sweep_tsv(const nch_sweep_table *table, nch_buffer *out)
{
	nch_buffer_text(out, table->has_rungs ? "rung\tjob" : "job");
	for (size_t a = 0; a < table->axis_count; a++)
		nch_buffer_printf(out, "\t%s", table->axes[a]);
	nch_buffer_text(out, "\tepochs\tbest_epoch");
	for (size_t k = 0; k < NCH_SWEEP_FIGURES; k++)
		nch_buffer_printf(out, "\t%s", nch_sweep_figure_names[k]);
	nch_buffer_byte(out, '\n');
	for (size_t i = 0; i < table->count; i++) {
		const nch_sweep_row *row = &table->rows[i];
		if (table->has_rungs)
			nch_buffer_printf(out, "%zu\t", row->rung);
		nch_buffer_printf(out, "%zu", row->job);
		for (size_t a = 0; a < table->axis_count; a++)
			nch_buffer_printf(out, "\t%s", row->values[a]);
		nch_buffer_printf(out, "\t%zu\t%zu", row->epochs, row->best_epoch);
		for (size_t k = 0; k < NCH_SWEEP_FIGURES; k++) {
			nch_buffer_byte(out, '\t');
			nch_number_write_double(out, row->figures[k]);
		}
		nch_buffer_byte(out, '\n');
	}
}

static void add_cell(nch_buffer *out, const char *text, size_t width)
{
	size_t columns = nch_utf8_columns(text, strlen(text));
	nch_buffer_text(out, text);
	for (; columns < width + 2; columns++)
		nch_buffer_byte(out, ' ');
}

static size_t axis_width(const nch_sweep_table *table, size_t axis)
{
	size_t width = nch_utf8_columns(table->axes[axis], strlen(table->axes[axis]));
	for (size_t i = 0; i < table->count; i++) {
		size_t columns = nch_utf8_columns(table->rows[i].values[axis], strlen(table->rows[i].values[axis]));
		width = columns > width ? columns : width;
	}
	return width;
}

void nch_sweep_text(const nch_sweep_table *table, const size_t *order, nch_buffer *out)
{
	nch_buffer_text(out, table->has_rungs ? "rung   job  " : " job  ");
	for (size_t a = 0; a < table->axis_count; a++)
		add_cell(out, table->axes[a], axis_width(table, a));
	nch_buffer_text(out, "epoch    accuracy      loss  macro F1  micro F1\n");
	for (size_t i = 0; i < table->count; i++) {
		const nch_sweep_row *row = &table->rows[order[i]];
		char epochs[48];
		if (table->has_rungs)
			nch_buffer_printf(out, "%4zu  ", row->rung);
		nch_buffer_printf(out, "%4zu  ", row->job);
		for (size_t a = 0; a < table->axis_count; a++)
			add_cell(out, row->values[a], axis_width(table, a));
		snprintf(epochs, sizeof epochs, "%zu/%zu", row->best_epoch, row->epochs);
		nch_buffer_printf(out, "%-7s", epochs);
		for (size_t k = 0; k < NCH_SWEEP_FIGURES; k++)
			nch_buffer_printf(out, "  %8.4f", row->figures[k]);
		nch_buffer_byte(out, '\n');
	}
}

/* --- the plot --- */

#define PANEL_WIDTH 300.0
#define PANEL_HEIGHT 220.0
#define LEFT 64.0
#define TOP 76.0
#define GAP 40.0
#define BELOW 64.0
#define PER_ROW ((size_t)3)
#define LETTER 6.4 /* about the width of one, at 11 pixels */
#define COLOUR nch_svg_series[0]

typedef struct scale {
	double low, high, step;
} scale;

/* Values of an axis as they stand along x: distinct, by number if all are numbers, else in the order of the rows. */
typedef struct points {
	const char **texts;
	size_t count;
} points;

static int by_number(const void *a, const void *b)
{
	const char *first = *(const char *const *)a, *second = *(const char *const *)b;
	double x = 0.0, y = 0.0;
	nch_number_read(first, strlen(first), &x);
	nch_number_read(second, strlen(second), &y);
	return (x > y) - (x < y);
}

static bool find_points(const nch_sweep_table *table, size_t axis, points *p)
{
	bool numbers = true;
	p->count = 0;
	p->texts = nch_alloc(table->count + 1, sizeof *p->texts);
	for (size_t i = 0; p->texts != NULL && i < table->count; i++) {
		const char *text = table->rows[i].values[axis];
		double value;
		bool known = false;
		for (size_t k = 0; k < p->count; k++)
			known = known || strcmp(p->texts[k], text) == 0;
		numbers = numbers && nch_number_read(text, strlen(text), &value);
		if (!known)
			p->texts[p->count++] = text;
	}
	if (p->texts != NULL && numbers)
		qsort(p->texts, p->count, sizeof *p->texts, by_number);
	return p->texts != NULL;
}

static scale find_scale(const nch_sweep_table *table)
{
	scale s = {INFINITY, -INFINITY, 1.0};
	for (size_t i = 0; i < table->count; i++) {
		double value = table->rows[i].figures[table->by];
		if (isnan(value))
			continue;
		s.low = value < s.low ? value : s.low;
		s.high = value > s.high ? value : s.high;
	}
	if (!(s.low <= s.high))
		return (scale){0.0, 1.0, 0.2};
	if (s.high - s.low < 1e-6) {
		s.low -= 0.01;
		s.high += 0.01;
	}
	s.step = nch_svg_step(s.high - s.low, 6);
	s.low = floor(s.low / s.step) * s.step;
	s.high = ceil(s.high / s.step) * s.step;
	return s;
}

static double y_of(const scale *s, double top, double value)
{
	return top + PANEL_HEIGHT * (1.0 - (value - s->low) / (s->high - s->low));
}

/* The later a rung, the larger its dots. */
static void draw_dot(nch_buffer *out, double x, double y, size_t rung)
{
	double size = 6.0 + 2.0 * (double)(rung < 6 ? rung : 6);
	nch_svg_rect(out, x - size / 2, y - size / 2, size, size, rung > 0 ? "none" : COLOUR, rung > 0 ? COLOUR : "none");
}

static void draw_frame(const char *title, const scale *s, double left, double top, nch_buffer *out)
{
	nch_svg_rect(out, left, top, PANEL_WIDTH, PANEL_HEIGHT, "none", NCH_SVG_FRAME);
	nch_svg_text(out, left + PANEL_WIDTH / 2, top - 12.0, 14.0, "middle", NCH_SVG_INK, 0.0, title);
	for (double v = s->low; v <= s->high + s->step / 2; v += s->step) {
		char text[32];
		snprintf(text, sizeof text, "%.4g", v);
		nch_svg_line(out, left, y_of(s, top, v), left + PANEL_WIDTH, y_of(s, top, v), NCH_SVG_RULE, 1.0);
		nch_svg_text(out, left - 6.0, y_of(s, top, v) + 4.0, 11.0, "end", NCH_SVG_QUIET, 0.0, text);
	}
}

/* Whether the values stand beside each other without touching. */
static bool fit(const points *p)
{
	size_t longest = 0;
	for (size_t k = 0; k < p->count; k++)
		longest = strlen(p->texts[k]) > longest ? strlen(p->texts[k]) : longest;
	return (double)(longest + 1) * LETTER * (double)p->count <= PANEL_WIDTH;
}

/* The dots of one value; *mean gets that of the first rung, in which all had the same number of epochs. False if there is none. */
static bool draw_dots(const nch_sweep_table *table, size_t axis, const char *text, const scale *s, double x, double top, double *mean,
                      nch_buffer *out)
{
	double sum = 0.0;
	size_t runs = 0;
	for (size_t i = 0; i < table->count; i++) {
		const nch_sweep_row *row = &table->rows[i];
		double value = row->figures[table->by];
		if (isnan(value) || strcmp(row->values[axis], text) != 0)
			continue;
		draw_dot(out, x, y_of(s, top, value), row->rung);
		sum += row->rung == 0 ? value : 0.0;
		runs += row->rung == 0;
	}
	*mean = runs > 0 ? sum / (double)runs : 0.0;
	return runs > 0;
}

static void draw_panel(const nch_sweep_table *table, size_t axis, const scale *s, double left, double top, nch_buffer *out)
{
	points p;
	double before_x = 0.0, before_y = 0.0, mean;
	bool any = false;
	if (!find_points(table, axis, &p)) {
		out->failed = true;
		return;
	}
	bool upright = fit(&p);
	draw_frame(table->axes[axis], s, left, top, out);
	for (size_t k = 0; k < p.count; k++) {
		double x = left + PANEL_WIDTH * ((double)k + 0.5) / (double)p.count;
		nch_svg_text(out, x, top + PANEL_HEIGHT + 16.0, 11.0, upright ? "middle" : "end", NCH_SVG_QUIET, upright ? 0.0 : -40.0, p.texts[k]);
		if (!draw_dots(table, axis, p.texts[k], s, x, top, &mean, out))
			continue;
		double y = y_of(s, top, mean);
		if (any)
			nch_svg_line(out, before_x, before_y, x, y, COLOUR, 1.5);
		any = true;
		before_x = x;
		before_y = y;
	}
	nch_free((void *)p.texts);
}

/* Under the title: what a dot is, and what the line is. */
static void draw_legend(bool has_rungs, nch_buffer *out)
{
	double x = LEFT, y = 36.0;
	draw_dot(out, x + 5.0, y - 4.0, 0);
	nch_svg_text(out, x + 14.0, y, 11.0, "start", NCH_SVG_INK, 0.0, has_rungs ? "a run of the first rung" : "a run");
	x += has_rungs ? 146.0 : 52.0;
	nch_svg_line(out, x, y - 4.0, x + 22.0, y - 4.0, COLOUR, 1.5);
	nch_svg_text(out, x + 28.0, y, 11.0, "start", NCH_SVG_INK, 0.0, "mean");
	if (has_rungs) {
		draw_dot(out, x + 76.0, y - 4.0, 2);
		nch_svg_text(out, x + 88.0, y, 11.0, "start", NCH_SVG_INK, 0.0, "later rungs");
	}
}

void nch_sweep_svg(const nch_sweep_table *table, nch_buffer *out)
{
	scale s = find_scale(table);
	size_t columns = table->axis_count < PER_ROW ? table->axis_count : PER_ROW, lines = (table->axis_count + PER_ROW - 1) / PER_ROW;
	nch_svg_begin(out, LEFT + (double)columns * (PANEL_WIDTH + LEFT) + GAP, (double)lines * (TOP + PANEL_HEIGHT + BELOW));
	nch_svg_text(out, LEFT, 18.0, 15.0, "start", NCH_SVG_INK, 0.0, nch_sweep_figure_names[table->by]);
	draw_legend(table->has_rungs, out);
	for (size_t a = 0; a < table->axis_count; a++)
		draw_panel(table, a, &s, LEFT + (double)(a % PER_ROW) * (PANEL_WIDTH + LEFT),
		           TOP + (double)(a / PER_ROW) * (TOP + PANEL_HEIGHT + BELOW), out);
	nch_svg_end(out);
}
