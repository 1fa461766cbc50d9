/* Any bytes as a file of rows, in every format: the first byte chooses. */
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "io/rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const suffixes[] = { ".csv", ".tsv", ".txt", ".jsonl", ".json", ".xlsx" };
	if (size < 1)
		return 0;
	char path[64];
	snprintf(path, sizeof path, "/tmp/nunchi-fuzz-%ld%s", (long)getpid(), suffixes[data[0] % 6]);
	FILE *file = fopen(path, "wb");
	if (file == NULL)
		return 0;
	fwrite(data + 1, 1, size - 1, file);
	fclose(file);
	nch_rows_options options = { .encoding = (nch_encoding)(data[0] / 6 % 4),
		                     .quoting = (nch_quoting)(data[0] / 24 % 3),
		                     .max_row = data[0] & 128 ? 64 : 0 };
	nch_rows *rows;
	nch_row row;
	size_t column, sum = 0;
	bool more = true;
	if (nch_rows_open(path, &options, &rows, NULL) == NCH_OK) {
		nch_rows_find(rows, "a.b", &column);
		nch_status status = NCH_OK;
		while (more && (status == NCH_OK || status == NCH_DATA)) {
			status = nch_rows_next(rows, &row, &more, NULL);
			for (size_t c = 0; status == NCH_OK && more && c < row.count; c++)
				for (size_t i = 0; i < row.cells[c].length; i++)
					sum += (unsigned char)row.cells[c].text[i];
		}
		nch_rows_close(rows);
	}
	remove(path);
	return sum == (size_t)-1; /* the sum is used, so every byte was read */
}
