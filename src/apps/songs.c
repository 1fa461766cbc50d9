/* songs.c - a collection of songs in a file: where its parts stand, and what is checked before anything is believed. */
#include "apps/songs.h"

#include <string.h>

#include "apps/songs_private.h"
#include "base/memory.h"
#include "base/utf8.h"

/* --- the layout --- */

/* *total += count × bytes; false on overflow. */
static bool add_part(size_t *total, uint64_t count, size_t bytes)
{
	size_t part;
	return count <= SIZE_MAX && nch_size_mul((size_t)count, bytes, &part) && nch_size_add(*total, part, total);
}

bool nch_songs_size(const nch_songs_header *h, size_t *size)
{
	size_t cells;
	*size = sizeof *h;
	return h->songs < SIZE_MAX && nch_size_mul((size_t)h->songs, h->labels, &cells) &&
	       add_part(size, (uint64_t)h->labels + h->genres + h->artists + 1, 8) && /* names, and the last genre_start */
	       add_part(size, h->songs, 3 * 8) &&                                     /* id, title, genre_start */
	       add_part(size, h->songs, 4) && add_part(size, h->entries, 4) &&        /* artist, genre */
	       add_part(size, cells, 4) &&                                            /* emotion */
	       add_part(size, h->songs, 1) && add_part(size, h->text, 1);             /* known, text */
}

static void lay_out(const nch_songs_header *h, const void *bytes, nch_songs *s)
{
	const uint64_t *names = (const uint64_t *)(const void *)((const char *)bytes + sizeof *h);
	size_t n = (size_t)h->songs;
	*s = (nch_songs){.count = n, .labels = h->labels, .genres = h->genres, .artists = h->artists, .marks = h->marks};
	s->label_name = names;
	s->genre_name = s->label_name + s->labels;
	s->artist_name = s->genre_name + s->genres;
	s->id = s->artist_name + s->artists;
	s->title = s->id + n;
	s->genre_start = s->title + n;
	s->artist = (const uint32_t *)(const void *)(s->genre_start + n + 1);
	s->genre = s->artist + n;
	s->emotion = (const float *)(const void *)(s->genre + h->entries);
	s->known = (const uint8_t *)(s->emotion + n * s->labels);
	s->text = (const char *)s->known + n;
}

/* --- what is checked --- */

/* A name begins where the one before it has ended; so no two names overlap, and none begins within a letter. */
static bool names_are_good(const nch_songs *s, const uint64_t *places, size_t count, uint64_t text)
{
	for (size_t i = 0; i < count; i++)
		if (places[i] >= text || (places[i] > 0 && s->text[places[i] - 1] != '\0'))
			return false;
	return true;
}

static bool text_is_good(const nch_songs *s, uint64_t text)
{
	return text > 0 && s->text[text - 1] == '\0' && nch_utf8_valid(s->text, (size_t)text) &&
	       names_are_good(s, s->label_name, s->labels + s->genres + s->artists + 2 * s->count, text);
}

static bool artists_are_good(const nch_songs *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->artist[i] >= s->artists)
			return false;
	return true;
}

/* A few genres a song, each once. */
static bool genres_are_good(const nch_songs *s, uint64_t entries)
{
	if (s->genre_start[0] != 0 || s->genre_start[s->count] != entries)
		return false;
	for (size_t i = 0; i < s->count; i++) {
		uint64_t begin = s->genre_start[i], end = s->genre_start[i + 1];
		if (begin > end || end > entries || end - begin > NCH_SONG_OWN_GENRES)
			return false;
		for (uint64_t k = begin; k < end; k++) {
			if (s->genre[k] >= s->genres)
				return false;
			for (uint64_t j = begin; j < k; j++)
				if (s->genre[j] == s->genre[k])
					return false;
		}
	}
	return true;
}

/* Shares from 0 to 1; of a known song they sum to 1, of another they are 0. */
static bool emotions_are_good(const nch_songs *s)
{
	for (size_t i = 0; i < s->count; i++) {
		double sum = 0.0;
		for (size_t c = 0; c < s->labels; c++) {
			float share = s->emotion[i * s->labels + c];
			if (!(share >= 0.0f && share <= 1.0f))
				return false;
			sum += (double)share;
		}
		if (s->known[i] > 1 || (s->known[i] == 1 ? !(sum > 0.999 && sum < 1.001) : sum > 0.0))
			return false;
	}
	return true;
}

/* --- reading and writing --- */

static bool is_little_endian(void)
{
	const uint32_t one = 1;
	unsigned char first;
	memcpy(&first, &one, 1);
	return first == 1;
}

nch_status nch_songs_read(const void *bytes, size_t size, const char *where, nch_songs *songs, nch_error *error)
{
	nch_songs_header h;
	size_t want;
	*songs = (nch_songs){0};
	if (!is_little_endian())
		return nch_fail(error, NCH_FORMAT, "%s: indexes of songs are for little-endian processors", where);
	if (size < sizeof h.magic || memcmp(bytes, NCH_SONGS_MAGIC, sizeof h.magic) != 0)
		return nch_fail(error, NCH_FORMAT, "%s is no index of songs (or of another version); make one: nunchi recommend --songs FILE --index FILE",
		                where);
	if (size < sizeof h)
		return nch_fail(error, NCH_FORMAT, "%s: the index of songs is damaged: it is too short", where);
	memcpy(&h, bytes, sizeof h);
	if (h.songs == 0 || h.labels == 0 || h.labels > NCH_SONG_LABELS || h.genres > NCH_SONG_GENRES || h.zero != 0 ||
	    !nch_songs_size(&h, &want) || want != size)
		return nch_fail(error, NCH_FORMAT, "%s: the index of songs is damaged: its sizes do not fit the file", where);
	lay_out(&h, bytes, songs);
	songs->size = size;
	if (text_is_good(songs, h.text) && artists_are_good(songs) && genres_are_good(songs, h.entries) && emotions_are_good(songs))
		return NCH_OK;
	*songs = (nch_songs){0};
	return nch_fail(error, NCH_FORMAT, "%s: the index of songs is damaged; make it again", where);
}

nch_status nch_songs_open(const char *path, nch_songs *songs, nch_error *error)
{
	nch_mapping mapping = {0};
	NCH_TRY(nch_file_map_any(path, &mapping, error));
	nch_status status = nch_songs_read(mapping.data, mapping.size, path, songs, error);
	if (status == NCH_OK)
		songs->mapping = mapping;
	else
		nch_file_unmap(&mapping);
	return status;
}

void nch_songs_free(nch_songs *songs)
{
	if (songs->mapping.data != NULL)
		nch_file_unmap(&songs->mapping);
	nch_free(songs->memory);
	*songs = (nch_songs){0};
}

nch_status nch_songs_write(const nch_songs *songs, const char *path, nch_error *error)
{
	return nch_file_write(path, songs->memory != NULL ? songs->memory : (const void *)songs->mapping.data, songs->size, error);
}

/* --- asking --- */

const char *nch_songs_label(const nch_songs *songs, size_t label)
{
	return songs->text + songs->label_name[label];
}

const char *nch_songs_genre(const nch_songs *songs, size_t genre)
{
	return songs->text + songs->genre_name[genre];
}

const char *nch_songs_id(const nch_songs *songs, size_t song)
{
	return songs->text + songs->id[song];
}

const char *nch_songs_title(const nch_songs *songs, size_t song)
{
	return songs->text + songs->title[song];
}

const char *nch_songs_artist(const nch_songs *songs, size_t song)
{
	return songs->text + songs->artist_name[songs->artist[song]];
}

size_t nch_songs_find(const nch_songs *songs, const char *id, size_t *song)
{
	size_t titles = 0;
	for (size_t i = 0; i < songs->count; i++)
		if (strcmp(nch_songs_id(songs, i), id) == 0) {
			*song = i;
			return 1;
		}
	for (size_t i = 0; i < songs->count; i++)
		if (strcmp(nch_songs_title(songs, i), id) == 0 && titles++ == 0)
			*song = i;
	return titles;
}
