/* change.h - several files of a folder that change at once: a model is its config, its weights, its tokenizer and more, and half of two models is none.
 *
 * Files are written into FOLDER/.new as into any folder. Then FOLDER/.new is renamed to FOLDER/.saved, and this is the moment at which the folder changes;
 * after it each file is moved to its place. Who is killed in between leaves the rest in FOLDER/.saved: whoever reads asks nch_folder_file where a file of the
 * folder lies, and finds it there; the next change, or nch_change_finish, moves what is left. Two changes of one folder at a time are the caller's to prevent. */
#ifndef NCH_BASE_CHANGE_H
#define NCH_BASE_CHANGE_H

#include <stddef.h>

#include "base/status.h"

/* Start with {0}; nch_change_discard releases it, before or after the commit. */
typedef struct nch_change {
	char *folder, *staged; /* staged: FOLDER/.new, where the new files are to be written */
} nch_change;

/* Makes FOLDER and FOLDER/.new, which is empty then. */
nch_status nch_change_begin(nch_change *change, const char *folder, nch_error *error);
/* Puts the new files in their places. Those of gone[0 .. count) that are not among them vanish in the same moment. */
nch_status nch_change_commit(nch_change *change, const char *const *gone, size_t count, nch_error *error);
void nch_change_discard(nch_change *change);

/* Moves what a change that was cut short has left; nothing where there was none. */
nch_status nch_change_finish(const char *folder, nch_error *error);

/* Where the file NAME of the folder lies, in allocated memory (release with nch_free); NULL without memory. It need not be there. */
char *nch_folder_file(const char *folder, const char *name);

#endif
