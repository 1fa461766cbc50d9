/* labels.h - the names of the classes and their numbers. */
#ifndef NCH_DATA_LABELS_H
#define NCH_DATA_LABELS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* A list of distinct names, found by a hash table. Start with {0}, release with nch_labels_free. */
typedef struct nch_labels {
	char **names; /* names[id], NUL-terminated */
	size_t count, capacity;
	int32_t *slots; /* hash table: id or -1 */
	size_t slot_count;
} nch_labels;

void nch_labels_free(nch_labels *labels);

/* The number of a name, or -1. */
int32_t nch_labels_find(const nch_labels *labels, const char *name, size_t length);

/* The same for a name that somebody typed or that stands in a file: as it is, else its clean form (base/name.h), else, where it is a number, the name
 * that is the same number (1 and 1.0). */
int32_t nch_labels_find_typed(const nch_labels *labels, const char *name, size_t length);

/* The number of a name, which is added if it is new. Names are at most 1,000 bytes and at most 100,000 in number. */
nch_status nch_labels_add(nch_labels *labels, const char *name, size_t length, int32_t *id, nch_error *error);

/* Takes back all names but the first `count`. */
void nch_labels_truncate(nch_labels *labels, size_t count);

/* Adds each part of "a,b,c" in its clean form; a name given twice is an error. */
nch_status nch_labels_parse(nch_labels *labels, const char *list, nch_error *error);

nch_status nch_labels_copy(nch_labels *to, const nch_labels *from, nch_error *error); /* *to must be {0} */

/* Brings the names into the order of scikit-learn's LabelEncoder on what pandas would have read: by code point; whole numbers (0, 1, 10, 2) by value;
 * and if all are numbers and some have a fraction or an exponent (0.0, 1, 10.0), which is a column of floats, by value too, and named as floats: then
 * 1 and 1.0 are one label. new_id[old id] = new id, `count` entries given by the caller; several old ones may have become one. */
nch_status nch_labels_sort(nch_labels *labels, int32_t *new_id, nch_error *error);

#endif
