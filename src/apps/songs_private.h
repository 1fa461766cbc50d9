/* songs_private.h - where the parts of a collection stand: shared by those who build one and those who read one, and by nobody else. */
#ifndef NCH_APPS_SONGS_PRIVATE_H
#define NCH_APPS_SONGS_PRIVATE_H

#include "apps/songs.h"

#define NCH_SONGS_MAGIC "NCHSONG1"

typedef struct nch_songs_header {
	char magic[8];
	uint32_t labels, genres, artists, zero;
	uint64_t songs, entries, text;
	nch_song_marks marks;
} nch_songs_header;

_Static_assert(sizeof(nch_songs_header) == 112, "the header has no holes");

/* Bytes of a collection of these sizes; false if they overflow. */
bool nch_songs_size(const nch_songs_header *header, size_t *size);

#endif
