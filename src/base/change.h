/* change.h - several files of a folder that change at once: a model is its config, its weights, its tokenizer and more, and half of two models is
 * none.
 *
 * Files (and folders, whole) are written into FOLDER/.new as into any folder. Then FOLDER/.new is renamed to FOLDER/.saved, and this is the moment at
 * which the folder changes; after it each file is moved to its place. Who is killed in between leaves the rest in FOLDER/.saved: whoever reads asks
 * nch_folder_file where a file of the folder lies, and finds it there; the next change, or nch_change_finish, moves what is left. Two changes of one
 * folder at a time are the caller's to prevent, by nch_folder_lock_take. */
#ifndef NCH_BASE_CHANGE_H
#define NCH_BASE_CHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* Start with {0}; nch_change_discard releases it, before or after the commit. */
typedef struct nch_change {
	char *folder, *staged; /* staged: FOLDER/.new, where the new files are to be written */
} nch_change;

/* Makes FOLDER and FOLDER/.new, which is empty then. */
nch_status nch_change_begin(nch_change *change, const char *folder, nch_error *error);
/* Puts the new files, and folders, in their places. What the folder has, is not among them, and is to vanish by its name (NULL: nothing is) vanishes
 * in the same moment. */
nch_status nch_change_commit(nch_change *change, bool (*vanishes)(const char *name), nch_error *error);
void nch_change_discard(nch_change *change);

/* A folder that a process has for itself while it writes there: FOLDER/.lock. The lock goes with the process, however that ends. Start with {0}. */
typedef struct nch_folder_lock {
	char *path;
	int lock; /* what nch_os_lock gave, where path is not NULL */
} nch_folder_lock;
nch_status nch_folder_lock_take(nch_folder_lock *lock, const char *folder, nch_error *error); /* NCH_DATA: another process has it */
void nch_folder_lock_release(nch_folder_lock *lock);                                          /* {0} is allowed */

/* Moves what a change that was cut short has left; nothing where there was none. */
nch_status nch_change_finish(const char *folder, nch_error *error);

/* Where the file (or folder) NAME of the folder lies, in allocated memory (release with nch_free); NULL without memory. It need not be there. */
char *nch_folder_file(const char *folder, const char *name);

/* Whether that file is there. NCH_MEMORY: it cannot be found out. */
nch_status nch_folder_has(const char *folder, const char *name, bool *has, nch_error *error);

/* Calls `call` for everything in the folder that nch_folder_file would find and whose name does not begin with a dot, with where it lies, in no
 * order, until a status is not NCH_OK; returns the last one. */
typedef nch_status nch_folder_visit(void *context, const char *name, const char *path, nch_error *error);
nch_status nch_folder_each(const char *folder, nch_folder_visit *call, void *context, nch_error *error);

/* For those who read several files of a model's folder one after the other: nch_folder_look before the first, nch_folder_changed after the last,
 * whatever became of it. That tells whether a change came in between, so that what was read may be half of two models, or could not be read for that
 * reason. It is told by config.json, which every change replaces (and which is held open, so that no other file can get its number), and by what a
 * change that had begun has put in its place meanwhile. */
typedef struct nch_folder_view {
	const char *folder; /* borrowed */
	int config;         /* a descriptor; -1: there is no such file */
	bool failed;        /* there is no memory to find out */
	size_t left;        /* of a change that was not at its end: how many files were not in their places yet */
} nch_folder_view;
void nch_folder_look(nch_folder_view *view, const char *folder);
bool nch_folder_changed(nch_folder_view *view); /* false also where view->failed is set */
/* The same for one who does not read again: a change makes the status a failure with a line, unless it is one already. {0} is allowed. */
nch_status nch_folder_end_look(nch_folder_view *view, nch_status status, nch_error *error);

/* Reads a folder whole: `read` is called again where a change came in between (after `undo`, if it had succeeded), and fails if they never end. */
nch_status nch_folder_read(const char *folder, nch_status (*read)(void *context, nch_error *error), void (*undo)(void *context), void *context,
                           nch_error *error);

#endif
