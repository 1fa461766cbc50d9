/* bench_model.c - whole models with random weights, and tokenizers. */
#include <string.h>

#include "base/memory.h"
#include "bench/bench.h"
#include "kernels/math.h"
#include "train/trainer.h"

/* Multiplications and additions of one pass forward: every weight matrix once a token, scores and sums of attention. */
static double forward_operations(const nch_config *c, size_t sentences, size_t length)
{
	double tokens = (double)sentences * (double)length, hidden = (double)c->hidden;
	double layer = tokens * (8 * hidden * hidden + 4 * hidden * (double)c->feed_forward) + 4 * tokens * (double)length * hidden;
	return (double)c->layers * layer + (double)sentences * 2 * hidden * (hidden + (double)c->labels);
}

/* Sentences of random tokens, of random labels. */
static nch_status make_examples(const nch_config *config, size_t sentences, size_t length, nch_examples *e, nch_error *error)
{
	size_t tokens = sentences * length;
	*e = (nch_examples){.rows = sentences, .classes = config->labels, .longest = length};
	e->token = nch_alloc(tokens, sizeof *e->token);
	e->offsets = nch_alloc(sentences + 1, sizeof *e->offsets);
	e->first = nch_alloc(sentences, sizeof *e->first);
	e->label = nch_alloc(sentences, sizeof *e->label);
	if (e->token == NULL || e->offsets == NULL || e->first == NULL || e->label == NULL) {
		nch_examples_free(e);
		return nch_no_memory(error);
	}
	for (size_t i = 0; i < tokens; i++)
		e->token[i] = (int32_t)nch_random_below(1, NCH_RANDOM_SAMPLE, 0, i, (uint32_t)config->vocab_size);
	for (size_t s = 0; s < sentences; s++) {
		e->offsets[s + 1] = (s + 1) * length;
		e->first[s] = (uint32_t)length;
		e->label[s] = (int32_t)nch_random_below(1, NCH_RANDOM_SAMPLE, 1, s, (uint32_t)config->labels);
	}
	return NCH_OK;
}

typedef struct model_job {
	nch_model *model;
	nch_examples examples;
	nch_trainer trainer;
	nch_tape *tape;
	size_t *rows;
	float *logits;
	nch_status status;
	nch_error *error;
} model_job;

static void free_job(model_job *job)
{
	nch_trainer_free(&job->trainer);
	nch_tape_free(job->tape);
	nch_examples_free(&job->examples);
	nch_free(job->rows);
	nch_free(job->logits);
	nch_model_free(job->model);
}

static nch_status make_job(model_job *job, nch_compute *compute, const nch_config *config, size_t sentences, size_t length, nch_error *error)
{
	*job = (model_job){.error = error};
	if (length == 0 || length > config->max_positions - config->position_offset)
		return nch_fail(error, NCH_USAGE, "a sentence of this model has 1 to %zu tokens, not %zu", config->max_positions - config->position_offset,
		                length);
	NCH_TRY(nch_compute_reserve(compute, length, config->hidden / config->heads, error));
	NCH_TRY(nch_model_new(config, &job->model, error));
	NCH_TRY(nch_model_init(job->model, 1234, compute, error));
	NCH_TRY(make_examples(config, sentences, length, &job->examples, error));
	job->rows = nch_alloc(sentences, sizeof *job->rows);
	job->logits = nch_alloc(sentences * config->labels, sizeof *job->logits);
	if (job->rows == NULL || job->logits == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < sentences; i++)
		job->rows[i] = i;
	return NCH_OK;
}

static void finish(nch_figure *figure, double operations)
{
	figure->gflops = 1e-9 * operations / figure->seconds;
	figure->rate = (double)figure->sentences * (double)figure->length / figure->seconds;
}

static void run_train(void *context)
{
	model_job *job = context;
	nch_step_record record;
	if (job->status == NCH_OK)
		job->status = nch_trainer_step(&job->trainer, &job->examples, job->rows, job->examples.rows, 1e-5, &record, job->error);
}

nch_status nch_bench_train(nch_compute *compute, const nch_config *config, size_t sentences, size_t length, double patience, nch_figure *figure,
                           nch_error *error)
{
	const nch_train_options options = {
		.epochs = 1, .batch = sentences, .accumulate = 1, .loss = NCH_LOSS_CE, .seed = 1234,
		.optimizer = {.kind = NCH_ADAMW, .lr = 1e-5, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weight_decay = 0.01, .clip = 1.0}};
	model_job job;
	nch_status status = make_job(&job, compute, config, sentences, length, error);
	*figure = (nch_figure){.what = "train", .sentences = sentences, .length = length, .threads = nch_pool_threads(compute->pool)};
	if (status == NCH_OK)
		status = nch_trainer_new(job.model, compute, &options, &job.trainer, error);
	if (status == NCH_OK) {
		nch_trainer_reserve(&job.trainer, sentences * length, sentences, length); /* as training does */
		figure->seconds = nch_bench_time(run_train, &job, patience);
		finish(figure, 3 * forward_operations(config, sentences, length));
		status = job.status;
	}
	free_job(&job);
	return status;
}

static void run_predict(void *context)
{
	model_job *job = context;
	if (job->status == NCH_OK)
		job->status = nch_evaluate_logits(job->model, job->tape, &job->examples, 0, job->logits, job->error);
}

nch_status nch_bench_predict(nch_compute *compute, const nch_config *config, bool int8, size_t sentences, size_t length, double patience,
                             nch_figure *figure, nch_error *error)
{
	model_job job;
	nch_status status = make_job(&job, compute, config, sentences, length, error);
	*figure = (nch_figure){.what = int8 ? "predict, int8" : "predict", .sentences = sentences, .length = length, .threads = nch_pool_threads(compute->pool)};
	if (status == NCH_OK && int8)
		status = nch_model_to_bytes(job.model, error);
	if (status == NCH_OK)
		status = nch_tape_new(compute, &job.tape, error);
	if (status == NCH_OK) {
		figure->seconds = nch_bench_time(run_predict, &job, patience);
		finish(figure, forward_operations(config, sentences, length));
		status = job.status;
	}
	free_job(&job);
	return status;
}

/* --- tokenizing --- */

enum { CHUNK_LINES = 128 };

/* One thread's. */
typedef struct text_worker {
	nch_tokenizer_scratch *scratch;
	nch_tokens tokens;
	nch_status status;
	nch_error error;
} text_worker;

typedef struct text_job {
	const nch_tokenizer *tokenizer;
	nch_pool *pool;
	nch_text *lines;
	size_t count;
	text_worker *workers;
} text_job;

static void tokenize_chunk(void *context, size_t index, size_t thread)
{
	text_job *job = context;
	text_worker *w = &job->workers[thread];
	size_t end = (index + 1) * CHUNK_LINES < job->count ? (index + 1) * CHUNK_LINES : job->count;
	for (size_t i = index * CHUNK_LINES; i < end && w->status == NCH_OK; i++) {
		w->tokens.count = 0;
		w->status = nch_tokenizer_encode(job->tokenizer, w->scratch, job->lines[i].text, job->lines[i].length, &w->tokens, &w->error);
	}
}

static void run_tokenize(void *context)
{
	text_job *job = context;
	nch_pool_run(job->pool, (job->count + CHUNK_LINES - 1) / CHUNK_LINES, tokenize_chunk, job);
}

static nch_status make_workers(text_job *job, nch_error *error)
{
	size_t threads = nch_pool_threads(job->pool);
	job->workers = nch_alloc(threads, sizeof *job->workers);
	if (job->workers == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < threads; i++)
		NCH_TRY(nch_tokenizer_scratch_new(job->tokenizer, &job->workers[i].scratch, error));
	return NCH_OK;
}

/* Gives back the workers, and tells if one of them failed. */
static nch_status free_workers(text_job *job, nch_error *error)
{
	nch_status status = NCH_OK;
	for (size_t i = 0; job->workers != NULL && i < nch_pool_threads(job->pool); i++) {
		text_worker *w = &job->workers[i];
		if (w->status != NCH_OK && status == NCH_OK) {
			status = w->status;
			*error = w->error;
		}
		nch_tokenizer_scratch_free(w->scratch);
		nch_tokens_free(&w->tokens);
	}
	nch_free(job->workers);
	return status;
}

static size_t split_lines(const char *text, size_t length, nch_text *lines)
{
	size_t count = 0;
	for (size_t begin = 0; begin < length;) {
		const char *end = memchr(text + begin, '\n', length - begin);
		size_t size = end != NULL ? (size_t)(end - text) - begin : length - begin;
		if (lines != NULL)
			lines[count] = (nch_text){.text = text + begin, .length = size};
		count++;
		begin += size + 1;
	}
	return count;
}

nch_status nch_bench_tokenize(const nch_tokenizer *tokenizer, nch_pool *pool, const char *text, size_t length, double patience,
                              nch_figure *figure, nch_error *error)
{
	text_job job = {.tokenizer = tokenizer, .pool = pool};
	job.count = split_lines(text, length, NULL);
	if (job.count == 0)
		return nch_fail(error, NCH_DATA, "there is no text to tokenize");
	job.lines = nch_alloc(job.count, sizeof *job.lines);
	if (job.lines == NULL)
		return nch_no_memory(error);
	split_lines(text, length, job.lines);
	nch_status status = make_workers(&job, error), work;
	if (status == NCH_OK) {
		*figure = (nch_figure){.what = "tokenize", .sentences = job.count, .threads = nch_pool_threads(pool)};
		figure->seconds = nch_bench_time(run_tokenize, &job, patience);
		figure->rate = (double)length / figure->seconds;
	}
	work = free_workers(&job, error);
	nch_free(job.lines);
	return status != NCH_OK ? status : work;
}
