/* recipe.h - recipes: files of options under a name, which are inside the program. */
#ifndef NCH_CLI_RECIPE_H
#define NCH_CLI_RECIPE_H

#include "base/status.h"

typedef struct nch_recipe {
	const char *name; /* dialogue-7 */
	const char *file; /* data/recipes/dialogue-7.conf, as which it is named where something is wrong with it */
	const char *text; /* all of that file */
} nch_recipe;

/* Every file of data/recipes, sorted, ended by {0}: make writes this table (see Makefile). */
extern const nch_recipe nch_recipes[];

/* The recipe of a name. NCH_USAGE, with the nearest name and all names, if there is none. */
nch_status nch_recipe_find(const char *name, const nch_recipe **recipe, nch_error *error);

#endif
