/* disentangled.c - attention whose scores know content and distance apart: content to content, content to position, position to content (He et al.
 * 2021, "DeBERTa", section 3.1).
 *
 * One call does one head of one sentence. What a query makes of all distances is a product of its own, and so is what the distances make of a key; a
 * score then picks one element of each. Queries are taken in blocks of QUERIES, as attention.c does; the products of the keys are held whole. */
#include "kernels/kernels.h"
#include "kernels/set.h"
#include "kernels/rows.h"
#include "kernels/sizes.h"
#include "kernels/small.h"

enum { QUERIES = NCH_ATTENTION_QUERIES };

typedef struct disentangled_state {
	const nch_disentangled *a;
	size_t length, padded, padded_width;
	size_t first_place, places, padded_places; /* the rows of the tables that this sentence's distances have */
	size_t row;                                /* heads · width: from one row to the next, in every array of the model */
	uint64_t dropout_row;
	head_rows q, k, v, out, dout, dq, dk, dv;
	head_rows key_places, query_places;
	float *key_columns, *value_columns;               /* (width, padded): transposed */
	float *key_place_columns, *query_place_columns;   /* (width, padded_places) */
	float *to_places, *d_to_places;                   /* (QUERIES, padded_places): of a block's queries */
	float *of_places, *d_of_places;                   /* (length, padded_places): of the keys */
	float *probabilities, *dropped, *gradients;       /* (QUERIES, padded) */
	float *d_key_places, *d_query_places;             /* (places, padded_width) */
} disentangled_state;

static float *take(float **scratch, size_t floats)
{
	float *taken = *scratch;
	*scratch += floats;
	return taken;
}

/* The place of the distance between query i and key j, among those of this sentence. */
static size_t place_of(const disentangled_state *s, size_t i, size_t j)
{
	return s->a->place_of[s->a->zero + i - j] - s->first_place;
}

static void begin_places(disentangled_state *s, size_t at, float **scratch, int backward)
{
	const nch_disentangled *a = s->a;
	size_t begin = s->first_place * s->row + at;
	if (a->key_places != NULL) {
		s->key_place_columns = take(scratch, a->width * s->padded_places);
		s->to_places = take(scratch, QUERIES * s->padded_places);
		transpose(s->key_place_columns, s->padded_places, a->key_places + begin, s->row, s->places, a->width);
	}
	if (a->query_places != NULL) {
		s->query_place_columns = take(scratch, a->width * s->padded_places);
		s->of_places = take(scratch, s->length * s->padded_places);
		transpose(s->query_place_columns, s->padded_places, a->query_places + begin, s->row, s->places, a->width);
	}
	if (backward && a->key_places != NULL) {
		s->d_to_places = take(scratch, QUERIES * s->padded_places);
		s->d_key_places = take(scratch, s->places * s->padded_width);
		s->key_places = take_rows(a->key_places + begin, s->row, s->places, a->width, scratch, 1);
	}
	if (backward && a->query_places != NULL) {
		s->d_of_places = take(scratch, s->length * s->padded_places);
		s->d_query_places = take(scratch, s->places * s->padded_width);
		s->query_places = take_rows(a->query_places + begin, s->row, s->places, a->width, scratch, 1);
		memset(s->d_of_places, 0, s->length * s->padded_places * sizeof *s->d_of_places);
	}
}

static disentangled_state begin_disentangled(const nch_disentangled *a, size_t sentence, size_t head, float *scratch, int backward)
{
	size_t first = a->offsets[sentence], length = a->offsets[sentence + 1] - first, width = a->width, row = a->heads * width;
	size_t at = head * width, in = first * row + at;
	disentangled_state s = {.a = a, .length = length, .padded = round16(length), .padded_width = round16(width), .row = row,
	                        .first_place = a->place_of[a->zero - (length - 1)], .dropout_row = (uint64_t)first * a->heads + head};
	s.places = a->place_of[a->zero + (length - 1)] - s.first_place + 1;
	s.padded_places = round16(s.places);
	s.key_columns = take(&scratch, width * s.padded);
	s.probabilities = take(&scratch, QUERIES * s.padded);
	begin_places(&s, at, &scratch, backward);
	s.q = take_rows(a->q + in, row, length, width, &scratch, 1);
	s.k = take_rows(a->k + in, row, length, width, &scratch, 1);
	s.v = take_rows(a->v + in, row, length, width, &scratch, 1);
	transpose(s.key_columns, s.padded, a->k + in, row, length, width);
	if (s.of_places != NULL) { /* all keys with all distances */
		small_product of = {.k = width, .a = s.k.data, .a_row = s.k.row, .a_step = 1, .b = s.query_place_columns, .b_step = s.padded_places,
		                    .c = s.of_places, .c_row = s.padded_places};
		multiply(&of, length, s.padded_places);
	}
	if (!backward) {
		s.out = take_rows(a->out + in, row, length, width, &scratch, 0);
		return s;
	}
	s.value_columns = take(&scratch, width * s.padded);
	s.dropped = take(&scratch, QUERIES * s.padded);
	s.gradients = take(&scratch, QUERIES * s.padded);
	s.dout = take_rows(a->dout + in, row, length, width, &scratch, 1);
	s.dq = take_rows(a->dq + in, row, length, width, &scratch, 0);
	s.dk = take_rows(a->dk + in, row, length, width, &scratch, 0);
	s.dv = take_rows(a->dv + in, row, length, width, &scratch, 0);
	transpose(s.value_columns, s.padded, a->v + in, row, length, width);
	return s;
}

/* probabilities (rows, padded) of the queries from `first` on; zeros beyond the last key */
static void attend_disentangled(const disentangled_state *s, size_t first, size_t rows)
{
	const float *q = s->q.data + first * s->q.row;
	small_product scores = {.k = s->a->width, .a = q, .a_row = s->q.row, .a_step = 1, .b = s->key_columns, .b_step = s->padded,
	                        .c = s->probabilities, .c_row = s->padded};
	multiply(&scores, rows, s->padded);
	if (s->to_places != NULL) {
		small_product to = {.k = s->a->width, .a = q, .a_row = s->q.row, .a_step = 1, .b = s->key_place_columns, .b_step = s->padded_places,
		                    .c = s->to_places, .c_row = s->padded_places};
		multiply(&to, rows, s->padded_places);
	}
	for (size_t i = 0; i < rows; i++) {
		float *row = s->probabilities + i * s->padded;
		for (size_t j = 0; j < s->length; j++) {
			size_t place = place_of(s, first + i, j);
			if (s->to_places != NULL)
				row[j] += s->to_places[i * s->padded_places + place];
			if (s->of_places != NULL)
				row[j] += s->of_places[j * s->padded_places + place];
		}
		softmax_row(row, row, s->length, s->a->scale);
		for (size_t j = s->length; j < s->padded; j++)
			row[j] = 0.0f;
	}
}

static void drop_disentangled(const disentangled_state *s, size_t first, size_t rows, float *y, const float *x)
{
	dropout_rows(&s->a->dropout, s->dropout_row + (uint64_t)first * s->a->heads, s->a->heads, rows, s->length, y, x, s->padded, NULL);
}

void NCH_KERNEL(nch_disentangled_forward)(const nch_disentangled *a, size_t sentence, size_t head, float *scratch)
{
	disentangled_state s = begin_disentangled(a, sentence, head, scratch, 0);
	for (size_t first = 0; first < s.length; first += QUERIES) {
		size_t rows = s.length - first < QUERIES ? s.length - first : QUERIES;
		attend_disentangled(&s, first, rows);
		if (a->dropout.p > 0.0f)
			drop_disentangled(&s, first, rows, s.probabilities, s.probabilities);
		small_product mix = {.k = s.length, .a = s.probabilities, .a_row = s.padded, .a_step = 1, .b = s.v.data, .b_step = s.v.row,
		                     .c = s.out.data + first * s.out.row, .c_row = s.out.row};
		multiply(&mix, rows, s.padded_width);
	}
	give_rows(s.out, a->out + a->offsets[sentence] * s.row + head * a->width, s.row, s.length, a->width);
}

/* dS of a block goes back to the elements that its scores had picked; then d q += dC · places, d places += dCᵀ · q. */
static void places_backward(const disentangled_state *s, size_t first, size_t rows)
{
	if (s->to_places != NULL)
		memset(s->d_to_places, 0, QUERIES * s->padded_places * sizeof *s->d_to_places);
	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < s->length; j++) {
			size_t place = place_of(s, first + i, j);
			float d = s->gradients[i * s->padded + j];
			if (s->to_places != NULL)
				s->d_to_places[i * s->padded_places + place] += d;
			if (s->of_places != NULL)
				s->d_of_places[j * s->padded_places + place] += d;
		}
	if (s->to_places == NULL)
		return;
	small_product dq = {.k = s->places, .a = s->d_to_places, .a_row = s->padded_places, .a_step = 1, .b = s->key_places.data,
	                    .b_step = s->key_places.row, .c = s->dq.data + first * s->dq.row, .c_row = s->dq.row, .accumulate = 1};
	multiply(&dq, rows, s->padded_width);
	small_product places = {.k = rows, .a = s->d_to_places, .a_row = 1, .a_step = s->padded_places, .b = s->q.data + first * s->q.row,
	                        .b_step = s->q.row, .c = s->d_key_places, .c_row = s->padded_width, .accumulate = first > 0};
	multiply(&places, s->places, s->padded_width);
}

/* When all queries have been: d k += dD · places, d places = dDᵀ · k. */
static void keys_backward(const disentangled_state *s)
{
	small_product dk = {.k = s->places, .a = s->d_of_places, .a_row = s->padded_places, .a_step = 1, .b = s->query_places.data,
	                    .b_step = s->query_places.row, .c = s->dk.data, .c_row = s->dk.row, .accumulate = 1};
	multiply(&dk, s->length, s->padded_width);
	small_product places = {.k = s->length, .a = s->d_of_places, .a_row = 1, .a_step = s->padded_places, .b = s->k.data, .b_step = s->k.row,
	                        .c = s->d_query_places, .c_row = s->padded_width};
	multiply(&places, s->places, s->padded_width);
}

static void add_rows(float *to, size_t row, const float *from, size_t from_row, size_t rows, size_t width)
{
	for (size_t r = 0; r < rows; r++)
		for (size_t d = 0; d < width; d++)
			to[r * row + d] += from[r * from_row + d];
}

void NCH_KERNEL(nch_disentangled_backward)(const nch_disentangled *a, size_t sentence, size_t head, float *scratch)
{
	disentangled_state s = begin_disentangled(a, sentence, head, scratch, 1);
	for (size_t first = 0; first < s.length; first += QUERIES) {
		size_t rows = s.length - first < QUERIES ? s.length - first : QUERIES;
		const float *dropped = s.probabilities;
		attend_disentangled(&s, first, rows);
		/* dP = dO Vᵀ */
		small_product dp = {.k = a->width, .a = s.dout.data + first * s.dout.row, .a_row = s.dout.row, .a_step = 1,
		                    .b = s.value_columns, .b_step = s.padded, .c = s.gradients, .c_row = s.padded};
		multiply(&dp, rows, s.padded);
		if (a->dropout.p > 0.0f) {
			drop_disentangled(&s, first, rows, s.dropped, s.probabilities);
			drop_disentangled(&s, first, rows, s.gradients, s.gradients);
			dropped = s.dropped;
		}
		/* dV += dropped(P)ᵀ dO */
		small_product dv = {.k = rows, .a = dropped, .a_row = 1, .a_step = s.padded, .b = s.dout.data + first * s.dout.row,
		                    .b_step = s.dout.row, .c = s.dv.data, .c_row = s.dv.row, .accumulate = first > 0};
		multiply(&dv, s.length, s.padded_width);
		softmax_backward(s.gradients, s.probabilities, rows, s.padded, a->scale);
		/* dQ = dS K, dK += dSᵀ Q */
		small_product dq = {.k = s.length, .a = s.gradients, .a_row = s.padded, .a_step = 1, .b = s.k.data, .b_step = s.k.row,
		                    .c = s.dq.data + first * s.dq.row, .c_row = s.dq.row};
		multiply(&dq, rows, s.padded_width);
		small_product dk = {.k = rows, .a = s.gradients, .a_row = 1, .a_step = s.padded, .b = s.q.data + first * s.q.row,
		                    .b_step = s.q.row, .c = s.dk.data, .c_row = s.dk.row, .accumulate = first > 0};
		multiply(&dk, s.length, s.padded_width);
		places_backward(&s, first, rows);
	}
	size_t at = head * a->width, in = a->offsets[sentence] * s.row + at, begin = s.first_place * s.row + at;
	if (a->query_places != NULL) {
		keys_backward(&s);
		add_rows(a->d_query_places + begin, s.row, s.d_query_places, s.padded_width, s.places, a->width);
	}
	if (a->key_places != NULL)
		add_rows(a->d_key_places + begin, s.row, s.d_key_places, s.padded_width, s.places, a->width);
	give_rows(s.dq, a->dq + in, s.row, s.length, a->width);
	give_rows(s.dk, a->dk + in, s.row, s.length, a->width);
	give_rows(s.dv, a->dv + in, s.row, s.length, a->width);
}
