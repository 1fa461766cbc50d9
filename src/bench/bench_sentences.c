/* bench_sentences.c - how fast a text is cut into sentences. */
#include "base/memory.h"
#include "base/utf8.h"
#include "bench/bench.h"
#include "text/sentences.h"

typedef struct sentences_job {
	nch_splitter *splitter;
	const char *text;
	size_t length;
	nch_sentences sentences;
	nch_status status;
	nch_error *error;
} sentences_job;

static void run_split(void *context)
{
	sentences_job *job = context;
	job->status = nch_sentences_split(job->splitter, job->text, job->length, false, &job->sentences, job->error);
}

nch_status nch_bench_sentences(const char *text, size_t length, double patience, nch_figure *figure, nch_error *error)
{
	sentences_job job = {.splitter = nch_splitter_new(), .text = text, .length = length, .error = error};
	if (job.splitter == NULL)
		return nch_no_memory(error);
	*figure = (nch_figure){.what = "sentences", .threads = 1, .characters = nch_utf8_count(text, length)};
	figure->seconds = nch_bench_time(run_split, &job, patience);
	figure->sentences = job.sentences.count;
	figure->rate = (double)length / figure->seconds;
	nch_sentences_free(&job.sentences);
	nch_splitter_free(job.splitter);
	return job.status;
}
