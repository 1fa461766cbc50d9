/* order.c - loaded before the C library (LD_PRELOAD): tells in which order a program makes folders, brings files to the disk, renames and removes, since that is what a power failure
 * leaves: ORDER=FILE in the environment gets a line for each: "folder PATH", "sync PATH", "rename FROM TO", "remove PATH". Paths with blanks in them are none of ours. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A line by one write, so that threads do not mix theirs. Relative paths are told as whole ones. */
static void tell(const char *what, const char *first, const char *second)
{
	static const char *path;
	char line[3 * PATH_MAX], here[PATH_MAX];
	if (path == NULL && (path = getenv("ORDER")) == NULL)
		path = "";
	if (path[0] == '\0' || getcwd(here, sizeof here) == NULL)
		return;
	int length = snprintf(line, sizeof line, "%s %s%s%s", what, first[0] == '/' ? "" : here, first[0] == '/' ? "" : "/", first);
	if (second != NULL && length < (int)sizeof line)
		length += snprintf(line + length, sizeof line - (size_t)length, " %s%s%s", second[0] == '/' ? "" : here, second[0] == '/' ? "" : "/", second);
	line[length < (int)sizeof line - 1 ? length++ : length - 1] = '\n';
	int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
	if (file < 0 || write(file, line, (size_t)length) != length)
		abort();
	close(file);
}

static void *real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

int mkdir(const char *path, mode_t mode)
{
	int result = ((int (*)(const char *, mode_t))real("mkdir"))(path, mode);
	if (result == 0)
		tell("folder", path, NULL);
	return result;
}

int fsync(int descriptor)
{
	char link[64], path[PATH_MAX];
	snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
	ssize_t length = readlink(link, path, sizeof path - 1);
	int result = ((int (*)(int))real("fsync"))(descriptor);
	if (result == 0 && length > 0) {
		path[length] = '\0';
		tell("sync", path, NULL);
	}
	return result;
}

int rename(const char *from, const char *to)
{
	int result = ((int (*)(const char *, const char *))real("rename"))(from, to);
	if (result == 0)
		tell("rename", from, to);
	return result;
}

int unlink(const char *path)
{
	int result = ((int (*)(const char *))real("unlink"))(path);
	if (result == 0)
		tell("remove", path, NULL);
	return result;
}
