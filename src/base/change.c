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

/* Whether the file FOLDER/.gone has this line; false where that cannot be found out. */
static bool find_gone(const char *folder, const char *name, bool *found)
{
	nch_buffer text = {0};
	nch_error ignored;
	char *path = nch_path_join(folder, GONE);
	size_t length = strlen(name);
	bool known = path != NULL && (!nch_file_exists(path) || nch_file_read(path, (size_t)1 << 20, &text, &ignored) == NCH_OK);
	*found = false;
	for (const char *line = text.data; known && line != NULL && *line != '\0' && !*found; line += strcspn(line, "\n"), line += *line == '\n')
		*found = strncmp(line, name, length) == 0 && line[length] == '\n';
	nch_buffer_free(&text);
	nch_free(path);
	return known;
}

/* Whether NAME of SAVED counts, and not that of its folder; false where that cannot be found out. */
static bool find_saved(const char *saved, const char *name, bool *counts)
{
	char *there = nch_path_join(saved, name);
	*counts = there != NULL && nch_file_exists(there);
	bool known = there != NULL && (*counts || find_gone(saved, name, counts));
	nch_free(there);
	return known;
}

char *nch_folder_file(const char *folder, const char *name)
{
	char *saved = nch_path_join(folder, SAVED), *path = NULL;
	bool counts = false;
	if (saved != NULL && (!nch_file_is_folder(saved) || find_saved(saved, name, &counts)))
		path = nch_path_join(counts ? saved : folder, name);
	nch_free(saved);
	return path;
}

nch_status nch_folder_has(const char *folder, const char *name, bool *has, nch_error *error)
{
	char *path = nch_folder_file(folder, name);
	*has = path != NULL && nch_file_exists(path);
	nch_status status = path != NULL ? NCH_OK : nch_no_memory(error);
	nch_free(path);
	return status;
}

/* --- all entries of a folder --- */

/* The names in a folder; NULL where there is no such folder. One that is there and cannot be read is a failure: it is not empty. */
static nch_status open_folder(const char *path, nch_os_folder **stream, nch_error *error)
{
	*stream = nch_os_folder_open(path);
	int number = errno;
	if (*stream != NULL || !nch_file_is_folder(path))
		return NCH_OK;
	return number == ENOMEM ? nch_no_memory(error) : nch_fail(error, NCH_IO, "%s: cannot be read: %s", path, nch_os_reason(number));
}

typedef nch_status (*visit)(const char *from, const char *name, const char *to, nch_error *error);

static nch_status for_each(const char *from, const char *to, visit what, nch_error *error)
{
	nch_os_folder *stream = NULL;
	nch_status status = open_folder(from, &stream, error);
	for (const char *name; stream != NULL && status == NCH_OK && (name = nch_os_folder_next(stream)) != NULL;)
		status = what(from, name, to, error);
	nch_os_folder_close(stream);
	return status;
}

/* A file, or a folder with all that is in it; a link, but nothing that it points to. */
static nch_status remove_entry(const char *from, const char *name, const char *to, nch_error *error)
{
	char *path = nch_path_join(from, name);
	nch_status status = path ? NCH_OK : nch_no_memory(error);
	(void)to;
	if (path != NULL && !nch_os_remove(path) && nch_file_is_folder(path)) {
		status = for_each(path, NULL, remove_entry, error);
		nch_os_remove_folder(path);
	}
	nch_free(path);
	return status;
}

/* FROM/NAME becomes TO/NAME. */
static nch_status move_entry(const char *from, const char *name, const char *to, nch_error *error)
{
	if (strcmp(name, GONE) == 0)
		return NCH_OK;
	char *source = nch_path_join(from, name), *target = nch_path_join(to, name);
	nch_status status = source && target ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK && nch_file_is_folder(target)) /* only an empty one can be replaced; until it is, readers find the new one */
		status = remove_entry(to, name, NULL, error);
	if (status == NCH_OK && !nch_os_rename(source, target))
		status = nch_fail(error, NCH_IO, "%s: cannot write: %s", target, nch_os_reason(errno));
	nch_free(source);
	nch_free(target);
	return status;
}

nch_status nch_folder_each(const char *folder, nch_folder_visit *call, void *context, nch_error *error)
{
	char *saved = nch_path_join(folder, SAVED);
	nch_status status = saved ? NCH_OK : nch_no_memory(error);
	for (int k = 0; k < 2 && status == NCH_OK; k++) {
		const char *part = k == 0 ? saved : folder;
		nch_os_folder *stream = NULL;
		status = open_folder(part, &stream, error);
		if (status == NCH_OK && stream == NULL && k == 1)
			status = nch_fail(error, NCH_IO, "%s: is no folder that can be read", folder);
		for (const char *name; stream != NULL && status == NCH_OK && (name = nch_os_folder_next(stream)) != NULL;) {
			char *own = nch_path_join(part, name), *found = nch_folder_file(folder, name);
			if (own == NULL || found == NULL)
				status = nch_no_memory(error);
			else if (name[0] != '.' && strcmp(own, found) == 0) /* else the other part has it, or it is gone */
				status = call(context, name, found, error);
			nch_free(own);
			nch_free(found);
		}
		nch_os_folder_close(stream);
	}
	nch_free(saved);
	return status;
}

/* --- reading what belongs together --- */

/* How many files a change has not put in their places yet; false without memory. */
static bool count_left(const char *folder, size_t *count)
{
	char *saved = nch_path_join(folder, SAVED);
	nch_os_folder *stream = saved != NULL ? nch_os_folder_open(saved) : NULL;
	bool known = saved != NULL && (stream != NULL || !nch_file_is_folder(saved));
	*count = 0;
	while (stream != NULL && nch_os_folder_next(stream) != NULL)
		++*count;
	nch_os_folder_close(stream);
	nch_free(saved);
	return known;
}

void nch_folder_look(nch_folder_view *view, const char *folder)
{
	char *config = nch_folder_file(folder, "config.json");
	*view = (nch_folder_view){.folder = folder, .config = config != NULL ? nch_os_open(config, NCH_OS_READ_AT_ONCE) : -1};
	/* in this order: a change that begins in between is one that config.json tells */
	view->failed = !count_left(folder, &view->left) || config == NULL;
	nch_free(config);
}

bool nch_folder_changed(nch_folder_view *view)
{
	size_t left = 0;
	nch_os_about before = {0}, now = {0};
	char *config = nch_folder_file(view->folder, "config.json");
	bool was = view->config >= 0 && nch_os_look_open(view->config, &before), is = config != NULL && nch_os_look(config, &now);
	bool failed = view->failed || config == NULL || (view->left > 0 && !count_left(view->folder, &left));
	bool changed = was != is || before.volume != now.volume || before.number != now.number || left != view->left;
	if (view->config >= 0)
		nch_os_close(view->config);
	nch_free(config);
	*view = (nch_folder_view){.config = -1, .failed = failed};
	return changed && !failed;
}

nch_status nch_folder_end_look(nch_folder_view *view, nch_status status, nch_error *error)
{
	const char *folder = view->folder;
	if (folder == NULL)
		return status;
	bool changed = nch_folder_changed(view);
	if (status != NCH_OK)
		return status;
	if (view->failed)
		return nch_no_memory(error);
	return changed ? nch_fail(error, NCH_IO, "%s: somebody wrote into it while it was read; try again", folder) : NCH_OK;
}

nch_status nch_folder_read(const char *folder, nch_status (*read)(void *context, nch_error *error), void (*undo)(void *context), void *context,
                           nch_error *error)
{
	enum { TRIES = 20 };
	for (int tries = 1;; tries++) {
		nch_folder_view view;
		nch_folder_look(&view, folder);
		nch_status status = read(context, error);
		bool changed = nch_folder_changed(&view) && status != NCH_MEMORY;
		if (status != NCH_OK ? !changed || tries == TRIES : !changed && !view.failed)
			return status;
		if (status == NCH_OK)
			undo(context);
		if (view.failed)
			return nch_no_memory(error);
		if (tries == TRIES)
			return nch_fail(error, NCH_IO, "%s: somebody keeps writing into it; try again later", folder);
	}
}

/* --- one process at a time --- */

nch_status nch_folder_lock_take(nch_folder_lock *taken, const char *folder, nch_error *error)
{
	long holder = 0;
	int lock = -1;
	char *path = nch_path_join(folder, ".lock");
	if (path == NULL)
		return nch_no_memory(error);
	switch (nch_os_lock(path, &lock, &holder)) {
	case NCH_OS_LOCKED: *taken = (nch_folder_lock){path, lock}; return NCH_OK;
	case NCH_OS_HELD:
		nch_fail(error, NCH_DATA, "%s: process %ld is writing into this folder; give another one, or wait", folder, holder);
		break;
	default: nch_fail(error, NCH_IO, "%s: cannot write: %s", folder, nch_os_reason(errno));
	}
	nch_free(path);
	return error->status;
}

void nch_folder_lock_release(nch_folder_lock *lock)
{
	if (lock->path == NULL)
		return;
	nch_os_unlock(lock->path, lock->lock);
	nch_free(lock->path);
	*lock = (nch_folder_lock){0};
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
			status = remove_entry(saved, GONE, NULL, error);
			nch_os_remove_folder(saved); /* what was not moved, should there be such a thing, stays and counts */
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
static nch_status list_gone(const nch_change *change, bool (*vanishes)(const char *name), nch_error *error)
{
	nch_buffer text = {0};
	nch_os_folder *stream = NULL;
	nch_status status = vanishes != NULL ? open_folder(change->folder, &stream, error) : NCH_OK;
	for (const char *name; stream != NULL && (name = nch_os_folder_next(stream)) != NULL;) {
		char *fresh = vanishes(name) ? nch_path_join(change->staged, name) : NULL;
		if (vanishes(name) && fresh == NULL)
			text.failed = true;
		else if (fresh != NULL && !nch_file_exists(fresh) && strchr(name, '\n') == NULL)
			nch_buffer_printf(&text, "%s\n", name);
		nch_free(fresh);
	}
	nch_os_folder_close(stream);
	if (status == NCH_OK)
		status = nch_buffer_check(&text, error);
	if (status == NCH_OK && text.length > 0)
		status = nch_folder_write(change->staged, GONE, &text, error);
	nch_buffer_free(&text);
	return status;
}

nch_status nch_change_commit(nch_change *change, bool (*vanishes)(const char *name), nch_error *error)
{
	char *saved = nch_path_join(change->folder, SAVED);
	nch_status status = saved ? list_gone(change, vanishes, error) : nch_no_memory(error);
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
