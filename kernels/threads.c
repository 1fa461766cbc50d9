/* threads.c - the pool of threads that a kernel's tasks are shared out to.
 *
 * Kernels are started thousands of times a second, so a worker that has nothing to do watches for work for some tens of
 * microseconds before it goes to sleep, and the caller never waits for a worker that has not come in: whoever wakes up after the
 * last task was taken finds the gate closed and lies down again. That keeps small runs cheap and also behaves where
 * there are fewer cores than threads. */
#include "kernels/threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "base/os.h"

/* How long a thread watches before it sleeps, and how long of that without giving its core to another thread. */
#define WATCH_NANOSECONDS 60000
#define STUBBORN_NANOSECONDS 15000

/* The gate: whether a run is on, how many workers are inside it, and which run it is. A worker goes in by adding 1 while the
 * gate is open; the job's fields change only while it is closed and nobody is inside. */
#define GATE_INSIDE UINT64_C(0xFFFF)
#define GATE_OPEN UINT64_C(0x10000)
#define GATE_RUN UINT64_C(0x20000)
#define MAX_THREADS 4096

struct worker {
	nch_pool *pool;
	size_t thread;
	pthread_t handle;
};

struct nch_pool {
	size_t threads, started;
	struct worker *workers; /* threads - 1 of them */
	bool crowded;           /* more threads than cores: watching would only keep the others from working */

	nch_task *task;
	void *context;
	size_t count;
	_Atomic size_t next; /* the first index that nobody has taken */

	_Atomic uint64_t gate;
	_Atomic bool quit;
	_Atomic size_t sleepers;    /* workers on the condition `work` */
	_Atomic bool caller_sleeps; /* on the condition `done` */
	pthread_mutex_t mutex;
	pthread_cond_t work, done;
};

/* The pool whose task this thread is running, and its number there: a run within a run is done at once, by itself. */
#if defined(__ELF__) /* found in one step, and also in a library that is loaded later */
#define OF_THREAD _Thread_local __attribute__((tls_model("initial-exec")))
#else
#define OF_THREAD _Thread_local
#endif
static OF_THREAD const nch_pool *running_pool;
static OF_THREAD size_t running_thread;

static void pause_briefly(void)
{
	for (int i = 0; i < 16; i++) {
#if defined(__x86_64__) || defined(__i386__)
		__asm__ volatile("pause" ::: "memory");
#elif defined(__aarch64__)
		__asm__ volatile("yield" ::: "memory");
#else
		atomic_signal_fence(memory_order_seq_cst);
#endif
	}
}

static int64_t now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* One turn of watching that began at `start`; false when it is time to sleep. */
static bool watch(const nch_pool *pool, int64_t start)
{
	int64_t waited = now() - start;
	if (waited > WATCH_NANOSECONDS)
		return false;
	if (pool->crowded || waited > STUBBORN_NANOSECONDS)
		nch_os_let_others();
	else
		pause_briefly();
	return true;
}

/* Takes indices until there are none left. */
static void work_on(nch_pool *pool, size_t thread)
{
	const nch_pool *outer_pool = running_pool;
	size_t outer_thread = running_thread;
	running_pool = pool;
	running_thread = thread;
	for (;;) {
		size_t index = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
		if (index >= pool->count)
			break;
		pool->task(pool->context, index, thread);
	}
	running_pool = outer_pool;
	running_thread = outer_thread;
}

/* True if a run other than `seen` is on; goes in, and leaves its number in *seen. */
static bool enter(nch_pool *pool, uint64_t *seen)
{
	uint64_t gate = atomic_load(&pool->gate);
	while ((gate & GATE_OPEN) != 0 && gate / GATE_RUN != *seen) {
		if (atomic_compare_exchange_weak(&pool->gate, &gate, gate + 1)) {
			*seen = gate / GATE_RUN;
			return true;
		}
	}
	return false;
}

static void leave(nch_pool *pool)
{
	uint64_t gate = atomic_fetch_sub(&pool->gate, 1) - 1;
	if ((gate & (GATE_OPEN | GATE_INSIDE)) == 0 && atomic_load(&pool->caller_sleeps)) {
		pthread_mutex_lock(&pool->mutex);
		pthread_cond_signal(&pool->done);
		pthread_mutex_unlock(&pool->mutex);
	}
}

/* Waits for a run and goes in; false when the pool is being freed. */
static bool wait_for_run(nch_pool *pool, uint64_t *seen)
{
	int64_t start = now();
	while (watch(pool, start)) {
		if (enter(pool, seen))
			return true;
		if (atomic_load(&pool->quit))
			return false;
	}
	/* `sleepers` is raised before the gate is looked at again, and the caller opens the gate before it looks at
	 * `sleepers`: one of the two always sees the other. */
	bool inside = false;
	pthread_mutex_lock(&pool->mutex);
	atomic_fetch_add(&pool->sleepers, 1);
	while (!(inside = enter(pool, seen)) && !atomic_load(&pool->quit))
		pthread_cond_wait(&pool->work, &pool->mutex);
	atomic_fetch_sub(&pool->sleepers, 1);
	pthread_mutex_unlock(&pool->mutex);
	return inside;
}

static void *worker_main(void *argument)
{
	struct worker *worker = argument;
	uint64_t seen = 0;
	while (wait_for_run(worker->pool, &seen)) {
		work_on(worker->pool, worker->thread);
		leave(worker->pool);
	}
	return NULL;
}

/* Closes the gate and waits until all who came in have left. */
static void close_gate(nch_pool *pool)
{
	uint64_t gate = atomic_fetch_and(&pool->gate, ~GATE_OPEN);
	if ((gate & GATE_INSIDE) == 0)
		return;
	int64_t start = now();
	do {
		if ((atomic_load(&pool->gate) & GATE_INSIDE) == 0)
			return;
	} while (watch(pool, start));
	pthread_mutex_lock(&pool->mutex);
	atomic_store(&pool->caller_sleeps, true);
	while ((atomic_load(&pool->gate) & GATE_INSIDE) != 0)
		pthread_cond_wait(&pool->done, &pool->mutex);
	atomic_store(&pool->caller_sleeps, false);
	pthread_mutex_unlock(&pool->mutex);
}

static void run_alone(const nch_pool *pool, size_t count, nch_task *task, void *context)
{
	size_t thread = running_pool == pool && pool != NULL ? running_thread : 0;
	for (size_t index = 0; index < count; index++)
		task(context, index, thread);
}

void nch_pool_run(nch_pool *pool, size_t count, nch_task *task, void *context)
{
	if (pool == NULL || pool->threads == 1 || count <= 1 || running_pool != NULL) {
		run_alone(pool, count, task, context);
		return;
	}
	pool->task = task;
	pool->context = context;
	pool->count = count;
	atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
	uint64_t run = atomic_load(&pool->gate) / GATE_RUN + 1;
	atomic_store(&pool->gate, run * GATE_RUN + GATE_OPEN);
	if (atomic_load(&pool->sleepers) > 0) {
		pthread_mutex_lock(&pool->mutex);
		pthread_cond_broadcast(&pool->work);
		pthread_mutex_unlock(&pool->mutex);
	}
	work_on(pool, 0);
	close_gate(pool);
}

nch_pool *nch_pool_new(size_t threads)
{
	if (threads == 0 || threads > MAX_THREADS)
		return NULL;
	nch_pool *pool = calloc(1, sizeof *pool);
	if (pool == NULL)
		return NULL;
	pool->threads = threads;
	pool->crowded = threads > nch_pool_cores();
	pool->workers = calloc(threads, sizeof *pool->workers);
	if (pool->workers == NULL) {
		free(pool);
		return NULL;
	}
	pthread_mutex_init(&pool->mutex, NULL);
	pthread_cond_init(&pool->work, NULL);
	pthread_cond_init(&pool->done, NULL);
	for (size_t i = 0; i + 1 < threads; i++) {
		struct worker *worker = &pool->workers[i];
		worker->pool = pool;
		worker->thread = i + 1;
		if (pthread_create(&worker->handle, NULL, worker_main, worker) != 0) {
			nch_pool_free(pool);
			return NULL;
		}
		pool->started++;
	}
	return pool;
}

void nch_pool_free(nch_pool *pool)
{
	if (pool == NULL)
		return;
	atomic_store(&pool->quit, true);
	pthread_mutex_lock(&pool->mutex);
	pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->mutex);
	for (size_t i = 0; i < pool->started; i++)
		pthread_join(pool->workers[i].handle, NULL);
	pthread_cond_destroy(&pool->done);
	pthread_cond_destroy(&pool->work);
	pthread_mutex_destroy(&pool->mutex);
	free(pool->workers);
	free(pool);
}

size_t nch_pool_threads(const nch_pool *pool)
{
	return pool != NULL ? pool->threads : 1;
}

size_t nch_pool_cores(void)
{
	return nch_os_cores();
}
