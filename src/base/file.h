/* file.h - files that are read whole or mapped, and files that appear whole or not at all. */
#ifndef NCH_BASE_FILE_H
#define NCH_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/status.h"

/* A file in memory, read-only. Start with {0}. */
typedef struct nch_mapping {
	const unsigned char *data; /* never NULL after success, also for an empty file */
	size_t size;
	bool mapped; /* else it was read into allocated memory (a pipe, an empty file) */
} nch_mapping;

/* Maps a regular file; a pipe or a device is refused, since what belongs to a model is neither. "-" is standard input, read to its end. The error
 * names the path. A mapped file that another program cuts short while it is read ends this one by SIGBUS; the command line says so in a line and ends
 * with 1. */
nch_status nch_file_map(const char *path, nch_mapping *mapping, nch_error *error);
/* The same for what a user names, which may be a pipe ("<(unzip -p …)"): that is read to its end. */
nch_status nch_file_map_any(const char *path, nch_mapping *mapping, nch_error *error);
void nch_file_unmap(nch_mapping *mapping);

/* Reads a whole regular file into the buffer (appends); files over `limit` bytes are refused (0: no limit). _any: pipes and devices too. */
nch_status nch_file_read(const char *path, size_t limit, nch_buffer *buffer, nch_error *error);
nch_status nch_file_read_any(const char *path, size_t limit, nch_buffer *buffer, nch_error *error);

/* Hands a regular file to take() from its beginning to its end, piece by piece, and a last piece of no bytes: for who needs each byte once, in no memory
 * of its own and none of the file's pages mapped. What take() returns but NCH_OK ends it. */
typedef nch_status nch_file_take(void *context, const void *bytes, size_t length, nch_error *error);
nch_status nch_file_each_piece(const char *path, nch_file_take *take, void *context, nch_error *error);

bool nch_file_exists(const char *path);

/* NCH_IO from errno: "PATH: there is no such file", "PATH: is a folder, not a file", else "PATH: cannot WHAT: " and the system's words. */
nch_status nch_file_fail(nch_error *error, const char *path, const char *what);
bool nch_file_is_folder(const char *path);
bool nch_file_is_regular(const char *path);
nch_status nch_folder_make(const char *path, nch_error *error); /* with its parents, and durable; an existing folder is fine */

/* "folder/name" in allocated memory (release with nch_free); NULL without memory. */
char *nch_path_join(const char *folder, const char *name);
const char *nch_path_name(const char *path); /* the part after the last '/' */
bool nch_path_has_suffix(const char *path, const char *suffix); /* ".tsv", without regard to case */

/* Writing: bytes go to a temporary file beside `path`; commit flushes, fsyncs, renames it over `path` and fsyncs the
 * folder, so that a reader sees the old file or the new one, whole. A writer that is not committed must be discarded,
 * which removes the temporary file. Start with {0}. */
typedef struct nch_writer {
	int descriptor;
	bool open;
	nch_buffer gathered; /* small pieces, on their way to the file */
	char *path, *temporary;
} nch_writer;

nch_status nch_writer_open(nch_writer *writer, const char *path, nch_error *error);
nch_status nch_writer_add(nch_writer *writer, const void *bytes, size_t length, nch_error *error);
nch_status nch_writer_commit(nch_writer *writer, nch_error *error); /* on failure the writer is discarded */
void nch_writer_discard(nch_writer *writer);                        /* safe after commit, and on {0} */

/* Removes the temporary files that writers of programs that are no more (killed, or the power failed) left in a folder: NAME.PROCESS-N.tmp. */
void nch_folder_sweep(const char *folder);

/* One call for small files. */
nch_status nch_file_write(const char *path, const void *bytes, size_t length, nch_error *error);
/* The same of FOLDER/NAME from a buffer, which may have run out of memory while it was filled. */
nch_status nch_folder_write(const char *folder, const char *name, const nch_buffer *text, nch_error *error);
nch_status nch_file_copy(const char *from, const char *to, nch_error *error);

#endif
