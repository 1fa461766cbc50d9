/* default_model.h - the model that comes with the program, for who names no other. */
#ifndef NCH_CLI_DEFAULT_MODEL_H
#define NCH_CLI_DEFAULT_MODEL_H

#include <stdbool.h>

#include "base/status.h"

/* What the bundled folder holds: itself a model of the seven emotions, models of its own for the narrator of a storybook and for songs in folders
 * beside, and the encoder that a training begins with. */
typedef enum nch_default_part { NCH_DEFAULT_EMOTIONS, NCH_DEFAULT_STORYBOOK, NCH_DEFAULT_SONGS, NCH_DEFAULT_ENCODER } nch_default_part;

/* *folder is `given`, or where that is NULL the folder of that part of the default model, which a note on standard error tells. It is looked for
 * where NUNCHI_MODEL says; else in data/model or share/nunchi/model beside the folder of the program's file, in the working folder's data/model, and
 * where `make install` put it. Found nowhere: NCH_USAGE. A part without a folder of its own is answered by the emotions' model. *folder lives as long
 * as the program. */
nch_status nch_default_model(const char *given, nch_default_part part, const char **folder, nch_error *error);

/* Whether --init DIR is the word "default", and no folder of that name. NULL is not. */
bool nch_default_is(const char *given);
/* The same for --init DIR, where that word stands for the encoder; NULL stays NULL. */
nch_status nch_default_init(const char *given, const char **folder, nch_error *error);

#endif
