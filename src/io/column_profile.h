/* column_profile.h - what a column holds, counted over the rows that were read ahead. For columns.c. */
#ifndef NCH_IO_COLUMN_PROFILE_H
#define NCH_IO_COLUMN_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "io/rows_private.h"

typedef struct nch_column_profile {
	size_t rows;       /* that were looked at */
	size_t filled;     /* cells with something in them */
	size_t distinct;   /* different ones among them */
	size_t parts, distinct_parts; /* of cells cut at commas */
	size_t numbers;
	size_t ids;        /* dates, addresses, codes: digits or :// between ASCII letters and marks, no blank */
	size_t texts;      /* have a letter, and are neither numbers nor ids */
	size_t sentences;  /* texts of three words or more, or of two that are long */
	size_t flags;      /* 0, 1, true, false */
	size_t characters; /* code points in all of them */
	size_t trees;      /* JSON: objects and arrays */
	size_t label_trees; /* of these: arrays of texts and numbers, objects of truth values: what labels may be */
	size_t several;    /* lists, objects and vectors of two labels or more, or of none */
	size_t vectors;    /* lists of 0s and 1s, two or more */
	size_t vector_length; /* of all of them; 0: they differ */
	bool vector_sure;  /* one of them can be no list of label numbers: it has more than two entries, or the same twice */
} nch_column_profile;

/* Looks at column `column` of the good rows among rows->kept[from .. kept_count). */
nch_status nch_column_look(const nch_rows *rows, size_t column, size_t from, nch_column_profile *profile, nch_error *error);

/* What a cell alone is. */
bool nch_cell_is_number(const nch_cell *cell);
bool nch_cell_is_id(const nch_cell *cell);
bool nch_cell_is_sentence(const nch_cell *cell);
bool nch_tree_is_label(const nch_json *tree); /* an array of texts and numbers, or an object of truth values */

#endif
