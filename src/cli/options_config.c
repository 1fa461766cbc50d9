/* options_config.c - options from a file: `name = value` a line, `#` comments, sections for a case. */
#include <string.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/options_private.h"
#include "cli/recipe.h"

#define MAX_CONFIG ((size_t)1 << 20)

/* Whether another command has an option of that name: a file may serve several. */
static bool known_elsewhere(const char *name)
{
	for (const nch_command *const *command = nch_commands; *command != NULL; command++)
		for (const nch_option_group *const *group = (*command)->groups; group != NULL && *group != NULL; group++)
			for (const nch_option *option = (*group)->options; option->name != NULL; option++)
				if (strcmp(option->name, name) == 0)
					return true;
	return false;
}

/* Sets one option, unless a stronger source has set it or its rival. `where` is put before an error. An option that only other commands have is
 * passed over: one file may serve training and evaluation. */
static nch_status set_from_file(nch_options *options, const char *name, const char *text, nch_option_source source, const char *where,
                                nch_error *error)
{
	struct nch_option_value *value = nch_options_find(options, name, strlen(name));
	if (value == NULL) {
		if (known_elsewhere(name))
			return NCH_OK;
		nch_options_fail_unknown(options, name, error);
		return nch_fail_prefix(error, "%s", where);
	}
	const char *rival_name = value->option->rival;
	const struct nch_option_value *rival = rival_name != NULL ? nch_options_find(options, rival_name, strlen(rival_name)) : NULL;
	if (value->source > source || (rival != NULL && rival->source > source))
		return NCH_OK;
	const char *kept = nch_arena_text(options->arena, text, strlen(text));
	if (kept == NULL)
		return nch_no_memory(error);
	if (nch_option_value_set(value, kept, error) != NCH_OK)
		return nch_fail_prefix(error, "%s", where);
	value->source = source;
	return NCH_OK;
}

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

/* A file as it is read. */
typedef struct reading {
	const char *path;
	nch_option_source source;
	size_t line;
	bool passed_over; /* the section is for another case */
} reading;

/* "name = value", the value without comment and quotes. */
static nch_status cut_line(char *line, const char *where, char **name, char **value, nch_error *error)
{
	char *sign = strchr(line, '=');
	if (sign == NULL)
		return nch_fail(error, NCH_USAGE, "%s: expected a line \"name = value\"", where);
	*sign = '\0';
	*name = trimmed(line);
	if (strncmp(*name, "--", 2) == 0)
		*name += 2;
	*value = bare_value(sign + 1);
	return *value != NULL ? NCH_OK : nch_fail(error, NCH_USAGE, "%s: a quote that is not closed, or something behind it", where);
}

/* "[name = value]": what follows is for the case that this option has this value, as far as is known by now. */
static nch_status read_section(const nch_options *options, reading *r, char *line, const char *where, nch_error *error)
{
	char *name, *value, *end = strchr(line, ']');
	if (end == NULL)
		return nch_fail(error, NCH_USAGE, "%s: expected \"[name = value]\"", where);
	*end = '\0';
	NCH_TRY(cut_line(line + 1, where, &name, &value, error));
	const struct nch_option_value *asked = nch_options_find(options, name, strlen(name));
	if (asked == NULL && !known_elsewhere(name)) {
		nch_options_fail_unknown(options, name, error);
		return nch_fail_prefix(error, "%s", where);
	}
	if (asked != NULL && asked->option->kind != NCH_OPTION_TEXT && asked->option->kind != NCH_OPTION_CHOICE)
		return nch_fail(error, NCH_USAGE, "%s: a case is made by an option whose value is a word, and --%s is none", where, name);
	r->passed_over = asked == NULL || asked->count == 0 || strcmp(asked->texts[asked->count - 1], value) != 0;
	return NCH_OK;
}

static nch_status read_config_line(nch_options *options, reading *r, char *line, nch_error *error)
{
	char where[512], *name, *value;
	nch_buffer text = {0};
	nch_buffer_printf(&text, "%s:%zu", r->path, r->line);
	NCH_TRY(nch_buffer_check(&text, error));
	size_t length = text.length < sizeof where ? text.length : sizeof where - 1;
	memcpy(where, text.data, length);
	where[length] = '\0';
	nch_buffer_free(&text);

	line = trimmed(line);
	if (line[0] == '\0' || line[0] == '#')
		return NCH_OK;
	if (line[0] == '[')
		return read_section(options, r, line, where, error);
	NCH_TRY(cut_line(line, where, &name, &value, error));
	if (strcmp(name, "config") == 0 || (strcmp(name, "recipe") == 0 && r->source == NCH_FROM_RECIPE))
		return nch_fail(error, NCH_USAGE, "%s: a file of options cannot name another one", where);
	return r->passed_over ? NCH_OK : set_from_file(options, name, value, r->source, where, error);
}

/* Reads the lines of a text, which is changed. */
static nch_status read_lines(nch_options *options, const char *path, char *line, nch_option_source source, nch_error *error)
{
	nch_status status = NCH_OK;
	reading r = {.path = path, .source = source};
	if (line != NULL && strncmp(line, "\xEF\xBB\xBF", 3) == 0)
		line += 3;
	while (status == NCH_OK && line != NULL && *line != '\0') {
		char *end = strchr(line, '\n');
		if (end != NULL)
			*end = '\0';
		r.line++;
		status = read_config_line(options, &r, line, error);
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
