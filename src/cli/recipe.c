/* recipe.c - finding a recipe by its name. */
#include "cli/recipe.h"

#include <string.h>

#include "base/buffer.h"
#include "cli/suggest.h"

nch_status nch_recipe_find(const char *name, const nch_recipe **recipe, nch_error *error)
{
	nch_suggestion suggestion = {.word = name};
	nch_buffer list = {0};
	for (const nch_recipe *r = nch_recipes; r->name != NULL; r++) {
		if (strcmp(r->name, name) == 0) {
			nch_buffer_free(&list);
			*recipe = r;
			return NCH_OK;
		}
		nch_suggestion_offer(&suggestion, r->name);
		nch_buffer_printf(&list, "%s%s", r != nch_recipes ? ", " : "", r->name);
	}
	nch_status status = nch_buffer_check(&list, error);
	if (status == NCH_OK)
		status = nch_fail(error, NCH_USAGE, "--recipe: there is no \"%s\"%s%s%s (%s; a file has a / or ends in .conf)", name,
		                  suggestion.best ? "; did you mean " : "", suggestion.best ? suggestion.best : "", suggestion.best ? "?" : "", list.data);
	nch_buffer_free(&list);
	return status;
}
