/* trace_text.c - a trace for people, as an object, and beside another one. */
#include <math.h>
#include <string.h>

#include "apps/trace.h"
#include "base/json.h"
#include "base/utf8.h"

enum { FEW = 6, MANY = 24 }; /* values that a line shows: of a matrix, and of a short row, which is shown whole */

/* --- for people --- */

static void add_numbers(const float *values, size_t count, nch_buffer *out)
{
	double least = (double)values[0], most = least, sum = 0.0;
	for (size_t i = 0; i < count; i++) {
		least = (double)values[i] < least ? (double)values[i] : least;
		most = (double)values[i] > most ? (double)values[i] : most;
		sum += (double)values[i];
	}
	size_t shown = count <= MANY ? count : FEW;
	for (size_t i = 0; i < shown; i++)
		nch_buffer_printf(out, "%s%.4g", i > 0 ? " " : "", (double)values[i]);
	if (shown < count)
		nch_buffer_printf(out, " …   min %.4g mean %.4g max %.4g", least, sum / (double)count, most);
	nch_buffer_byte(out, '\n');
}

static void add_shape(const nch_trace_step *step, nch_buffer *out)
{
	nch_buffer_byte(out, '(');
	for (size_t i = 0; i < step->rank; i++)
		nch_buffer_printf(out, "%s%zu", i > 0 ? ", " : "", step->shape[i]);
	nch_buffer_byte(out, ')');
}

static void add_tokens(const nch_trace *t, const nch_predictor *p, nch_buffer *out)
{
	const nch_tokens *tokens = &t->reading.tokens;
	for (size_t i = 0; i < tokens->count; i++) {
		const char *piece = nch_tokenizer_piece(p->tokenizer, tokens->items[i].id);
		nch_buffer_printf(out, "%s%zu ", i > 0 ? "  " : "", i);
		nch_buffer_visible(out, piece, strlen(piece));
	}
	nch_buffer_byte(out, '\n');
}

void nch_trace_text(const nch_trace *t, const nch_predictor *p, const char *pattern, nch_buffer *out)
{
	const nch_trace_step *scores = nch_trace_find(t, "probabilities");
	add_tokens(t, p, out);
	nch_buffer_printf(out, "answer: %s %.1f %%", nch_predictor_label(p, t->answer), 100.0 * (double)scores->values[t->answer]);
	if (t->has_label)
		nch_buffer_printf(out, ", loss for %s: %.6g", nch_predictor_label(p, t->label), (double)t->steps[t->count - 1].values[0]);
	nch_buffer_byte(out, '\n');
	for (size_t i = 0; i < t->count; i++) {
		const nch_trace_step *step = &t->steps[i];
		if (!nch_trace_matches(pattern, step->name))
			continue;
		nch_buffer_printf(out, "\n%s ", step->name);
		add_shape(step, out);
		nch_buffer_printf(out, "   %s   %s:%s:%d\n    ", step->formula, step->place.file, step->place.function, step->place.line);
		add_numbers(step->values, step->count, out);
		if (step->grad != NULL) {
			nch_buffer_text(out, "    grad ");
			add_numbers(step->grad, step->count, out);
		}
	}
}

/* --- as an object --- */

static void add_array(const float *values, size_t count, nch_buffer *out)
{
	nch_buffer_byte(out, '[');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			nch_buffer_byte(out, ',');
		nch_json_write_float(out, values[i]);
	}
	nch_buffer_byte(out, ']');
}

static void add_json_text(const char *text, nch_buffer *out)
{
	nch_json_write_text(out, text, strlen(text));
}

static void add_words(const nch_trace *t, nch_buffer *out)
{
	nch_buffer_text(out, ",\"words\":[");
	for (size_t i = 0; i < t->word_count; i++) {
		const nch_part *word = &t->words[i];
		nch_buffer_text(out, i > 0 ? ",{\"text\":" : "{\"text\":");
		nch_json_write_text(out, t->reading.bytes.data + word->begin, word->end - word->begin);
		nch_buffer_printf(out, ",\"token\":%zu,\"tokens\":%zu}", word->first, word->count);
	}
	nch_buffer_byte(out, ']');
}

static void add_json_shape(size_t rank, const size_t *shape, nch_buffer *out)
{
	nch_buffer_text(out, ",\"shape\":[");
	for (size_t i = 0; i < rank; i++)
		nch_buffer_printf(out, "%s%zu", i > 0 ? "," : "", shape[i]);
	nch_buffer_byte(out, ']');
}

static void add_step(const nch_trace_step *step, nch_buffer *out)
{
	nch_buffer_text(out, "{\"name\":");
	add_json_text(step->name, out);
	add_json_shape(step->rank, step->shape, out);
	nch_buffer_text(out, ",\"formula\":");
	add_json_text(step->formula, out);
	nch_buffer_printf(out, ",\"source\":\"%s:%s:%d\",\"values\":", step->place.file, step->place.function, step->place.line);
	add_array(step->values, step->count, out);
	if (step->grad != NULL) {
		nch_buffer_text(out, ",\"grad\":");
		add_array(step->grad, step->count, out);
	}
	nch_buffer_byte(out, '}');
}

static void add_parameters(const nch_trace *t, nch_buffer *out)
{
	nch_buffer_text(out, ",\"parameters\":[");
	for (size_t i = 0; i < t->parameter_count; i++) {
		size_t shape[3];
		nch_tensor_shape(t->parameters[i].tensor, shape);
		nch_buffer_text(out, i > 0 ? ",{\"name\":" : "{\"name\":");
		add_json_text(t->parameters[i].tensor->name, out);
		add_json_shape(t->parameters[i].tensor->rank, shape, out);
		nch_buffer_text(out, ",\"grad_norm\":");
		nch_json_write_double(out, t->parameters[i].norm);
		nch_buffer_byte(out, '}');
	}
	nch_buffer_byte(out, ']');
}

void nch_trace_json(const nch_trace *t, const nch_predictor *p, const char *pattern, nch_buffer *out)
{
	const nch_tokens *tokens = &t->reading.tokens;
	bool first = true;
	nch_buffer_text(out, "{\"text\":");
	nch_json_write_text(out, t->reading.bytes.data, t->reading.text_length);
	if (t->reading.layout.second > 0) {
		nch_buffer_text(out, ",\"pair\":");
		nch_json_write_text(out, t->reading.bytes.data + t->reading.text_length, t->reading.bytes.length - t->reading.text_length);
	}
	nch_buffer_text(out, ",\"tokens\":[");
	for (size_t i = 0; i < tokens->count; i++)
		nch_buffer_printf(out, "%s%d", i > 0 ? "," : "", (int)tokens->items[i].id);
	nch_buffer_text(out, "],\"pieces\":[");
	for (size_t i = 0; i < tokens->count; i++) {
		nch_buffer_text(out, i > 0 ? "," : "");
		add_json_text(nch_tokenizer_piece(p->tokenizer, tokens->items[i].id), out);
	}
	nch_buffer_byte(out, ']');
	add_words(t, out);
	nch_buffer_text(out, ",\"answer\":");
	add_json_text(nch_predictor_label(p, t->answer), out);
	nch_buffer_text(out, ",\"labels\":[");
	for (size_t i = 0; i < nch_predictor_labels(p); i++) {
		nch_buffer_text(out, i > 0 ? "," : "");
		add_json_text(nch_predictor_label(p, i), out);
	}
	nch_buffer_byte(out, ']');
	if (t->has_label) {
		nch_buffer_text(out, ",\"label\":");
		add_json_text(nch_predictor_label(p, t->label), out);
		add_parameters(t, out);
	}
	nch_buffer_text(out, ",\"steps\":[");
	for (size_t i = 0; i < t->count; i++) {
		if (!nch_trace_matches(pattern, t->steps[i].name))
			continue;
		nch_buffer_text(out, first ? "" : ",");
		add_step(&t->steps[i], out);
		first = false;
	}
	nch_buffer_text(out, "]}\n");
}

/* --- beside another one --- */

/* Of the first token's row where the texts have not the same number of tokens: that row stands for the sentence. */
static size_t compared(const nch_trace_step *a, const nch_trace_step *b)
{
	if (a->rank != b->rank)
		return 0;
	if (a->count == b->count && memcmp(a->shape, b->shape, a->rank * sizeof *a->shape) == 0)
		return a->count;
	return a->rank == 2 && a->shape[1] == b->shape[1] ? a->shape[1] : 0;
}

void nch_trace_compare(const nch_trace *a, const nch_trace *b, const char *pattern, nch_buffer *out)
{
	nch_buffer_printf(out, "%-24s %-14s %10s %12s %10s\n", "step", "compared", "cosine", "difference", "of size");
	for (size_t i = 0; i < a->count; i++) {
		const nch_trace_step *x = &a->steps[i], *y = nch_trace_find(b, x->name);
		if (!nch_trace_matches(pattern, x->name))
			continue;
		size_t count = y != NULL ? compared(x, y) : 0;
		if (count == 0) {
			nch_buffer_printf(out, "%-24s %s\n", x->name, y == NULL ? "only in the first" : "of another shape");
			continue;
		}
		double xx = 0.0, yy = 0.0, xy = 0.0, most = 0.0;
		for (size_t k = 0; k < count; k++) {
			double u = (double)x->values[k], v = (double)y->values[k];
			xx += u * u;
			yy += v * v;
			xy += u * v;
			most = fabs(u - v) > most ? fabs(u - v) : most;
		}
		double cosine = xx > 0.0 && yy > 0.0 ? xy / sqrt(xx * yy) : xx == yy;
		nch_buffer_printf(out, "%-24s %-14s %10.6f %12.4g %10.4g\n", x->name, count == x->count ? "all" : "the first row", cosine, most,
		                  sqrt(xx / (double)count));
	}
	for (size_t i = 0; i < b->count; i++)
		if (nch_trace_matches(pattern, b->steps[i].name) && nch_trace_find(a, b->steps[i].name) == NULL)
			nch_buffer_printf(out, "%-24s only in the second\n", b->steps[i].name);
}
