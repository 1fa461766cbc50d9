/* learn.c - from labelled texts to an n-gram model. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "kernels/math.h"
#include "ngram/logistic.h"
#include "ngram/model_private.h"

nch_ngram_shape nch_ngram_shape_default(void) { return (nch_ngram_shape){.widths = {1, 4}, .c = 3.0}; }

/* All rows as counts; their grams get numbers as they are met. */
static nch_status count_rows(nch_ngram *model, const nch_ngram_data *data, nch_sparse *x, nch_error *error)
{
	nch_ngram_row row = {0};
	nch_status status = NCH_OK;
	for (size_t i = 0; status == NCH_OK && i < data->count; i++) {
		status = nch_ngram_count(model, model->shape.buckets > 0 ? NULL : &model->table, &data->texts[i], &row, error);
		if (status == NCH_OK)
			status = nch_sparse_add_row(x, row.column, row.value, row.count, error);
	}
	nch_ngram_row_free(&row);
	return status;
}

typedef struct cell {
	uint32_t column;
	float value;
} cell;

static int compare_cells(const void *a, const void *b)
{
	uint32_t x = ((const cell *)a)->column, y = ((const cell *)b)->column;
	return (x > y) - (x < y);
}

/* Columns get the numbers of the sorted table, and ascend again in each row. */
static nch_status renumber(nch_sparse *x, const uint32_t *new_number, nch_error *error)
{
	size_t longest = 0;
	for (size_t row = 0; row < x->rows; row++)
		longest = x->starts[row + 1] - x->starts[row] > longest ? x->starts[row + 1] - x->starts[row] : longest;
	cell *cells = nch_alloc(longest, sizeof *cells);
	if (cells == NULL)
		return nch_no_memory(error);
	for (size_t row = 0; row < x->rows; row++) {
		size_t begin = x->starts[row], n = x->starts[row + 1] - begin;
		for (size_t i = 0; i < n; i++)
			cells[i] = (cell){new_number[x->column[begin + i]], x->value[begin + i]};
		if (n > 0)
			qsort(cells, n, sizeof *cells, compare_cells);
		for (size_t i = 0; i < n; i++) {
			x->column[begin + i] = cells[i].column;
			x->value[begin + i] = cells[i].value;
		}
	}
	nch_free(cells);
	return NCH_OK;
}

static nch_status sort_grams(nch_ngram *model, nch_sparse *x, nch_error *error)
{
	uint32_t *new_number = nch_alloc(model->table.count, sizeof *new_number);
	nch_status status = new_number != NULL ? nch_gram_table_sort(&model->table, new_number, error) : nch_no_memory(error);
	if (status == NCH_OK)
		status = renumber(x, new_number, error);
	nch_free(new_number);
	return status;
}

/* idf of each feature, and the rows' values. */
static nch_status weigh_rows(nch_ngram *model, nch_sparse *x, nch_error *error)
{
	size_t *rows_with = nch_alloc(model->features, sizeof *rows_with);
	model->idf = nch_alloc(model->features, sizeof *model->idf);
	if (rows_with == NULL || model->idf == NULL) {
		nch_free(rows_with);
		return nch_no_memory(error);
	}
	for (size_t i = 0; i < x->starts[x->rows]; i++)
		rows_with[x->column[i]]++;
	for (size_t f = 0; f < model->features; f++)
		model->idf[f] = (float)(nch_log((1.0 + (double)x->rows) / (1.0 + (double)rows_with[f])) + 1.0);
	nch_free(rows_with);
	for (size_t row = 0; row < x->rows; row++)
		nch_ngram_weigh(model->idf, x->column + x->starts[row], x->value + x->starts[row], x->starts[row + 1] - x->starts[row]);
	return NCH_OK;
}

/* What the solver is given. Two labels are one output: the second one's logit, with the first one's at minus that. */
typedef struct fitting {
	nch_logistic problem;
	double *row_weight, *positive_weight, *weights, *bias;
	float *goals;
} fitting;

static void free_fitting(fitting *f)
{
	nch_free(f->row_weight);
	nch_free(f->positive_weight);
	nch_free(f->weights);
	nch_free(f->bias);
	nch_free(f->goals);
}

static nch_status set_rows(fitting *f, const nch_ngram_data *data, nch_error *error)
{
	const size_t labels = data->labels->count;
	if (data->class_weights != NULL && data->label != NULL) {
		if ((f->row_weight = nch_alloc(data->count, sizeof *f->row_weight)) == NULL)
			return nch_no_memory(error);
		for (size_t i = 0; i < data->count; i++)
			f->row_weight[i] = (double)data->class_weights[data->label[i]];
	} else if (data->class_weights != NULL) {
		if ((f->positive_weight = nch_alloc(labels, sizeof *f->positive_weight)) == NULL)
			return nch_no_memory(error);
		for (size_t c = 0; c < labels; c++)
			f->positive_weight[c] = (double)data->class_weights[c];
	}
	if (data->label != NULL && labels == 2) {
		if ((f->goals = nch_alloc(data->count, sizeof *f->goals)) == NULL)
			return nch_no_memory(error);
		for (size_t i = 0; i < data->count; i++)
			f->goals[i] = (float)(data->label[i] == 1);
	}
	return NCH_OK;
}

static nch_status fit(nch_ngram *model, const nch_ngram_data *data, const nch_sparse *x, nch_pool *pool, fitting *f, nch_ngram_fit *told, nch_error *error)
{
	const size_t labels = data->labels->count;
	NCH_TRY(set_rows(f, data, error));
	nch_logistic *p = &f->problem;
	p->x = x;
	p->softmax = data->label != NULL && labels > 2;
	p->outputs = f->goals != NULL ? 1 : labels;
	p->label = data->label;
	p->goals = f->goals != NULL ? f->goals : data->goals;
	p->row_weight = f->row_weight;
	p->positive_weight = f->positive_weight;
	p->c = model->shape.c;
	p->tolerance = 1e-4;
	size_t cells;
	if (!nch_size_mul(model->features, p->outputs, &cells))
		return nch_no_memory(error);
	f->weights = nch_alloc(cells, sizeof *f->weights);
	f->bias = nch_alloc(p->outputs, sizeof *f->bias);
	if (f->weights == NULL || f->bias == NULL)
		return nch_no_memory(error);
	nch_logistic_result result;
	NCH_TRY(nch_logistic_fit(p, pool, f->weights, f->bias, &result, error));
	told->steps = result.steps;
	told->products = result.products;
	told->objective = result.objective;
	told->gradient = result.gradient;
	return NCH_OK;
}

/* The solver's doubles as the model's floats. */
static nch_status keep(nch_ngram *model, const fitting *f, nch_error *error)
{
	const size_t labels = model->labels.count;
	size_t cells;
	if (!nch_size_mul(model->features, labels, &cells))
		return nch_no_memory(error);
	model->weight = nch_alloc(cells, sizeof *model->weight);
	model->bias = nch_alloc(labels, sizeof *model->bias);
	if (model->weight == NULL || model->bias == NULL)
		return nch_no_memory(error);
	if (f->problem.outputs == labels) {
		for (size_t i = 0; i < cells; i++)
			model->weight[i] = (float)f->weights[i];
		for (size_t c = 0; c < labels; c++)
			model->bias[c] = (float)f->bias[c];
		return NCH_OK;
	}
	for (size_t i = 0; i < cells; i++) /* two labels: -z/2 and z/2 have the softmax of z's sigmoid */
		model->weight[i] = (float)((i % 2 == 1 ? 0.5 : -0.5) * f->weights[i / 2]);
	for (size_t c = 0; c < 2; c++)
		model->bias[c] = (float)((c == 1 ? 0.5 : -0.5) * f->bias[0]);
	return NCH_OK;
}

static nch_status learn(nch_ngram *model, const nch_ngram_data *data, nch_pool *pool, nch_sparse *x, fitting *f, nch_ngram_fit *told, nch_error *error)
{
	NCH_TRY(nch_labels_copy(&model->labels, data->labels, error));
	NCH_TRY(count_rows(model, data, x, error));
	if (model->shape.buckets == 0)
		NCH_TRY(sort_grams(model, x, error));
	x->columns = model->features = model->shape.buckets > 0 ? model->shape.buckets : model->table.count;
	told->cells = x->starts[x->rows];
	if (told->cells == 0)
		return nch_fail(error, NCH_DATA, "the texts are all blank: there is nothing to learn from");
	NCH_TRY(weigh_rows(model, x, error));
	NCH_TRY(fit(model, data, x, pool, f, told, error));
	return keep(model, f, error);
}

nch_status nch_ngram_learn(const nch_ngram_shape *shape, const nch_ngram_data *data, nch_pool *pool, bool (*watch)(void *context, size_t step, double objective, double gradient),
                           void *context, nch_ngram **model, nch_ngram_fit *told, nch_error *error)
{
	if (data->count == 0 || data->labels->count < (data->label != NULL ? 2 : 1))
		return nch_fail(error, NCH_DATA, "a model needs rows, and at least two labels to choose from");
	nch_ngram *made = nch_alloc(1, sizeof *made);
	if (made == NULL)
		return nch_no_memory(error);
	nch_sparse x = {0};
	fitting f = {.problem = {.watch = watch, .context = context}};
	made->shape = *shape;
	made->multi_label = data->label == NULL;
	*told = (nch_ngram_fit){0};
	nch_status status = learn(made, data, pool, &x, &f, told, error);
	nch_sparse_free(&x);
	free_fitting(&f);
	if (status != NCH_OK) {
		nch_ngram_free(made);
		return status;
	}
	*model = made;
	return NCH_OK;
}
