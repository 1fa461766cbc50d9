/* model_change.h - a folder becomes another model's: base/change.h with the names of what belongs to a model. */
#ifndef NCH_TRAIN_MODEL_CHANGE_H
#define NCH_TRAIN_MODEL_CHANGE_H

#include "base/change.h"

#define NCH_RUN_FILE "run.json"        /* which run's model it is (train/run_folder.h) */
#define NCH_COMMITTEE_MEMBER "member-" /* so begin the names of a committee's folders */

/* Ends a change that makes another model of a folder. Where `written`, the status of its files, is NCH_OK, it is committed: what belonged to the
 * model before, and is not replaced, vanishes with it; else, or where that fails, the folder stays as it was. The change is over in any case. Returns
 * the first failure; `error` is that of `written` or of what failed here. */
nch_status nch_model_change_end(nch_change *change, nch_status written, nch_error *error);

/* All of it: makes the folder TO where it is absent, takes it (nch_folder_lock_take), has `write` write the model's files into a folder of their own,
 * and puts them in their places. */
nch_status nch_model_change(const char *to, nch_status (*write)(void *context, const char *folder, nch_error *error), void *context,
                            nch_error *error);

#endif
