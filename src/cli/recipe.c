/* recipe.c - finding a recipe by its name. */
#include "cli/recipe.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/suggest.h"

enum { LEVELS = 4, /* folders above the program that may hold data/recipes: build/nunchi, build/default/nunchi */
       MOST_FOLDERS = LEVELS + 2, PATH_ROOM = 4096, NAMES = 64 };

static const char suffix[] = ".conf";

/* The program's own path without links; false where the system does not tell (/proc is Linux's). */
static bool own_path(char *path)
{
	ssize_t length = readlink("/proc/self/exe", path, PATH_ROOM - 1);
	if (length <= 0)
		return false;
	path[length] = '\0';
	return true;
}

/* Adds base/name to the list if that is a folder. */
static void add_folder(char **folders, size_t *count, const char *base, const char *name)
{
	char *folder = nch_path_join(base, name);
	if (folder != NULL && nch_file_is_folder(folder))
		folders[(*count)++] = folder;
	else
		nch_free(folder);
}

/* The folders with recipes, the likeliest first, NULL after the last; each is allocated. */
static void list_folders(char *folders[MOST_FOLDERS + 1])
{
	char path[PATH_ROOM], *slash;
	size_t count = 0;
	bool known = own_path(path);
	for (int level = 0; known && level < LEVELS && (slash = strrchr(path, '/')) != NULL; level++) {
		*slash = '\0';
		if (level == 1) /* PREFIX/bin/nunchi */
			add_folder(folders, &count, path, "share/nunchi/recipes");
		add_folder(folders, &count, path, "data/recipes");
	}
	add_folder(folders, &count, ".", "data/recipes");
	folders[count] = NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of the recipes in a folder, sorted; how many there are. Release each with nch_free. */
static size_t list_names(const char *folder, char *names[NAMES])
{
	size_t count = 0;
	DIR *stream = opendir(folder);
	for (struct dirent *entry; stream != NULL && count < NAMES && (entry = readdir(stream)) != NULL;) {
		size_t length = strlen(entry->d_name);
		if (length <= strlen(suffix) || strcmp(entry->d_name + length - strlen(suffix), suffix) != 0)
			continue;
		char *name = nch_copy_text(entry->d_name, length - strlen(suffix));
		if (name != NULL)
			names[count++] = name;
	}
	if (stream != NULL)
		closedir(stream);
	qsort(names, count, sizeof *names, by_name);
	return count;
}

static nch_status fail_unknown(const char *name, char *const *folders, nch_error *error)
{
	if (folders[0] == NULL)
		return nch_fail(error, NCH_USAGE, "--recipe %s: no folder of recipes is found beside the program; give the recipe's file", name);
	char *names[NAMES];
	size_t count = list_names(folders[0], names);
	nch_suggestion suggestion = {.word = name};
	nch_buffer list = {0};
	for (size_t i = 0; i < count; i++) {
		nch_suggestion_offer(&suggestion, names[i]);
		nch_buffer_printf(&list, "%s%s", i > 0 ? ", " : "", names[i]);
	}
	nch_fail(error, NCH_USAGE, "--recipe: there is no \"%s\"%s%s%s (%s)", name, suggestion.best ? "; did you mean " : "",
	         suggestion.best ? suggestion.best : "", suggestion.best ? "?" : "", list.length > 0 ? list.data : "none is there");
	nch_buffer_free(&list);
	for (size_t i = 0; i < count; i++)
		nch_free(names[i]);
	return NCH_USAGE;
}

nch_status nch_recipe_find(const char *name, char **path, nch_error *error)
{
	if (strchr(name, '/') != NULL || nch_path_has_suffix(name, suffix)) {
		*path = nch_copy_text(name, strlen(name));
		return *path != NULL ? NCH_OK : nch_no_memory(error);
	}
	char *folders[MOST_FOLDERS + 1];
	char file[300];
	list_folders(folders);
	snprintf(file, sizeof file, "%.280s%s", name, suffix);
	*path = NULL;
	for (size_t i = 0; folders[i] != NULL && *path == NULL; i++) {
		*path = nch_path_join(folders[i], file);
		if (*path != NULL && !nch_file_exists(*path)) {
			nch_free(*path);
			*path = NULL;
		}
	}
	nch_status status = *path != NULL ? NCH_OK : fail_unknown(name, folders, error);
	for (size_t i = 0; folders[i] != NULL; i++)
		nch_free(folders[i]);
	return status;
}
