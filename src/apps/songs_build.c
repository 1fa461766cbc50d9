/* songs_build.c - a collection of songs, put together one by one and then laid out as its file. */
#include "apps/songs_build.h"

#include <stdlib.h>
#include <string.h>

#include "apps/songs_private.h"
#include "base/memory.h"
#include "base/utf8.h"

/* --- adding --- */

static nch_status add_text(nch_songs_builder *b, const char *text, uint64_t **places, size_t *room, size_t index, nch_error *error)
{
	NCH_TRY(nch_grow(places, room, index + 1, sizeof **places, error));
	(*places)[index] = b->text.length;
	if (!nch_utf8_valid(text, strlen(text)))
		return nch_fail(error, NCH_DATA, "a text is no UTF-8");
	nch_buffer_add(&b->text, text, strlen(text) + 1);
	return nch_buffer_check(&b->text, error);
}

nch_status nch_songs_build_labels(nch_songs_builder *b, const char *const *names, size_t count, nch_error *error)
{
	if (count == 0 || count > NCH_SONG_LABELS)
		return nch_fail(error, NCH_DATA, "%zu emotions: there must be 1 to %d", count, NCH_SONG_LABELS);
	for (size_t i = 0; i < count; i++)
		NCH_TRY(add_text(b, names[i], &b->label_name, &b->label_room, i, error));
	b->labels = count;
	NCH_TRY(nch_grow(&b->genre_start, &b->start_room, 1, sizeof *b->genre_start, error));
	b->genre_start[0] = 0;
	return NCH_OK;
}

static nch_status genre_number(nch_songs_builder *b, const char *name, uint32_t *number, nch_error *error)
{
	size_t before = b->genres.count;
	int32_t id;
	if (name[0] == '\0' || strlen(name) > 1000)
		return nch_fail(error, NCH_DATA, "a genre of %zu bytes; is the genre's column the right one?", strlen(name));
	if (before >= NCH_SONG_GENRES && nch_labels_find(&b->genres, name, strlen(name)) < 0)
		return nch_fail(error, NCH_DATA, "more than %d genres; is the genre's column the right one?", NCH_SONG_GENRES);
	NCH_TRY(nch_labels_add(&b->genres, name, strlen(name), &id, error));
	if (b->genres.count > before)
		NCH_TRY(add_text(b, name, &b->genre_name, &b->genre_name_room, before, error));
	*number = (uint32_t)id;
	return NCH_OK;
}

/* The song's genres, each once. */
static nch_status add_genres(nch_songs_builder *b, const nch_song_entry *entry, nch_error *error)
{
	uint64_t first = b->genre_start[b->count], end = first;
	for (size_t i = 0; i < entry->genre_count; i++) {
		uint32_t number = 0;
		bool twice = false;
		NCH_TRY(genre_number(b, entry->genres[i], &number, error));
		for (uint64_t k = first; k < end; k++)
			twice |= b->genre[k] == number;
		if (twice)
			continue;
		if (end - first == NCH_SONG_OWN_GENRES)
			return nch_fail(error, NCH_DATA, "a song of more than %d genres", NCH_SONG_OWN_GENRES);
		NCH_TRY(nch_grow(&b->genre, &b->genre_room, (size_t)end + 1, sizeof *b->genre, error));
		b->genre[end++] = number;
	}
	NCH_TRY(nch_grow(&b->genre_start, &b->start_room, b->count + 2, sizeof *b->genre_start, error));
	b->genre_start[b->count + 1] = end;
	return NCH_OK;
}

static nch_status add_emotion(nch_songs_builder *b, const float *emotion, nch_error *error)
{
	size_t cells;
	double sum = 0.0;
	if (!nch_size_mul(b->count + 1, b->labels, &cells))
		return nch_no_memory(error);
	NCH_TRY(nch_grow(&b->emotion, &b->emotion_room, cells, sizeof *b->emotion, error));
	NCH_TRY(nch_grow(&b->known, &b->known_room, b->count + 1, sizeof *b->known, error));
	for (size_t c = 0; c < b->labels && emotion != NULL; c++) {
		if (!(emotion[c] >= 0.0f && emotion[c] <= 1e30f))
			return nch_fail(error, NCH_DATA, "the share of an emotion is not a number from 0 up");
		sum += (double)emotion[c];
	}
	b->known[b->count] = sum > 0.0;
	for (size_t c = 0; c < b->labels; c++)
		b->emotion[b->count * b->labels + c] = sum > 0.0 ? (float)((double)emotion[c] / sum) : 0.0f;
	return NCH_OK;
}

nch_status nch_songs_build_add(nch_songs_builder *b, const nch_song_entry *entry, nch_error *error)
{
	if (entry->id[0] == '\0')
		return nch_fail(error, NCH_DATA, "a song has no id");
	NCH_TRY(add_text(b, entry->id, &b->id, &b->id_room, b->count, error));
	NCH_TRY(add_text(b, entry->title, &b->title, &b->title_room, b->count, error));
	NCH_TRY(add_text(b, entry->artist, &b->artist, &b->artist_room, b->count, error));
	NCH_TRY(add_genres(b, entry, error));
	NCH_TRY(add_emotion(b, entry->emotion, error));
	b->count++;
	return NCH_OK;
}

void nch_songs_build_free(nch_songs_builder *b)
{
	nch_free(b->label_name);
	nch_free(b->genre_name);
	nch_free(b->id);
	nch_free(b->title);
	nch_free(b->artist);
	nch_free(b->genre_start);
	nch_free(b->genre);
	nch_free(b->emotion);
	nch_free(b->known);
	nch_labels_free(&b->genres);
	nch_buffer_free(&b->text);
	*b = (nch_songs_builder){0};
}

/* --- the end: equal names found by sorting --- */

typedef struct named {
	const char *name;
	size_t song;
} named;

static int by_name(const void *a, const void *b)
{
	const named *x = a, *y = b;
	int order = strcmp(x->name, y->name);
	return order != 0 ? order : (x->song > y->song) - (x->song < y->song);
}

static void sort_names(const nch_songs_builder *b, const uint64_t *places, named *list)
{
	for (size_t i = 0; i < b->count; i++)
		list[i] = (named){b->text.data + places[i], i};
	qsort(list, b->count, sizeof *list, by_name);
}

static nch_status ids_differ(const nch_songs_builder *b, named *list, nch_error *error)
{
	sort_names(b, b->id, list);
	for (size_t i = 1; i < b->count; i++)
		if (strcmp(list[i - 1].name, list[i].name) == 0)
			return nch_fail(error, NCH_DATA, "two songs have the id \"%s\"", list[i].name);
	return NCH_OK;
}

/* artist[song]: the number of its artist, in the order of the names; artist_name[number]: where that name stands. Returns how many there are. */
static size_t number_artists(const nch_songs_builder *b, named *list, uint64_t *artist_name, uint32_t *artist)
{
	size_t artists = 0;
	sort_names(b, b->artist, list);
	for (size_t i = 0; i < b->count; i++) {
		if (i == 0 || strcmp(list[i - 1].name, list[i].name) != 0)
			artist_name[artists++] = (uint64_t)(list[i].name - b->text.data);
		artist[list[i].song] = (uint32_t)(artists - 1);
	}
	return artists;
}

static char *put(char *to, const void *from, size_t bytes)
{
	if (bytes > 0)
		memcpy(to, from, bytes);
	return to + bytes;
}

static nch_status lay_out(const nch_songs_builder *b, const uint64_t *artist_name, size_t artists, const uint32_t *artist, nch_songs *songs,
                          nch_error *error)
{
	size_t size;
	nch_songs_header h = {.labels = (uint32_t)b->labels, .genres = (uint32_t)b->genres.count, .artists = (uint32_t)artists, .songs = b->count,
	                      .entries = b->genre_start[b->count], .text = b->text.length, .marks = b->marks};
	memcpy(h.magic, NCH_SONGS_MAGIC, sizeof h.magic);
	char *memory = nch_songs_size(&h, &size) ? nch_alloc_aligned(size, 1) : NULL;
	if (memory == NULL)
		return nch_no_memory(error);
	char *at = put(memory, &h, sizeof h);
	at = put(at, b->label_name, b->labels * 8);
	at = put(at, b->genre_name, b->genres.count * 8);
	at = put(at, artist_name, artists * 8);
	at = put(at, b->id, b->count * 8);
	at = put(at, b->title, b->count * 8);
	at = put(at, b->genre_start, (b->count + 1) * 8);
	at = put(at, artist, b->count * 4);
	at = put(at, b->genre, (size_t)h.entries * 4);
	at = put(at, b->emotion, b->count * b->labels * 4);
	at = put(at, b->known, b->count);
	put(at, b->text.data, b->text.length);
	nch_status status = nch_songs_read(memory, size, "songs", songs, error);
	if (status == NCH_OK)
		songs->memory = memory;
	else
		nch_free(memory);
	return status;
}

nch_status nch_songs_build_end(nch_songs_builder *b, nch_songs *songs, nch_error *error)
{
	if (b->count == 0)
		return nch_fail(error, NCH_DATA, "there are no songs");
	if (b->count > UINT32_MAX)
		return nch_fail(error, NCH_DATA, "more than %lu songs", (unsigned long)UINT32_MAX);
	named *list = nch_alloc(b->count, sizeof *list);
	uint64_t *artist_name = nch_alloc(b->count, sizeof *artist_name);
	uint32_t *artist = nch_alloc(b->count, sizeof *artist);
	nch_status status = list != NULL && artist_name != NULL && artist != NULL ? ids_differ(b, list, error) : nch_no_memory(error);
	if (status == NCH_OK) {
		size_t artists = number_artists(b, list, artist_name, artist);
		status = lay_out(b, artist_name, artists, artist, songs, error);
	}
	nch_free(artist);
	nch_free(artist_name);
	nch_free(list);
	return status;
}
