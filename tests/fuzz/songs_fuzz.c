/* Songs from anywhere. The first byte chooses: any bytes as an index; a good index with some of its bytes changed (any bytes have the right
 * sizes once in a lifetime); any bytes as a file of songs; or as a mood. What is accepted can be read to its end, answers, and gives a
 * page. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/song_html.h"
#include "apps/song_read.h"
#include "apps/songs_build.h"
#include "tests/fuzz/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const nch_songs *songs)
{
	size_t letters = 0, count;
	double *parts = malloc(songs->labels * sizeof *parts);
	for (size_t i = 0; i < songs->count; i++)
		letters += strlen(nch_songs_id(songs, i)) + strlen(nch_songs_title(songs, i)) + strlen(nch_songs_artist(songs, i));
	for (size_t c = 0; c < songs->labels; c++)
		letters += strlen(nch_songs_label(songs, c));
	for (size_t g = 0; g < songs->genres; g++)
		letters += strlen(nch_songs_genre(songs, g));
	nch_recommendation best[5];
	for (size_t i = 0; i < songs->count && i < 8; i++) {
		nch_wish wish = {.genre_weight = 0.3, .lyrics_weight = 1, .diversity = i % 2 ? 0.5 : 0.0, .likeness = i % 3 ? NCH_COSINE : NCH_JENSEN_SHANNON};
		nch_buffer page = {0};
		nch_wish_like(songs, i, &wish);
		if (nch_recommend(songs, &wish, 5, best, &count, NULL) != NCH_OK || count > 5)
			abort();
		for (size_t k = 0; k < count; k++)
			if (best[k].song >= songs->count || best[k].song == i || !(best[k].score >= 0.0) || (k > 0 && best[k].counted > best[k - 1].counted))
				abort();
		const nch_song_page what = {.asked = nch_songs_title(songs, i), .by = "", .songs = songs, .wish = &wish, .best = best, .count = count, .parts = parts};
		nch_song_html(&what, &page);
		if (page.data != NULL && strstr(page.data, "<script") != NULL)
			abort();
		nch_buffer_free(&page);
	}
	free(parts);
	if (letters == SIZE_MAX)
		abort();
}

static void read_index(const void *bytes, size_t size)
{
	nch_songs songs;
	if (nch_songs_read(bytes, size, "fuzz", &songs, NULL) == NCH_OK)
		ask(&songs);
}

/* Each three bytes of the data: a place and its new value. */
static void change_index(const uint8_t *data, size_t size)
{
	static const char *const labels[] = {"슬픔", "행복"}, *const genres[] = {"발라드", "<script>", "록"};
	static const float emotion[] = {0.25f, 0.75f};
	nch_songs_builder b = {0};
	nch_songs songs = {0};
	nch_songs_build_labels(&b, labels, 2, NULL);
	for (size_t i = 0; i < 4; i++) {
		const char id[] = {(char)('a' + i), '\0'};
		const nch_song_entry entry = {id, "<script>", i % 2 ? "가" : "", genres, i, i < 3 ? emotion : NULL};
		nch_songs_build_add(&b, &entry, NULL);
	}
	if (nch_songs_build_end(&b, &songs, NULL) == NCH_OK) {
		char *copy = malloc(songs.size);
		memcpy(copy, songs.memory, songs.size);
		for (size_t k = 0; k + 2 < size; k += 3)
			copy[(data[k] | (size_t)data[k + 1] << 8) % songs.size] = (char)data[k + 2];
		read_index(copy, songs.size);
		free(copy);
	}
	nch_songs_free(&songs);
	nch_songs_build_free(&b);
}

static void read_songs(const uint8_t *data, size_t size, const char *name)
{
	char path[FUZZ_PATH];
	const char *const paths[] = {path};
	const nch_song_marks marks = {0};
	nch_songs songs = {0};
	nch_song_counts counts;
	fuzz_put(name, data, size, path);
	if (nch_songs_from_files(paths, 1, NULL, &marks, NULL, NULL, &songs, &counts, NULL) == NCH_OK)
		ask(&songs);
	nch_songs_free(&songs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const labels[] = {"슬픔", "행복", "분노"};
	float shares[3];
	if (size < 1)
		return 0;
	const uint8_t *rest = data + 1;
	size_t length = size - 1;
	if (data[0] % 5 == 0) {
		char *copy = malloc(length > 0 ? length : 1); /* aligned, and an exact copy */
		if (length > 0)
			memcpy(copy, rest, length);
		read_index(copy, length);
		free(copy);
	} else if (data[0] % 5 == 1) {
		change_index(rest, length);
	} else if (data[0] % 5 < 4) {
		read_songs(rest, length, data[0] % 5 == 2 ? "songs.jsonl" : "songs.csv");
	} else {
		nch_mood_read((const char *)rest, length, labels, 3, shares, NULL);
	}
	return 0;
}
