/* fail_alloc.c - loaded before the C library (LD_PRELOAD): counts the allocations of a program, and lets one of them fail.
 *
 * FAIL_AT=N in the environment: the Nth allocation gets no memory; FAIL_FROM=N: nor does any after it. A program that then does not end within a minute is ended.
 * FAIL_COUNT=FILE: their number is written there when the program ends. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static _Atomic long count;
static long fail_at, fail_from;
static char early[65536]; /* dlsym allocates before it has found anything */
static _Atomic size_t early_used;

__attribute__((constructor)) static void begin(void)
{
	const char *at = getenv("FAIL_AT"), *from = getenv("FAIL_FROM");
	count = 0;
	fail_at = at != NULL ? atol(at) : 0;
	fail_from = from != NULL ? atol(from) : 0;
	if (at != NULL || from != NULL)
		alarm(60);
}

__attribute__((destructor)) static void end(void)
{
	const char *path = getenv("FAIL_COUNT");
	long all = count;
	fail_at = fail_from = 0;
	FILE *file = path != NULL ? fopen(path, "w") : NULL;
	if (file != NULL) {
		fprintf(file, "%ld\n", all);
		fclose(file);
	}
}

static int fails(void)
{
	long number = ++count;
	if (number != fail_at && (fail_from == 0 || number < fail_from))
		return 0;
	errno = ENOMEM;
	return 1;
}

static int is_early(const void *memory)
{
	return (const char *)memory >= early && (const char *)memory < early + sizeof early;
}

static void *take_early(size_t size)
{
	size_t at = atomic_fetch_add(&early_used, (size + 63) & ~(size_t)63);
	return at + size <= sizeof early ? early + at : NULL;
}

void *malloc(size_t size)
{
	static void *(*real)(size_t);
	static _Atomic int looking;
	if (real == NULL) {
		if (looking++)
			return take_early(size);
		real = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
	}
	return fails() ? NULL : real(size);
}

void *calloc(size_t number, size_t size)
{
	static void *(*real)(size_t, size_t);
	static _Atomic int looking;
	if (real == NULL) {
		if (looking++)
			return take_early(number * size);
		real = (void *(*)(size_t, size_t))dlsym(RTLD_NEXT, "calloc");
	}
	return fails() ? NULL : real(number, size);
}

void *realloc(void *memory, size_t size)
{
	static void *(*real)(void *, size_t);
	if (real == NULL)
		real = (void *(*)(void *, size_t))dlsym(RTLD_NEXT, "realloc");
	return fails() ? NULL : real(memory, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
	static int (*real)(void **, size_t, size_t);
	if (real == NULL)
		real = (int (*)(void **, size_t, size_t))dlsym(RTLD_NEXT, "posix_memalign");
	return fails() ? ENOMEM : real(memory, alignment, size);
}

void free(void *memory)
{
	static void (*real)(void *);
	if (real == NULL)
		real = (void (*)(void *))dlsym(RTLD_NEXT, "free");
	if (!is_early(memory))
		real(memory);
}
