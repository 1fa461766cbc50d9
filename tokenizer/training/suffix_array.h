/* suffix_array.h - all suffixes of a text in order, and what neighbours have in common: every string that occurs twice stands
 * there as a run of neighbours. */
#ifndef NCH_TOKENIZER_SUFFIX_ARRAY_H
#define NCH_TOKENIZER_SUFFIX_ARRAY_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* order[length]: the positions of the suffixes of text[length] in lexicographic order (a suffix that is a prefix of another comes first). The
 * symbols are 0 .. symbols-1. length < 2^31. Linear time, by induced sorting (Nong, Zhang and Chan 2009, "SA-IS"). */
nch_status nch_suffix_array(const uint32_t *text, size_t length, uint32_t symbols, int32_t *order, nch_error *error);

/* common[i]: how many symbols order[i-1] and order[i] begin with alike, counted up to the first 0, which ends a word (common[0] = 0).
 * Linear time (Kasai and others 2001). */
nch_status nch_common_prefixes(const uint32_t *text, size_t length, const int32_t *order, int32_t *common, nch_error *error);

#endif
