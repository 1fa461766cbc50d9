/* The pool: every index once, runs within runs, no pool at all. */
#include "kernels/threads.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

#include "test.h"

#define TASKS 1000

struct job {
	nch_pool *pool;
	_Atomic int calls[TASKS];
	_Atomic int running[64]; /* calls that run under a thread number: never two */
	_Atomic int clashes, nested;
	size_t threads;
};

static void count_task(void *context, size_t index, size_t thread)
{
	struct job *job = context;
	if (thread >= job->threads || atomic_fetch_add(&job->running[thread], 1) != 0)
		atomic_fetch_add(&job->clashes, 1);
	atomic_fetch_add(&job->calls[index], 1);
	atomic_fetch_sub(&job->running[thread], 1);
}

TEST(each_index_once)
{
	static const size_t threads[] = {1, 2, 3, 7};
	for (size_t t = 0; t < 4; t++) {
		nch_pool *pool = nch_pool_new(threads[t]);
		CHECK(pool != NULL && nch_pool_threads(pool) == threads[t]);
		for (size_t count = 0; count <= TASKS; count = count * 3 + 1) {
			static struct job job;
			memset(&job, 0, sizeof job);
			job.threads = threads[t];
			nch_pool_run(pool, count, count_task, &job);
			int wrong = 0;
			for (size_t i = 0; i < TASKS; i++)
				wrong += job.calls[i] != (i < count ? 1 : 0);
			CHECK(wrong == 0 && job.clashes == 0);
		}
		nch_pool_free(pool);
	}
}

static void add_task(void *context, size_t index, size_t thread)
{
	(void)thread;
	_Atomic size_t *sum = context;
	atomic_fetch_add(sum, index);
}

static void sleep_microseconds(long microseconds)
{
	nanosleep(&(struct timespec){0, microseconds * 1000}, NULL);
}

/* Runs that follow at once, and after pauses that let the workers fall asleep. */
TEST(many_short_runs)
{
	nch_pool *pool = nch_pool_new(3);
	int wrong = 0;
	for (int run = 0; run < 20000; run++) {
		_Atomic size_t sum = 0;
		nch_pool_run(pool, 5, add_task, &sum);
		wrong += sum != 10;
		if (run % 200 == 0)
			sleep_microseconds(run / 200 * 3);
	}
	CHECK(wrong == 0);
	nch_pool_free(pool);
}

static void slow_task(void *context, size_t index, size_t thread)
{
	(void)thread;
	if (index == 0)
		sleep_microseconds(3000);
	atomic_fetch_add((_Atomic size_t *)context, 1);
}

/* The caller runs out of work long before a worker does, and sleeps. */
TEST(waits_for_the_last_task)
{
	nch_pool *pool = nch_pool_new(2);
	int wrong = 0;
	for (int run = 0; run < 30; run++) {
		_Atomic size_t done = 0;
		nch_pool_run(pool, 3, slow_task, &done);
		wrong += done != 3;
	}
	CHECK(wrong == 0);
	nch_pool_free(pool);
}

static void inner_task(void *context, size_t index, size_t thread)
{
	(void)index;
	struct job *job = context;
	if (thread >= job->threads)
		atomic_fetch_add(&job->clashes, 1);
	atomic_fetch_add(&job->nested, 1);
}

static void outer_task(void *context, size_t index, size_t thread)
{
	struct job *job = context;
	(void)index;
	(void)thread;
	nch_pool_run(job->pool, 10, inner_task, job);
	nch_pool_run(NULL, 5, inner_task, job);
}

TEST(runs_within_runs)
{
	static struct job job;
	job.pool = nch_pool_new(3);
	job.threads = 3;
	nch_pool_run(job.pool, 20, outer_task, &job);
	CHECK(job.nested == 300 && job.clashes == 0);
	nch_pool_free(job.pool);
}

TEST(no_pool)
{
	_Atomic size_t sum = 0;
	nch_pool_run(NULL, 10, add_task, &sum);
	CHECK(sum == 45);
	CHECK(nch_pool_threads(NULL) == 1);
	CHECK(nch_pool_cores() >= 1);
	CHECK(nch_pool_new(0) == NULL);
	nch_pool_free(NULL);
}

TEST(starts_and_ends)
{
	for (int i = 0; i < 50; i++) {
		nch_pool *pool = nch_pool_new(4);
		if (i % 2 == 0)
			sleep_microseconds(100);
		nch_pool_free(pool);
	}
	CHECK(true);
}

int main(void)
{
	RUN(each_index_once);
	RUN(many_short_runs);
	RUN(waits_for_the_last_task);
	RUN(runs_within_runs);
	RUN(no_pool);
	RUN(starts_and_ends);
	return test_end();
}
