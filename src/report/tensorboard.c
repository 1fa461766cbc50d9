/* tensorboard.c - writing event files. */
#include "report/tensorboard.h"

#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/os.h"

/* --- checks --- */

uint32_t nch_crc32c(const void *bytes, size_t length)
{
	const unsigned char *at = bytes;
	uint32_t crc = 0xFFFFFFFFu;
	for (size_t i = 0; i < length; i++) {
		crc ^= at[i];
		for (int bit = 0; bit < 8; bit++) /* the polynomial 0x1EDC6F41, its bits in reverse */
			crc = crc & 1 ? crc >> 1 ^ 0x82F63B78u : crc >> 1;
	}
	return ~crc;
}

uint32_t nch_crc32c_masked(const void *bytes, size_t length)
{
	uint32_t crc = nch_crc32c(bytes, length);
	return (crc >> 15 | crc << 17) + 0xA282EAD8u;
}

/* --- protocol-buffer encoding --- */

enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

static void put_fixed(nch_buffer *out, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		nch_buffer_byte(out, (int)(value >> (8 * i) & 0xFF));
}

/* Seven bits a byte, the lowest first; the eighth says that more follow. */
static void put_varint(nch_buffer *out, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		nch_buffer_byte(out, (int)(value & 0x7F) | 0x80);
	nch_buffer_byte(out, (int)value);
}

static void put_key(nch_buffer *out, unsigned field, unsigned type)
{
	put_varint(out, field << 3 | type);
}

static void put_text(nch_buffer *out, unsigned field, const char *text)
{
	put_key(out, field, BYTES);
	put_varint(out, strlen(text));
	nch_buffer_text(out, text);
}

static size_t varint_length(uint64_t value)
{
	size_t length = 1;
	for (; value >= 0x80; value >>= 7)
		length++;
	return length;
}

/* Summary { Value { tag, number } }: a message's length stands before it, so the sizes are reckoned from the inside out. */
static void put_number(nch_buffer *out, const char *tag, float number)
{
	uint32_t bits;
	size_t tag_length = strlen(tag), value = 1 + varint_length(tag_length) + tag_length + 1 + 4;
	memcpy(&bits, &number, sizeof bits);
	put_key(out, 5, BYTES);
	put_varint(out, 1 + varint_length(value) + value);
	put_key(out, 1, BYTES);
	put_varint(out, value);
	put_text(out, 1, tag);
	put_key(out, 2, FIXED32);
	put_fixed(out, bits, 4);
}

static void put_time_and_step(nch_buffer *out, double wall_time, uint64_t step)
{
	uint64_t bits;
	memcpy(&bits, &wall_time, sizeof bits);
	put_key(out, 1, FIXED64);
	put_fixed(out, bits, 8);
	put_key(out, 2, VARINT);
	put_varint(out, step);
}

static void put_record(nch_buffer *record, const nch_buffer *event)
{
	size_t begin = record->length;
	put_fixed(record, event->length, 8);
	uint32_t check = record->failed ? 0 : nch_crc32c_masked(record->data + begin, 8);
	put_fixed(record, check, 4);
	nch_buffer_add(record, event->data, event->length);
	put_fixed(record, event->failed ? 0 : nch_crc32c_masked(event->data, event->length), 4);
	record->failed |= event->failed;
}

void nch_tensorboard_record(nch_buffer *event, nch_buffer *record, double wall_time, uint64_t step, const char *tag, float number)
{
	nch_buffer_clear(event);
	put_time_and_step(event, wall_time, step);
	if (tag != NULL) {
		put_number(event, tag, number);
		put_record(record, event);
		return;
	}
	put_text(event, 3, "brain.Event:2");
	put_record(record, event);
	nch_buffer_clear(event);
	put_time_and_step(event, wall_time, step);
	put_text(event, 7, "\x08\x01"); /* SessionLog { status: START } */
	put_record(record, event);
}

/* --- the file --- */

static nch_status append(nch_tensorboard *board, uint64_t step, const char *tag, double number, nch_error *error)
{
	nch_buffer_clear(&board->record);
	nch_tensorboard_record(&board->event, &board->record, nch_os_date(), step, tag, (float)number);
	NCH_TRY(nch_buffer_check(&board->record, error));
	if (fwrite(board->record.data, 1, board->record.length, board->file) != board->record.length || fflush(board->file) != 0)
		return nch_fail(error, NCH_IO, "%s: cannot write: %s", board->path, nch_os_reason(errno));
	return NCH_OK;
}

nch_status nch_tensorboard_open(nch_tensorboard *board, const char *folder, uint64_t step, nch_error *error)
{
	char host[100], name[200];
	nch_os_host(host, sizeof host);
	snprintf(name, sizeof name, "events.out.tfevents.%010lld.%.90s.%ld.nunchi", (long long)nch_os_date(), host, nch_os_process());
	NCH_TRY(nch_folder_make(folder, error));
	board->path = nch_path_join(folder, name);
	if (board->path == NULL)
		return nch_no_memory(error);
	board->file = nch_os_fopen(board->path, "wb");
	nch_status status = board->file ? append(board, step, NULL, 0.0, error)
	                                : nch_fail(error, NCH_IO, "%s: cannot write: %s", board->path, nch_os_reason(errno));
	if (status != NCH_OK)
		nch_tensorboard_close(board);
	return status;
}

nch_status nch_tensorboard_number(nch_tensorboard *board, const char *tag, uint64_t step, double number, nch_error *error)
{
	return append(board, step, tag, number, error);
}

void nch_tensorboard_close(nch_tensorboard *board)
{
	if (board->file != NULL)
		fclose(board->file);
	nch_free(board->path);
	nch_buffer_free(&board->event);
	nch_buffer_free(&board->record);
	*board = (nch_tensorboard){0};
}
