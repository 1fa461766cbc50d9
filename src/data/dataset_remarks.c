/* dataset_remarks.c - what is said while a data set is read: warnings, and what is wrong with a row. */
#include <stdarg.h>
#include <stdio.h>

#include "base/setting.h"
#include "data/dataset_private.h"

void nch_dataset_warn(const nch_reading *r, nch_buffer *text)
{
	if (text->failed)
		return;
	nch_setting_spell(text->data);
	r->options->remark(r->options->remark_context, NCH_REMARK_WARNING, text->data);
}

nch_status nch_dataset_bad_row(const nch_rows *rows, const nch_row *row, nch_error *error, const char *format, ...)
{
	char text[600];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	return nch_fail(error, NCH_DATA, "%s:%zu: %s", nch_rows_path(rows), row->line, text);
}
