/* input.c - see input.h: bytes of a file or a pipe, made UTF-8 a window at a time. */
#include "io/input.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/os.h"
#include "base/utf8.h"
#include "io/cp949.h"

enum { STANDARD_INPUT = 0 };
#define CHUNK ((size_t)256 * 1024) /* bytes read at a time */

const char *nch_input_name(const char *path)
{
	return strcmp(path, "-") == 0 ? "standard input" : path;
}

static nch_status read_error(const nch_input *input, nch_error *error)
{
	return nch_file_fail(error, nch_input_name(input->path), "read");
}

/* Reads up to `room` bytes. */
static nch_status read_some(nch_input *input, void *into, size_t room, size_t *count, nch_error *error)
{
	ptrdiff_t got = nch_os_read(input->descriptor, into, room);
	if (got < 0)
		return read_error(input, error);
	*count = (size_t)got;
	return NCH_OK;
}

/* --- which encoding --- */

/* Counts the bytes that are Hangul in UTF-8, and those that are no UTF-8 at all. (Some pairs of CP949 happen to be
 * UTF-8, but hardly ever Hangul.) A character that the end of the sample cuts counts for neither side. */
static void weigh_utf8(const char *text, size_t length, size_t *good, size_t *bad)
{
	*good = *bad = 0;
	for (size_t i = 0; i < length;) {
		uint32_t code;
		if ((unsigned char)text[i] < 0x80) {
			i++;
			continue;
		}
		size_t step = nch_utf8_decode(text + i, length - i, &code);
		if (code == NCH_UTF8_BAD)
			(*bad)++;
		else if ((code >= 0xAC00 && code <= 0xD7A3) || (code >= 0x3131 && code <= 0x318E))
			*good += step;
		i += step;
	}
}

/* Whether the sample is CP949 throughout (a character cut by its end aside). */
static bool is_cp949(const char *text, size_t length)
{
	uint32_t code;
	for (size_t i = 0, step; i < length; i += step) {
		step = nch_cp949_decode((const unsigned char *)text + i, length - i, &code);
		if (step == 0)
			return true;
		if (code == NCH_CP949_BAD)
			return false;
	}
	return true;
}

static nch_encoding guess_encoding(const char *text, size_t length)
{
	size_t good, bad;
	weigh_utf8(text, length, &good, &bad);
	return bad > good && is_cp949(text, length) ? NCH_ENCODING_CP949 : NCH_ENCODING_UTF8;
}

/* How many bytes of the text are ASCII before the first that is not. */
static size_t ascii_prefix(const char *text, size_t length)
{
	size_t i = 0;
	for (uint64_t word; length - i >= sizeof word; i += sizeof word) {
		memcpy(&word, text + i, sizeof word);
		if (word & 0x8080808080808080)
			break;
	}
	while (i < length && (unsigned char)text[i] < 0x80)
		i++;
	return i;
}

/* A file that was recognised as CP949 may have lines that are UTF-8 (two files put together). What such a line means in CP949 is not what was
 * written: one of its bytes becomes 0xFF, so that the line is reported. */
static void spoil_utf8_lines(unsigned char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		size_t start = i, good, bad, ascii;
		while (i < length && bytes[i] != '\n' && bytes[i] != '\r')
			i++;
		const char *line = (const char *)bytes + start;
		if (i == start || (ascii = ascii_prefix(line, i - start)) == i - start || !nch_utf8_valid(line, i - start))
			continue;
		weigh_utf8(line, i - start, &good, &bad);
		if (good > 0)
			bytes[start + ascii] = 0xFF;
	}
}

/* --- conversion --- */

/* UTF-16 to UTF-8; a lone surrogate becomes 0xFF. Leaves a unit or pair that is cut by the end of `raw` there. */
static void convert_utf16(nch_input *input, char *out, size_t room, size_t *made)
{
	size_t high = input->big_endian ? 0 : 1, low = 1 - high;
	*made = 0;
	while (input->raw_end - input->raw_begin >= 2 && room - *made >= 4) {
		const unsigned char *p = input->raw + input->raw_begin;
		uint32_t code = (uint32_t)p[high] << 8 | p[low];
		size_t taken = 2;
		if (code >= 0xD800 && code < 0xDC00) {
			if (input->raw_end - input->raw_begin < 4 && !input->raw_at_end)
				return;
			uint32_t second = 0;
			if (input->raw_end - input->raw_begin >= 4)
				second = (uint32_t)p[2 + high] << 8 | p[2 + low];
			if (second >= 0xDC00 && second < 0xE000) {
				code = 0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00);
				taken = 4;
			}
		}
		if (code >= 0xD800 && code < 0xE000)
			out[(*made)++] = (char)0xFF;
		else
			*made += nch_utf8_encode(code, out + *made);
		input->raw_begin += taken;
	}
	if (input->raw_at_end && input->raw_end - input->raw_begin == 1 && room > *made) {
		out[(*made)++] = (char)0xFF;
		input->raw_begin++;
	}
}

/* CP949 to UTF-8; a byte that starts no character becomes 0xFF. Leaves a character that is cut by the end of `raw` there. */
static void convert_cp949(nch_input *input, char *out, size_t room, size_t *made)
{
	*made = 0;
	while (input->raw_begin < input->raw_end && room - *made >= 4) {
		uint32_t code;
		size_t taken = nch_cp949_decode(input->raw + input->raw_begin, input->raw_end - input->raw_begin, &code);
		if (taken == 0 && !input->raw_at_end)
			return;
		if (code == NCH_CP949_BAD)
			out[(*made)++] = (char)0xFF;
		else
			*made += nch_utf8_encode(code, out + *made);
		input->raw_begin += taken > 0 ? taken : 1;
	}
}

static nch_status fill_raw(nch_input *input, nch_error *error)
{
	memmove(input->raw, input->raw + input->raw_begin, input->raw_end - input->raw_begin);
	input->raw_end -= input->raw_begin;
	input->raw_begin = 0;
	if (input->raw_at_end || input->raw_end >= CHUNK)
		return NCH_OK;
	size_t got = 0;
	NCH_TRY(read_some(input, input->raw + input->raw_end, CHUNK - input->raw_end, &got, error));
	if (input->recognised && input->encoding == NCH_ENCODING_CP949)
		spoil_utf8_lines(input->raw + input->raw_end, got);
	input->raw_end += got;
	input->raw_at_end = got == 0;
	return NCH_OK;
}

/* Appends what `raw` holds, converted; reads only if it holds no whole character. */
static nch_status append_converted(nch_input *input, nch_error *error)
{
	size_t got = 0, room = input->capacity - input->end - 1;
	for (;;) {
		if (input->encoding == NCH_ENCODING_UTF16)
			convert_utf16(input, input->window + input->end, room, &got);
		else
			convert_cp949(input, input->window + input->end, room, &got);
		if (got > 0 || (input->raw_at_end && input->raw_begin == input->raw_end))
			break;
		NCH_TRY(fill_raw(input, error));
	}
	input->end += got;
	input->at_end = got == 0;
	return NCH_OK;
}

/* From window[from] on the bytes are not UTF-8: they are given to the converter instead. */
static nch_status start_conversion(nch_input *input, size_t from, nch_error *error)
{
	size_t have = input->end - from;
	input->raw = nch_alloc(have > CHUNK ? have : CHUNK, 1);
	if (input->raw == NULL)
		return nch_no_memory(error);
	memcpy(input->raw, input->window + from, have);
	if (input->recognised && input->encoding == NCH_ENCODING_CP949)
		spoil_utf8_lines(input->raw, have);
	input->raw_begin = 0;
	input->raw_end = have;
	input->raw_at_end = input->at_end;
	input->end = from;
	input->at_end = false;
	NCH_TRY(nch_grow(&input->window, &input->capacity, from + CHUNK + 1, 1, error));
	return append_converted(input, error);
}

/* While all is ASCII it may still become UTF-8 or CP949: the first block that holds something else decides. A character that the block cuts is
 * waited for. */
static nch_status decide(nch_input *input, nch_error *error)
{
	input->ascii_end += ascii_prefix(input->window + input->ascii_end, input->end - input->ascii_end);
	size_t rest = input->end - input->ascii_end;
	if (rest == 0 || (rest < 4 && !input->at_end && (unsigned char)input->window[input->end - 1] >= 0x80))
		return NCH_OK;
	input->undecided = false;
	input->encoding = guess_encoding(input->window + input->ascii_end, rest);
	return input->encoding == NCH_ENCODING_UTF8 ? NCH_OK : start_conversion(input, input->ascii_end, error);
}

/* Appends at least one byte to the window, or finds the end. There is room for CHUNK bytes, and one for whoever wants a NUL behind the text. */
static nch_status append(nch_input *input, nch_error *error)
{
	size_t got = 0;
	if (input->encoding != NCH_ENCODING_UTF8)
		return append_converted(input, error);
	NCH_TRY(read_some(input, input->window + input->end, input->capacity - input->end - 1, &got, error));
	input->at_end = got == 0;
	input->end += got;
	return NCH_OK;
}

/* nch_input_fill for an input whose encoding is known, or is not to be asked for yet. */
static nch_status grow_window(nch_input *input, bool *grew, nch_error *error)
{
	*grew = false;
	if (input->at_end)
		return NCH_OK;
	if (input->begin > 0) {
		memmove(input->window, input->window + input->begin, input->end - input->begin);
		input->end -= input->begin;
		input->ascii_end -= input->ascii_end < input->begin ? input->ascii_end : input->begin;
		input->begin = 0;
	}
	size_t need;
	if (!nch_size_add(input->end, CHUNK + 1, &need))
		return nch_no_memory(error);
	NCH_TRY(nch_grow(&input->window, &input->capacity, need, 1, error));
	NCH_TRY(append(input, error));
	*grew = !input->at_end;
	return NCH_OK;
}

/* --- opening --- */

static nch_status open_descriptor(nch_input *input, nch_error *error)
{
	if (strcmp(input->path, "-") == 0) {
		input->descriptor = STANDARD_INPUT;
		return NCH_OK;
	}
	input->descriptor = nch_os_open(input->path, NCH_OS_READ);
	nch_os_about about;
	bool folder = input->descriptor >= 0 && nch_os_look_open(input->descriptor, &about) && about.kind == NCH_OS_FOLDER;
	if (folder)
		errno = EISDIR;
	return input->descriptor < 0 || folder ? nch_file_fail(error, input->path, "open") : NCH_OK;
}

/* May these bytes be the beginning of a byte order mark? */
static bool begins_mark(const char *bytes, size_t length)
{
	static const char *const marks[] = { "\xEF\xBB\xBF", "\xFF\xFE", "\xFE\xFF" };
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (length < strlen(marks[i]) && (length == 0 || memcmp(bytes, marks[i], length) == 0))
			return true;
	return false;
}

static bool is_file(const nch_input *input)
{
	nch_os_about about;
	return nch_os_look_open(input->descriptor, &about) && about.kind == NCH_OS_FILE;
}

/* Reads the beginning: as much as is looked at, or of a stream what there is, but never half a byte order mark. */
static nch_status read_beginning(nch_input *input, nch_error *error)
{
	bool grew = true, whole = !input->streams || is_file(input);
	while (grew && (whole ? input->end < NCH_INPUT_SNIFF : begins_mark(input->window, input->end)))
		NCH_TRY(grow_window(input, &grew, error));
	return NCH_OK;
}

static nch_status start(nch_input *input, nch_error *error)
{
	nch_encoding encoding = input->encoding;
	input->started = true;
	input->encoding = NCH_ENCODING_UTF8; /* the bytes as they are, so far */
	NCH_TRY(read_beginning(input, error));
	const unsigned char *head = (const unsigned char *)input->window;
	input->head_length = input->end < sizeof input->head ? input->end : sizeof input->head;
	memcpy(input->head, head, input->head_length);
	if (input->end >= 3 && head[0] == 0xEF && head[1] == 0xBB && head[2] == 0xBF) {
		input->begin = input->ascii_end = 3;
		if (encoding == NCH_ENCODING_AUTO)
			encoding = NCH_ENCODING_UTF8;
	} else if (input->end >= 2 && ((head[0] == 0xFF && head[1] == 0xFE) || (head[0] == 0xFE && head[1] == 0xFF))) {
		input->begin = 2;
		input->big_endian = head[0] == 0xFE;
		encoding = NCH_ENCODING_UTF16; /* these two bytes start nothing else */
	}
	input->undecided = input->recognised = encoding == NCH_ENCODING_AUTO;
	if (input->undecided) {
		NCH_TRY(decide(input, error));
	} else if (encoding != NCH_ENCODING_UTF8) {
		input->encoding = encoding;
		NCH_TRY(start_conversion(input, input->begin, error));
	}
	bool grew = !input->streams && input->encoding != NCH_ENCODING_UTF8;
	while (grew && input->end - input->begin < NCH_INPUT_SNIFF)
		NCH_TRY(grow_window(input, &grew, error));
	return NCH_OK;
}

nch_status nch_input_fill(nch_input *input, bool *grew, nch_error *error)
{
	if (!input->started) {
		NCH_TRY(start(input, error));
		*grew = input->end > input->begin || !input->at_end;
		return NCH_OK;
	}
	NCH_TRY(grow_window(input, grew, error));
	if (input->undecided) {
		NCH_TRY(decide(input, error));
		*grew = *grew || !input->at_end; /* the last bytes were converted just now */
	}
	return NCH_OK;
}

nch_status nch_input_open_stream(nch_input *input, const char *path, nch_encoding encoding, nch_error *error)
{
	*input = (nch_input){ .path = path, .descriptor = -1, .encoding = encoding, .streams = true };
	nch_status status = open_descriptor(input, error);
	if (status != NCH_OK)
		nch_input_close(input);
	return status;
}

nch_status nch_input_open(nch_input *input, const char *path, nch_encoding encoding, nch_error *error)
{
	NCH_TRY(nch_input_open_stream(input, path, encoding, error));
	input->streams = false;
	nch_status status = start(input, error);
	if (status != NCH_OK)
		nch_input_close(input);
	return status;
}

void nch_input_close(nch_input *input)
{
	if (input->descriptor > STANDARD_INPUT)
		nch_os_close(input->descriptor);
	nch_free(input->window);
	nch_free(input->raw);
	*input = (nch_input){ .descriptor = -1 };
}

static nch_status convert_all(nch_input *input, const char *bytes, size_t length, nch_buffer *text, nch_error *error)
{
	NCH_TRY(nch_grow(&input->window, &input->capacity, length + 1, 1, error));
	memcpy(input->window, bytes, length);
	input->end = length;
	input->at_end = true;
	NCH_TRY(start(input, error));
	for (bool grew = true; grew;) {
		nch_buffer_add(text, input->window + input->begin, input->end - input->begin);
		input->begin = input->end;
		NCH_TRY(nch_input_fill(input, &grew, error));
	}
	return nch_buffer_check(text, error);
}

nch_status nch_input_text(const char *what, nch_encoding encoding, const char *bytes, size_t length, nch_buffer *text, nch_error *error)
{
	nch_input input = { .path = what, .descriptor = -1, .encoding = encoding, .streams = true };
	size_t from = text->length;
	nch_status status = convert_all(&input, bytes, length, text, error);
	if (status == NCH_OK && !nch_utf8_valid(text->data + from, text->length - from))
		status = nch_fail(error, NCH_DATA, "%s: not valid %s; name its encoding with ⟨encoding⟩", what, nch_encoding_name(input.encoding));
	nch_input_close(&input);
	return status;
}

nch_status nch_input_check_text(const char *path, nch_encoding encoding, size_t line, const char *text, size_t length, nch_error *error)
{
	if (length > 0 && memchr(text, '\0', length) != NULL)
		return nch_fail(error, NCH_DATA, "%s:%zu: holds a NUL byte, so this is no text file (UTF-16 without a byte order mark?)",
		                nch_input_name(path), line);
	if (nch_utf8_valid(text, length))
		return NCH_OK;
	return nch_fail(error, NCH_DATA, "%s:%zu: not valid %s; save the file as UTF-8, or name its encoding with ⟨encoding⟩", nch_input_name(path),
	                line, nch_encoding_name(encoding));
}
