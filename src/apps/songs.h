/* songs.h - songs as what a recommendation needs: who sings, which genres, and how each song feels.
 *
 * A song's feeling is a distribution over emotions: the mean of a model's probabilities over its lyric lines, or one that
 * came with the song. A collection is built once (songs_build.h) and kept in a file, the index, which is mapped and checked:
 * no part of it is copied.
 *
 * The index, little endian:
 *
 *     "NCHSONG1", u32 labels L, genres G, artists A, 0, u64 songs N, genre entries E, bytes of text T,
 *     32 bytes that tell the songs' files, 32 bytes that tell the model (song_index.h)
 *     u64 label_name[L] genre_name[G] artist_name[A] id[N] title[N] genre_start[N + 1]
 *     u32 artist[N] genre[E]
 *     f32 emotion[N × L]
 *     u8  known[N], text[T]
 *
 * A name is a place in the text, where a NUL-terminated string of UTF-8 begins. */
#ifndef NCH_APPS_SONGS_H
#define NCH_APPS_SONGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "base/status.h"

enum {
	NCH_SONG_LABELS = 1024,  /* the most emotions of a collection, */
	NCH_SONG_GENRES = 65536, /* its most genres, */
	NCH_SONG_OWN_GENRES = 32 /* and the most genres of one song: a comparison of two songs stays cheap, whatever a file holds */
};

/* Where a collection comes from. Zeros: nobody said. */
typedef struct nch_song_marks {
	unsigned char source[32], model[32];
} nch_song_marks;

/* Read-only; all pointers are into one piece of memory. Start with {0}; release with nch_songs_free. */
typedef struct nch_songs {
	size_t count, labels, genres, artists;
	const uint64_t *label_name, *genre_name; /* places in `text` */
	const uint64_t *artist_name;             /* the same; "" is an artist too: nobody knows who */
	const uint64_t *id, *title;              /* (count) */
	const uint64_t *genre_start;             /* (count + 1): song i has genre[genre_start[i] .. genre_start[i + 1]) */
	const uint32_t *artist;                  /* (count) */
	const uint32_t *genre;
	const float *emotion;                    /* (count, labels): shares of 1; zeros where they are not known */
	const uint8_t *known;                    /* (count): 1 if the song's feeling is known */
	const char *text;
	nch_song_marks marks;
	nch_mapping mapping; /* of a file … */
	char *memory;        /* … or the same bytes, built here; 8-byte aligned */
	size_t size;         /* bytes of either */
} nch_songs;

/* Maps an index. A damaged one is NCH_FORMAT. */
nch_status nch_songs_open(const char *path, nch_songs *songs, nch_error *error);
/* The same for bytes in memory, 8-byte aligned, which must outlive *songs. */
nch_status nch_songs_read(const void *bytes, size_t size, const char *where, nch_songs *songs, nch_error *error);
void nch_songs_free(nch_songs *songs);

/* Writes the index; a reader sees the old file or the new one, whole. */
nch_status nch_songs_write(const nch_songs *songs, const char *path, nch_error *error);

const char *nch_songs_label(const nch_songs *songs, size_t label);
const char *nch_songs_genre(const nch_songs *songs, size_t genre);
const char *nch_songs_id(const nch_songs *songs, size_t song);
const char *nch_songs_title(const nch_songs *songs, size_t song);
const char *nch_songs_artist(const nch_songs *songs, size_t song);

/* How many songs are meant: 1 if a song has this id; else the number of songs of this title. *song is the first of them. */
size_t nch_songs_find(const nch_songs *songs, const char *id, size_t *song);

#endif
