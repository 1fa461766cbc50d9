/* recipe.h - where the recipes are: files of options under a name, which come with the program. */
#ifndef NCH_CLI_RECIPE_H
#define NCH_CLI_RECIPE_H

#include "base/status.h"

/* The file of a recipe, in allocated memory (release with nch_free). What has a '/' or ends in .conf is a path; a name is looked for as
 * NAME.conf in data/recipes beside the program's source tree (any folder above the program), in share/nunchi/recipes where the
 * program is installed, and in data/recipes below the current folder. NCH_USAGE, with the nearest name and all names there are, if
 * there is none. */
nch_status nch_recipe_find(const char *name, char **path, nch_error *error);

#endif
