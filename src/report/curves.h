/* curves.h - the curves of a run, drawn while it goes on. (Apart from plots.h, so that who trains need not know the reader of logs.) */
#ifndef NCH_REPORT_CURVES_H
#define NCH_REPORT_CURVES_H

#include <stddef.h>

#include "base/status.h"

/* Draws FOLDER/curves.svg from the log.jsonl at `log_path`, under the folder's name; and FOLDER/details.svg if the log has details. `steps_an_epoch`:
 * see nch_curve_run. */
nch_status nch_curves_write(const char *folder, const char *log_path, size_t steps_an_epoch, nch_error *error);

#endif
