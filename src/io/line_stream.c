/* line_stream.c - lines of text, in batches. */
#include "io/line_stream.h"

#include <string.h>

#include "base/memory.h"
#include "base/os.h"
#include "io/foreign.h"
#include "io/input.h"

struct nch_lines {
	nch_input input; /* window[begin .. end) has not been handed out */
	size_t searched; /* no line end in window[begin .. searched) */
	nch_line *batch;
	size_t batch_capacity, batch_count;
	uint64_t handed_out, size, number;
};

nch_status nch_lines_open(const char *path, nch_encoding encoding, nch_lines **result, nch_error *error)
{
	nch_lines *lines = nch_alloc(1, sizeof *lines);
	if (lines == NULL)
		return nch_no_memory(error);
	nch_status status = nch_input_open_stream(&lines->input, path != NULL ? path : "-", encoding, error);
	if (status != NCH_OK) {
		nch_free(lines);
		return status;
	}
	lines->number = 1;
	nch_os_about about;
	if (nch_os_look_open(lines->input.descriptor, &about) && about.kind == NCH_OS_FILE)
		lines->size = about.size;
	*result = lines;
	return NCH_OK;
}

void nch_lines_close(nch_lines *lines)
{
	if (lines == NULL)
		return;
	nch_input_close(&lines->input);
	nch_free(lines->batch);
	nch_free(lines);
}

/* Reads once, behind what is there; what was handed out makes room. */
static nch_status read_more(nch_lines *lines, nch_error *error)
{
	nch_input *input = &lines->input;
	bool grew, first = !input->started;
	size_t searched = lines->searched - input->begin;
	NCH_TRY(nch_input_fill(input, &grew, error));
	lines->searched = input->begin + (first ? 0 : searched);
	return first ? nch_foreign_refuse(input, error) : NCH_OK;
}

/* Ends the line at `end`, where its line end is, or the last byte was, and puts it into the batch. */
static nch_status add_line(nch_lines *lines, size_t end, nch_error *error)
{
	nch_input *input = &lines->input;
	char *text = input->window + input->begin;
	size_t length = end - input->begin;
	NCH_TRY(nch_input_check_text(input->path, input->encoding, (size_t)(lines->number + lines->batch_count), text, length, error));
	NCH_TRY(nch_grow(&lines->batch, &lines->batch_capacity, lines->batch_count + 1, sizeof *lines->batch, error));
	bool cr = end < input->end && input->window[end] == '\r', lf = end + cr < input->end && input->window[end + cr] == '\n';
	lines->batch[lines->batch_count++] = (nch_line){text, length, cr ? lf ? "\r\n" : "\r" : lf ? "\n" : ""};
	input->window[end] = '\0';
	input->begin = lines->searched = end + cr + lf;
	lines->handed_out += length + cr + lf;
	return NCH_OK;
}

/* Whether one of eight bytes is `byte`; it may be said of others (Warren 2003, "Hacker's Delight", section 6-1). */
static bool may_hold(uint64_t bytes, unsigned char byte)
{
	const uint64_t ones = 0x0101010101010101;
	uint64_t zeros = bytes ^ ones * byte;
	return ((zeros - ones) & ~zeros & ones * 0x80) != 0;
}

/* The end of the line that begins at window[begin], if it can be seen. */
static bool find_end(nch_lines *lines, size_t *end)
{
	const nch_input *input = &lines->input;
	size_t i = lines->searched;
	for (uint64_t word; input->end - i >= sizeof word; i += sizeof word) {
		memcpy(&word, input->window + i, sizeof word);
		if (may_hold(word, '\n') || may_hold(word, '\r'))
			break;
	}
	while (i < input->end && input->window[i] != '\n' && input->window[i] != '\r')
		i++;
	lines->searched = *end = i;
	bool unsure = i >= input->end || (input->window[i] == '\r' && i + 1 == input->end); /* an LF may follow */
	return input->at_end ? input->begin < input->end : !unsure;
}

/* Takes the whole lines that are in memory. One that is bad ends the batch before it. */
static nch_status take_lines(nch_lines *lines, size_t limit, nch_error *error)
{
	size_t end;
	while (lines->batch_count < limit && lines->input.started && find_end(lines, &end)) {
		nch_status status = add_line(lines, end, error);
		if (status == NCH_DATA && lines->batch_count > 0)
			return NCH_OK;
		NCH_TRY(status);
	}
	return NCH_OK;
}

nch_status nch_lines_next(nch_lines *lines, size_t limit, const nch_line **batch, size_t *count, nch_error *error)
{
	lines->number += lines->batch_count;
	lines->batch_count = 0;
	NCH_TRY(take_lines(lines, limit, error));
	while (lines->batch_count == 0 && !lines->input.at_end) {
		NCH_TRY(read_more(lines, error));
		NCH_TRY(take_lines(lines, limit, error));
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
	return nch_input_name(lines->input.path);
}
