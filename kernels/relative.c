/* relative.c - attention that knows how far apart two tokens are, and whether they belong to the same text (Dai et al. 2020, "Funnel-Transformer",
 * appendix A.2; the positions after Dai et al. 2019, "Transformer-XL").
 *
 * Each call does one head of one sentence, in blocks of QUERIES as attention.c does. The scores of the positions are a product of their own: of a
 * query with all distances that it can have to a key. Row i of it is shifted by `step` · i against the keys, so that what belongs to one row of
 * scores is a run of neighbours, and adding them needs no index. */
#include "kernels/kernels.h"
#include "kernels/set.h"
#include "kernels/rows.h"
#include "kernels/sizes.h"
#include "kernels/small.h"

enum { QUERIES = NCH_ATTENTION_QUERIES };

typedef struct relative_state {
	const nch_relative *r;
	size_t head, queries, keys, distances; /* of this sentence */
	size_t padded, padded_width, padded_distances, padded_window; /* keys, width, distances, distances of one block: up to a multiple of 16 */
	size_t row;                            /* heads · width: from one token to the next, in every array of the model */
	const float *q;                        /* this head's first query */
	const int32_t *query_type, *key_type;
	uint64_t dropout_row;
	head_rows k, v, places, out, dout, dk, dv;
	float *key_columns, *value_columns, *place_columns;         /* (width, padded), (width, padded), (width, padded_distances) */
	float *probabilities, *dropped, *gradients;                 /* (QUERIES, padded) */
	float *window;                                              /* (QUERIES, padded_window) */
	float *to_content, *to_place, *to_kind;                     /* (QUERIES, padded_width): query + bias */
	float *d_content, *d_place, *d_places;                      /* the same twice; (distances, padded_width) */
} relative_state;

static float *take(float **scratch, size_t floats)
{
	float *taken = *scratch;
	*scratch += floats;
	return taken;
}

static relative_state begin_relative(const nch_relative *r, size_t sentence, size_t head, float *scratch, int backward)
{
	size_t first = r->query_offsets[sentence], first_key = r->key_offsets[sentence], width = r->width, row = r->heads * width, at = head * width;
	relative_state s = {.r = r, .head = head, .queries = r->query_offsets[sentence + 1] - first, .keys = r->key_offsets[sentence + 1] - first_key,
	                    .row = row, .q = r->q + first * row + at, .query_type = r->query_type + first, .key_type = r->key_type + first_key,
	                    .dropout_row = (uint64_t)r->address_offsets[sentence] * r->heads + head};
	size_t before = r->step * (s.queries - 1); /* distances that only the later queries have */
	s.distances = before + s.keys;
	s.padded = round16(s.keys);
	s.padded_width = round16(width);
	s.padded_distances = round16(s.distances) + 16; /* a block's window may begin anywhere, and is read in sixteens */
	s.padded_window = round16(s.keys + r->step * (QUERIES - 1));
	s.key_columns = take(&scratch, width * s.padded);
	s.place_columns = take(&scratch, width * s.padded_distances);
	s.probabilities = take(&scratch, QUERIES * s.padded);
	s.window = take(&scratch, QUERIES * s.padded_window);
	s.to_content = take(&scratch, QUERIES * s.padded_width);
	s.to_place = take(&scratch, QUERIES * s.padded_width);
	s.to_kind = take(&scratch, QUERIES * s.padded_width);
	s.v = take_rows(r->v + first_key * row + at, row, s.keys, width, &scratch, 1);
	transpose(s.key_columns, s.padded, r->k + first_key * row + at, row, s.keys, width);
	transpose(s.place_columns, s.padded_distances, r->places + (r->zero - before) * row + at, row, s.distances, width);
	if (!backward) {
		s.out = take_rows(r->out + first * row + at, row, s.queries, width, &scratch, 0);
		return s;
	}
	s.value_columns = take(&scratch, width * s.padded);
	s.dropped = take(&scratch, QUERIES * s.padded);
	s.gradients = take(&scratch, QUERIES * s.padded);
	s.d_content = take(&scratch, QUERIES * s.padded_width);
	s.d_place = take(&scratch, QUERIES * s.padded_width);
	s.d_places = take(&scratch, s.distances * s.padded_width);
	s.k = take_rows(r->k + first_key * row + at, row, s.keys, width, &scratch, 1);
	s.places = take_rows(r->places + (r->zero - before) * row + at, row, s.distances, width, &scratch, 1);
	s.dout = take_rows(r->dout + first * row + at, row, s.queries, width, &scratch, 1);
	s.dk = take_rows(r->dk + first_key * row + at, row, s.keys, width, &scratch, 0);
	s.dv = take_rows(r->dv + first_key * row + at, row, s.keys, width, &scratch, 0);
	transpose(s.value_columns, s.padded, r->v + first_key * row + at, row, s.keys, width);
	memset(s.d_places, 0, s.distances * s.padded_width * sizeof *s.d_places);
	return s;
}

/* to (rows, padded_width) := query + bias of a block, zeros up to padded_width */
static void add_bias(const relative_state *s, size_t first, size_t rows, const float *bias, float *to)
{
	size_t width = s->r->width;
	bias += s->head * width;
	for (size_t i = 0; i < rows; i++)
		for (size_t d = 0; d < s->padded_width; d++)
			to[i * s->padded_width + d] = d < width ? s->q[(first + i) * s->row + d] + bias[d] : 0.0f;
}

static float dot(const float *x, const float *y, size_t n)
{
	v16 sum = v_zero();
	for (size_t j = 0; j < n; j += 16) {
		size_t here = n - j < 16 ? n - j : 16;
		sum = v_fma(v_load_part(x + j, here), v_load_part(y + j, here), sum);
	}
	return v_fold_add(sum);
}

/* The first distance (its place among the sentence's) of a block of `rows` queries, and how many there are. */
static size_t window_of(const relative_state *s, size_t first, size_t rows, size_t *length)
{
	*length = s->keys + s->r->step * (rows - 1);
	return s->r->step * (s->queries - first - rows);
}

static int same_kind(const relative_state *s, size_t i, size_t j)
{
	return i == 0 || j == 0 || s->query_type[i] == s->key_type[j];
}

/* Adds to the scores of a block what positions and types have to say. The first token's are left alone where it stands apart. */
static void add_places(const relative_state *s, size_t first, size_t rows)
{
	const nch_relative *r = s->r;
	size_t length, start = window_of(s, first, rows, &length), apart = r->first_apart ? 1 : 0;
	small_product places = {.k = r->width, .a = s->to_place, .a_row = s->padded_width, .a_step = 1, .b = s->place_columns + start,
	                        .b_step = s->padded_distances, .c = s->window, .c_row = s->padded_window};
	multiply(&places, rows, round16(length));
	for (size_t i = first == 0 ? apart : 0; i < rows; i++) {
		float *score = s->probabilities + i * s->padded;
		const float *place = s->window + i * s->padded_window + r->step * (rows - 1 - i);
		float other = dot(s->to_kind + i * s->padded_width, r->segments + s->head * r->width, r->width);
		float same = dot(s->to_kind + i * s->padded_width, r->segments + s->row + s->head * r->width, r->width);
		for (size_t j = apart; j < s->keys; j++)
			score[j] = (score[j] + place[j]) + (same_kind(s, first + i, j) ? same : other);
	}
}

/* probabilities (rows, padded) of the queries from `first` on; zeros beyond the last key */
static void attend_relative(const relative_state *s, size_t first, size_t rows)
{
	add_bias(s, first, rows, s->r->content_bias, s->to_content);
	add_bias(s, first, rows, s->r->place_bias, s->to_place);
	add_bias(s, first, rows, s->r->kind_bias, s->to_kind);
	small_product scores = {.k = s->r->width, .a = s->to_content, .a_row = s->padded_width, .a_step = 1, .b = s->key_columns,
	                        .b_step = s->padded, .c = s->probabilities, .c_row = s->padded};
	multiply(&scores, rows, s->padded);
	add_places(s, first, rows);
	for (size_t i = 0; i < rows; i++) {
		float *row = s->probabilities + i * s->padded;
		softmax_row(row, row, s->keys, s->r->scale);
		for (size_t j = s->keys; j < s->padded; j++)
			row[j] = 0.0f;
	}
}

/* y = dropout(x) for a block of probabilities; y may be x */
static void drop_relative(const relative_state *s, size_t first, size_t rows, float *y, const float *x)
{
	dropout_rows(&s->r->dropout, s->dropout_row + (uint64_t)first * s->r->heads, s->r->heads, rows, s->keys, y, x, s->padded, NULL);
}

void NCH_KERNEL(nch_relative_forward)(const nch_relative *r, size_t sentence, size_t head, float *scratch)
{
	relative_state s = begin_relative(r, sentence, head, scratch, 0);
	for (size_t first = 0; first < s.queries; first += QUERIES) {
		size_t rows = s.queries - first < QUERIES ? s.queries - first : QUERIES;
		attend_relative(&s, first, rows);
		if (r->dropout.p > 0.0f)
			drop_relative(&s, first, rows, s.probabilities, s.probabilities);
		small_product mix = {.k = s.keys, .a = s.probabilities, .a_row = s.padded, .a_step = 1, .b = s.v.data, .b_step = s.v.row,
		                     .c = s.out.data + first * s.out.row, .c_row = s.out.row};
		multiply(&mix, rows, s.padded_width);
	}
	give_rows(s.out, r->out + r->query_offsets[sentence] * s.row + head * r->width, s.row, s.queries, r->width);
}

/* dS in its places among the distances: the window of the forward pass, and zeros. Then d_place = dS' · places, d_places += dS'ᵀ · to_place. */
static void places_backward(const relative_state *s, size_t first, size_t rows)
{
	const nch_relative *r = s->r;
	size_t length, start = window_of(s, first, rows, &length), apart = r->first_apart ? 1 : 0;
	memset(s->window, 0, QUERIES * s->padded_window * sizeof *s->window);
	for (size_t i = first == 0 ? apart : 0; i < rows; i++)
		memcpy(s->window + i * s->padded_window + r->step * (rows - 1 - i) + apart, s->gradients + i * s->padded + apart,
		       (s->keys - apart) * sizeof *s->window);
	small_product queries = {.k = length, .a = s->window, .a_row = s->padded_window, .a_step = 1, .b = s->places.data + start * s->places.row,
	                         .b_step = s->places.row, .c = s->d_place, .c_row = s->padded_width};
	multiply(&queries, rows, s->padded_width);
	small_product places = {.k = rows, .a = s->window, .a_row = 1, .a_step = s->padded_window, .b = s->to_place, .b_step = s->padded_width,
	                        .c = s->d_places + start * s->padded_width, .c_row = s->padded_width, .accumulate = 1};
	multiply(&places, length, s->padded_width);
}

/* The two sums of one query's dS: over the keys of the same kind, and over the others; each in sixteen lanes. */
static void kind_sums(const relative_state *s, size_t query, const float *gradients, float *same, float *other)
{
	float lanes[2][16] = {{0.0f}};
	for (size_t j = s->r->first_apart ? 1 : 0; j < s->keys; j++)
		lanes[same_kind(s, query, j)][j % 16] += gradients[j];
	*other = v_fold_add(v_load(lanes[0]));
	*same = v_fold_add(v_load(lanes[1]));
}

/* dq of a block, and the gradients that all tokens share: sums over the queries in ascending order. */
static void shared_gradients(const relative_state *s, size_t first, size_t rows, float *dq)
{
	const nch_relative *r = s->r;
	size_t at = s->head * r->width;
	for (size_t i = 0; i < rows; i++) {
		float same = 0.0f, other = 0.0f;
		const float *content = s->d_content + i * s->padded_width, *place = s->d_place + i * s->padded_width;
		const float *kind = s->to_kind + i * s->padded_width;
		float *to = dq + (first + i) * s->row;
		if (first + i > 0 || !r->first_apart)
			kind_sums(s, first + i, s->gradients + i * s->padded, &same, &other);
		for (size_t d = 0; d < r->width; d++) {
			float by_kind = other * r->segments[at + d] + same * r->segments[s->row + at + d];
			to[d] = (content[d] + place[d]) + by_kind;
			r->d_content_bias[at + d] += content[d];
			r->d_place_bias[at + d] += place[d];
			r->d_kind_bias[at + d] += by_kind;
			r->d_segments[at + d] += other * kind[d];
			r->d_segments[s->row + at + d] += same * kind[d];
		}
	}
}

void NCH_KERNEL(nch_relative_backward)(const nch_relative *r, size_t sentence, size_t head, float *scratch)
{
	relative_state s = begin_relative(r, sentence, head, scratch, 1);
	size_t at = head * r->width, queries = r->query_offsets[sentence] * s.row + at, keys = r->key_offsets[sentence] * s.row + at;
	for (size_t first = 0; first < s.queries; first += QUERIES) {
		size_t rows = s.queries - first < QUERIES ? s.queries - first : QUERIES;
		const float *dropped = s.probabilities;
		attend_relative(&s, first, rows);
		/* dP = dO Vᵀ */
		small_product dp = {.k = r->width, .a = s.dout.data + first * s.dout.row, .a_row = s.dout.row, .a_step = 1,
		                    .b = s.value_columns, .b_step = s.padded, .c = s.gradients, .c_row = s.padded};
		multiply(&dp, rows, s.padded);
		if (r->dropout.p > 0.0f) {
			drop_relative(&s, first, rows, s.dropped, s.probabilities);
			drop_relative(&s, first, rows, s.gradients, s.gradients);
			dropped = s.dropped;
		}
		/* dV += dropped(P)ᵀ dO */
		small_product dv = {.k = rows, .a = dropped, .a_row = 1, .a_step = s.padded, .b = s.dout.data + first * s.dout.row,
		                    .b_step = s.dout.row, .c = s.dv.data, .c_row = s.dv.row, .accumulate = first > 0};
		multiply(&dv, s.keys, s.padded_width);
		softmax_backward(s.gradients, s.probabilities, rows, s.padded, r->scale);
		/* d(q + bias) = dS K, dK += dSᵀ (q + bias) */
		small_product dq = {.k = s.keys, .a = s.gradients, .a_row = s.padded, .a_step = 1, .b = s.k.data, .b_step = s.k.row,
		                    .c = s.d_content, .c_row = s.padded_width};
		multiply(&dq, rows, s.padded_width);
		small_product dk = {.k = rows, .a = s.gradients, .a_row = 1, .a_step = s.padded, .b = s.to_content, .b_step = s.padded_width,
		                    .c = s.dk.data, .c_row = s.dk.row, .accumulate = first > 0};
		multiply(&dk, s.keys, s.padded_width);
		places_backward(&s, first, rows);
		shared_gradients(&s, first, rows, r->dq + queries);
	}
	give_rows(s.dk, r->dk + keys, s.row, s.keys, r->width);
	give_rows(s.dv, r->dv + keys, s.row, s.keys, r->width);
	copy_rows(r->d_places + at, s.row, r->width, s.d_places, s.padded_width, s.distances, r->width);
}
