/* options_config.c - options from a file: `name = value` a line, `#` comments. */
#include <string.h>

#include "base/buffer.h"
#include "base/file.h"
#include "cli/options.h"
#include "cli/recipe.h"

#define MAX_CONFIG ((size_t)1 << 20)

/* Cuts blanks off both ends, in place. */
static char *trimmed(char *text)
{
	text += strspn(text, " \t\r");
	size_t length = strlen(text);
	while (length > 0 && strchr(" \t\r", text[length - 1]) != NULL)
		length--;
	text[length] = '\0';
	return text;
}

/* The value without its comment and its quotes: a '#' after a blank begins a comment, unless it stands in quotes. NULL if
 * a quote is not closed. */
static char *bare_value(char *text)
{
	text = trimmed(text);
	if (text[0] == '"' || text[0] == '\'') {
		char *end = strchr(text + 1, text[0]);
		if (end == NULL)
			return NULL;
		char *rest = trimmed(end + 1);
		if (rest[0] != '\0' && rest[0] != '#')
			return NULL;
		*end = '\0';
		return text + 1;
	}
	for (char *at = text; *at != '\0'; at++)
		if (*at == '#' && (at == text || at[-1] == ' ' || at[-1] == '\t')) {
			*at = '\0';
			break;
		}
	return trimmed(text);
}

static nch_status read_config_line(nch_options *options, const char *path, size_t number, char *line, nch_option_source source,
                                   nch_error *error)
{
	char where[512];
	nch_buffer text = {0};
	nch_buffer_printf(&text, "%s:%zu", path, number);
	NCH_TRY(nch_buffer_check(&text, error));
	size_t length = text.length < sizeof where ? text.length : sizeof where - 1;
	memcpy(where, text.data, length);
	where[length] = '\0';
	nch_buffer_free(&text);

	line = trimmed(line);
	if (line[0] == '\0' || line[0] == '#')
		return NCH_OK;
	char *sign = strchr(line, '=');
	if (sign == NULL)
		return nch_fail(error, NCH_USAGE, "%s: expected a line \"name = value\"", where);
	*sign = '\0';
	char *name = trimmed(line);
	if (strncmp(name, "--", 2) == 0)
		name += 2;
	char *value = bare_value(sign + 1);
	if (value == NULL)
		return nch_fail(error, NCH_USAGE, "%s: a quote that is not closed, or something behind it", where);
	if (strcmp(name, "config") == 0 || (strcmp(name, "recipe") == 0 && source == NCH_FROM_RECIPE))
		return nch_fail(error, NCH_USAGE, "%s: a file of options cannot name another one", where);
	return nch_options_set_from_file(options, name, value, source, where, error);
}

/* Reads the lines of a text, which is changed. */
static nch_status read_lines(nch_options *options, const char *path, char *line, nch_option_source source, nch_error *error)
{
	nch_status status = NCH_OK;
	if (line != NULL && strncmp(line, "\xEF\xBB\xBF", 3) == 0)
		line += 3;
	for (size_t number = 1; status == NCH_OK && line != NULL && *line != '\0'; number++) {
		char *end = strchr(line, '\n');
		if (end != NULL)
			*end = '\0';
		status = read_config_line(options, path, number, line, source, error);
		line = end != NULL ? end + 1 : NULL;
	}
	return status;
}

nch_status nch_options_read_config(nch_options *options, const char *path, nch_option_source source, nch_error *error)
{
	nch_buffer text = {0};
	nch_status status = nch_file_read_any(path, MAX_CONFIG, &text, error);
	if (status == NCH_OK && text.length > 0 && memchr(text.data, '\0', text.length) != NULL)
		status = nch_fail(error, NCH_FORMAT, "%s: this is no text file", path);
	if (status == NCH_OK)
		status = read_lines(options, path, text.data, source, error);
	nch_buffer_free(&text);
	return status;
}

nch_status nch_options_read_recipe(nch_options *options, const char *name, nch_error *error)
{
	if (strchr(name, '/') != NULL || nch_path_has_suffix(name, ".conf"))
		return nch_options_read_config(options, name, NCH_FROM_RECIPE, error);
	const nch_recipe *recipe;
	nch_buffer text = {0};
	NCH_TRY(nch_recipe_find(name, &recipe, error));
	nch_buffer_text(&text, recipe->text);
	nch_status status = nch_buffer_check(&text, error);
	if (status == NCH_OK)
		status = read_lines(options, recipe->file, text.data, NCH_FROM_RECIPE, error);
	nch_buffer_free(&text);
	return status;
}
