/* model.c - asking an n-gram model. */
#include "ngram/model.h"

#include "base/memory.h"
#include "ngram/model_private.h"

void nch_ngram_free(nch_ngram *model)
{
	if (model == NULL)
		return;
	nch_labels_free(&model->labels);
	nch_gram_table_free(&model->table);
	nch_free(model->idf);
	nch_free(model->weight);
	nch_free(model->bias);
	nch_free(model);
}

/* logits (labels) = bias + Σ x_g weight_g, features ascending, in double */
static void row_logits(const nch_ngram *model, const nch_ngram_row *row, double *sums, float *logits)
{
	const size_t labels = model->labels.count;
	for (size_t c = 0; c < labels; c++)
		sums[c] = (double)model->bias[c];
	for (size_t i = 0; i < row->count; i++) {
		const float *weight = model->weight + (size_t)row->column[i] * labels;
		for (size_t c = 0; c < labels; c++)
			sums[c] += (double)row->value[i] * (double)weight[c];
	}
	for (size_t c = 0; c < labels; c++)
		logits[c] = (float)sums[c];
}

enum { TEXT_RUN = 64 }; /* texts of a task */

/* What a thread needs; its error, if it has one. */
typedef struct asker {
	nch_ngram_row row;
	double *sums;
	nch_status status;
	nch_error error;
} asker;

typedef struct asking {
	const nch_ngram *model;
	const nch_text *texts;
	size_t count;
	float *logits, *shares;
	asker *askers; /* (threads) */
} asking;

static void ask_task(void *context, size_t run, size_t thread)
{
	const asking *a = context;
	asker *who = &a->askers[thread];
	size_t end = (run + 1) * TEXT_RUN < a->count ? (run + 1) * TEXT_RUN : a->count;
	for (size_t i = run * TEXT_RUN; i < end && who->status == NCH_OK; i++) {
		who->status = nch_ngram_count(a->model, &a->texts[i], &who->row, &who->error);
		if (who->status != NCH_OK)
			return;
		if (a->shares != NULL)
			a->shares[i] = who->row.all > 0 ? (float)who->row.unknown / (float)who->row.all : 0.0f;
		nch_ngram_weigh(a->model->idf, who->row.column, who->row.value, who->row.count);
		row_logits(a->model, &who->row, who->sums, a->logits + i * a->model->labels.count);
	}
}

nch_status nch_ngram_logits(const nch_ngram *model, const nch_text *texts, size_t count, nch_pool *pool, float *logits, float *shares,
                            nch_error *error)
{
	size_t threads = nch_pool_threads(pool);
	asking a = {model, texts, count, logits, shares, nch_alloc(threads, sizeof(asker))};
	nch_status status = a.askers != NULL ? NCH_OK : nch_no_memory(error);
	for (size_t t = 0; status == NCH_OK && t < threads; t++)
		if ((a.askers[t].sums = nch_alloc(model->labels.count, sizeof *a.askers[t].sums)) == NULL)
			status = nch_no_memory(error);
	if (status == NCH_OK)
		nch_pool_run(pool, (count + TEXT_RUN - 1) / TEXT_RUN, ask_task, &a);
	for (size_t t = 0; a.askers != NULL && t < threads; t++) {
		if (status == NCH_OK && a.askers[t].status != NCH_OK)
			status = nch_fail(error, a.askers[t].status, "%s", a.askers[t].error.text);
		nch_ngram_row_free(&a.askers[t].row);
		nch_free(a.askers[t].sums);
	}
	nch_free(a.askers);
	return status;
}

/* --- taking an answer apart --- */

void nch_ngram_parts_free(nch_ngram_parts *parts)
{
	nch_free(parts->part);
	nch_grams_free(&parts->text);
	nch_grams_free(&parts->pair);
	*parts = (nch_ngram_parts){0};
}

/* The place of a feature in the row, which has it. */
static size_t place_in(const nch_ngram_row *row, uint32_t feature)
{
	size_t low = 0, high = row->count;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (row->column[middle] <= feature)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static nch_status add_parts(const nch_ngram *model, const nch_ngram_row *row, const float *times, const nch_grams *grams, bool pair,
                            nch_ngram_parts *parts, nch_error *error)
{
	nch_buffer key_bytes = {0};
	nch_status status = NCH_OK;
	for (size_t i = 0; status == NCH_OK && i < grams->count; i++) {
		size_t length, feature = 0;
		const char *key = nch_ngram_key(&key_bytes, grams, i, pair, &length);
		status = nch_buffer_check(&key_bytes, error);
		if (status == NCH_OK)
			status = nch_ngram_feature(model, NULL, key, length, &feature, error);
		if (status != NCH_OK)
			break;
		const nch_gram *gram = &grams->gram[i];
		nch_ngram_part *part = &parts->part[parts->count++];
		*part = (nch_ngram_part){.begin = grams->words[gram->word][0], .end = grams->words[gram->word][1], .pair = pair, .gram = grams->bytes.data + gram->begin,
		                         .gram_length = gram->length, .feature = feature};
		if (feature < model->features) {
			size_t at = place_in(row, (uint32_t)feature);
			part->value = (double)row->value[at] / (double)times[at];
		}
	}
	nch_buffer_free(&key_bytes);
	return status;
}

static nch_status take_apart(const nch_ngram *model, const nch_text *text, nch_ngram_row *row, float **times, nch_ngram_parts *parts,
                             nch_error *error)
{
	NCH_TRY(nch_ngram_count(model, text, row, error));
	NCH_TRY(nch_grams_of(text->text, text->length, model->shape.widths, &parts->text, error));
	if (text->pair != NULL)
		NCH_TRY(nch_grams_of(text->pair, text->pair_length, model->shape.widths, &parts->pair, error));
	*times = nch_alloc(row->count, sizeof **times);
	parts->part = nch_alloc(parts->text.count + parts->pair.count, sizeof *parts->part);
	if (*times == NULL || parts->part == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < row->count; i++)
		(*times)[i] = row->value[i];
	nch_ngram_weigh(model->idf, row->column, row->value, row->count);
	NCH_TRY(add_parts(model, row, *times, &parts->text, false, parts, error));
	return add_parts(model, row, *times, &parts->pair, true, parts, error);
}

nch_status nch_ngram_take_apart(const nch_ngram *model, const nch_text *text, nch_ngram_parts *parts, nch_error *error)
{
	nch_ngram_row row = {0};
	float *times = NULL;
	nch_status status = take_apart(model, text, &row, &times, parts, error);
	nch_free(times);
	nch_ngram_row_free(&row);
	if (status != NCH_OK)
		nch_ngram_parts_free(parts);
	return status;
}
