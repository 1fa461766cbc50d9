/* details.c - a run step by step: loss, rate, gradients; and what --log-details tells of each layer. */
#include <float.h>
#include <math.h>
#include <stdio.h>

#include "report/plots.h"
#include "report/svg.h"

#define PANEL_WIDTH 300.0
#define PANEL_HEIGHT 150.0
#define LEFT 64.0
#define TOP 40.0
#define ACROSS 388.0 /* from a panel to the next */
#define DOWN 232.0
#define POINTS 200 /* of a line: more steps are averaged */

/* What a panel shows of a step. */
typedef struct figure {
	const char *title;
	bool powers;                          /* the axis is one of powers of ten */
	double (*number)(const nch_logged_step *step); /* one line, or … */
	nch_logged_list (*list)(const nch_logged_step *step); /* … one for each part */
	bool parts;                           /* the list begins with the embeddings and ends with the head */
	double high;                          /* where the axis ends, if it is known; else 0 */
} figure;

static double loss_of(const nch_logged_step *s)
{
	return s->loss;
}

static double rate_of(const nch_logged_step *s)
{
	return s->lr;
}

static double norm_of(const nch_logged_step *s)
{
	return s->grad_norm;
}

static nch_logged_list ratio_of(const nch_logged_step *s)
{
	return s->update_ratio;
}

static nch_logged_list entropy_of(const nch_logged_step *s)
{
	return s->attention_entropy;
}

static nch_logged_list dead_of(const nch_logged_step *s)
{
	return s->dead_units;
}

static const figure figures[] = {
	{.title = "loss", .number = loss_of},
	{.title = "learning rate", .number = rate_of},
	{.title = "norm of the gradients", .powers = true, .number = norm_of},
	{.title = "update / weight", .powers = true, .list = ratio_of, .parts = true},
	{.title = "entropy of attention, of the most", .list = entropy_of, .high = 1},
	{.title = "silent units, share", .list = dead_of, .high = 1},
};

typedef struct panel {
	const figure *shows;
	const nch_log *log;
	double x, y;         /* of its upper left corner on the page */
	double low, high;    /* of the axis; powers: their exponents */
	size_t lines;
} panel;

/* Number `line` of what this step shows; NaN where there is none. */
static double value_of(const panel *p, size_t step, size_t line)
{
	const nch_logged_step *s = &p->log->steps[step];
	if (p->shows->number != NULL)
		return p->shows->number(s);
	nch_logged_list list = p->shows->list(s);
	return line < list.count ? p->log->values[list.first + line] : (double)NAN;
}

/* The mean over the steps of a point, as a height on the axis; NaN where there is nothing to show. */
static double height_of(const panel *p, size_t point, size_t points, size_t line)
{
	size_t from = point * p->log->step_count / points, to = (point + 1) * p->log->step_count / points;
	double sum = 0, count = 0;
	for (size_t s = from; s < to; s++) {
		double v = value_of(p, s, line);
		if (!isfinite(v) || (p->shows->powers && v <= 0))
			continue;
		sum += v;
		count++;
	}
	return count == 0 ? (double)NAN : p->shows->powers ? log10(sum / count) : sum / count;
}

static size_t points_of(const panel *p)
{
	return p->log->step_count < POINTS ? p->log->step_count : POINTS;
}

/* How many lines there are, and where the axis begins and ends; false where there is nothing to show. */
static bool settle(panel *p)
{
	double low = DBL_MAX, high = -DBL_MAX;
	p->lines = p->shows->number != NULL;
	for (size_t s = 0; p->shows->list != NULL && s < p->log->step_count; s++) {
		size_t count = p->shows->list(&p->log->steps[s]).count;
		p->lines = count > p->lines ? count : p->lines;
	}
	for (size_t line = 0; line < p->lines; line++)
		for (size_t i = 0; i < points_of(p); i++) {
			double v = height_of(p, i, points_of(p), line);
			low = isfinite(v) && v < low ? v : low;
			high = isfinite(v) && v > high ? v : high;
		}
	if (low > high)
		return false;
	double step = p->shows->powers ? 1 : nch_svg_step(high > 0 ? high : 1, 5);
	p->low = p->shows->powers ? floor(low) : low < 0 ? floor(low / step) * step : 0;
	p->high = p->shows->high > 0 ? p->shows->high : ceil(high / step) * step;
	if (p->high <= p->low)
		p->high = p->low + step;
	return true;
}

static double y_of(const panel *p, double height)
{
	double part = (height - p->low) / (p->high - p->low);
	return p->y + PANEL_HEIGHT * (1 - (part < 0 ? 0 : part > 1 ? 1 : part));
}

static double x_of(const panel *p, double step)
{
	return p->x + PANEL_WIDTH * step / (double)p->log->steps[p->log->step_count - 1].step;
}

static void draw_axes(const panel *p, nch_buffer *out)
{
	char text[32];
	double step = p->shows->powers ? ceil((p->high - p->low) / 6) : nch_svg_step(p->high - p->low, 5);
	double last = (double)p->log->steps[p->log->step_count - 1].step, across = nch_svg_step(last, 5);
	nch_svg_text(out, p->x, p->y - 12, 14, "start", NCH_SVG_INK, 0, p->shows->title);
	for (int i = 0; i <= 20 && p->low + i * step <= p->high + step / 1000; i++) {
		double v = p->low + i * step;
		nch_svg_line(out, p->x, y_of(p, v), p->x + PANEL_WIDTH, y_of(p, v), NCH_SVG_RULE, 1);
		if (p->shows->powers)
			snprintf(text, sizeof text, "1e%.0f", v);
		else
			snprintf(text, sizeof text, "%.4g", v);
		nch_svg_text(out, p->x - 8, y_of(p, v) + 4, 11, "end", NCH_SVG_QUIET, 0, text);
	}
	for (int i = 0; i <= 20 && i * across <= last * 1.001; i++) {
		snprintf(text, sizeof text, "%.0f", i * across);
		nch_svg_text(out, x_of(p, i * across), p->y + PANEL_HEIGHT + 17, 11, "middle", NCH_SVG_QUIET, 0, text);
	}
	nch_svg_line(out, p->x, p->y, p->x, p->y + PANEL_HEIGHT, NCH_SVG_FRAME, 1);
	nch_svg_line(out, p->x, p->y + PANEL_HEIGHT, p->x + PANEL_WIDTH, p->y + PANEL_HEIGHT, NCH_SVG_FRAME, 1);
}

/* Embeddings and head have colours of their own; the layers one, the deeper the higher they stand. */
static const char *colour_of(const panel *p, size_t line, double *opacity)
{
	size_t layer = line - (p->shows->parts ? 1 : 0), layers = p->lines - (p->shows->parts ? 2 : 0);
	*opacity = 1;
	if (p->shows->number != NULL)
		return nch_svg_series[0];
	if (p->shows->parts && (line == 0 || line + 1 == p->lines))
		return nch_svg_series[line == 0 ? 2 : 1];
	*opacity = layers > 1 ? 0.4 + 0.6 * (double)layer / (double)(layers - 1) : 1;
	return nch_svg_series[0];
}

static void draw_line(const panel *p, size_t line, nch_buffer *out)
{
	size_t points = points_of(p);
	double opacity;
	const char *colour = colour_of(p, line, &opacity);
	nch_buffer_printf(out, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\" opacity=\"%.2f\" points=\"", colour, opacity);
	for (size_t i = 0; i < points; i++) {
		double v = height_of(p, i, points, line);
		size_t middle = (i * p->log->step_count / points + (i + 1) * p->log->step_count / points) / 2;
		if (isfinite(v))
			nch_buffer_printf(out, "%.1f,%.1f ", x_of(p, (double)p->log->steps[middle].step), y_of(p, v));
	}
	nch_buffer_text(out, "\"/>\n");
}

static void draw_legend(double y, nch_buffer *out)
{
	static const struct { const char *text; size_t series; double width; } entries[] = {{"embeddings", 2, 118}, {"layers, deeper the higher", 0, 206}, {"head", 1, 0}};
	double x = LEFT;
	for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
		nch_svg_rect(out, x, y - 10, 14, 10, nch_svg_series[entries[i].series], NULL);
		nch_svg_text(out, x + 20, y, 12, "start", NCH_SVG_INK, 0, entries[i].text);
		x += entries[i].width;
	}
}

void nch_details_svg(const nch_log *log, nch_buffer *out)
{
	panel panels[sizeof figures / sizeof *figures];
	size_t count = 0;
	for (size_t f = 0; f < sizeof figures / sizeof *figures && log->step_count > 0; f++) {
		panel *p = &panels[count];
		*p = (panel){.shows = &figures[f], .log = log, .x = LEFT + ACROSS * (double)(count % 2), .y = TOP + DOWN * (double)(count / 2)};
		count += settle(p);
	}
	double bottom = TOP + DOWN * (double)((count + 1) / 2);
	nch_svg_begin(out, LEFT + ACROSS + PANEL_WIDTH + 24, bottom + 8);
	for (size_t i = 0; i < count; i++) {
		draw_axes(&panels[i], out);
		for (size_t line = 0; line < panels[i].lines; line++)
			draw_line(&panels[i], line, out);
	}
	if (nch_log_has_details(log))
		draw_legend(bottom - 14, out);
	nch_svg_text(out, LEFT + ACROSS + PANEL_WIDTH, bottom - 14, 12, "end", NCH_SVG_QUIET, 0, count > 0 ? "across: steps" : "no step has been logged");
	nch_svg_end(out);
}
