/* song_read.h - songs from a data file (JSON lines, CSV …), their lyrics tagged line by line.
 *
 * Columns by their usual names, in any case: id (아이디), title (제목), artist (가수), genre or genres (장르: a JSON list, or names
 * between , ; | /), lyrics (가사: a text with line breaks, or a JSON list of lines), and emotions (distribution, scores, 감정): a
 * distribution that was computed before, {"슬픔":0.7,"행복":0.3} or 슬픔=.7,행복=.3, which goes before the lyrics. Without an id a
 * song's number is its id. */
#ifndef NCH_APPS_SONG_READ_H
#define NCH_APPS_SONG_READ_H

#include "apps/songs.h"
#include "train/predictor.h"

typedef struct nch_song_counts {
	size_t songs, lines; /* lyric lines that were tagged */
	size_t unknown;      /* songs without lyrics and emotions */
} nch_song_counts;

/* Reads the files, tags what has to be tagged, and builds the collection. predictor NULL: every song with lyrics must bring its
 * emotions, and the labels are all names that occur, by code point. marks: kept in the collection. `progress` (may be NULL) is told
 * the songs read so far. Errors name file and line. */
nch_status nch_songs_from_files(const char *const *paths, size_t count, nch_predictor *predictor, const nch_song_marks *marks,
                                void (*progress)(void *context, size_t songs), void *context, nch_songs *songs, nch_song_counts *counts,
                                nch_error *error);

/* Whether there is a song with lyrics and without emotions, for which a model is needed; of standard input, which can't be read twice, it is said
 * without looking. */
nch_status nch_songs_need_model(const char *const *paths, size_t count, bool *needed, nch_error *error);

/* shares (labels) of "슬픔=.7,행복=.3": NCH_DATA for a name that is none of the labels, a number below 0, or none above. They sum to 1. */
nch_status nch_mood_read(const char *text, size_t length, const char *const *labels, size_t count, float *shares, nch_error *error);

/* The mean of the model's probabilities over the lines of a text that are not blank; *known is false where there is none. */
nch_status nch_lyrics_emotion(nch_predictor *predictor, const char *text, size_t length, float *shares, bool *known, nch_error *error);

#endif
