/* cleansing.h - texts made like those that a model was pretrained on, by named recipes that never change.
 *
 * A model that learned cleansed comments must be asked with cleansed comments; and the packages that people cleanse with
 * change under them (one release of `emoji` keeps every emoji, another silently deletes them; soynlp's released
 * repeat_normalize shortens from four equal letters, the one in its repository from three). So a cleansing has a name, the
 * name is kept with the model, and predicting applies it. A changed recipe gets a new name.
 *
 *   placeholders-1   &name&, &others& … of the National Institute of Korean Language's corpora are removed, with a number too (&name1&)
 *   kc-1             KcBERT's and KcELECTRA's: all but ASCII, Hangul, ㄱ-ㅣ, ％ · ∼ and emoji (those of the package emoji 0.6.0) becomes a
 *                    blank; URLs are removed; ㅋㅋㅋㅋ and longer runs of a letter become ㅋㅋ; blanks are joined and trimmed
 *   kc-2             the same without emoji
 *   nikl-ea-1, -2    placeholders-1, then kc-1 or kc-2
 *   …-git            runs are shortened from three on, as in soynlp's repository */
#ifndef NCH_TEXT_CLEANSING_H
#define NCH_TEXT_CLEANSING_H

#include <stddef.h>

#include "base/buffer.h"
#include "base/status.h"

typedef struct nch_cleansing nch_cleansing;

/* The cleansing of that name; NULL for "" and "none". An unknown name is NCH_USAGE, with the known ones in the text. */
nch_status nch_cleansing_find(const char *name, const nch_cleansing **cleansing, nch_error *error);
const char *nch_cleansing_name(const nch_cleansing *cleansing); /* "none" for NULL */
const char *nch_cleansing_at(size_t index);                     /* the names, one after the other; NULL behind the last */

/* Replaces *out by the cleansed text (which may be empty). NULL: the text as it is. Malformed UTF-8 counts as characters
 * that are not kept. Time is linear in the length. */
nch_status nch_cleansing_apply(const nch_cleansing *cleansing, const char *text, size_t length, nch_buffer *out,
                               nch_error *error);

/* The same in single steps, to be looked at: step 0, 1 … of the recipe applied to the text; *name is what the step does.
 * Returns false behind the last step. */
bool nch_cleansing_step(const nch_cleansing *cleansing, size_t step, const char *text, size_t length, nch_buffer *out,
                        const char **name);

#endif
