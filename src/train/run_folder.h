/* run_folder.h - the folder that a run writes into: whose it is, and that nothing in it is touched before this is known.
 *
 * run.json says which run's model lies in the folder (train/run_identity.h), checkpoint/state.json which run's checkpoint. */
#ifndef NCH_TRAIN_RUN_FOLDER_H
#define NCH_TRAIN_RUN_FOLDER_H

#include "base/change.h"
#include "train/training.h"

/* One that a run has for itself. Start with {0}. */
typedef struct nch_run_folder {
	nch_folder_lock lock;
} nch_run_folder;

/* Makes training->out (where there is one) and takes it for the run training->identity, or refuses and leaves it as it was:
 *   - another process trains into it;
 *   - with training->resume and a checkpoint there: that is of another run; the first thing that differs is told;
 *   - else, since the run starts afresh: it holds the model or the checkpoint of another run, and training->overwrite is not set.
 * Close it when all is written. */
nch_status nch_run_folder_open(nch_run_folder *folder, const nch_train_options *training, nch_error *error);
void nch_run_folder_close(nch_run_folder *folder); /* {0} is allowed */

/* Writes run.json into a folder: whose model it holds, by training->identity and nch_identity_rates. */
nch_status nch_run_folder_sign(const char *path, const nch_train_options *training, nch_error *error);

/* As nch_model_change_end; the model is signed by the run. */
nch_status nch_run_folder_commit(nch_change *change, nch_status written, const nch_train_options *training, nch_error *error);

/* Whether `out` holds what this run of training a classifier leaves in the end, all of it. */
bool nch_run_folder_is_done(const char *out, const nch_train_options *training);

#endif
