/* learn.c - from labelled texts to an n-gram model. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "kernels/math.h"
#include "ngram/alike.h"
#include "ngram/logistic.h"
#include "ngram/model_private.h"

nch_ngram_shape nch_ngram_shape_default(void) { return (nch_ngram_shape){.widths = {.shortest = 1, .longest = 4}, .least = 1, .c = 3.0}; }

/* All that is released in the end. Columns are features in the order in which they are met; a model's features stand in the order of the grams'
 * bytes. */
typedef struct learning {
	nch_ngram *model;
	const nch_ngram_data *data;
	nch_pool *pool;
	nch_sparse x, merged;  /* (rows, columns), (rows, kinds of columns) */
	nch_alike alike;
	uint32_t *feature;     /* (columns): the model's number of each */
	float *idf;            /* (columns) */
	nch_logistic problem;
	double *row_weight, *positive_weight, *weights, *bias, *logits;
	float *goals;
} learning;

static void free_learning(learning *l)
{
	nch_sparse_free(&l->x);
	nch_sparse_free(&l->merged);
	nch_alike_free(&l->alike);
	nch_free(l->feature);
	nch_free(l->idf);
	nch_free(l->row_weight);
	nch_free(l->positive_weight);
	nch_free(l->weights);
	nch_free(l->bias);
	nch_free(l->logits);
	nch_free(l->goals);
}

/* --- rows --- */

/* Where in x->column a feature stood last: the place is in the row at hand if it is not before that row's start. Grows with the table. */
typedef struct places {
	size_t *at; /* place + 1 */
	size_t capacity;
} places;

static nch_status make_places(places *p, size_t features, nch_error *error)
{
	size_t before = p->capacity;
	if (features <= before)
		return NCH_OK;
	NCH_TRY(nch_grow(&p->at, &p->capacity, features, sizeof *p->at, error));
	memset(p->at + before, 0, (p->capacity - before) * sizeof *p->at);
	return NCH_OK;
}

/* Appends a row: each feature once, and how often it occurs. */
static nch_status add_counts(nch_sparse *x, places *p, const nch_ngram_row *row, nch_error *error)
{
	NCH_TRY(nch_sparse_begin_row(x, row->count, error));
	const size_t begin = x->starts[x->rows];
	size_t end = begin;
	for (size_t i = 0; i < row->count; i++) {
		size_t *at = &p->at[row->column[i]];
		if (*at > begin)
			x->value[*at - 1] += 1.0f;
		else {
			x->column[end] = row->column[i];
			x->value[end++] = 1.0f;
			*at = end;
		}
	}
	nch_sparse_end_row(x, end - begin);
	return NCH_OK;
}

/* All rows as counts; their grams get numbers as they are met. */
static nch_status count_rows(learning *l, nch_error *error)
{
	nch_ngram *model = l->model;
	const size_t buckets = model->features = model->shape.buckets;
	nch_ngram_row row = {0};
	places p = {0};
	nch_status status = NCH_OK;
	for (size_t i = 0; status == NCH_OK && i < l->data->count; i++) {
		status = nch_ngram_features(model, buckets > 0 ? NULL : &model->table, &l->data->texts[i], &row, error);
		if (status == NCH_OK)
			status = make_places(&p, buckets > 0 ? buckets : model->table.count, error);
		if (status == NCH_OK)
			status = add_counts(&l->x, &p, &row, error);
	}
	nch_free(p.at);
	nch_ngram_row_free(&row);
	return status;
}

/* How many rows have each column: (columns), to be released with nch_free; NULL without memory. */
static size_t *rows_with_each(const nch_sparse *x)
{
	size_t *rows_with = nch_alloc(x->columns, sizeof *rows_with);
	for (size_t i = 0; rows_with != NULL && i < x->starts[x->rows]; i++)
		rows_with[x->column[i]]++;
	return rows_with;
}

/* The table anew, of the grams that enough rows have; number[column] becomes what each is called there, or UINT32_MAX. */
static nch_status keep_frequent(nch_gram_table *table, const size_t *rows_with, size_t least, uint32_t *number, nch_error *error)
{
	nch_gram_table kept = {0};
	nch_status status = NCH_OK;
	for (size_t f = 0; status == NCH_OK && f < table->count; f++) {
		size_t length, at = UINT32_MAX;
		const char *gram = nch_gram_table_at(table, f, &length);
		if (rows_with[f] >= least)
			status = nch_gram_table_add(&kept, gram, length, &at, error);
		number[f] = (uint32_t)at;
	}
	if (status != NCH_OK) {
		nch_gram_table_free(&kept);
		return status;
	}
	nch_gram_table_free(table);
	*table = kept;
	return NCH_OK;
}

/* Cells of columns that have no number any more go, the others close up. */
static void renumber_cells(nch_sparse *x, const uint32_t *number)
{
	size_t kept = 0, i = 0;
	for (size_t row = 0; row < x->rows; row++) {
		const size_t end = x->starts[row + 1];
		for (; i < end; i++)
			if (number[x->column[i]] != UINT32_MAX) {
				x->column[kept] = number[x->column[i]];
				x->value[kept++] = x->value[i];
			}
		x->starts[row + 1] = kept;
	}
}

/* Leaves out the grams that fewer rows than `least` have. */
static nch_status drop_rare(learning *l, nch_error *error)
{
	nch_gram_table *table = &l->model->table;
	l->x.columns = table->count;
	size_t *rows_with = rows_with_each(&l->x);
	uint32_t *number = nch_alloc(table->count, sizeof *number);
	nch_status status = rows_with != NULL && number != NULL ? keep_frequent(table, rows_with, l->model->shape.least, number, error) : nch_no_memory(error);
	if (status == NCH_OK)
		renumber_cells(&l->x, number);
	nch_free(rows_with);
	nch_free(number);
	return status;
}

/* The model's features: sorted grams, or buckets. */
static nch_status number_features(learning *l, nch_error *error)
{
	nch_ngram *model = l->model;
	const size_t buckets = model->shape.buckets;
	if (buckets == 0)
		model->features = model->table.count;
	l->x.columns = model->features;
	if ((l->feature = nch_alloc(model->features, sizeof *l->feature)) == NULL)
		return nch_no_memory(error);
	for (size_t f = 0; f < buckets; f++)
		l->feature[f] = (uint32_t)f;
	return buckets > 0 ? NCH_OK : nch_gram_table_sort(&model->table, l->feature, error);
}

/* idf of each feature, and the rows' values. */
static nch_status weigh_rows(learning *l, nch_error *error)
{
	nch_sparse *x = &l->x;
	size_t *rows_with = rows_with_each(x);
	l->idf = nch_alloc(x->columns, sizeof *l->idf);
	l->model->idf = nch_alloc(x->columns, sizeof *l->model->idf);
	if (rows_with == NULL || l->idf == NULL || l->model->idf == NULL) {
		nch_free(rows_with);
		return nch_no_memory(error);
	}
	for (size_t f = 0; f < x->columns; f++)
		l->model->idf[l->feature[f]] = l->idf[f] = (float)(nch_log((1.0 + (double)x->rows) / (1.0 + (double)rows_with[f])) + 1.0);
	nch_free(rows_with);
	for (size_t row = 0; row < x->rows; row++)
		nch_ngram_weigh(l->idf, x->column + x->starts[row], x->value + x->starts[row], x->starts[row + 1] - x->starts[row]);
	return NCH_OK;
}

/* --- the fit --- */

/* What the solver is given. Two labels are one output: the second one's logit, with the first one's at minus that. */
static nch_status set_rows(learning *l, nch_error *error)
{
	const nch_ngram_data *data = l->data;
	const size_t labels = data->labels->count;
	if (data->class_weights != NULL && data->label != NULL) {
		if ((l->row_weight = nch_alloc(data->count, sizeof *l->row_weight)) == NULL)
			return nch_no_memory(error);
		for (size_t i = 0; i < data->count; i++)
			l->row_weight[i] = (double)data->class_weights[data->label[i]];
	} else if (data->class_weights != NULL) {
		if ((l->positive_weight = nch_alloc(labels, sizeof *l->positive_weight)) == NULL)
			return nch_no_memory(error);
		for (size_t c = 0; c < labels; c++)
			l->positive_weight[c] = (double)data->class_weights[c];
	}
	if (data->label != NULL && labels == 2) {
		if ((l->goals = nch_alloc(data->count, sizeof *l->goals)) == NULL)
			return nch_no_memory(error);
		for (size_t i = 0; i < data->count; i++)
			l->goals[i] = (float)(data->label[i] == 1);
	}
	return NCH_OK;
}

static nch_status fit(learning *l, nch_ngram_fit *told, nch_error *error)
{
	const nch_ngram_data *data = l->data;
	const size_t labels = data->labels->count;
	NCH_TRY(set_rows(l, error));
	nch_logistic *p = &l->problem;
	p->x = &l->merged;
	p->softmax = data->label != NULL && labels > 2;
	p->outputs = l->goals != NULL ? 1 : labels;
	p->label = data->label;
	p->goals = l->goals != NULL ? l->goals : data->goals;
	p->row_weight = l->row_weight;
	p->positive_weight = l->positive_weight;
	p->c = l->model->shape.c;
	p->tolerance = 1e-4;
	size_t cells, answers;
	if (!nch_size_mul(l->alike.kinds, p->outputs, &cells) || !nch_size_mul(data->count, p->outputs, &answers))
		return nch_no_memory(error);
	l->weights = nch_alloc(cells, sizeof *l->weights);
	l->bias = nch_alloc(p->outputs, sizeof *l->bias);
	p->logits = l->logits = nch_alloc(answers, sizeof *l->logits);
	if (l->weights == NULL || l->bias == NULL || l->logits == NULL)
		return nch_no_memory(error);
	nch_logistic_result result;
	NCH_TRY(nch_logistic_fit(p, l->pool, l->weights, l->bias, &result, error));
	told->steps = result.steps;
	told->products = result.products;
	told->objective = result.objective;
	told->gradient = result.gradient;
	return NCH_OK;
}

/* One line of the solver's doubles as the model's floats; each of several features that are alike has its share. */
static void keep_line(const learning *l, const double *from, double share, float *to)
{
	const size_t labels = l->model->labels.count;
	if (l->problem.outputs == labels)
		for (size_t c = 0; c < labels; c++)
			to[c] = (float)(share * from[c]);
	else { /* two labels: -z/2 and z/2 have the softmax of z's sigmoid */
		to[0] = (float)(-0.5 * share * from[0]);
		to[1] = (float)(0.5 * share * from[0]);
	}
}

static nch_status keep(learning *l, float **logits, nch_error *error)
{
	nch_ngram *model = l->model;
	const size_t labels = model->labels.count, outputs = l->problem.outputs;
	size_t cells, answers;
	if (!nch_size_mul(model->features, labels, &cells) || !nch_size_mul(l->data->count, labels, &answers))
		return nch_no_memory(error);
	model->weight = nch_alloc(cells, sizeof *model->weight);
	model->bias = nch_alloc(labels, sizeof *model->bias);
	if (model->weight == NULL || model->bias == NULL || (*logits = nch_alloc(answers, sizeof **logits)) == NULL)
		return nch_no_memory(error);
	for (size_t f = 0; f < model->features; f++) {
		uint32_t kind = l->alike.kind[f];
		if (kind != NCH_ALIKE_NONE)
			keep_line(l, l->weights + kind * outputs, 1.0 / sqrt((double)l->alike.members[kind]), model->weight + l->feature[f] * labels);
	}
	keep_line(l, l->bias, 1.0, model->bias);
	for (size_t row = 0; row < l->data->count; row++)
		keep_line(l, l->logits + row * outputs, 1.0, *logits + row * labels);
	return NCH_OK;
}

static nch_status learn(learning *l, nch_ngram_fit *told, nch_error *error)
{
	NCH_TRY(nch_labels_copy(&l->model->labels, l->data->labels, error));
	NCH_TRY(count_rows(l, error));
	if (l->x.starts[l->x.rows] == 0)
		return nch_fail(error, NCH_DATA, "the texts are all blank: there is nothing to learn from");
	if (l->model->shape.buckets == 0 && l->model->shape.least > 1)
		NCH_TRY(drop_rare(l, error));
	NCH_TRY(number_features(l, error));
	if ((told->cells = l->x.starts[l->x.rows]) == 0)
		return nch_fail(error, NCH_DATA, "no n-gram stands in %zu rows: there is nothing to learn from", l->model->shape.least);
	NCH_TRY(nch_alike_find(&l->x, &l->alike, error));
	NCH_TRY(weigh_rows(l, error));
	NCH_TRY(nch_alike_merge(&l->x, &l->alike, &l->merged, error));
	nch_sparse_free(&l->x);
	NCH_TRY(fit(l, told, error));
	return keep(l, &told->logits, error);
}

nch_status nch_ngram_learn(const nch_ngram_shape *shape, const nch_ngram_data *data, nch_pool *pool,
                           bool (*watch)(void *context, size_t step, double objective, double gradient),
                           void *context, nch_ngram **model, nch_ngram_fit *told, nch_error *error)
{
	if (data->count == 0 || data->labels->count < (data->label != NULL ? 2 : 1))
		return nch_fail(error, NCH_DATA, "a model needs rows, and at least two labels to choose from");
	learning l = {.model = nch_alloc(1, sizeof(nch_ngram)), .data = data, .pool = pool, .problem = {.watch = watch, .context = context}};
	if (l.model == NULL)
		return nch_no_memory(error);
	l.model->shape = *shape;
	l.model->multi_label = data->label == NULL;
	*told = (nch_ngram_fit){0};
	nch_status status = learn(&l, told, error);
	free_learning(&l);
	if (status != NCH_OK) {
		nch_ngram_free(l.model);
		return status;
	}
	*model = l.model;
	return NCH_OK;
}
