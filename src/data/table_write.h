/* table_write.h - rows of a data set as TSV that pandas, Python's csv and nunchi read back as they were. */
#ifndef NCH_DATA_TABLE_WRITE_H
#define NCH_DATA_TABLE_WRITE_H

#include "base/buffer.h"
#include "data/dataset.h"

/* A field: quoted only if it starts with a quote or holds a tab or line break (in any other field a quote is text), so that
 * simple tools can read most files too. */
void nch_table_field(nch_buffer *out, const char *text, size_t length);

/* "text<TAB>label" (with a pair: "text<TAB>pair<TAB>label"; without labels no such column) and a line break. */
void nch_table_header(nch_buffer *out, const nch_dataset *dataset);

/* One row in these columns; several labels are joined by commas. */
void nch_table_row(nch_buffer *out, const nch_dataset *dataset, size_t row);

#endif
