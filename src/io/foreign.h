/* foreign.h - files that are no text, told by their first bytes, so that they are refused instead of read as one. */
#ifndef NCH_IO_FOREIGN_H
#define NCH_IO_FOREIGN_H

#include "io/input.h"

/* NCH_FORMAT with "PATH: is …, no text: what to do" if the file begins like a spreadsheet, an archive, a picture and so on. To be called when the
 * input has been started. */
nch_status nch_foreign_refuse(const nch_input *input, nch_error *error);

#endif
