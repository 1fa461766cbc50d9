/* change.c - see change.h. */
#include "base/change.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/os.h"

#define NEW ".new"
#define SAVED ".saved"
#define GONE ".gone" /* in SAVED: the names of the files that are to vanish, a line each */

/* Whether the file FOLDER/.gone has this line. */
static bool is_gone(const char *folder, const char *name)
{
	nch_buffer text = {0};
	nch_error ignored;
	char *path = nch_path_join(folder, GONE);
	size_t length = strlen(name);
	bool found = false;
	if (path != NULL && nch_file_exists(path) && nch_file_read(path, (size_t)1 << 20, &text, &ignored) == NCH_OK)
		for (const char *line = text.data; line != NULL && *line != '\0' && !found; line += strcspn(line, "\n"), line += *line == '\n')
			found = strncmp(line, name, length) == 0 && line[length] == '\n';
	nch_buffer_free(&text);
	nch_free(path);
	return found;
}

char *nch_folder_file(const char *folder, const char *name)
{
	char *path = nch_path_join(folder, name), *saved = nch_path_join(folder, SAVED);
	char *there = saved != NULL && nch_file_is_folder(saved) ? nch_path_join(saved, name) : NULL;
	if (path != NULL && there != NULL && (nch_file_exists(there) || is_gone(saved, name))) {
		nch_free(path);
		path = there;
		there = NULL;
	}
	nch_free(saved);
	nch_free(there);
	return path;
}

/* --- all entries of a folder --- */

typedef nch_status (*visit)(const char *from, const char *name, const char *to, nch_error *error);

static nch_status for_each(const char *from, const char *to, visit what, nch_error *error)
{
	nch_status status = NCH_OK;
	nch_os_folder *stream = nch_os_folder_open(from);
	for (const char *name; stream != NULL && status == NCH_OK && (name = nch_os_folder_next(stream)) != NULL;)
		status = what(from, name, to, error);
	nch_os_folder_close(stream);
	return status;
}

static nch_status remove_entry(const char *from, const char *name, const char *to, nch_error *error)
{
	char *path = nch_path_join(from, name);
	(void)to;
	if (path == NULL)
		return nch_no_memory(error);
	nch_os_remove(path);
	nch_free(path);
	return NCH_OK;
}

/* FROM/NAME becomes TO/NAME. */
static nch_status move_entry(const char *from, const char *name, const char *to, nch_error *error)
{
	if (strcmp(name, GONE) == 0)
		return NCH_OK;
	char *source = nch_path_join(from, name), *target = nch_path_join(to, name);
	nch_status status = source && target ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK && !nch_os_rename(source, target))
		status = nch_fail(error, NCH_IO, "%s: cannot write: %s", target, nch_os_reason(errno));
	nch_free(source);
	nch_free(target);
	return status;
}

/* --- a change --- */

static void discard_folder(const char *path)
{
	nch_error ignored;
	for_each(path, NULL, remove_entry, &ignored);
	nch_os_remove_folder(path);
}

/* Removes from FOLDER what SAVED/.gone names. */
static nch_status remove_gone(const char *folder, const char *saved, nch_error *error)
{
	nch_buffer text = {0};
	char *path = nch_path_join(saved, GONE);
	nch_status status = path ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK && nch_file_exists(path))
		status = nch_file_read(path, (size_t)1 << 20, &text, error);
	for (char *line = text.data; status == NCH_OK && line != NULL && *line != '\0';) {
		char *end = line + strcspn(line, "\n");
		if (*end == '\n')
			*end++ = '\0';
		status = remove_entry(folder, line, NULL, error);
		line = end;
	}
	nch_buffer_free(&text);
	nch_free(path);
	return status;
}

nch_status nch_change_finish(const char *folder, nch_error *error)
{
	char *saved = nch_path_join(folder, SAVED);
	nch_status status = saved ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK && nch_file_is_folder(saved)) {
		status = remove_gone(folder, saved, error);
		if (status == NCH_OK)
			status = for_each(saved, folder, move_entry, error);
		if (status == NCH_OK) {
			nch_os_flush_folder(folder);
			discard_folder(saved);
		}
	}
	nch_free(saved);
	return status;
}

nch_status nch_change_begin(nch_change *change, const char *folder, nch_error *error)
{
	*change = (nch_change){nch_copy_text(folder, strlen(folder)), nch_path_join(folder, NEW)};
	nch_status status = change->folder && change->staged ? nch_folder_make(folder, error) : nch_no_memory(error);
	if (status == NCH_OK)
		status = nch_change_finish(folder, error);
	if (status == NCH_OK && nch_file_is_folder(change->staged))
		discard_folder(change->staged);
	if (status == NCH_OK)
		status = nch_folder_make(change->staged, error);
	if (status != NCH_OK)
		nch_change_discard(change);
	return status;
}

/* Names in STAGED/.gone what FOLDER has, STAGED has not, and is to vanish. */
static nch_status list_gone(const nch_change *change, const char *const *gone, size_t count, nch_error *error)
{
	nch_buffer text = {0};
	for (size_t i = 0; i < count; i++) {
		char *old = nch_path_join(change->folder, gone[i]), *fresh = nch_path_join(change->staged, gone[i]);
		if (old == NULL || fresh == NULL)
			text.failed = true;
		else if (nch_file_exists(old) && !nch_file_exists(fresh))
			nch_buffer_printf(&text, "%s\n", gone[i]);
		nch_free(old);
		nch_free(fresh);
	}
	nch_status status = nch_buffer_check(&text, error);
	if (status == NCH_OK && text.length > 0)
		status = nch_folder_write(change->staged, GONE, &text, error);
	nch_buffer_free(&text);
	return status;
}

nch_status nch_change_commit(nch_change *change, const char *const *gone, size_t count, nch_error *error)
{
	char *saved = nch_path_join(change->folder, SAVED);
	nch_status status = saved ? list_gone(change, gone, count, error) : nch_no_memory(error);
	if (status == NCH_OK && !nch_os_rename(change->staged, saved))
		status = nch_fail(error, NCH_IO, "%s: cannot write: %s", change->folder, nch_os_reason(errno));
	if (status == NCH_OK) {
		nch_os_flush_folder(change->folder);
		status = nch_change_finish(change->folder, error);
	}
	nch_free(saved);
	return status;
}

void nch_change_discard(nch_change *change)
{
	if (change->staged != NULL && nch_file_is_folder(change->staged))
		discard_folder(change->staged);
	nch_free(change->folder);
	nch_free(change->staged);
	*change = (nch_change){0};
}
