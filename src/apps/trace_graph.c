/* trace_graph.c - the end of the tape as a drawing: one linear map, softmax and loss, each value with data and gradient. */
#include <stdio.h>
#include <string.h>

#include "apps/trace.h"
#include "report/svg.h"

enum { BOX = 236, GAP = 74, ROW = 17, MOST = 7, TOP = 46, MARGIN = 16 };

/* A value of the tape: its name and shape, and some of its numbers with their gradients. */
typedef struct value {
	const char *name;
	size_t rank, shape[2], count;
	const float *data, *grad; /* grad may be NULL */
	const nch_predictor *labels; /* whose labels its numbers belong to, or NULL */
	double x, y, height;
} value;

static double height_of(const value *v)
{
	size_t shown = v->count < MOST ? v->count : MOST;
	return 34.0 + ROW * (double)(shown + (v->count > shown));
}

static void draw(nch_buffer *out, const value *v)
{
	char text[160];
	size_t shown = v->count < MOST ? v->count : MOST;
	nch_svg_rect(out, v->x, v->y, BOX, v->height, NCH_SVG_GROUND, NCH_SVG_FRAME);
	snprintf(text, sizeof text, v->rank == 2 ? "%s (%zu, %zu)" : "%s (%zu)", v->name, v->shape[0], v->shape[1]);
	nch_svg_text(out, v->x + 8, v->y + 17, 13, "start", NCH_SVG_INK, 0, text);
	nch_svg_text(out, v->x + 150, v->y + 17, 11, "end", NCH_SVG_QUIET, 0, "data");
	nch_svg_text(out, v->x + BOX - 8, v->y + 17, 11, "end", NCH_SVG_QUIET, 0, "grad");
	nch_svg_line(out, v->x, v->y + 24, v->x + BOX, v->y + 24, NCH_SVG_RULE, 1);
	for (size_t i = 0; i < shown; i++) {
		double y = v->y + 40 + ROW * (double)i;
		if (v->labels != NULL) {
			snprintf(text, sizeof text, "%.30s", nch_predictor_label(v->labels, i));
		} else if (v->count > 1) {
			snprintf(text, sizeof text, "%zu", i);
		} else {
			text[0] = '\0';
		}
		nch_svg_text(out, v->x + 8, y, 12, "start", NCH_SVG_QUIET, 0, text);
		snprintf(text, sizeof text, "%.4f", (double)v->data[i]);
		nch_svg_text(out, v->x + 150, y, 12, "end", NCH_SVG_INK, 0, text);
		if (v->grad != NULL)
			snprintf(text, sizeof text, "%.4f", (double)v->grad[i]);
		nch_svg_text(out, v->x + BOX - 8, y, 12, "end", NCH_SVG_INK, 0, v->grad != NULL ? text : "");
	}
	if (shown < v->count)
		nch_svg_text(out, v->x + 8, v->y + 40 + ROW * (double)shown, 12, "start", NCH_SVG_QUIET, 0, "…");
}

static void draw_op(nch_buffer *out, double x, double y, const char *name, const value *from, size_t count, const value *to)
{
	for (size_t i = 0; i < count; i++)
		nch_svg_line(out, from[i].x + BOX, from[i].y + from[i].height / 2, x, y, NCH_SVG_FRAME, 1.5);
	nch_svg_line(out, x, y, to->x, to->y + to->height / 2, NCH_SVG_FRAME, 1.5);
	double width = nch_svg_width(name, 12) + 14;
	nch_svg_rect(out, x - width / 2, y - 12, width, 24, NCH_SVG_RULE, NCH_SVG_FRAME);
	nch_svg_text(out, x, y + 4, 12, "middle", NCH_SVG_INK, 0, name);
}

static value of_step(const nch_trace *t, const char *name, const nch_predictor *labels)
{
	const nch_trace_step *s = nch_trace_find(t, name);
	return (value){.name = name, .rank = 1, .shape = {s->count, 0}, .count = s->count, .data = s->values, .grad = s->grad, .labels = labels};
}

static value of_parameter(const nch_trace *t, const char *name, const nch_tensor *tensor)
{
	value v = {.name = name, .rank = tensor->rows > 1 ? 2 : 1, .shape = {tensor->rows > 1 ? tensor->rows : tensor->columns, tensor->columns},
	           .count = tensor->rows * tensor->columns, .data = tensor->data};
	for (size_t i = 0; i < t->parameter_count; i++)
		if (t->parameters[i].tensor == tensor)
			v.grad = t->parameters[i].grad;
	return v;
}

void nch_trace_graph(const nch_trace *t, const nch_predictor *p, nch_buffer *out)
{
	value inputs[3] = {of_step(t, "pooled", NULL), of_parameter(t, "W", p->model->classifier_weight), of_parameter(t, "b", p->model->classifier_bias)};
	value logits = of_step(t, "logits", p), shares = of_step(t, "probabilities", p), loss = of_step(t, "loss", NULL);
	value *column[] = {&logits, &shares, &loss};
	char title[200];
	double y = TOP;
	inputs[2].labels = p;
	for (int i = 0; i < 3; i++, y += 14) {
		inputs[i].x = MARGIN;
		inputs[i].y = y;
		inputs[i].height = height_of(&inputs[i]);
		y += inputs[i].height;
	}
	double middle = (TOP + y) / 2, width = 2 * MARGIN + 4 * BOX + 3 * GAP;
	for (int i = 0; i < 3; i++) {
		column[i]->x = MARGIN + (i + 1) * (BOX + GAP);
		column[i]->height = height_of(column[i]);
		column[i]->y = middle - column[i]->height / 2;
	}
	nch_svg_begin(out, width, y + MARGIN);
	snprintf(title, sizeof title, "the end of the tape: data from left to right, gradients from right to left; label %.60s", nch_predictor_label(p, t->label));
	nch_svg_text(out, MARGIN, 26, 14, "start", NCH_SVG_INK, 0, title);
	draw_op(out, MARGIN + BOX + GAP / 2.0, middle, "linear", inputs, 3, &logits);
	draw_op(out, logits.x + BOX + GAP / 2.0, middle, t->softmax ? "softmax" : "sigmoid", &logits, 1, &shares);
	draw_op(out, shares.x + BOX + GAP / 2.0, middle, "loss", &shares, 1, &loss);
	for (int i = 0; i < 3; i++)
		draw(out, &inputs[i]);
	for (int i = 0; i < 3; i++)
		draw(out, column[i]);
	nch_svg_end(out);
}
