/* smooth.c - a hidden Markov model over a book's emotions. */
#include "apps/smooth.h"

#include <string.h>

#include "base/json.h"
#include "base/memory.h"

#define MOST_LABELS 1024

static nch_status make(const char *const *names, size_t count, nch_smooth *smooth, nch_error *error)
{
	*smooth = (nch_smooth){.labels = count};
	smooth->names = nch_alloc(count, sizeof *smooth->names);
	smooth->first = nch_alloc(count, sizeof *smooth->first);
	smooth->following = nch_alloc(count * count, sizeof *smooth->following);
	bool good = smooth->names && smooth->first && smooth->following;
	for (size_t i = 0; i < count && good; i++)
		good = (smooth->names[i] = nch_copy_text(names[i], strlen(names[i]))) != NULL;
	if (good)
		return NCH_OK;
	nch_smooth_free(smooth);
	return nch_no_memory(error);
}

void nch_smooth_free(nch_smooth *smooth)
{
	for (size_t i = 0; i < smooth->labels && smooth->names != NULL; i++)
		nch_free(smooth->names[i]);
	nch_free(smooth->names);
	nch_free(smooth->first);
	nch_free(smooth->following);
	*smooth = (nch_smooth){0};
}

static bool find(const char *const *names, size_t count, const char *name, size_t *index)
{
	for (*index = 0; *index < count; ++*index)
		if (strcmp(names[*index], name) == 0)
			return true;
	return false;
}

/* --- counting --- */

static void to_shares(double *counts, size_t n)
{
	double sum = 0.0;
	for (size_t i = 0; i < n; i++)
		sum += counts[i];
	for (size_t i = 0; i < n; i++)
		counts[i] /= sum;
}

/* The state of each of the books' labels. */
static nch_status match_labels(const nch_labels *known, const char *const *labels, size_t count, size_t *state, nch_error *error)
{
	for (size_t i = 0; i < known->count; i++)
		if (!find(labels, count, known->names[i], &state[i]))
			return nch_fail(error, NCH_DATA, "the tagged books have a label \"%s\" that the model does not know; rename it by ⟨relabel⟩ %s=…",
			                known->names[i], known->names[i]);
	return NCH_OK;
}

static void count_rows(const nch_dataset *books, const size_t *state, nch_smooth *smooth)
{
	size_t n = smooth->labels;
	for (size_t i = 0; i < n; i++)
		smooth->first[i] = 0.5;
	for (size_t i = 0; i < n * n; i++)
		smooth->following[i] = 0.5;
	for (size_t i = 0; i < books->rows; i++) {
		size_t now = state[nch_dataset_label(books, i)];
		if (i == 0 || books->row[i].file != books->row[i - 1].file)
			smooth->first[now] += 1.0;
		else
			smooth->following[state[nch_dataset_label(books, i - 1)] * n + now] += 1.0;
	}
	to_shares(smooth->first, n);
	for (size_t i = 0; i < n; i++)
		to_shares(smooth->following + i * n, n);
	smooth->sentences = books->rows;
}

nch_status nch_smooth_count(const nch_dataset *books, const char *const *labels, size_t count, nch_smooth *smooth, nch_error *error)
{
	if (count == 0 || count > MOST_LABELS)
		return nch_fail(error, NCH_DATA, "smoothing is for 1 to %d labels, not %zu", MOST_LABELS, count);
	size_t *state = nch_alloc(books->labels.count, sizeof *state);
	if (state == NULL)
		return nch_no_memory(error);
	nch_status status = match_labels(&books->labels, labels, count, state, error);
	if (status == NCH_OK)
		status = make(labels, count, smooth, error);
	if (status == NCH_OK)
		count_rows(books, state, smooth);
	nch_free(state);
	return status;
}

/* --- JSON --- */

static void write_row(const double *row, size_t n, nch_buffer *out)
{
	for (size_t i = 0; i < n; i++) {
		nch_buffer_byte(out, i == 0 ? '[' : ',');
		nch_json_write_double(out, row[i]);
	}
	nch_buffer_byte(out, ']');
}

void nch_smooth_write(const nch_smooth *smooth, nch_buffer *out)
{
	size_t n = smooth->labels;
	nch_buffer_text(out, "{\"labels\":");
	for (size_t i = 0; i < n; i++) {
		nch_buffer_byte(out, i == 0 ? '[' : ',');
		nch_json_write_text(out, smooth->names[i], strlen(smooth->names[i]));
	}
	nch_buffer_text(out, "],\n\"first\":");
	write_row(smooth->first, n, out);
	nch_buffer_text(out, ",\n\"following\":");
	for (size_t i = 0; i < n; i++) {
		nch_buffer_text(out, i == 0 ? "[\n" : ",\n");
		write_row(smooth->following + i * n, n, out);
	}
	nch_buffer_printf(out, "],\n\"sentences\":%zu}\n", smooth->sentences);
}

/* Shares of one: n numbers from 0 to 1 that sum to about 1. */
static bool read_row(const nch_json *array, size_t n, double *row)
{
	double sum = 0.0;
	if (array == NULL || array->type != NCH_JSON_ARRAY || array->count != n)
		return false;
	const nch_json *item = array->first;
	for (size_t i = 0; i < n; i++, item = item->next) {
		if (item->type != NCH_JSON_NUMBER || !(item->number > 0.0 && item->number <= 1.0))
			return false;
		row[i] = item->number;
		sum += row[i];
	}
	return sum > 0.999 && sum < 1.001;
}

static nch_status fill(const nch_json *root, const char *where, nch_smooth *smooth, nch_error *error)
{
	const nch_json *labels = nch_json_get(root, "labels"), *following = nch_json_get(root, "following");
	if (labels == NULL || labels->type != NCH_JSON_ARRAY || labels->count == 0 || labels->count > MOST_LABELS)
		return nch_fail(error, NCH_FORMAT, "%s: no list of labels", where);
	const char **names = nch_alloc(labels->count, sizeof *names);
	if (names == NULL)
		return nch_no_memory(error);
	bool good = true;
	size_t i = 0;
	for (const nch_json *item = labels->first; item != NULL; item = item->next, i++) {
		good = good && item->type == NCH_JSON_STRING && memchr(item->text, '\0', item->length) == NULL;
		names[i] = good ? item->text : "";
	}
	nch_status status = good ? make(names, labels->count, smooth, error) : nch_fail(error, NCH_FORMAT, "%s: a label is no text", where);
	nch_free(names);
	if (status != NCH_OK)
		return status;
	good = read_row(nch_json_get(root, "first"), smooth->labels, smooth->first) && following != NULL && following->type == NCH_JSON_ARRAY &&
	       following->count == smooth->labels;
	const nch_json *row = good ? following->first : NULL;
	for (i = 0; i < smooth->labels && good; i++, row = row->next)
		good = read_row(row, smooth->labels, smooth->following + i * smooth->labels);
	double sentences = nch_json_number(root, "sentences", 0.0);
	smooth->sentences = sentences > 0.0 && sentences < 1e15 ? (size_t)sentences : 0;
	if (good)
		return NCH_OK;
	nch_smooth_free(smooth);
	return nch_fail(error, NCH_FORMAT, "%s: \"first\" and \"following\" are not shares above 0 that sum to 1, one for each label", where);
}

nch_status nch_smooth_parse(const char *text, size_t length, const char *where, nch_smooth *smooth, nch_error *error)
{
	nch_arena *arena = nch_arena_new(0);
	nch_json *root;
	if (arena == NULL)
		return nch_no_memory(error);
	nch_status status = nch_json_parse(text, length, where, arena, &root, error);
	if (status == NCH_OK)
		status = fill(root, where, smooth, error);
	nch_arena_free(arena);
	return status;
}

nch_status nch_smooth_order(nch_smooth *smooth, const char *const *labels, size_t count, nch_error *error)
{
	size_t n = smooth->labels, place[MOST_LABELS];
	if (count != n)
		return nch_fail(error, NCH_DATA, "the transitions are between %zu labels, the model has %zu; count them again for this model", n, count);
	for (size_t i = 0; i < n; i++)
		if (!find((const char *const *)smooth->names, n, labels[i], &place[i]))
			return nch_fail(error, NCH_DATA, "the transitions don't know the model's label \"%s\"; count them again for this model", labels[i]);
	nch_smooth ordered;
	NCH_TRY(make(labels, n, &ordered, error));
	for (size_t i = 0; i < n; i++) {
		ordered.first[i] = smooth->first[place[i]];
		for (size_t j = 0; j < n; j++)
			ordered.following[i * n + j] = smooth->following[place[i] * n + place[j]];
	}
	ordered.sentences = smooth->sentences;
	nch_smooth_free(smooth);
	*smooth = ordered;
	return NCH_OK;
}

/* --- forward and backward --- */

/* What is seen of a sentence is never quite impossible: else one sure sentence could leave no path through the book. */
static double seen(float score)
{
	return (double)score > 1e-6 ? (double)score : 1e-6;
}

/* forward (count, n): α of each sentence, scaled to sum to 1. */
static void go_forward(const nch_smooth *s, size_t count, const float *scores, double *forward)
{
	size_t n = s->labels;
	for (size_t i = 0; i < count; i++) {
		double *now = forward + i * n;
		for (size_t b = 0; b < n; b++) {
			double from = 0.0;
			for (size_t a = 0; a < n && i > 0; a++)
				from += forward[(i - 1) * n + a] * s->following[a * n + b];
			now[b] = (i > 0 ? from : s->first[b]) * seen(scores[i * n + b]);
		}
		to_shares(now, n);
	}
}

/* Walks back with β, and puts α·β in the place of the scores. `behind` and `beta` (n) are room to work in. */
static void go_backward(const nch_smooth *s, size_t count, const double *forward, double *behind, double *beta, float *scores)
{
	size_t n = s->labels;
	for (size_t b = 0; b < n; b++)
		beta[b] = 1.0;
	for (size_t i = count; i-- > 0;) {
		double sum = 0.0;
		for (size_t b = 0; b < n; b++)
			behind[b] = beta[b] * seen(scores[i * n + b]);
		for (size_t b = 0; b < n; b++)
			sum += forward[i * n + b] * beta[b];
		for (size_t b = 0; b < n; b++)
			scores[i * n + b] = (float)(forward[i * n + b] * beta[b] / sum);
		for (size_t a = 0; a < n; a++) {
			beta[a] = 0.0;
			for (size_t b = 0; b < n; b++)
				beta[a] += s->following[a * n + b] * behind[b];
		}
		to_shares(beta, n);
	}
}

nch_status nch_smooth_apply(const nch_smooth *smooth, size_t count, size_t labels, float *scores, nch_error *error)
{
	if (labels != smooth->labels)
		return nch_fail(error, NCH_DATA, "the transitions are between %zu labels, not %zu", smooth->labels, labels);
	size_t cells;
	double *forward = nch_size_mul(count, labels, &cells) ? nch_alloc(cells, sizeof *forward) : NULL;
	double *room = nch_alloc(2 * labels, sizeof *room);
	nch_status status = forward && room ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK) {
		go_forward(smooth, count, scores, forward);
		go_backward(smooth, count, forward, room, room + labels, scores);
	}
	nch_free(forward);
	nch_free(room);
	return status;
}
