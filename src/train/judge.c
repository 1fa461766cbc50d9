/* judge.c - unknown tokens and rows that were cut. */
#include "train/judge.h"

#include <stdio.h>

nch_status nch_judge_tokens(const nch_examples *examples, size_t max_len, bool allow_unknown, void (*warn)(void *context, const char *text), void *context,
                            nch_error *error)
{
	double unknown = examples->content ? 100.0 * (double)examples->unknown / (double)examples->content : 0.0;
	char text[300];
	if (unknown > 30.0 && !allow_unknown)
		return nch_fail(error, NCH_DATA, "%.1f %% of the tokens are unknown: this tokenizer does not fit the data (`nunchi data` shows which strings; --allow-unknown goes on all the same)", unknown);
	if (unknown > 5.0) {
		snprintf(text, sizeof text, "%.1f %% of the tokens are unknown; `nunchi data` shows which strings", unknown);
		warn(context, text);
	}
	if (examples->cut > 0) {
		snprintf(text, sizeof text, "%zu of %zu training rows are longer than %zu tokens and are cut", examples->cut, examples->rows, max_len);
		warn(context, text);
	}
	return NCH_OK;
}
