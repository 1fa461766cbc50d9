/* Any bytes as a file of rows, in every format: the first byte chooses, the second how the columns are looked for. */
#include <stdint.h>

#include "base/buffer.h"
#include "data/label_text.h"
#include "io/columns.h"
#include "io/rows.h"
#include "tests/fuzz/files.h"

/* The columns that are found, told; and whether a label's cell is a list. */
static size_t take_columns(nch_rows *rows, unsigned how, nch_columns_taken *taken)
{
	const nch_columns_wanted wanted = { .text = how & 1 ? "a.b" : NULL, .label = how & 2 ? "x,y" : NULL, .no_label = how & 4, .need_label = how & 8,
		                            .several = how & 16, .known_labels = how & 32 };
	nch_error error;
	nch_buffer text = {0};
	if (nch_rows_columns(rows) == 0 || nch_columns_take(rows, &wanted, taken, &error) != NCH_OK)
		return 0;
	nch_columns_describe(rows, taken, &text);
	size_t length = text.length;
	nch_buffer_free(&text);
	return length;
}

static size_t read_list(const nch_row *row, const nch_columns_taken *taken, nch_label_items *items)
{
	bool is_list = false;
	if (taken->label_count == 0 || taken->label[0] >= row->count)
		return 0;
	const nch_cell *cell = &row->cells[taken->label[0]];
	nch_label_text_read(cell->text, cell->length, items, &is_list, NULL);
	return items->count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "rows.csv", "rows.tsv", "rows.txt", "rows.jsonl", "rows.json", "rows.xlsx" };
	if (size < 2)
		return 0;
	char path[FUZZ_PATH];
	fuzz_put(names[data[0] % 6], data + 2, size - 2, path);
	nch_rows_options options = { .encoding = (nch_encoding)(data[0] / 6 % 4),
		                     .quoting = (nch_quoting)(data[0] / 24 % 3),
		                     .max_row = data[0] & 128 ? 64 : 0,
		                     .skip_rows = data[1] & 128 ? 2 : 0,
		                     .table = data[1] & 64,
		                     .text_name = data[1] & 1 ? "a.b" : NULL };
	nch_columns_taken taken = {0};
	nch_label_items items = {0};
	nch_rows *rows;
	nch_row row;
	size_t column, sum = 0;
	bool more = true;
	if (nch_rows_open(path, &options, &rows, NULL) == NCH_OK) {
		sum += take_columns(rows, data[1], &taken);
		nch_rows_find(rows, "a.b", &column);
		nch_status status = NCH_OK;
		while (more && (status == NCH_OK || status == NCH_DATA)) {
			status = nch_rows_next(rows, &row, &more, NULL);
			sum += status == NCH_OK && more ? read_list(&row, &taken, &items) : 0;
			for (size_t c = 0; status == NCH_OK && more && c < row.count; c++)
				for (size_t i = 0; i < row.cells[c].length; i++)
					sum += (unsigned char)row.cells[c].text[i];
		}
		nch_rows_close(rows);
	}
	nch_label_items_free(&items);
	return sum == (size_t)-1; /* the sum is used, so every byte was read */
}
