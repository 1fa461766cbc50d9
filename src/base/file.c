/* file.c - files that are read whole or mapped, and files that appear whole or not at all. */
#include "base/file.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/os.h"

enum { STANDARD_INPUT = 0 };

nch_status nch_file_fail(nch_error *error, const char *path, const char *what)
{
	int number = errno;
	if (number == ENOENT)
		return nch_fail(error, NCH_IO, "%s: there is no such file", path);
	if (number == EISDIR)
		return nch_fail(error, NCH_IO, "%s: is a folder, not a file", path);
	return nch_fail(error, NCH_IO, "%s: cannot %s: %s", path, what, nch_os_reason(number));
}

/* --- reading --- */

/* Opens for reading; "-" is standard input, which is not to be closed. A pipe that nobody writes to would be waited for, and a device may have no
 * end: where they have no business (`any` false) they are refused, and so that looking does not wait, the file is opened without waiting. */
static nch_status open_input(const char *path, bool any, int *descriptor, nch_error *error)
{
	static const char *const kinds[] = {
		[NCH_OS_DEVICE] = "device", [NCH_OS_FILE] = "file", [NCH_OS_FOLDER] = "folder", [NCH_OS_PIPE] = "pipe", [NCH_OS_SOCKET] = "socket"};
	if (strcmp(path, "-") == 0) {
		*descriptor = STANDARD_INPUT;
		return NCH_OK;
	}
	int opened = nch_os_open(path, any ? NCH_OS_READ : NCH_OS_READ_AT_ONCE);
	if (opened < 0)
		return nch_file_fail(error, path, "open");
	nch_os_about about;
	if (nch_os_look_open(opened, &about) && (about.kind == NCH_OS_FOLDER || (!any && about.kind != NCH_OS_FILE))) {
		nch_os_close(opened);
		return nch_fail(error, NCH_IO, "%s: is a %s, not a file", path, kinds[about.kind]);
	}
	*descriptor = opened;
	return NCH_OK;
}

static void close_input(int descriptor)
{
	if (descriptor != STANDARD_INPUT)
		nch_os_close(descriptor);
}

/* Hands what is left of an open file to take(), piece by piece; of a file that is empty one piece of no bytes. */
static nch_status read_rest(int descriptor, const char *path, nch_file_take *take, void *context, nch_error *error)
{
	char piece[1 << 16];
	for (;;) {
		ptrdiff_t got = nch_os_read(descriptor, piece, sizeof piece);
		if (got < 0)
			return nch_file_fail(error, path, "read");
		NCH_TRY(take(context, piece, (size_t)got, error));
		if (got == 0)
			return NCH_OK;
	}
}

/* Where read_file puts a file. */
typedef struct whole_file {
	const char *path;
	size_t limit, total;
	nch_buffer *buffer;
} whole_file;

static nch_status keep_piece(void *context, const void *bytes, size_t length, nch_error *error)
{
	whole_file *file = context;
	file->total += length;
	if (file->limit > 0 && file->total > file->limit)
		return nch_fail(error, NCH_FORMAT, "%s: larger than the %zu bytes that such a file may have", file->path, file->limit);
	nch_buffer_add(file->buffer, bytes, length);
	return nch_buffer_check(file->buffer, error);
}

static nch_status read_file(const char *path, bool any, size_t limit, nch_buffer *buffer, nch_error *error)
{
	int descriptor;
	whole_file file = {.path = path, .limit = limit, .buffer = buffer};
	NCH_TRY(open_input(path, any, &descriptor, error));
	nch_status status = read_rest(descriptor, path, keep_piece, &file, error);
	close_input(descriptor);
	return status;
}

nch_status nch_file_each_piece(const char *path, nch_file_take *take, void *context, nch_error *error)
{
	int descriptor;
	NCH_TRY(open_input(path, false, &descriptor, error));
	nch_status status = read_rest(descriptor, path, take, context, error);
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
	nch_os_about about;
	if (descriptor != STANDARD_INPUT && nch_os_look_open(descriptor, &about) && about.kind == NCH_OS_FILE && about.size > 0 &&
	    about.size <= SIZE_MAX / 2) {
		const void *data = nch_os_map(descriptor, (size_t)about.size);
		if (data != NULL) {
			close_input(descriptor);
			*mapping = (nch_mapping){data, (size_t)about.size, true};
			return NCH_OK;
		}
	}
	nch_buffer buffer = {0};
	whole_file file = {.path = path, .buffer = &buffer};
	nch_status status = read_rest(descriptor, path, keep_piece, &file, error);
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
	if (mapping->mapped)
		nch_os_unmap(mapping->data, mapping->size);
	else
		nch_free((void *)(uintptr_t)mapping->data); /* the const is there for the readers: the memory is ours to release */
	*mapping = (nch_mapping){0};
}

/* --- paths and folders --- */

bool nch_file_exists(const char *path)
{
	nch_os_about about;
	return nch_os_look(path, &about);
}

bool nch_file_is_folder(const char *path)
{
	nch_os_about about;
	return nch_os_look(path, &about) && about.kind == NCH_OS_FOLDER;
}

bool nch_file_is_regular(const char *path)
{
	nch_os_about about;
	return nch_os_look(path, &about) && about.kind == NCH_OS_FILE;
}

/* Makes the name of `path` durable. */
static void sync_parent(const char *path)
{
	const char *name = nch_path_name(path);
	char *folder = name == path ? nch_copy_text(".", 1) : nch_copy_text(path, (size_t)(name - path));
	if (folder != NULL)
		nch_os_flush_folder(folder);
	nch_free(folder);
}

nch_status nch_folder_make(const char *path, nch_error *error)
{
	char *copy = nch_copy_text(path, strlen(path));
	if (copy == NULL)
		return nch_no_memory(error);
	nch_status status = NCH_OK;
	for (char *at = copy + nch_os_root(copy); status == NCH_OK && *at != '\0';) {
		/* the next prefix that ends before a '/' or at the end */
		while (nch_os_separates(*at))
			at++;
		while (*at != '\0' && !nch_os_separates(*at))
			at++;
		char saved = *at;
		*at = '\0';
		if (copy[0] != '\0' && nch_os_make_folder(copy)) {
			sync_parent(copy);
		} else if (copy[0] != '\0') {
			int number = errno; /* looking whether it is there sets another one */
			bool there = nch_file_exists(copy);
			if (!there)
				status = nch_fail(error, NCH_IO, "%s: cannot make this folder: %s", copy, nch_os_reason(number));
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
	if (folder[0] != '\0' && !nch_os_separates(folder[strlen(folder) - 1]))
		nch_buffer_byte(&path, '/');
	nch_buffer_text(&path, name);
	if (path.failed)
		nch_buffer_free(&path);
	return path.data;
}

const char *nch_path_name(const char *path)
{
	const char *name = path;
	for (const char *at = path; *at != '\0'; at++)
		if (nch_os_separates(*at))
			name = at + 1;
	return name;
}

bool nch_path_has_suffix(const char *path, const char *suffix)
{
	size_t length = strlen(path), end = strlen(suffix);
	return length >= end && strcasecmp(path + length - end, suffix) == 0;
}

/* --- writing --- */

/* The name of the temporary file: beside the target, since rename works only within a file system; with the process and a
 * count in it, so that two writers never share one. */
static int open_temporary(nch_writer *writer)
{
	static _Atomic unsigned count;
	for (int attempt = 0; attempt < 100; attempt++) {
		nch_buffer name = {0};
		nch_buffer_printf(&name, "%s.%ld-%u.tmp", writer->path, nch_os_process(), atomic_fetch_add(&count, 1));
		if (name.failed) {
			nch_buffer_free(&name);
			errno = ENOMEM;
			return -1;
		}
		int descriptor = nch_os_open(name.data, NCH_OS_NEW);
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
	nch_os_about about;
	bool exists = nch_os_look(path, &about);
	if (exists && about.kind == NCH_OS_FOLDER)
		return nch_fail(error, NCH_IO, "%s: is a folder, not a file", path);
	/* A link keeps pointing to where it points: the file behind it is what gets replaced. */
	if (exists)
		writer->path = nch_os_real_path(path);
	else
		writer->path = nch_copy_text(path, strlen(path));
	if (writer->path == NULL)
		return nch_no_memory(error);
	int descriptor;
	if (exists && about.kind != NCH_OS_FILE)
		descriptor = nch_os_open(path, NCH_OS_WRITE); /* /dev/null, a pipe: written to, not replaced */
	else
		descriptor = open_temporary(writer);
	if (descriptor < 0) {
		int number = errno;
		nch_writer_discard(writer);
		return number == ENOMEM ? nch_no_memory(error) : nch_fail(error, NCH_IO, "%s: cannot write: %s", path, nch_os_reason(number));
	}
	writer->descriptor = descriptor;
	writer->open = true;
	return NCH_OK;
}

/* What has been gathered goes to the file. */
static bool flush(nch_writer *writer)
{
	bool good = nch_os_write(writer->descriptor, writer->gathered.data, writer->gathered.length);
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
		return nch_os_write(writer->descriptor, bytes, length) ? NCH_OK : nch_file_fail(error, writer->path, "write");
	nch_buffer_add(&writer->gathered, bytes, length);
	return nch_buffer_check(&writer->gathered, error);
}

nch_status nch_writer_commit(nch_writer *writer, nch_error *error)
{
	bool good = !writer->gathered.failed && flush(writer);
	if (good && writer->temporary != NULL)
		good = nch_os_flush(writer->descriptor);
	int number = errno;
	writer->open = false;
	if (!nch_os_close(writer->descriptor) && good) {
		number = errno;
		good = false;
	}
	if (good && writer->temporary != NULL) {
		good = nch_os_rename(writer->temporary, writer->path);
		number = errno;
		if (good) {
			sync_parent(writer->path);
			nch_free(writer->temporary);
			writer->temporary = NULL; /* there is nothing left to remove */
		}
	}
	nch_status status = NCH_OK;
	if (!good)
		status = nch_fail(error, NCH_IO, "%s: cannot write: %s", writer->path, nch_os_reason(number));
	nch_writer_discard(writer);
	return status;
}

void nch_writer_discard(nch_writer *writer)
{
	if (writer->open)
		nch_os_close(writer->descriptor);
	if (writer->temporary != NULL)
		nch_os_remove(writer->temporary);
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
	nch_os_folder *stream = nch_os_folder_open(folder);
	for (const char *name; stream != NULL && (name = nch_os_folder_next(stream)) != NULL;) {
		long process = writer_of(name);
		if (process <= 0 || process == nch_os_process() || nch_os_process_lives(process))
			continue;
		char *path = nch_path_join(folder, name);
		if (path != NULL)
			nch_os_remove(path);
		nch_free(path);
	}
	nch_os_folder_close(stream);
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

static nch_status copy_piece(void *writer, const void *bytes, size_t length, nch_error *error)
{
	return nch_writer_add(writer, bytes, length, error);
}

nch_status nch_file_copy(const char *from, const char *to, nch_error *error)
{
	nch_writer writer = {0};
	NCH_TRY(nch_writer_open(&writer, to, error));
	nch_status status = nch_file_each_piece(from, copy_piece, &writer, error);
	if (status == NCH_OK)
		return nch_writer_commit(&writer, error);
	nch_writer_discard(&writer);
	return status;
}
