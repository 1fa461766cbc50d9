/* label_option.c - see label_option.h. */
#include "cli/label_option.h"

#include <string.h>

#include "cli/suggest.h"

nch_status nch_label_option(const nch_predictor *p, const char *name, size_t *label, nch_error *error)
{
	nch_suggestion suggestion = {.word = name};
	*label = p->labels;
	for (size_t i = 0; name != NULL && i < p->labels; i++) {
		if (strcmp(nch_predictor_label(p, i), name) == 0)
			*label = i;
		nch_suggestion_offer(&suggestion, nch_predictor_label(p, i));
	}
	if (name == NULL || *label < p->labels)
		return NCH_OK;
	if (suggestion.best != NULL)
		return nch_fail(error, NCH_USAGE, "--label: the model knows no \"%s\"; did you mean %s?", name, suggestion.best);
	return nch_fail(error, NCH_USAGE, "--label: the model knows no \"%s\"; its labels: nunchi inspect %s", name, p->folder);
}
