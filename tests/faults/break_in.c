/* break_in.c - loaded before the C library (LD_PRELOAD): ends a program at one of its renames, or has something else happen at one of the files that it opens.
 *
 * KILL_AT=K in the environment: the program ends, as by kill -9, before its rename number K. RUN_AT=K, RUN=COMMAND: the shell runs the command before the program opens
 * file number K. OPENS=FILE: the number of files that it opened is written there when it ends. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static int renames, opens, run_at;
static const char *count_path;

__attribute__((constructor)) static void begin(void)
{
	const char *at = getenv("RUN_AT");
	run_at = at != NULL ? atoi(at) : 0;
	count_path = getenv("OPENS");
}

__attribute__((destructor)) static void end(void)
{
	int all = opens;
	FILE *file = count_path != NULL ? fopen(count_path, "w") : NULL;
	if (file != NULL) {
		fprintf(file, "%d\n", all);
		fclose(file);
	}
}

int rename(const char *from, const char *to)
{
	const char *at = getenv("KILL_AT");
	int (*real)(const char *, const char *) = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
	if (at != NULL && ++renames == atoi(at))
		raise(SIGKILL);
	return real(from, to);
}

static void before_open(void)
{
	if (++opens != run_at)
		return;
	const char *command = getenv("RUN");
	unsetenv("LD_PRELOAD"); /* what is run is left alone */
	unsetenv("RUN_AT"); /* nor does it run anything again */
	if (command == NULL || system(command) == -1)
		abort();
}

static int open_by(const char *name, const char *path, int flags, int mode)
{
	int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, name);
	before_open();
	return real(path, flags, mode);
}

int open(const char *path, int flags, ...)
{
	va_list list;
	va_start(list, flags);
	int mode = va_arg(list, int); /* garbage where none was given, and then it is not looked at */
	va_end(list);
	return open_by("open", path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	va_list list;
	va_start(list, flags);
	int mode = va_arg(list, int);
	va_end(list);
	return open_by("open64", path, flags, mode);
}
