/* Any bytes as lines, as a stream that comes in packets and as a run of bytes in memory: all that is handed out is UTF-8 without NUL. The first byte chooses the encoding, the
 * second the size of the packets. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/utf8.h"
#include "io/input.h"
#include "io/line_stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* All packets are sent, then read one a read. */
static void read_lines(int descriptor, const uint8_t *data, size_t size, size_t packet, nch_encoding encoding)
{
	nch_lines *lines;
	const nch_line *batch;
	size_t count = 1;
	uint64_t last = 0;
	for (size_t at = 0; at < size; at += packet) /* the socket holds them all: see the bound below */
		if (send(descriptor, data + at, size - at < packet ? size - at : packet, 0) < 0)
			break;
	shutdown(descriptor, SHUT_WR);
	if (nch_lines_open("-", encoding, &lines, NULL) != NCH_OK)
		return;
	while (count > 0 && nch_lines_next(lines, 3, &batch, &count, NULL) == NCH_OK) {
		for (size_t i = 0; i < count; i++) {
			check(strlen(batch[i].text) == batch[i].length && nch_utf8_valid(batch[i].text, batch[i].length));
			check(strpbrk(batch[i].text, "\r\n") == NULL);
			check(batch[i].end[0] != '\0' || i + 1 == count);
		}
		check(count == 0 || nch_lines_number(lines) == last + 1);
		last += count;
	}
	nch_lines_close(lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int ends[2], kept = dup(STDIN_FILENO);
	if (size < 2)
		return 0;
	nch_encoding encoding = (nch_encoding)(data[0] % 4);
	size_t packet = (size_t)data[1] % 16 + 1;
	data += 2;
	size -= 2;
	size = size < 100 * packet ? size : 100 * packet;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0) {
		dup2(ends[0], STDIN_FILENO);
		close(ends[0]);
		read_lines(ends[1], data, size, packet, encoding);
		close(ends[1]);
		dup2(kept, STDIN_FILENO);
	}
	close(kept);
	nch_buffer text = {0};
	if (nch_input_text("text", encoding, (const char *)data, size, &text, NULL) == NCH_OK)
		check(nch_utf8_valid(text.data, text.length));
	nch_buffer_free(&text);
	return 0;
}
