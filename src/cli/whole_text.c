/* whole_text.c - a text file, whole. */
#include "cli/whole_text.h"

#include "io/foreign.h"

static nch_status read_all(nch_input *input, nch_buffer *text, nch_error *error)
{
	NCH_TRY(nch_foreign_refuse(input, error));
	for (bool more = true; more;) {
		nch_buffer_add(text, input->window + input->begin, input->end - input->begin);
		input->begin = input->end; /* what has been copied makes room */
		more = !input->at_end;
		bool grew;
		if (more)
			NCH_TRY(nch_input_fill(input, &grew, error));
	}
	return nch_buffer_check(text, error);
}

/* Line by line, so that the message can say where. */
static nch_status check(const nch_input *input, const nch_buffer *text, nch_error *error)
{
	size_t line = 1;
	for (size_t start = 0, i = 0; i <= text->length; i++) {
		char c = i < text->length ? text->data[i] : '\n';
		bool last_of_end = c == '\n' || (c == '\r' && text->data[i + 1] != '\n'); /* a NUL stands behind the text */
		if (!last_of_end)
			continue;
		NCH_TRY(nch_input_check_text(input->path, input->encoding, line++, text->data + start, i - start, error));
		start = i + 1;
	}
	return NCH_OK;
}

nch_status nch_whole_text_read(const char *path, nch_encoding encoding, nch_buffer *text, nch_error *error)
{
	nch_input input;
	NCH_TRY(nch_input_open(&input, path != NULL ? path : "-", encoding, error));
	nch_buffer_clear(text);
	nch_buffer_add(text, "", 0);
	nch_status status = read_all(&input, text, error);
	if (status == NCH_OK)
		status = check(&input, text, error);
	nch_input_close(&input);
	return status;
}
