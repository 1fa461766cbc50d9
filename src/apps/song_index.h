/* song_index.h - whether an index of songs still tells what the songs and the model would.
 *
 * The songs' files are told by the SHA-256 of their bytes. A model is told by what it answers: the SHA-256 of its labels and of
 * its probabilities for a few fixed lines. Those are the same bits on every machine, and weights, tokenizer and cleansing all
 * have a part in them; and no 400 MB are read to find out. */
#ifndef NCH_APPS_SONG_INDEX_H
#define NCH_APPS_SONG_INDEX_H

#include "apps/songs.h"
#include "train/predictor.h"

/* The marks of these files (in this order) and this model; predictor NULL: its part is zeros. Standard input ("-") can't be read
 * twice: with it the songs' part is zeros, which nothing is held to fit. */
nch_status nch_song_marks_of(const char *const *paths, size_t count, nch_predictor *predictor, nch_song_marks *marks, nch_error *error);

/* Whether songs with these marks were read from the same files. */
bool nch_song_marks_same_source(const nch_song_marks *a, const nch_song_marks *b);
/* Whether they were tagged by the same model, or one of them by none (all songs brought their emotions). */
bool nch_song_marks_same_model(const nch_song_marks *a, const nch_song_marks *b);

/* Whether a file may be written over by an index: it is absent, empty, or begins as an index does. */
bool nch_song_index_may_replace(const char *path);

#endif
