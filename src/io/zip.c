/* zip.c - see zip.h: the directory at the end, checked, and the entries that it names. */
#include "io/zip.h"

#include <string.h>

#include "base/memory.h"

#define END_SIZE 22u       /* of the end record */
#define DIRECTORY_SIZE 46u /* of an entry in the central directory, without its texts */
#define LOCAL_SIZE 30u     /* of a local header, likewise */
/* A part that inflates to more than this, and to more than so many times its stored size, is made to exhaust its reader. The sheets that Excel and
 * openpyxl write, one cell repeated through a million rows among them, inflate to 24 times their size at most. */
#define BOMB_SIZE ((uint64_t)16 * 1024 * 1024)
#define BOMB_RATIO 50

static uint32_t read16(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t read32(const unsigned char *p)
{
	return read16(p) | read16(p + 2) << 16;
}

static uint64_t read64(const unsigned char *p)
{
	return read32(p) | (uint64_t)read32(p + 4) << 32;
}

static nch_status broken(const nch_zip *zip, const char *what, nch_error *error)
{
	return nch_fail(error, NCH_FORMAT, "%s: is no good zip file: %s", zip->where, what);
}

/* Where the central directory is. */
typedef struct directory {
	uint64_t entries, size, offset;
} directory;

/* The end record stands in the last 64 KiB; in front of it may be the one of zip64. */
static nch_status find_directory(const nch_zip *zip, const unsigned char *data, size_t size, directory *found,
                                 nch_error *error)
{
	if (size < END_SIZE)
		return broken(zip, "it is too short", error);
	size_t at = size - END_SIZE, lowest = size > END_SIZE + 65535 ? size - END_SIZE - 65535 : 0;
	while (read32(data + at) != 0x06054B50 || at + END_SIZE + read16(data + at + 20) > size) {
		if (at == lowest)
			return broken(zip, "its end is missing (was the file cut off?)", error);
		at--;
	}
	const unsigned char *end = data + at;
	if (read16(end + 4) != 0 && read16(end + 4) != 0xFFFF)
		return broken(zip, "it is one part of several", error);
	*found = (directory){ read16(end + 10), read32(end + 12), read32(end + 16) };
	bool zip64 = found->entries == 0xFFFF || found->size == 0xFFFFFFFF || found->offset == 0xFFFFFFFF;
	if (zip64 && at >= 20 && read32(end - 20) == 0x07064B50) {
		uint64_t where = read64(end - 20 + 8);
		if (size < 56 || where > size - 56 || read32(data + where) != 0x06064B50)
			return broken(zip, "its zip64 record is missing", error);
		*found = (directory){ read64(data + where + 32), read64(data + where + 40), read64(data + where + 48) };
	}
	if (found->offset > size || found->size > size - found->offset || found->entries > found->size / DIRECTORY_SIZE)
		return broken(zip, "its directory lies outside the file", error);
	return NCH_OK;
}

/* Sizes and offset that don't fit in 32 bits stand in the extra field 1, those that are needed, in this order. */
static bool read_zip64(const unsigned char *extra, size_t length, uint64_t *size, uint64_t *stored, uint64_t *offset)
{
	uint64_t *const wanted[] = { size, stored, offset };
	while (length >= 4) {
		size_t field = read16(extra + 2);
		if (field > length - 4)
			return false;
		if (read16(extra) == 1) {
			const unsigned char *at = extra + 4;
			for (size_t i = 0; i < 3; i++) {
				if (*wanted[i] != 0xFFFFFFFF)
					continue;
				if (field < 8)
					return false;
				*wanted[i] = read64(at);
				at += 8;
				field -= 8;
			}
			return true;
		}
		extra += 4 + field;
		length -= 4 + field;
	}
	return *size != 0xFFFFFFFF && *stored != 0xFFFFFFFF && *offset != 0xFFFFFFFF;
}

/* Where the data of an entry begin: behind its local header, whose texts may have other lengths than in the directory. */
static bool find_data(const unsigned char *data, size_t size, uint64_t offset, uint64_t stored, nch_zip_entry *entry)
{
	if (size < LOCAL_SIZE || offset > size - LOCAL_SIZE || read32(data + offset) != 0x04034B50)
		return false;
	uint64_t begin = offset + LOCAL_SIZE + read16(data + offset + 26) + read16(data + offset + 28);
	if (begin > size || stored > size - begin)
		return false;
	entry->data = data + begin;
	entry->stored_size = (size_t)stored;
	return true;
}

static nch_status read_entry(const nch_zip *zip, const unsigned char *data, size_t size, const unsigned char *at,
                             size_t left, size_t *taken, nch_zip_entry *entry, nch_error *error)
{
	if (left < DIRECTORY_SIZE || read32(at) != 0x02014B50)
		return broken(zip, "an entry of its directory is damaged", error);
	size_t name = read16(at + 28), extra = read16(at + 30), comment = read16(at + 32);
	uint64_t stored = read32(at + 20), inflated = read32(at + 24), offset = read32(at + 42);
	*taken = DIRECTORY_SIZE + name + extra + comment;
	if (*taken > left)
		return broken(zip, "an entry of its directory is cut off", error);
	if (!read_zip64(at + DIRECTORY_SIZE + name, extra, &inflated, &stored, &offset))
		return broken(zip, "an entry's zip64 field is damaged", error);
	unsigned flags = read16(at + 8), method = read16(at + 10);
	*entry = (nch_zip_entry){ .name = (const char *)at + DIRECTORY_SIZE,
		                  .name_length = name,
		                  .size = inflated,
		                  .crc = read32(at + 16),
		                  .deflated = method == 8 };
	if (flags & 1)
		return broken(zip, "it is encrypted; save it without a password", error);
	if (method != 0 && method != 8)
		return broken(zip, "an entry is compressed in an unknown way", error);
	if (!find_data(data, size, offset, stored, entry))
		return broken(zip, "an entry lies outside the file", error);
	if (method == 0 && stored != inflated)
		return broken(zip, "a stored entry has two sizes", error);
	return NCH_OK;
}

nch_status nch_zip_open(const unsigned char *data, size_t size, const char *where, nch_zip *zip, nch_error *error)
{
	directory d = {0};
	*zip = (nch_zip){ .where = where };
	NCH_TRY(find_directory(zip, data, size, &d, error));
	zip->entries = nch_alloc((size_t)d.entries, sizeof *zip->entries); /* at most a 46th of the file's size of them */
	if (zip->entries == NULL)
		return nch_no_memory(error);
	const unsigned char *at = data + d.offset;
	size_t left = (size_t)d.size;
	for (; zip->count < d.entries; zip->count++) {
		size_t taken = 0;
		nch_status status = read_entry(zip, data, size, at, left, &taken, &zip->entries[zip->count], error);
		if (status != NCH_OK) {
			nch_zip_close(zip);
			return status;
		}
		at += taken;
		left -= taken;
	}
	return NCH_OK;
}

void nch_zip_close(nch_zip *zip)
{
	nch_free(zip->entries);
	*zip = (nch_zip){0};
}

const nch_zip_entry *nch_zip_find(const nch_zip *zip, const char *name)
{
	size_t length = strlen(name);
	for (size_t i = zip->count; i-- > 0;)
		if (zip->entries[i].name_length == length && memcmp(zip->entries[i].name, name, length) == 0)
			return &zip->entries[i];
	return NULL;
}

/* --- content --- */

static nch_status bad_entry(const nch_zip_stream *stream, const char *what, nch_error *error)
{
	return nch_fail(error, NCH_FORMAT, "%s: the part %.*s %s", stream->zip->where, (int)stream->entry->name_length,
	                stream->entry->name, what);
}

nch_status nch_zip_stream_open(nch_zip_stream *stream, const nch_zip *zip, const nch_zip_entry *entry, nch_error *error)
{
	*stream = (nch_zip_stream){ .zip = zip, .entry = entry };
	/* what the archive says: nothing beyond it is inflated */
	if (entry->size > BOMB_SIZE && entry->size / BOMB_RATIO > entry->stored_size)
		return bad_entry(stream, "inflates beyond reason: no spreadsheet is so much smaller in its archive", error);
	if (!entry->deflated)
		return NCH_OK;
	stream->inflate = nch_alloc(1, sizeof *stream->inflate);
	if (stream->inflate == NULL)
		return nch_no_memory(error);
	nch_inflate_start(stream->inflate, entry->data, entry->stored_size);
	return NCH_OK;
}

nch_status nch_zip_stream_read(nch_zip_stream *stream, void *out, size_t room, size_t *got, nch_error *error)
{
	const nch_zip_entry *entry = stream->entry;
	if (stream->inflate != NULL) {
		if (nch_inflate_read(stream->inflate, out, room, got, NULL) != NCH_OK)
			return bad_entry(stream, "is damaged or cut off", error);
	} else {
		uint64_t left = entry->stored_size - stream->produced;
		*got = left < room ? (size_t)left : room;
		memcpy(out, entry->data + stream->produced, *got);
	}
	stream->crc = nch_crc32(stream->crc, out, *got);
	stream->produced += *got;
	if (stream->produced > entry->size || (*got == 0 && stream->produced != entry->size))
		return bad_entry(stream, "has another size than the archive says", error);
	if (*got == 0 && stream->crc != entry->crc)
		return bad_entry(stream, "is damaged: its checksum is wrong", error);
	return NCH_OK;
}

void nch_zip_stream_close(nch_zip_stream *stream)
{
	nch_free(stream->inflate);
	*stream = (nch_zip_stream){0};
}

nch_status nch_zip_read(const nch_zip *zip, const nch_zip_entry *entry, size_t limit, nch_buffer *out, nch_error *error)
{
	unsigned char piece[16384];
	nch_zip_stream stream;
	NCH_TRY(nch_zip_stream_open(&stream, zip, entry, error));
	size_t got = 1, total = 0;
	nch_status status = NCH_OK;
	while (status == NCH_OK && got > 0) {
		status = nch_zip_stream_read(&stream, piece, sizeof piece, &got, error);
		if (status == NCH_OK && got > limit - total)
			status = bad_entry(&stream, "is larger than it may be", error);
		if (status == NCH_OK && got > 0) {
			nch_buffer_add(out, piece, got);
			status = nch_buffer_check(out, error);
			total += got;
		}
	}
	nch_zip_stream_close(&stream);
	return status;
}
