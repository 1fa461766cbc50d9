/* lines.c - lines of text, in batches. */
#include "cli/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

#define PIECE ((size_t)1 << 18)

struct nch_lines {
	const char *path;
	int descriptor;
	bool ended;
	char *bytes; /* [start, end) has not been handed out */
	size_t start, end, capacity;
	size_t searched; /* no line end before this one */
	nch_line *batch;
	size_t batch_capacity, batch_count;
	uint64_t handed_out, size, number;
};

nch_status nch_lines_open(const char *path, nch_lines **result, nch_error *error)
{
	bool standard_input = path == NULL || strcmp(path, "-") == 0;
	if (!standard_input && nch_file_is_folder(path))
		return nch_fail(error, NCH_IO, "%s: is a folder, not a file", path);
	int descriptor = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0 && errno == ENOENT)
		return nch_fail(error, NCH_IO, "%s: there is no such file", path);
	if (descriptor < 0)
		return nch_fail(error, NCH_IO, "%s: cannot open: %s", path, strerror(errno));
	nch_lines *lines = nch_alloc(1, sizeof *lines);
	if (lines == NULL) {
		if (!standard_input)
			close(descriptor);
		return nch_no_memory(error);
	}
	lines->path = standard_input ? "standard input" : path;
	lines->descriptor = descriptor;
	lines->number = 1;
	struct stat about;
	if (fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0)
		lines->size = (uint64_t)about.st_size;
	*result = lines;
	return NCH_OK;
}

void nch_lines_close(nch_lines *lines)
{
	if (lines == NULL)
		return;
	if (lines->descriptor != STDIN_FILENO)
		close(lines->descriptor);
	nch_free(lines->bytes);
	nch_free(lines->batch);
	nch_free(lines);
}

/* Reads once, behind what is there; what was handed out makes room. */
static nch_status read_more(nch_lines *lines, nch_error *error)
{
	if (lines->start > 0) {
		memmove(lines->bytes, lines->bytes + lines->start, lines->end - lines->start);
		lines->searched -= lines->start;
		lines->end -= lines->start;
		lines->start = 0;
	}
	NCH_TRY(nch_grow(&lines->bytes, &lines->capacity, lines->end + PIECE + 1, 1, error));
	ssize_t got;
	do {
		got = read(lines->descriptor, lines->bytes + lines->end, lines->capacity - lines->end - 1);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return nch_fail(error, NCH_IO, "%s: cannot read: %s", lines->path, strerror(errno));
	bool first = lines->end == 0 && lines->handed_out == 0;
	lines->end += (size_t)got;
	lines->ended = got == 0;
	if (first && lines->end >= 3 && memcmp(lines->bytes, "\xEF\xBB\xBF", 3) == 0) {
		lines->start = lines->searched = 3;
		lines->handed_out = 3;
	}
	return NCH_OK;
}

/* Ends the line at `end` (where its LF is, or the last byte was) and puts it into the batch. */
static nch_status add_line(nch_lines *lines, size_t end, nch_error *error)
{
	NCH_TRY(nch_grow(&lines->batch, &lines->batch_capacity, lines->batch_count + 1, sizeof *lines->batch, error));
	size_t length = end - lines->start;
	lines->bytes[end] = '\0';
	lines->handed_out += length + 1;
	char *text = lines->bytes + lines->start;
	bool cr = length > 0 && text[length - 1] == '\r', lf = end < lines->end;
	if (cr)
		text[--length] = '\0';
	lines->batch[lines->batch_count++] = (nch_line){text, length, lf ? cr ? "\r\n" : "\n" : cr ? "\r" : ""};
	lines->start = lines->searched = end + 1;
	return NCH_OK;
}

/* Takes the whole lines that are in memory. */
static nch_status take_lines(nch_lines *lines, size_t limit, nch_error *error)
{
	while (lines->batch_count < limit && lines->searched < lines->end) {
		char *found = memchr(lines->bytes + lines->searched, '\n', lines->end - lines->searched);
		if (found == NULL) {
			lines->searched = lines->end;
			break;
		}
		NCH_TRY(add_line(lines, (size_t)(found - lines->bytes), error));
	}
	return NCH_OK;
}

nch_status nch_lines_next(nch_lines *lines, size_t limit, const nch_line **batch, size_t *count, nch_error *error)
{
	lines->number += lines->batch_count;
	lines->batch_count = 0;
	NCH_TRY(take_lines(lines, limit, error));
	while (lines->batch_count == 0 && !lines->ended) {
		NCH_TRY(read_more(lines, error));
		NCH_TRY(take_lines(lines, limit, error));
	}
	if (lines->batch_count == 0 && lines->start < lines->end) {
		NCH_TRY(add_line(lines, lines->end, error)); /* the last line, which has no line end */
		lines->start = lines->searched = lines->end;
	}
	*batch = lines->batch;
	*count = lines->batch_count;
	return NCH_OK;
}

uint64_t nch_lines_bytes(const nch_lines *lines)
{
	return lines->handed_out;
}

uint64_t nch_lines_size(const nch_lines *lines)
{
	return lines->size;
}

uint64_t nch_lines_number(const nch_lines *lines)
{
	return lines->number;
}

const char *nch_lines_path(const nch_lines *lines)
{
	return lines->path;
}
