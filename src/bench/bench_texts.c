/* bench_texts.c - a model folder on a text of one's own, a sentence a line: what prediction costs in use, tokens ready. */
#include <string.h>

#include "base/memory.h"
#include "bench/bench.h"
#include "train/evaluate.h"
#include "train/predictor.h"

typedef struct texts_job {
	nch_predictor *predictor;
	nch_examples examples;
	float *logits;
	nch_status status;
	nch_error *error;
} texts_job;

static void run_texts(void *context)
{
	texts_job *job = context;
	if (job->status == NCH_OK)
		job->status = nch_evaluate_logits(job->predictor->model, job->predictor->tape, &job->examples, 0, job->logits, job->error);
}

/* The lines of a text as a list; *count of them. */
static nch_text *split_lines(const char *text, size_t length, size_t *count)
{
	size_t lines = 0;
	for (size_t i = 0; i < length; i++)
		lines += text[i] == '\n';
	nch_text *list = nch_alloc(lines + 1, sizeof *list);
	*count = 0;
	for (size_t begin = 0; list != NULL && begin < length;) {
		const char *end = memchr(text + begin, '\n', length - begin);
		size_t line = end ? (size_t)(end - text) - begin : length - begin;
		list[(*count)++] = (nch_text){.text = text + begin, .length = line};
		begin += line + 1;
	}
	return list;
}

nch_status nch_bench_texts(const char *folder, const nch_predictor_how *how, const char *text, size_t length, size_t limit, double patience,
                           nch_figure *figure, nch_error *error)
{
	texts_job job = {.error = error};
	size_t count;
	nch_text *lines = split_lines(text, length, &count);
	nch_status status = lines ? nch_predictor_open_how(folder, how, &job.predictor, error) : nch_no_memory(error);
	if (limit > 0 && count > limit)
		count = limit;
	if (status == NCH_OK && count == 0)
		status = nch_fail(error, NCH_DATA, "there are no lines to predict");
	if (status == NCH_OK && job.predictor->model == NULL)
		status = nch_fail(error, NCH_USAGE, "%s is no transformer: `nunchi bench` measures those", folder);
	if (status == NCH_OK)
		status = nch_examples_from_texts(lines, count, job.predictor->tokenizer, job.predictor->max_len, job.predictor->compute->pool,
		                                 &job.examples, error);
	if (status == NCH_OK && (job.logits = nch_alloc(count * nch_predictor_labels(job.predictor), sizeof *job.logits)) == NULL)
		status = nch_no_memory(error);
	if (status == NCH_OK) {
		const nch_config *c = &job.predictor->model->config;
		double tokens = (double)job.examples.offsets[count], hidden = (double)c->hidden;
		*figure = (nch_figure){.what = "texts", .sentences = count, .length = (job.examples.offsets[count] + count / 2) / count,
		                       .threads = nch_pool_threads(job.predictor->compute->pool)};
		figure->seconds = nch_bench_time(run_texts, &job, patience);
		figure->gflops = 1e-9 * tokens * (double)c->layers * (8 * hidden * hidden + 4 * hidden * (double)c->feed_forward) / figure->seconds;
		figure->rate = tokens / figure->seconds;
		status = job.status;
	}
	nch_free(lines);
	nch_free(job.logits);
	nch_examples_free(&job.examples);
	nch_predictor_close(job.predictor);
	return status;
}
