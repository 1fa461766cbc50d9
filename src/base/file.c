/* file.c - files that are read whole or mapped, and files that appear whole or not at all. */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

nch_status nch_file_fail(nch_error *error, const char *path, const char *what)
{
	int number = errno;
	if (number == ENOENT)
		return nch_fail(error, NCH_IO, "%s: there is no such file", path);
	if (number == EISDIR)
		return nch_fail(error, NCH_IO, "%s: is a folder, not a file", path);
	return nch_fail(error, NCH_IO, "%s: cannot %s: %s", path, what, strerror(number));
}

/* --- reading --- */

/* Opens for reading; "-" is standard input, which is not to be closed. A pipe that nobody writes to would be waited for, and a device may have no end: where
 * they have no business (`any` false) they are refused, and so that looking does not wait, the file is opened without waiting. */
static nch_status open_input(const char *path, bool any, int *descriptor, nch_error *error)
{
	if (strcmp(path, "-") == 0) {
		*descriptor = STDIN_FILENO;
		return NCH_OK;
	}
	int fd = open(path, O_RDONLY | O_CLOEXEC | (any ? 0 : O_NONBLOCK));
	if (fd < 0)
		return nch_file_fail(error, path, "open");
	struct stat about;
	bool known = fstat(fd, &about) == 0;
	if (known && (S_ISDIR(about.st_mode) || (!any && !S_ISREG(about.st_mode)))) {
		close(fd);
		return nch_fail(error, NCH_IO, "%s: is a %s, not a file", path,
		                S_ISDIR(about.st_mode) ? "folder" : S_ISFIFO(about.st_mode) ? "pipe" : S_ISSOCK(about.st_mode) ? "socket" : "device");
	}
	*descriptor = fd;
	return NCH_OK;
}

static void close_input(int descriptor)
{
	if (descriptor != STDIN_FILENO)
		close(descriptor);
}

/* Appends what is left of the descriptor. */
static nch_status read_rest(int descriptor, const char *path, size_t limit, nch_buffer *buffer, nch_error *error)
{
	char piece[65536];
	size_t total = 0;
	for (;;) {
		ssize_t got = read(descriptor, piece, sizeof piece);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return nch_file_fail(error, path, "read");
		total += (size_t)got;
		if (limit > 0 && total > limit)
			return nch_fail(error, NCH_FORMAT, "%s: larger than the %zu bytes that such a file may have", path, limit);
		nch_buffer_add(buffer, piece, (size_t)got);
		NCH_TRY(nch_buffer_check(buffer, error));
		if (got == 0)
			return NCH_OK;
	}
}

static nch_status read_file(const char *path, bool any, size_t limit, nch_buffer *buffer, nch_error *error)
{
	int descriptor;
	NCH_TRY(open_input(path, any, &descriptor, error));
	nch_status status = read_rest(descriptor, path, limit, buffer, error);
	close_input(descriptor);
	return status;
}

nch_status nch_file_read(const char *path, size_t limit, nch_buffer *buffer, nch_error *error)
{
	return read_file(path, false, limit, buffer, error);
}

nch_status nch_file_read_any(const char *path, size_t limit, nch_buffer *buffer, nch_error *error)
{
	return read_file(path, true, limit, buffer, error);
}

static nch_status map_file(const char *path, bool any, nch_mapping *mapping, nch_error *error)
{
	int descriptor;
	NCH_TRY(open_input(path, any, &descriptor, error));
	struct stat about;
	if (descriptor != STDIN_FILENO && fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0 &&
	    (uintmax_t)about.st_size <= SIZE_MAX / 2) {
		void *data = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
		if (data != MAP_FAILED) {
			close_input(descriptor);
			*mapping = (nch_mapping){data, (size_t)about.st_size, true};
			return NCH_OK;
		}
	}
	nch_buffer buffer = {0};
	nch_status status = read_rest(descriptor, path, 0, &buffer, error);
	close_input(descriptor);
	if (status != NCH_OK) {
		nch_buffer_free(&buffer);
		return status;
	}
	*mapping = (nch_mapping){(unsigned char *)buffer.data, buffer.length, false};
	return NCH_OK;
}

nch_status nch_file_map(const char *path, nch_mapping *mapping, nch_error *error)
{
	return map_file(path, false, mapping, error);
}

nch_status nch_file_map_any(const char *path, nch_mapping *mapping, nch_error *error)
{
	return map_file(path, true, mapping, error);
}

void nch_file_unmap(nch_mapping *mapping)
{
	/* The cast takes the const away that is there for the readers: the memory is ours to release. */
	void *data = (void *)(uintptr_t)mapping->data;
	if (mapping->mapped)
		munmap(data, mapping->size);
	else
		nch_free(data);
	*mapping = (nch_mapping){0};
}

/* --- paths and folders --- */

bool nch_file_exists(const char *path)
{
	struct stat about;
	return stat(path, &about) == 0;
}

bool nch_file_is_folder(const char *path)
{
	struct stat about;
	return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

void nch_folder_sync(const char *path)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor >= 0) {
		fsync(descriptor);
		close(descriptor);
	}
}

/* Makes the name of `path` durable. */
static void sync_parent(const char *path)
{
	const char *name = nch_path_name(path);
	char *folder = name == path ? nch_copy_text(".", 1) : nch_copy_text(path, (size_t)(name - path));
	if (folder != NULL)
		nch_folder_sync(folder);
	nch_free(folder);
}

nch_status nch_folder_make(const char *path, nch_error *error)
{
	char *copy = nch_copy_text(path, strlen(path));
	if (copy == NULL)
		return nch_no_memory(error);
	nch_status status = NCH_OK;
	for (char *at = copy; status == NCH_OK && *at != '\0';) {
		/* the next prefix that ends before a '/' or at the end */
		at += strspn(at, "/");
		at += strcspn(at, "/");
		char saved = *at;
		*at = '\0';
		if (copy[0] != '\0' && mkdir(copy, 0777) == 0) {
			sync_parent(copy);
		} else if (copy[0] != '\0') {
			int number = errno; /* looking whether it is there sets another one */
			bool there = nch_file_exists(copy);
			if (!there)
				status = nch_fail(error, NCH_IO, "%s: cannot make this folder: %s", copy, strerror(number));
			else if (!nch_file_is_folder(copy))
				status = nch_fail(error, NCH_IO, "%s: is a file, not a folder", copy);
		}
		*at = saved;
	}
	nch_free(copy);
	return status;
}

char *nch_path_join(const char *folder, const char *name)
{
	nch_buffer path = {0};
	nch_buffer_text(&path, folder);
	if (folder[0] != '\0' && folder[strlen(folder) - 1] != '/')
		nch_buffer_byte(&path, '/');
	nch_buffer_text(&path, name);
	if (path.failed)
		nch_buffer_free(&path);
	return path.data;
}

const char *nch_path_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

bool nch_path_has_suffix(const char *path, const char *suffix)
{
	size_t length = strlen(path), end = strlen(suffix);
	return length >= end && strcasecmp(path + length - end, suffix) == 0;
}

/* --- writing --- */

/* The name of the temporary file: beside the target, since rename works only within a file system; with the process and a
 * count in it, so that two writers never share one. Opened by O_EXCL and 0666, so that the umask decides as it does for others. */
static int open_temporary(nch_writer *writer)
{
	static _Atomic unsigned count;
	for (int attempt = 0; attempt < 100; attempt++) {
		nch_buffer name = {0};
		nch_buffer_printf(&name, "%s.%ld-%u.tmp", writer->path, (long)getpid(), atomic_fetch_add(&count, 1));
		if (name.failed) {
			nch_buffer_free(&name);
			errno = ENOMEM;
			return -1;
		}
		int descriptor = open(name.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (descriptor >= 0) {
			writer->temporary = name.data;
			return descriptor;
		}
		nch_buffer_free(&name);
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

nch_status nch_writer_open(nch_writer *writer, const char *path, nch_error *error)
{
	*writer = (nch_writer){0};
	struct stat about;
	bool exists = stat(path, &about) == 0;
	if (exists && S_ISDIR(about.st_mode))
		return nch_fail(error, NCH_IO, "%s: is a folder, not a file", path);
	/* A link keeps pointing to where it points: the file behind it is what gets replaced. */
	if (exists)
		writer->path = realpath(path, NULL);
	else
		writer->path = nch_copy_text(path, strlen(path));
	if (writer->path == NULL)
		return nch_no_memory(error);
	int descriptor;
	if (exists && !S_ISREG(about.st_mode))
		descriptor = open(path, O_WRONLY | O_CLOEXEC); /* /dev/null, a pipe: written to, not replaced */
	else
		descriptor = open_temporary(writer);
	if (descriptor < 0) {
		int number = errno;
		nch_writer_discard(writer);
		return number == ENOMEM ? nch_no_memory(error) : nch_fail(error, NCH_IO, "%s: cannot write: %s", path, strerror(number));
	}
	writer->descriptor = descriptor;
	writer->open = true;
	return NCH_OK;
}

bool nch_write_all(int descriptor, const void *bytes, size_t length)
{
	const char *at = bytes;
	while (length > 0) {
		ssize_t written = write(descriptor, at, length);
		if (written < 0 && errno == EINTR) /* a signal came first: nothing is lost */
			continue;
		if (written < 0)
			return false;
		at += written;
		length -= (size_t)written;
	}
	return true;
}

/* What has been gathered goes to the file. */
static bool flush(nch_writer *writer)
{
	bool good = nch_write_all(writer->descriptor, writer->gathered.data, writer->gathered.length);
	nch_buffer_clear(&writer->gathered);
	return good;
}

nch_status nch_writer_add(nch_writer *writer, const void *bytes, size_t length, nch_error *error)
{
	enum { GATHER = 1 << 16 }; /* small pieces are brought together up to here */
	bool large = length >= GATHER;
	if ((large || writer->gathered.length + length > GATHER) && !flush(writer))
		return nch_file_fail(error, writer->path, "write");
	if (large)
		return nch_write_all(writer->descriptor, bytes, length) ? NCH_OK : nch_file_fail(error, writer->path, "write");
	nch_buffer_add(&writer->gathered, bytes, length);
	return nch_buffer_check(&writer->gathered, error);
}

nch_status nch_writer_commit(nch_writer *writer, nch_error *error)
{
	bool good = !writer->gathered.failed && flush(writer);
	if (good && writer->temporary != NULL)
		good = fsync(writer->descriptor) == 0;
	int number = errno;
	writer->open = false;
	if (close(writer->descriptor) != 0 && errno != EINTR && good) {
		number = errno;
		good = false;
	}
	if (good && writer->temporary != NULL) {
		good = rename(writer->temporary, writer->path) == 0;
		number = errno;
		if (good) {
			sync_parent(writer->path);
			nch_free(writer->temporary);
			writer->temporary = NULL; /* there is nothing left to remove */
		}
	}
	nch_status status = NCH_OK;
	if (!good)
		status = nch_fail(error, NCH_IO, "%s: cannot write: %s", writer->path, strerror(number));
	nch_writer_discard(writer);
	return status;
}

void nch_writer_discard(nch_writer *writer)
{
	if (writer->open)
		close(writer->descriptor);
	if (writer->temporary != NULL)
		unlink(writer->temporary);
	nch_free(writer->temporary);
	nch_free(writer->path);
	nch_buffer_free(&writer->gathered);
	*writer = (nch_writer){0};
}

/* The process in NAME.PROCESS-N.tmp; 0: that is no such name. */
static long writer_of(const char *name)
{
	size_t length = strlen(name);
	if (length < 4 || strcmp(name + length - 4, ".tmp") != 0)
		return 0;
	const char *at = name + length - 4;
	while (at > name && at[-1] >= '0' && at[-1] <= '9')
		at--;
	if (at == name || *at == '.' || *--at != '-')
		return 0;
	const char *end = at;
	while (at > name && at[-1] >= '0' && at[-1] <= '9')
		at--;
	return at < end && at > name && at[-1] == '.' ? strtol(at, NULL, 10) : 0;
}

void nch_folder_sweep(const char *folder)
{
	DIR *stream = opendir(folder);
	for (struct dirent *entry; stream != NULL && (entry = readdir(stream)) != NULL;) {
		long process = writer_of(entry->d_name);
		if (process <= 0 || process == (long)getpid() || kill((pid_t)process, 0) == 0 || errno != ESRCH)
			continue;
		char *path = nch_path_join(folder, entry->d_name);
		if (path != NULL)
			unlink(path);
		nch_free(path);
	}
	if (stream != NULL)
		closedir(stream);
}

nch_status nch_file_write(const char *path, const void *bytes, size_t length, nch_error *error)
{
	nch_writer writer;
	NCH_TRY(nch_writer_open(&writer, path, error));
	nch_status status = nch_writer_add(&writer, bytes, length, error);
	if (status == NCH_OK)
		return nch_writer_commit(&writer, error);
	nch_writer_discard(&writer);
	return status;
}

nch_status nch_folder_write(const char *folder, const char *name, const nch_buffer *text, nch_error *error)
{
	char *path = nch_path_join(folder, name);
	nch_status status = path ? nch_buffer_check(text, error) : nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_file_write(path, text->data != NULL ? text->data : "", text->length, error);
	nch_free(path);
	return status;
}

nch_status nch_file_copy(const char *from, const char *to, nch_error *error)
{
	nch_mapping source = {0};
	NCH_TRY(nch_file_map(from, &source, error));
	nch_status status = nch_file_write(to, source.data, source.size, error);
	nch_file_unmap(&source);
	return status;
}
