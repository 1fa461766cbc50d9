/* posix.h - what the unit tests use of POSIX and mingw-w64 has not. The Makefile puts it before every test that is built for Windows. */
#ifndef NCH_TESTS_WINDOWS_POSIX_H
#define NCH_TESTS_WINDOWS_POSIX_H

#include <fcntl.h>
#include "base/os.h"

#include <direct.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <windows.h>
#undef near /* words of 16-bit compilers, which a test may use as names */
#undef far

static inline char *mkdtemp(char *path)
{
	return _mktemp(path) != NULL && _mkdir(path) == 0 ? path : NULL;
}

static inline int pipe(int ends[2])
{
	return _pipe(ends, 65536, _O_BINARY);
}

static inline long long getline(char **line, size_t *capacity, FILE *file)
{
	size_t length = 0;
	for (int c; (c = fgetc(file)) != EOF;) {
		if (length + 2 > *capacity)
			*line = realloc(*line, *capacity = 2 * (length + 64));
		if (*line == NULL)
			return -1;
		(*line)[length++] = (char)c;
		if (c == '\n')
			break;
	}
	if (length == 0)
		return -1;
	(*line)[length] = '\0';
	return (long long)length;
}

/* What malloc gives has an alignment of 16, and no kernel asks for more there (see WIDE_FLAGS in the Makefile). */
#define aligned_alloc(alignment, size) malloc(size)

/* As POSIX's: an empty folder, too. */
static inline int remove_any(const char *path)
{
	return nch_os_remove(path) || nch_os_remove_folder(path) ? 0 : -1;
}

static inline void remove_tree(const char *path)
{
	char inner[1024];
	nch_os_folder *listing = nch_os_folder_open(path);
	for (const char *name; listing != NULL && (name = nch_os_folder_next(listing)) != NULL;) {
		snprintf(inner, sizeof inner, "%s/%s", path, name);
		remove_tree(inner);
	}
	nch_os_folder_close(listing);
	remove_any(path);
}

/* The one command that the tests give: rm -r 'FOLDER' */
static inline int system_rm(const char *command)
{
	char path[1024];
	if (sscanf(command, "rm -%*[rf] '%1023[^']'", path) != 1)
		return -1;
	remove_tree(path);
	return nch_os_folder_open(path) == NULL ? 0 : -1;
}

/* clock() is the time of the day there; this is the processor's, as C says */
static inline clock_t processor_time(void)
{
	FILETIME made, ended, kernel, user;
	GetProcessTimes(GetCurrentProcess(), &made, &ended, &kernel, &user);
	return (clock_t)((user.dwLowDateTime + ((unsigned long long)user.dwHighDateTime << 32)) / (10000000 / CLOCKS_PER_SEC));
}

#define clock processor_time
#define remove remove_any
#define system system_rm

#endif
