/* songs_build.h - a collection of songs, put together one by one. */
#ifndef NCH_APPS_SONGS_BUILD_H
#define NCH_APPS_SONGS_BUILD_H

#include "apps/songs.h"
#include "base/buffer.h"
#include "data/labels.h"

/* Start with {0}; nch_songs_build_free releases it. */
typedef struct nch_songs_builder {
	size_t count, labels;
	uint64_t *label_name, *genre_name, *id, *title, *artist, *genre_start; /* places in `text`; genre_start as in nch_songs */
	nch_labels genres; /* the genres' names by number */
	uint32_t *genre;
	float *emotion;
	uint8_t *known;
	nch_buffer text;
	nch_song_marks marks; /* may be set before the end */
	size_t label_room, genre_name_room, id_room, title_room, artist_room, start_room, genre_room, emotion_room, known_room;
} nch_songs_builder;

typedef struct nch_song_entry {
	const char *id, *title, *artist; /* NUL-terminated UTF-8, never NULL; only the id must not be empty */
	const char *const *genres;
	size_t genre_count;
	const float *emotion; /* (labels), any positive scale; NULL: not known */
} nch_song_entry;

/* The emotions' names come first, then the songs one by one. What is wrong with a song is NCH_DATA. */
nch_status nch_songs_build_labels(nch_songs_builder *builder, const char *const *names, size_t count, nch_error *error);
nch_status nch_songs_build_add(nch_songs_builder *builder, const nch_song_entry *entry, nch_error *error);

/* Makes the collection, which no longer needs the builder. No songs at all, and two songs of one id, are NCH_DATA. */
nch_status nch_songs_build_end(nch_songs_builder *builder, nch_songs *songs, nch_error *error);
void nch_songs_build_free(nch_songs_builder *builder);

#endif
