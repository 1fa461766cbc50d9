/* zip.h - zip archives (PKWARE APPNOTE), read from memory: what .xlsx files and PyTorch's checkpoints are.
 *
 * The central directory is believed, after its every offset and size has been held against the real file; local headers only
 * say where an entry's data begin. Stored and deflated entries, zip64. Encrypted and split archives are refused. */
#ifndef NCH_IO_ZIP_H
#define NCH_IO_ZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/status.h"
#include "io/inflate.h"

typedef struct nch_zip_entry {
	const char *name; /* in the file, not NUL-terminated */
	size_t name_length;
	const unsigned char *data; /* as it stands in the file */
	size_t stored_size;        /* bytes there */
	uint64_t size;             /* bytes once inflated, as the archive claims */
	uint32_t crc;
	bool deflated;
} nch_zip_entry;

/* Start with {0}; release with nch_zip_close. The memory it was opened on must live as long. */
typedef struct nch_zip {
	nch_zip_entry *entries;
	size_t count;
	const char *where; /* borrowed; put before errors */
} nch_zip;

nch_status nch_zip_open(const unsigned char *data, size_t size, const char *where, nch_zip *zip, nch_error *error);
void nch_zip_close(nch_zip *zip);
const nch_zip_entry *nch_zip_find(const nch_zip *zip, const char *name); /* NULL if there is none; the last one of several */

/* An entry's content, piece by piece. Start with {0}; release with nch_zip_stream_close. */
typedef struct nch_zip_stream {
	const nch_zip *zip;
	const nch_zip_entry *entry;
	nch_inflate *inflate;
	uint64_t produced;
	uint32_t crc;
} nch_zip_stream;

/* NCH_FORMAT for an entry that claims to inflate beyond reason (over 16 MiB and more than 50 times its stored size). */
nch_status nch_zip_stream_open(nch_zip_stream *stream, const nch_zip *zip, const nch_zip_entry *entry, nch_error *error);

/* Up to `room` bytes more, *got 0 at the end, where size and checksum have been found right. NCH_FORMAT if the entry is
 * damaged or inflates to more than it claims. */
nch_status nch_zip_stream_read(nch_zip_stream *stream, void *out, size_t room, size_t *got, nch_error *error);
void nch_zip_stream_close(nch_zip_stream *stream);

/* A whole entry, appended to the buffer; over `limit` bytes is an error. */
nch_status nch_zip_read(const nch_zip *zip, const nch_zip_entry *entry, size_t limit, nch_buffer *out, nch_error *error);

#endif
