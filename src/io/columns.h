/* columns.h - which columns of a file hold the text and the label, where nobody says so; and whether a table's first row names them.
 *
 * Three things tell. Names: text, 문장, label, 감정 and many more, compared without regard to case, blanks, _ and -. What the columns hold, as the
 * first 256 rows show: a text has letters, is no number, date, address or id; labels come again and again. And, where neither tells, that a table of
 * people begins with the text and ends with the label. What is implausible is refused, with the columns listed: a text column of ids, as many labels
 * as rows, several columns that might be the label. */
#ifndef NCH_IO_COLUMNS_H
#define NCH_IO_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/status.h"
#include "io/rows.h"

typedef struct nch_columns_wanted {
	const char *text, *pair, *label; /* names that were asked for (label: also a,b,c, one column a label; none, if it is not needed); NULL: to be
	                                    found. No pair unless it is asked for */
	bool no_label;                   /* don't look for one */
	bool need_label;                 /* a file without one is an error */
	bool several;                    /* any number of labels a row, a,b in a cell */
	bool known_labels;               /* the labels are known, so that their number tells nothing */
} nch_columns_wanted;

#define NCH_MAX_LABEL_COLUMNS 1024

typedef struct nch_columns_taken {
	size_t text, pair;
	bool has_pair;
	size_t label[NCH_MAX_LABEL_COLUMNS]; /* label_count of them: 0 none, 1 the column, more: one column a label */
	size_t label_count;
	size_t vector_length;      /* > 0: a label cell is a list of so many 0s and 1s */
	bool label_sought;         /* one was looked for */
	const char *second_text;   /* the name of a column that looks like the second half of a pair, and was not asked for; NULL: none. Of rows */
} nch_columns_taken;

/* Chooses the columns of a file that has at least one. Errors (NCH_DATA) name the file, what is wrong, and the columns that there are. */
nch_status nch_columns_take(nch_rows *rows, const nch_columns_wanted *wanted, nch_columns_taken *taken, nch_error *error);

/* nch_rows_find, with the columns listed where there is none of that name. */
nch_status nch_columns_find(nch_rows *rows, const char *name, size_t *column, nch_error *error);

/* The text of a JSON record by its usual name, as nch_columns_take goes by names: the likeliest name, the least deep of equals, not inside arrays.
 * NULL if there is none; else its dotted path is in `path`, if it is shorter than `room`. */
const nch_json *nch_columns_text_of(const nch_json *record, char *path, size_t room);

/* "text: 문장, label: 감정"; without a header "text: column 2, label: column 3"; ", no label" where one was looked for. */
void nch_columns_describe(const nch_rows *rows, const nch_columns_taken *taken, nch_buffer *out);

#endif
