/* trace.h - one sentence's way through a model with all its numbers: every step of the forward pass by its name, its formula and the line of C that
 * made it, and with a label the gradient of each.
 *
 * The numbers are those of the program itself, seen on their way (nn/eye.h), with the bits of predict. Only the gradients of scores and attention,
 * which the backward pass makes and throws away, are made again here. The loss is that of the label: cross-entropy of a model with one label a text,
 * binary cross-entropy (mean over the labels) of one with several, whatever it was trained with. Dropout is off. */
#ifndef NCH_APPS_TRACE_H
#define NCH_APPS_TRACE_H

#include "apps/parts.h"
#include "base/buffer.h"
#include "base/phrases.h"
#include "nn/eye.h"
#include "train/predictor.h"

typedef struct nch_trace_step {
	char name[48]; /* "layer.0.query" */
	nch_seen what;
	size_t layer;
	const char *formula;
	nch_place place;
	size_t rank, shape[3], count; /* count: of all values */
	float *values;
	float *grad; /* the loss by each value; NULL without a label */
	const nch_tensor *tensor; /* whose values these were; not to be looked into */
} nch_trace_step;

/* The gradient of one parameter tensor. */
typedef struct nch_trace_parameter {
	const nch_tensor *tensor;
	double norm; /* √Σ g² */
	float *grad; /* (tensor->rows, tensor->columns) */
} nch_trace_parameter;

/* Start with {0}; release with nch_trace_free. */
typedef struct nch_trace {
	nch_reading reading; /* text, pair, tokens */
	nch_part *words;     /* of the text, then of the pair; bytes of reading.bytes */
	size_t word_count;
	nch_trace_step *steps;
	size_t count, capacity;
	bool has_label, softmax;
	size_t label;  /* that of the loss */
	size_t answer; /* the model's own */
	nch_trace_parameter *parameters; /* with a label: of all tensors that have a gradient, in the model's order */
	size_t parameter_count;
	char answer_formula[96]; /* to which the step of the probabilities may point: a trace stays where it was made */
} nch_trace;

/* label: its number, or nch_predictor_labels for none: no loss, no gradients. keep_parameters: parameters[].grad too (else NULL). A text of more
 * tokens than the model reads at once, and a model that is no transformer, are refused. */
nch_status nch_trace_make(nch_predictor *predictor, const nch_text *text, size_t label, bool keep_parameters, nch_trace *trace, nch_error *error);
void nch_trace_free(nch_trace *trace);

const nch_trace_step *nch_trace_find(const nch_trace *trace, const char *name); /* NULL if there is no such step */
/* Whether a name fits a pattern, in which * stands for any letters. */
bool nch_trace_matches(const char *pattern, const char *name);

/* The steps whose names fit the pattern (NULL: all), for people or as one JSON object. */
void nch_trace_text(const nch_trace *trace, const nch_predictor *predictor, const char *pattern, nch_buffer *out);
void nch_trace_json(const nch_trace *trace, const nch_predictor *predictor, const char *pattern, nch_buffer *out);

/* A page to be clicked through, which needs nothing else, in Korean or in English; everything from outside is escaped. Appended to *out. */
nch_status nch_trace_html(const nch_trace *trace, const nch_predictor *predictor, nch_language language, nch_buffer *out, nch_error *error);

/* The end of the tape as a drawing (SVG): the classifier's linear map, softmax and loss, each value with some of its numbers and gradients. Of a
 * trace that was made with a label and keep_parameters. */
void nch_trace_graph(const nch_trace *trace, const nch_predictor *predictor, nch_buffer *out);

/* Two traces side by side, step by step. */
void nch_trace_compare(const nch_trace *a, const nch_trace *b, const char *pattern, nch_buffer *out);

#endif
