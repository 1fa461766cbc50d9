/* whole_text.c - a text file, whole. */
#include "cli/whole_text.h"

#include "base/file.h"
#include "io/input.h"

nch_status nch_whole_text_read(const char *path, const char *encoding, nch_buffer *text, nch_error *error)
{
	nch_input input;
	nch_encoding kind = NCH_ENCODING_AUTO;
	if (path == NULL)
		path = "-";
	if (encoding != NULL && !nch_encoding_parse(encoding, &kind))
		kind = NCH_ENCODING_AUTO;
	if (nch_file_is_folder(path))
		return nch_fail(error, NCH_IO, "%s: is a folder, not a file", path);
	NCH_TRY(nch_input_open(&input, path, kind, error));
	nch_buffer_clear(text);
	nch_buffer_add(text, "", 0);
	nch_status status = NCH_OK;
	for (bool more = true; more && status == NCH_OK;) {
		nch_buffer_add(text, input.window + input.begin, input.end - input.begin);
		input.begin = input.end; /* what has been copied makes room */
		more = !input.at_end;
		bool grew;
		status = more ? nch_input_fill(&input, &grew, error) : NCH_OK;
	}
	nch_input_close(&input);
	return status != NCH_OK ? status : nch_buffer_check(text, error);
}
