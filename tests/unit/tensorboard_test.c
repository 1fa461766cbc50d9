/* Event files: the bytes that TensorBoard's own writer makes of the same events (tests/golden/event_files.py). */
#include "report/tensorboard.h"

#include "test.h"
#include "tests/golden/tensorboard_golden.h"

TEST(checksums)
{
	/* RFC 3720, B.4 */
	unsigned char bytes[32] = {0};
	CHECK(nch_crc32c(bytes, 32) == 0x8A9136AAu);
	memset(bytes, 0xFF, 32);
	CHECK(nch_crc32c(bytes, 32) == 0x62A8AB43u);
	for (unsigned i = 0; i < 32; i++)
		bytes[i] = (unsigned char)i;
	CHECK(nch_crc32c(bytes, 32) == 0x46DD794Eu);
	CHECK(nch_crc32c("", 0) == 0);
}

TEST(records)
{
	nch_buffer event = {0}, record = {0};
	nch_tensorboard_record(&event, &record, 1234.5, 7, NULL, 0);
	nch_tensorboard_record(&event, &record, 1e9 + 0.25, 300, "loss/train", 0.6931472f);
	CHECK(record.length == sizeof golden_events);
	CHECK(record.length == sizeof golden_events && memcmp(record.data, golden_events, record.length) == 0);
	nch_buffer_free(&event);
	nch_buffer_free(&record);
}

int main(void)
{
	RUN(checksums);
	RUN(records);
	return test_end();
}
