/* parse_data.c - see parse_data.h. */
#include "cli/parse_data.h"

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/name.h"
#include "base/number.h"
#include "data/labels.h"
#include "data/selection.h"
#include "train/corpora.h"

/* How many parts "a,b,c" has. */
static size_t count_parts(const char *list)
{
	size_t parts = 1;
	for (const char *at = list; *at != '\0'; at++)
		parts += *at == ',';
	return parts;
}

/* The = in "a=b", with something on either side of it; else NULL. */
static const char *middle_of(const char *part, size_t length)
{
	const char *equals = memchr(part, '=', length);
	return equals != part && equals != part + length - 1 ? equals : NULL;
}

static nch_status keep_text(const char *text, size_t length, nch_arena *arena, const char **kept, nch_error *error)
{
	*kept = nch_arena_text(arena, text, length);
	return *kept != NULL ? NCH_OK : nch_no_memory(error);
}

/* --- labels that are renamed --- */

/* One "from=to". *met: all that were renamed before; *name is room. */
static nch_status parse_renaming(const nch_option *option, const char *list, const char *part, size_t length, nch_arena *arena, nch_labels *met,
                                 nch_buffer *name, nch_renaming *renaming, nch_error *error)
{
	const char *equals = middle_of(part, length);
	int32_t id;
	if (equals == NULL)
		return nch_fail(error, NCH_USAGE, "--%s '%s': '%.*s' is not of the form from=to", option->name, list, (int)length, part);
	if (!nch_name_clean(part, (size_t)(equals - part), name))
		return nch_no_memory(error);
	if (nch_labels_find(met, name->data, name->length) >= 0)
		return nch_fail(error, NCH_USAGE, "--%s '%s': '%s' is renamed twice", option->name, list, name->data);
	NCH_TRY(nch_labels_add(met, name->data, name->length, &id, error));
	NCH_TRY(keep_text(name->data, name->length, arena, &renaming->from, error));
	if (!nch_name_clean(equals + 1, length - (size_t)(equals + 1 - part), name))
		return nch_no_memory(error);
	return keep_text(name->data, name->length, arena, &renaming->to, error);
}

nch_status nch_parse_relabel(const nch_option *option, const char *text, nch_arena *arena, void *variable, nch_error *error)
{
	nch_renaming *items = nch_arena_alloc(arena, count_parts(text), sizeof *items);
	nch_status status = items != NULL ? NCH_OK : nch_no_memory(error);
	nch_labels met = {0};
	nch_buffer name = {0};
	size_t count = 0;
	for (const char *part = text; status == NCH_OK; part++) {
		size_t length = strcspn(part, ",");
		status = parse_renaming(option, text, part, length, arena, &met, &name, &items[count++], error);
		part += length;
		if (*part == '\0')
			break;
	}
	nch_labels_free(&met);
	nch_buffer_free(&name);
	*(nch_renamings *)variable = (nch_renamings){items, count};
	return status;
}

/* --- labels that are left out --- */

static nch_status keep_names(const nch_labels *labels, nch_arena *arena, nch_text_list *list, nch_error *error)
{
	const char **items = nch_arena_alloc(arena, labels->count, sizeof *items);
	if (items == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < labels->count; i++)
		NCH_TRY(keep_text(labels->names[i], strlen(labels->names[i]), arena, &items[i], error));
	*list = (nch_text_list){items, labels->count};
	return NCH_OK;
}

nch_status nch_parse_drop_label(const nch_option *option, const char *text, nch_arena *arena, void *variable, nch_error *error)
{
	nch_labels labels = {0};
	nch_status status = nch_labels_parse(&labels, text, error);
	if (status == NCH_OK)
		status = keep_names(&labels, arena, variable, error);
	else
		nch_fail_prefix(error, "--%s", option->name);
	nch_labels_free(&labels);
	return status;
}

/* --- labels that are thinned --- */

/* One "label=N" or "label=min". */
static nch_status parse_thinning(const nch_option *option, const char *part, size_t length, nch_arena *arena, nch_thinning *thinning,
                                 nch_error *error)
{
	const char *equals = middle_of(part, length);
	if (equals == NULL)
		return nch_fail(error, NCH_USAGE, "--%s '%.*s' is not of the form label=N or label=min", option->name, (int)length, part);
	const char *number = equals + 1;
	size_t digits = length - (size_t)(number - part);
	int64_t most = NCH_AS_THE_RAREST;
	if (digits != 3 || memcmp(number, "min", 3) != 0) {
		if (strspn(number, "0123456789") < digits || digits > 12 || !nch_number_read_integer(number, digits, &most))
			return nch_fail(error, NCH_USAGE, "--%s '%.*s': a number or min is expected behind =", option->name, (int)length, part);
		if (most == 0)
			return nch_fail(error, NCH_USAGE, "--%s '%.*s': no row would be left of it; --drop-label leaves a label out", option->name, (int)length,
			                part);
	}
	thinning->most = (size_t)most;
	return keep_text(part, (size_t)(equals - part), arena, &thinning->label, error);
}

nch_status nch_parse_undersample(const nch_option *option, const char *text, nch_arena *arena, void *variable, nch_error *error)
{
	nch_thinning *items = nch_arena_alloc(arena, count_parts(text), sizeof *items);
	size_t count = 0;
	if (items == NULL)
		return nch_no_memory(error);
	for (const char *part = text;; part++) {
		size_t length = strcspn(part, ",");
		NCH_TRY(parse_thinning(option, part, length, arena, &items[count++], error));
		part += length;
		if (*part == '\0')
			break;
	}
	*(nch_thinnings *)variable = (nch_thinnings){items, count};
	return NCH_OK;
}

/* --- corpora --- */

#define MOST_TIMES 1000.0

nch_status nch_parse_corpus(const nch_option *option, const char *text, nch_arena *arena, void *variable, nch_error *error)
{
	nch_corpus_files *files = variable;
	nch_corpus_file *items = nch_arena_alloc(arena, files->count + 1, sizeof *items);
	const char *star = strrchr(text, '*');
	size_t length = strlen(text);
	double weight = 1.0;
	if (items == NULL)
		return nch_no_memory(error);
	if (star != NULL && !nch_file_exists(text)) { /* a file of that whole name is meant where there is one */
		length = (size_t)(star - text);
		if (length == 0 || !nch_number_read(star + 1, strlen(star + 1), &weight) || !(weight > 0.0 && weight <= MOST_TIMES))
			return nch_option_refuse(option, text, error,
			                         "behind the * stands how many times an epoch sees the file, such as 2 or .5, at most %g", MOST_TIMES);
	}
	if (files->count > 0)
		memcpy(items, files->items, files->count * sizeof *items);
	items[files->count].weight = weight;
	NCH_TRY(keep_text(text, length, arena, &items[files->count].path, error));
	*files = (nch_corpus_files){items, files->count + 1};
	return NCH_OK;
}

/* --- tables --- */

nch_status nch_parse_delimiter(const nch_option *option, const char *text, nch_arena *arena, void *variable, nch_error *error)
{
	(void)arena;
	if (strcmp(text, "\\t") == 0)
		text = "\t";
	if (strlen(text) != 1 || strchr("\r\n\"", text[0]) != NULL)
		return nch_fail(error, NCH_USAGE, "--%s takes one character, or \\t for a tab", option->name);
	*(char *)variable = text[0];
	return NCH_OK;
}
