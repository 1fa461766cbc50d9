/* tensorboard.h - event files, the diary that TensorBoard shows as curves.
 *
 * A file of records (TFRecord). Each is
 *
 *     length     8 bytes, lowest first
 *     check      4 bytes: masked CRC-32C of the length
 *     data       `length` bytes: one Event in protocol-buffer encoding
 *     check      4 bytes: masked CRC-32C of the data
 *
 * and an Event is {1: wall time, double; 2: step; 3: "brain.Event:2" in the first one; 5: Summary {1: Value {1: tag, 2: number, float}};
 * 7: SessionLog {1: START}}. A number alone on the disk can't be told from a damaged one, hence the checks. */
#ifndef NCH_REPORT_TENSORBOARD_H
#define NCH_REPORT_TENSORBOARD_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/status.h"

/* Start with {0}. */
typedef struct nch_tensorboard {
	FILE *file;
	char *path;
	nch_buffer event, record;
} nch_tensorboard;

/* Makes the folder, and in it events.out.tfevents.SECONDS.HOST.PROCESS.nunchi. A reader forgets what older files of the folder say of steps after
 * `step`: a resumed run does those again. */
nch_status nch_tensorboard_open(nch_tensorboard *board, const char *folder, uint64_t step, nch_error *error);

/* Adds a number to the curve `tag` ("loss/train"). It is in the file when the function returns. */
nch_status nch_tensorboard_number(nch_tensorboard *board, const char *tag, uint64_t step, double number, nch_error *error);

void nch_tensorboard_close(nch_tensorboard *board); /* safe on {0} */

/* CRC-32C (Castagnoli, RFC 3720 B.4), and the form in which records keep it: turned by 15 bits, plus a constant, since a CRC over data
 * that hold CRCs is weak. */
uint32_t nch_crc32c(const void *bytes, size_t length);
uint32_t nch_crc32c_masked(const void *bytes, size_t length);

/* One event, or the first one of a file (tag NULL), as a whole record: appended to `record`; `event` is room for work. For the tests
 * too. */
void nch_tensorboard_record(nch_buffer *event, nch_buffer *record, double wall_time, uint64_t step, const char *tag, float number);

#endif
