/* curves.c - loss and accuracy over the epochs, for one run or several. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "report/curves.h"
#include "report/plots.h"
#include "report/svg.h"

#define PANEL_WIDTH 400.0
#define PANEL_HEIGHT 300.0
#define LEFT 64.0
#define TOP 52.0
#define GAP 84.0
#define STEP_POINTS 300 /* of the faint line of single steps */

typedef struct panel {
	double x, y;      /* of its upper left corner on the page */
	double epochs;    /* the x axis: 0 .. epochs */
	double low, high; /* the y axis */
	double step;
} panel;

typedef double value_of(const nch_logged_epoch *epoch);

static double train_loss(const nch_logged_epoch *e)
{
	return e->train_loss;
}

static double valid_loss(const nch_logged_epoch *e)
{
	return e->valid_loss;
}

static double train_accuracy(const nch_logged_epoch *e)
{
	return e->train_accuracy;
}

static double valid_accuracy(const nch_logged_epoch *e)
{
	return e->valid_accuracy;
}

static double x_of(const panel *p, double epoch)
{
	return p->x + (p->epochs > 0 ? epoch / p->epochs : 0) * PANEL_WIDTH;
}

static double y_of(const panel *p, double value)
{
	double part = (value - p->low) / (p->high - p->low);
	part = part < 0 ? 0 : part > 1 ? 1 : part;
	return p->y + PANEL_HEIGHT * (1 - part);
}

/* --- axes --- */

/* Widens [*low, *high] by the values of all runs. */
static void reach(const nch_curve_run *runs, size_t count, value_of *value, double *low, double *high)
{
	for (size_t r = 0; r < count; r++)
		for (size_t i = 0; i < runs[r].log->epoch_count; i++) {
			double v = value(&runs[r].log->epochs[i]);
			if (!isfinite(v))
				continue;
			*low = v < *low ? v : *low;
			*high = v > *high ? v : *high;
		}
}

/* Round ends for the y axis. */
static void settle_axis(panel *p, double low, double high, double floor_at, double ceiling)
{
	if (!(low <= high)) { /* nothing to show */
		low = 0;
		high = 1;
	}
	if (high - low < 1e-9) /* one value only: show it with the zero */
		low = low < 0 ? low : 0;
	if (high - low < 1e-9)
		high = low + 1;
	p->step = nch_svg_step(high - low, 6);
	p->low = floor(low / p->step) * p->step;
	p->high = ceil(high / p->step) * p->step;
	p->low = p->low < floor_at ? floor_at : p->low;
	p->high = p->high > ceiling ? ceiling : p->high;
	if (p->high - p->low < p->step)
		p->high = p->low + p->step;
}

static void draw_axes(const panel *p, const char *title, nch_buffer *out)
{
	char text[32];
	nch_svg_text(out, p->x + PANEL_WIDTH / 2, p->y - 14, 15, "middle", NCH_SVG_INK, 0, title);
	for (int i = 0; i <= 20 && p->low + i * p->step <= p->high + p->step / 1000; i++) {
		double v = p->low + i * p->step, y = y_of(p, v);
		nch_svg_line(out, p->x, y, p->x + PANEL_WIDTH, y, NCH_SVG_RULE, 1);
		snprintf(text, sizeof text, "%.4g", fabs(v) < p->step / 1000 ? 0 : v);
		nch_svg_text(out, p->x - 8, y + 4, 12, "end", NCH_SVG_QUIET, 0, text);
	}
	double step = nch_svg_step(p->epochs, 10);
	step = step < 1 ? 1 : step;
	for (double e = 0; e <= p->epochs + 0.001; e += step) {
		double x = x_of(p, e);
		nch_svg_line(out, x, p->y + PANEL_HEIGHT, x, p->y + PANEL_HEIGHT + 5, NCH_SVG_FRAME, 1);
		snprintf(text, sizeof text, "%.0f", e);
		nch_svg_text(out, x, p->y + PANEL_HEIGHT + 20, 12, "middle", NCH_SVG_QUIET, 0, text);
	}
	nch_svg_line(out, p->x, p->y, p->x, p->y + PANEL_HEIGHT, NCH_SVG_FRAME, 1);
	nch_svg_line(out, p->x, p->y + PANEL_HEIGHT, p->x + PANEL_WIDTH, p->y + PANEL_HEIGHT, NCH_SVG_FRAME, 1);
	nch_svg_text(out, p->x + PANEL_WIDTH / 2, p->y + PANEL_HEIGHT + 40, 13, "middle", NCH_SVG_QUIET, 0, "epoch");
}

/* --- lines --- */

/* Validation is measured at the end of an epoch; what is told of the training part is a mean over the epoch, and stands in its middle. */
static void draw_line(const panel *p, const nch_log *log, value_of *value, const char *colour, bool dashed, nch_buffer *out)
{
	const double back = dashed ? 0 : 0.5;
	bool open = false;
	for (size_t i = 0; i < log->epoch_count; i++) {
		double v = value(&log->epochs[i]);
		if (!isfinite(v))
			continue;
		if (!open)
			nch_buffer_printf(out, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s points=\"",
			                  colour, dashed ? " stroke-dasharray=\"7 4\"" : "");
		open = true;
		nch_buffer_printf(out, "%.2f,%.2f ", x_of(p, (double)log->epochs[i].epoch - back), y_of(p, v));
	}
	if (open)
		nch_buffer_text(out, "\"/>\n");
	for (size_t i = 0; i < log->epoch_count; i++) {
		double v = value(&log->epochs[i]);
		if (isfinite(v) && (dashed || log->epoch_count < 3)) /* a single point would be no line */
			nch_buffer_printf(out, "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"3.2\" fill=\"%s\" stroke=\"%s\"/>\n",
			                  x_of(p, (double)log->epochs[i].epoch - back), y_of(p, v), dashed ? NCH_SVG_GROUND : colour,
			                  colour);
	}
}

/* The loss of single steps, averaged to a few hundred points: the mean loss of the point, NaN without any. */
static double step_point(const nch_log *log, size_t point, size_t points, uint64_t *step)
{
	size_t from = point * log->step_count / points, to = (point + 1) * log->step_count / points;
	double sum = 0, count = 0;
	for (size_t s = from; s < to; s++)
		if (isfinite(log->steps[s].loss)) {
			sum += log->steps[s].loss;
			count++;
		}
	*step = log->steps[(from + to) / 2].step;
	return count > 0 ? sum / count : NAN;
}

static size_t step_points(const nch_log *log)
{
	return log->step_count < STEP_POINTS ? log->step_count : STEP_POINTS;
}

/* Where it was not told, the last epoch that is over says it; before that, all steps are one epoch. */
static double steps_an_epoch(const nch_curve_run *run)
{
	const nch_log *log = run->log;
	size_t steps = log->step_count;
	if (run->steps_an_epoch > 0)
		return (double)run->steps_an_epoch;
	uint64_t over = log->epoch_count > 0 ? log->epochs[log->epoch_count - 1].epoch : 0;
	while (over > 0 && steps > 1 && log->steps[steps - 1].epoch > over)
		steps--;
	return steps > 0 ? (double)log->steps[steps - 1].step / (double)(over > 0 ? over : 1) : 1.0;
}

/* A step's place on the x axis is the part of the epochs that it ends. */
static void draw_steps(const panel *p, const nch_curve_run *run, const char *colour, nch_buffer *out)
{
	const nch_log *log = run->log;
	size_t points = step_points(log);
	if (points < 2)
		return;
	double epoch = steps_an_epoch(run);
	nch_buffer_printf(out, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1\" opacity=\"0.5\" points=\"", colour);
	for (size_t i = 0; i < points; i++) {
		uint64_t step;
		double loss = step_point(log, i, points, &step);
		if (isfinite(loss) && epoch > 0)
			nch_buffer_printf(out, "%.2f,%.2f ", x_of(p, (double)step / epoch), y_of(p, loss));
	}
	nch_buffer_text(out, "\"/>\n");
}

/* Widens [*low, *high] to show the single steps too, upwards to three times what the epochs need: a spike beyond is cut off. */
static void reach_steps(const nch_log *log, double *low, double *high)
{
	double highest = *high;
	uint64_t step;
	for (size_t i = 0; i < step_points(log); i++) {
		double loss = step_point(log, i, step_points(log), &step);
		highest = loss > highest ? loss : highest;
		*low = loss < *low ? loss : *low;
	}
	*high = highest < 3 * *high ? highest : *high;
}

static bool has_any(const nch_curve_run *runs, size_t count, value_of *value)
{
	double low = DBL_MAX, high = -DBL_MAX;
	reach(runs, count, value, &low, &high);
	return low <= high;
}

/* A sample of a kind of line, and what it is; the place behind it. */
static double draw_kind(double x, double y, const char *line, bool dot, const char *text, nch_buffer *out)
{
	nch_buffer_printf(out, "<line x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\" stroke=\"%s\" %s/>\n", x, y - 4, x + 30, y - 4, NCH_SVG_QUIET, line);
	if (dot)
		nch_buffer_printf(out, "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"3.2\" fill=\"%s\" stroke=\"%s\"/>\n", x + 15, y - 4, NCH_SVG_GROUND, NCH_SVG_QUIET);
	nch_svg_text(out, x + 36, y, 13, "start", NCH_SVG_INK, 0, text);
	return x + 36 + nch_svg_width(text, 13) + 26;
}

/* A sample of each kind of line that there is, then each run's colour. */
static double draw_legend(const nch_curve_run *runs, size_t count, double width, double y, nch_buffer *out)
{
	double x = LEFT;
	if (has_any(runs, count, train_loss) || has_any(runs, count, train_accuracy))
		x = draw_kind(x, y, "stroke-width=\"2\"", false, "training, mean of the epoch", out);
	if (has_any(runs, count, valid_loss) || has_any(runs, count, valid_accuracy))
		x = draw_kind(x, y, "stroke-width=\"2\" stroke-dasharray=\"7 4\"", true, "validation", out);
	if (count == 1 && step_points(runs[0].log) > 1)
		x = draw_kind(x, y, "stroke-width=\"1\" opacity=\"0.5\"", false, "training, single steps", out);
	for (size_t r = 0; r < count && (count > 1 || runs[0].name[0] != '\0'); r++) {
		double wide = 40 + nch_svg_width(runs[r].name, 13);
		if (x + wide > width - 10 && x > LEFT) {
			x = LEFT;
			y += 22;
		}
		nch_svg_rect(out, x, y - 11, 14, 12, nch_svg_series[r % NCH_SVG_SERIES], NULL);
		nch_svg_text(out, x + 20, y, 13, "start", NCH_SVG_INK, 0, runs[r].name);
		x += wide;
	}
	return y;
}

void nch_curves_svg(const nch_curve_run *runs, size_t count, nch_buffer *out)
{
	double width = LEFT + 2 * PANEL_WIDTH + GAP + 24, low = DBL_MAX, high = -DBL_MAX;
	panel loss = { .x = LEFT, .y = TOP }, accuracy = { .x = LEFT + PANEL_WIDTH + GAP, .y = TOP };
	for (size_t r = 0; r < count; r++)
		for (size_t i = 0; i < runs[r].log->epoch_count; i++)
			if ((double)runs[r].log->epochs[i].epoch > loss.epochs)
				loss.epochs = (double)runs[r].log->epochs[i].epoch;
	if (count == 1 && runs[0].log->step_count > 1) /* an epoch that is begun is shown, too */
		loss.epochs = fmax(loss.epochs, ceil((double)runs[0].log->steps[runs[0].log->step_count - 1].step / steps_an_epoch(&runs[0])));
	loss.epochs = loss.epochs < 1 ? 1 : loss.epochs > 1e6 ? 1e6 : loss.epochs;
	accuracy.epochs = loss.epochs;
	reach(runs, count, train_loss, &low, &high);
	reach(runs, count, valid_loss, &low, &high);
	if (count == 1 && low <= high)
		reach_steps(runs[0].log, &low, &high);
	settle_axis(&loss, low < 0 ? low : low < high / 2 ? 0 : low, high, -DBL_MAX, DBL_MAX);
	low = DBL_MAX;
	high = -DBL_MAX;
	reach(runs, count, train_accuracy, &low, &high);
	reach(runs, count, valid_accuracy, &low, &high);
	settle_axis(&accuracy, low, high, 0, 1);
	nch_buffer body = {0};
	double bottom = draw_legend(runs, count, width, TOP + PANEL_HEIGHT + 72, &body);
	nch_svg_begin(out, width, bottom + 18);
	draw_axes(&loss, "loss", out);
	draw_axes(&accuracy, "accuracy", out);
	for (size_t r = 0; r < count; r++) {
		const char *colour = nch_svg_series[r % NCH_SVG_SERIES];
		if (count == 1)
			draw_steps(&loss, &runs[r], colour, out);
		draw_line(&loss, runs[r].log, train_loss, colour, false, out);
		draw_line(&loss, runs[r].log, valid_loss, colour, true, out);
		draw_line(&accuracy, runs[r].log, train_accuracy, colour, false, out);
		draw_line(&accuracy, runs[r].log, valid_accuracy, colour, true, out);
	}
	if (body.data != NULL)
		nch_buffer_add(out, body.data, body.length);
	out->failed |= body.failed;
	nch_buffer_free(&body);
	nch_svg_end(out);
}

nch_status nch_curves_write(const char *folder, const char *log_path, size_t steps_an_epoch, nch_error *error)
{
	nch_buffer out = {0};
	nch_log log = {0};
	nch_status status = nch_log_read(log_path, &log, error);
	if (status == NCH_OK) {
		const nch_curve_run run = { .name = nch_path_name(folder), .log = &log, .steps_an_epoch = steps_an_epoch };
		nch_curves_svg(&run, 1, &out);
		status = nch_folder_write(folder, "curves.svg", &out, error);
	}
	if (status == NCH_OK && nch_log_has_details(&log)) {
		nch_buffer_clear(&out);
		nch_details_svg(&log, &out);
		status = nch_folder_write(folder, "details.svg", &out, error);
	}
	nch_log_free(&log);
	nch_buffer_free(&out);
	return status;
}
