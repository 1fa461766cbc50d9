/* table_write.c - see table_write.h. */
#include "data/table_write.h"

#include <string.h>

static bool needs_quotes(const char *text, size_t length)
{
	if (length == 0)
		return false;
	return text[0] == '"' || memchr(text, '\t', length) != NULL || memchr(text, '\n', length) != NULL ||
	       memchr(text, '\r', length) != NULL;
}

void nch_table_field(nch_buffer *out, const char *text, size_t length)
{
	if (!needs_quotes(text, length)) {
		nch_buffer_add(out, text, length);
		return;
	}
	nch_buffer_byte(out, '"');
	for (size_t i = 0; i < length; i++) {
		nch_buffer_byte(out, (unsigned char)text[i]);
		if (text[i] == '"')
			nch_buffer_byte(out, '"');
	}
	nch_buffer_byte(out, '"');
}

void nch_table_header(nch_buffer *out, const nch_dataset *dataset)
{
	nch_buffer_text(out, "text");
	nch_buffer_text(out, dataset->has_pairs ? "\tpair" : "");
	nch_buffer_text(out, dataset->has_labels ? "\tlabel\n" : "\n");
}

void nch_table_row(nch_buffer *out, const nch_dataset *dataset, size_t row)
{
	size_t length, labels;
	const char *text = nch_dataset_text(dataset, row, &length);
	nch_table_field(out, text, length);
	text = nch_dataset_pair(dataset, row, &length);
	if (text != NULL) {
		nch_buffer_byte(out, '\t');
		nch_table_field(out, text, length);
	}
	if (dataset->has_labels) {
		const int32_t *classes = nch_dataset_classes(dataset, row, &labels);
		nch_buffer joined = {0};
		for (size_t i = 0; i < labels; i++)
			nch_buffer_printf(&joined, "%s%s", i > 0 ? "," : "", dataset->labels.names[classes[i]]);
		nch_buffer_byte(out, '\t');
		if (joined.length > 0)
			nch_table_field(out, joined.data, joined.length);
		out->failed |= joined.failed;
		nch_buffer_free(&joined);
	}
	nch_buffer_byte(out, '\n');
}
