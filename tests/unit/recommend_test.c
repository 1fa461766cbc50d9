/* Recommending: likeness by hand, rules for ties and what is missing, diversity against the slow way, the file and its enemies. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/recommend.h"
#include "apps/song_html.h"
#include "apps/song_read.h"
#include "apps/songs_build.h"
#include "base/memory.h"
#include "test.h"

static const char *const moods[] = {"분노", "슬픔", "행복"};

typedef struct plain_song {
	const char *id, *artist, *genres[3];
	float emotion[3];
} plain_song;

/* Made by hand: sad ballads, a sad folk song, glad dances, an angry rock song, one without lyrics, one without genres. */
static const plain_song plain[] = {
	{"b1", "가", {"발라드"}, {0.05f, 0.9f, 0.05f}},  {"b2", "가", {"발라드"}, {0.1f, 0.85f, 0.05f}}, {"b3", "나", {"발라드", "포크"}, {0.0f, 0.95f, 0.05f}},
	{"f1", "다", {"포크"}, {0.05f, 0.9f, 0.05f}},    {"d1", "라", {"댄스"}, {0.05f, 0.05f, 0.9f}},   {"d2", "라", {"댄스"}, {0.0f, 0.1f, 0.9f}},
	{"r1", "마", {"록"}, {0.9f, 0.05f, 0.05f}},      {"n1", "바", {"발라드"}, {0, 0, 0}},            {"g1", "사", {NULL}, {0.05f, 0.9f, 0.05f}},
	{"h1", "아", {"발라드", "댄스"}, {0.05f, 0.05f, 0.9f}},
};
enum { PLAIN = sizeof plain / sizeof *plain };

static void build(const plain_song *list, size_t count, nch_songs *songs)
{
	nch_songs_builder b = {0};
	CHECK(nch_songs_build_labels(&b, moods, 3, NULL) == NCH_OK);
	for (size_t i = 0; i < count; i++) {
		size_t genres = 0;
		while (genres < 3 && list[i].genres[genres] != NULL)
			genres++;
		bool known = list[i].emotion[0] + list[i].emotion[1] + list[i].emotion[2] > 0;
		const nch_song_entry e = {list[i].id, list[i].id, list[i].artist, list[i].genres, genres, known ? list[i].emotion : NULL};
		CHECK(nch_songs_build_add(&b, &e, NULL) == NCH_OK);
	}
	CHECK(nch_songs_build_end(&b, songs, NULL) == NCH_OK);
	nch_songs_build_free(&b);
}

/* The ids of the best, with blanks between. */
static const char *ids(const nch_songs *s, const nch_wish *wish, size_t top, char *text)
{
	nch_recommendation best[64];
	size_t count;
	CHECK(nch_recommend(s, wish, top, best, &count, NULL) == NCH_OK);
	text[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		strcat(text, i > 0 ? " " : "");
		strcat(text, nch_songs_id(s, best[i].song));
	}
	return text;
}

static nch_wish like(const nch_songs *s, const char *id)
{
	nch_wish wish = {.genre_weight = 0.3, .lyrics_weight = 1.0};
	size_t song = 0;
	CHECK(nch_songs_find(s, id, &song) == 1);
	nch_wish_like(s, song, &wish);
	return wish;
}

TEST(a_sad_ballad_finds_sad_ballads)
{
	nch_songs s = {0};
	char text[500];
	build(plain, PLAIN, &s);
	nch_wish wish = like(&s, "b1");
	/* b2: .3 + nearly 1; b3: .3/√2 + nearly 1; then the sad ones of other genres, in their order; a glad song last but the one without lyrics */
	CHECK_TEXT(ids(&s, &wish, 4, text), "b2 b3 f1 g1");
	wish = like(&s, "d1");
	CHECK_TEXT(ids(&s, &wish, 2, text), "d2 h1");
	wish.lyrics_weight = 0; /* by genre alone: ties by lyrics, then by order */
	CHECK_TEXT(ids(&s, &wish, 3, text), "d2 h1 b2");
	wish = like(&s, "b1");
	wish.genre_weight = 0;
	CHECK_TEXT(ids(&s, &wish, 3, text), "f1 g1 b3"); /* the same distribution twice; cos(b1, b3) .9983 > cos(b1, b2) .9982 */
	nch_songs_free(&s);
}

TEST(what_is_missing)
{
	nch_songs s = {0};
	nch_recommendation best[PLAIN];
	size_t count;
	char text[500];
	build(plain, PLAIN, &s);
	nch_wish wish = like(&s, "n1"); /* no lyrics: its genre alone */
	CHECK(wish.emotion == NULL);
	CHECK_TEXT(ids(&s, &wish, 4, text), "b1 b2 b3 h1");
	wish = like(&s, "g1"); /* no genre: its lyrics alone */
	CHECK(nch_recommend(&s, &wish, PLAIN, best, &count, NULL) == NCH_OK && count == PLAIN - 1);
	for (size_t i = 0; i < count; i++)
		CHECK(best[i].genre == 0.0);
	CHECK(best[count - 1].song == 7 && best[count - 1].score == 0.0);
	static const float nothing[3];
	wish.emotion = nothing;
	CHECK(nch_recommend(&s, &wish, 3, best, &count, NULL) == NCH_USAGE);
	nch_songs_free(&s);
}

TEST(likeness)
{
	static const float p[] = {0.5f, 0.5f, 0}, q[] = {0.5f, 0.5f, 0}, r[] = {0, 0, 1}, t[] = {1, 0, 0};
	double parts[3];
	CHECK_CLOSE(nch_likeness_parts(NCH_COSINE, p, q, 3, parts), 1, 1e-12);
	CHECK(nch_likeness_parts(NCH_JENSEN_SHANNON, p, q, 3, parts) == 1.0);
	CHECK_CLOSE(nch_likeness_parts(NCH_COSINE, p, r, 3, parts), 0, 1e-12);
	CHECK_CLOSE(nch_likeness_parts(NCH_JENSEN_SHANNON, p, r, 3, parts), 0, 1e-12);
	CHECK_CLOSE(nch_likeness_parts(NCH_COSINE, p, t, 3, parts), sqrt(0.5), 1e-12);
	CHECK(nch_likeness_parts(NCH_JENSEN_SHANNON, r, t, 3, parts) == 0.0);
	/* JSD(p, t), m = (.75, .25, 0): ½(½ log2(½/¾) + ½ log2(½/¼)) + ½ log2(1/¾) */
	double jsd = 0.5 * (0.5 * log2(0.5 / 0.75) + 0.5 * log2(2)) + 0.5 * log2(1 / 0.75);
	CHECK_CLOSE(nch_likeness_parts(NCH_JENSEN_SHANNON, p, t, 3, parts), 1 - jsd, 1e-12);
	CHECK_CLOSE(parts[0] + parts[1] + parts[2], 1 - jsd, 1e-12);
}

TEST(diversity_by_hand)
{
	nch_songs s = {0};
	char text[500];
	build(plain, PLAIN, &s);
	static const float sad[] = {0.05f, 0.9f, 0.05f};
	nch_wish wish = {.emotion = sad, .without = SIZE_MAX, .lyrics_weight = 1.0};
	CHECK_TEXT(ids(&s, &wish, 5, text), "b1 f1 g1 b3 b2");
	wish.diversity = 1.0; /* b2 is of the same artist as b1: it counts nothing any more */
	CHECK_TEXT(ids(&s, &wish, 6, text), "b1 f1 g1 b3 d2 r1");
	nch_songs_free(&s);
}

/* Many random songs: the heap against sorting all, with and without diversity. */
static uint32_t random_state = 1;
static uint32_t random_number(uint32_t limit)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (random_state >> 8) % limit;
}

static void build_random(size_t count, nch_songs *s)
{
	nch_songs_builder b = {0};
	static const char *const genres[] = {"가", "나", "다", "라", "마"};
	nch_songs_build_labels(&b, moods, 3, NULL);
	for (size_t i = 0; i < count; i++) {
		char id[32], artist[32];
		const char *own[2] = {genres[random_number(5)], genres[random_number(5)]};
		float emotion[3] = {(float)random_number(4), (float)random_number(4), (float)random_number(4)}; /* few values: many ties */
		snprintf(id, sizeof id, "%zu", i);
		snprintf(artist, sizeof artist, "a%u", (unsigned)random_number(7));
		const nch_song_entry e = {id, id, artist, own, random_number(3), random_number(9) > 0 ? emotion : NULL};
		CHECK(nch_songs_build_add(&b, &e, NULL) == NCH_OK);
	}
	CHECK(nch_songs_build_end(&b, s, NULL) == NCH_OK);
	nch_songs_build_free(&b);
}

/* The same by looking at all songs for every place, from the formulas, in double as there: ties must be ties in both. */
static double slow_cosine(const float *p, const float *q)
{
	double pq = 0, pp = 0, qq = 0;
	for (size_t c = 0; c < 3; c++) {
		pq += (double)p[c] * (double)q[c];
		pp += (double)p[c] * (double)p[c];
		qq += (double)q[c] * (double)q[c];
	}
	return fmin(1, pq / (sqrt(pp) * sqrt(qq)));
}

static double slow_score(const nch_songs *s, const nch_wish *wish, size_t song, double *lyrics)
{
	const float *emotion = s->emotion + song * s->labels;
	size_t shared = 0, own = (size_t)(s->genre_start[song + 1] - s->genre_start[song]);
	double parts[3];
	for (size_t k = 0; k < own; k++)
		for (size_t g = 0; g < wish->genres; g++)
			shared += s->genre[s->genre_start[song] + k] == wish->genre[g];
	*lyrics = 0;
	if (wish->emotion != NULL && s->known[song])
		*lyrics = wish->likeness == NCH_COSINE ? slow_cosine(wish->emotion, emotion) : nch_likeness_parts(wish->likeness, wish->emotion, emotion, 3, parts);
	return 0.3 * (shared > 0 ? (double)shared / sqrt((double)own * (double)wish->genres) : 0) + *lyrics;
}

static void slowly(const nch_songs *s, const nch_wish *wish, size_t top, size_t *chosen, double *scores)
{
	bool *used = calloc(s->count, sizeof *used);
	for (size_t k = 0; k < top; k++) {
		size_t best = SIZE_MAX;
		double best_count = 0, best_lyrics = 0;
		for (size_t i = 0; i < s->count; i++) {
			double lyrics, score = slow_score(s, wish, i, &lyrics), counted = score;
			if (used[i] || i == wish->without)
				continue;
			for (size_t j = 0; j < k; j++)
				if (strcmp(nch_songs_artist(s, chosen[j]), nch_songs_artist(s, i)) == 0)
					counted *= 1 - wish->diversity;
			if (best == SIZE_MAX || counted > best_count || (counted == best_count && lyrics > best_lyrics)) {
				best = i;
				best_count = counted;
				best_lyrics = lyrics;
				scores[k] = score;
			}
		}
		chosen[k] = best;
		used[best] = true;
	}
	free(used);
}

TEST(heaps_against_the_slow_way)
{
	nch_songs s = {0};
	nch_recommendation best[20];
	size_t chosen[20], count;
	double scores[20];
	build_random(300, &s);
	for (size_t query = 0; query < 40; query++) {
		nch_wish wish = {.genre_weight = 0.3, .lyrics_weight = 1.0, .likeness = query % 2 ? NCH_COSINE : NCH_JENSEN_SHANNON};
		static const double diversities[] = {0.0, 0.5, 1.0};
		wish.diversity = diversities[query % 3];
		nch_wish_like(&s, query * 7, &wish);
		CHECK(nch_recommend(&s, &wish, 20, best, &count, NULL) == NCH_OK && count == 20);
		slowly(&s, &wish, 20, chosen, scores);
		int wrong = 0;
		for (size_t i = 0; i < 20; i++)
			wrong += best[i].song != chosen[i] || best[i].score != scores[i];
		CHECK(wrong == 0);
	}
	nch_songs_free(&s);
}

/* --- the file --- */

static char *path_of(char *path)
{
	strcpy(path, "/tmp/nunchi-songs-XXXXXX");
	int file = mkstemp(path);
	CHECK(file >= 0);
	close(file);
	return path;
}

/* Shares of every size: the bound that spares logarithms must hold where rounding is all that is left of a part. */
TEST(tiny_shares_keep_the_order)
{
	nch_songs_builder b = {0};
	nch_songs s = {0};
	static const float small[] = {0, 1e-38f, 1e-30f, 1e-17f, 1e-8f, 0.1f, 0.5f, 1};
	nch_songs_build_labels(&b, moods, 3, NULL);
	for (size_t i = 0; i < 512; i++) {
		char id[32];
		float emotion[3] = {small[i % 8], small[i / 8 % 8], small[i / 64]};
		snprintf(id, sizeof id, "%zu", i);
		const nch_song_entry e = {id, id, "", NULL, 0, emotion};
		CHECK(nch_songs_build_add(&b, &e, NULL) == NCH_OK);
	}
	CHECK(nch_songs_build_end(&b, &s, NULL) == NCH_OK);
	nch_songs_build_free(&b);
	int wrong = 0;
	for (size_t q = 1; q < 512; q += 3) {
		nch_recommendation best[512];
		size_t count = 0;
		nch_wish wish = {.lyrics_weight = 1, .likeness = NCH_JENSEN_SHANNON};
		nch_wish_like(&s, q, &wish);
		CHECK(nch_recommend(&s, &wish, 512, best, &count, NULL) == NCH_OK && count == 511);
		for (size_t i = 1; i < count; i++)
			wrong += best[i].score > best[i - 1].score || (best[i].score == best[i - 1].score && best[i].song < best[i - 1].song);
	}
	CHECK(wrong == 0);
	nch_songs_free(&s);
}

TEST(the_index_answers_alike)
{
	nch_songs s = {0}, t = {0};
	char path[64];
	build_random(500, &s);
	CHECK(nch_songs_write(&s, path_of(path), NULL) == NCH_OK);
	CHECK(nch_songs_open(path, &t, NULL) == NCH_OK);
	CHECK(t.count == 500 && t.labels == 3 && strcmp(nch_songs_label(&t, 1), "슬픔") == 0);
	for (size_t q = 0; q < 50; q++) {
		nch_recommendation a[30], b[30];
		size_t an = 0, bn = 0;
		nch_wish wa = {.genre_weight = 0.3, .lyrics_weight = 1}, wb = wa;
		nch_wish_like(&s, q, &wa);
		nch_wish_like(&t, q, &wb);
		CHECK(nch_recommend(&s, &wa, 30, a, &an, NULL) == NCH_OK && nch_recommend(&t, &wb, 30, b, &bn, NULL) == NCH_OK);
		CHECK(an == bn);
		for (size_t i = 0; i < an; i++)
			CHECK(a[i].song == b[i].song && a[i].score == b[i].score);
	}
	nch_songs_free(&t);
	nch_songs_free(&s);
	unlink(path);
}

TEST(damaged_files)
{
	nch_songs s = {0}, t = {0};
	char path[64];
	nch_buffer file = {0};
	nch_error error;
	build(plain, PLAIN, &s);
	CHECK(nch_songs_write(&s, path_of(path), NULL) == NCH_OK && nch_file_read(path, 0, &file, NULL) == NCH_OK);
	uint64_t *copy = malloc(file.length + 8);
	for (size_t cut = 0; cut < file.length; cut++) {
		memcpy(copy, file.data, cut);
		CHECK(nch_songs_read(copy, cut, "cut", &t, &error) == NCH_FORMAT);
	}
	/* any byte changed: refused, or readable to its end without harm */
	size_t refused = 0;
	for (size_t at = 0; at < file.length; at++) {
		memcpy(copy, file.data, file.length);
		((unsigned char *)copy)[at] ^= 0x81;
		if (nch_songs_read(copy, file.length, "changed", &t, &error) != NCH_OK) {
			refused++;
			continue;
		}
		nch_recommendation best[4];
		size_t count;
		nch_wish wish = {.genre_weight = 0.3, .lyrics_weight = 1};
		nch_wish_like(&t, 0, &wish);
		CHECK(nch_recommend(&t, &wish, 4, best, &count, NULL) == NCH_OK);
	}
	CHECK(refused > file.length / 2);
	free(copy);
	nch_buffer_free(&file);
	nch_songs_free(&s);
	unlink(path);
}

TEST(builders_refuse)
{
	nch_songs_builder b = {0};
	nch_songs s = {0};
	nch_error error;
	static const float good[3] = {1, 2, 1}, bad[3] = {1, -1, 1}, nan_[3] = {1, NAN, 1};
	const nch_song_entry ok = {"1", "t", "a", NULL, 0, good}, no_id = {"", "t", "a", NULL, 0, good}, minus = {"2", "t", "a", NULL, 0, bad},
	                     nan_song = {"2", "t", "a", NULL, 0, nan_}, no_text = {"2", "\xFF", "a", NULL, 0, good};
	CHECK(nch_songs_build_labels(&b, moods, 3, NULL) == NCH_OK);
	CHECK(nch_songs_build_end(&b, &s, &error) == NCH_DATA);
	CHECK(nch_songs_build_add(&b, &ok, NULL) == NCH_OK);
	CHECK(nch_songs_build_add(&b, &no_id, &error) == NCH_DATA);
	CHECK(nch_songs_build_add(&b, &minus, &error) == NCH_DATA);
	CHECK(nch_songs_build_add(&b, &nan_song, &error) == NCH_DATA);
	CHECK(nch_songs_build_add(&b, &no_text, &error) == NCH_DATA);
	CHECK(nch_songs_build_add(&b, &ok, NULL) == NCH_OK);
	CHECK(nch_songs_build_end(&b, &s, &error) == NCH_DATA && strstr(error.text, "\"1\"") != NULL);
	nch_songs_build_free(&b);
}

TEST(moods_in_words)
{
	float shares[3];
	nch_error error;
	CHECK(nch_mood_read("슬픔=.7, 행복 = .3", strlen("슬픔=.7, 행복 = .3"), moods, 3, shares, NULL) == NCH_OK);
	CHECK_CLOSE(shares[1], 0.7, 1e-6);
	CHECK_CLOSE(shares[2], 0.3, 1e-6);
	CHECK(nch_mood_read("행복", strlen("행복"), moods, 3, shares, NULL) == NCH_OK && shares[2] == 1.0f);
	CHECK(nch_mood_read("슬픔=2,행복=2", strlen("슬픔=2,행복=2"), moods, 3, shares, NULL) == NCH_OK && shares[1] == 0.5f);
	static const char *const bad[] = {"", ",", "기쁨=1", "슬픔=x", "슬픔=-1", "슬픔=0", "=1", "슬픔=1e300", "슬픔="};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(nch_mood_read(bad[i], strlen(bad[i]), moods, 3, shares, &error) == NCH_DATA);
}

TEST(pages_hold_no_foreign_markup)
{
	static const plain_song evil[] = {{"1", "<img src=x>", {"<i>"}, {0.2f, 0.5f, 0.3f}}, {"<script>", "\"'&", {"<i>"}, {0.2f, 0.5f, 0.3f}}};
	nch_songs s = {0};
	nch_buffer out = {0};
	nch_recommendation best[2];
	double parts[3];
	size_t count;
	build(evil, 2, &s);
	nch_wish wish = like(&s, "1");
	CHECK(nch_recommend(&s, &wish, 2, best, &count, NULL) == NCH_OK && count == 1);
	const nch_song_page page = {.question = NCH_ASKED_TEXT, .asked = "<script>alert(1)</script>", .by = "<b>", .songs = &s, .wish = &wish, .best = best, .count = count,
	                            .parts = parts};
	nch_song_html(&page, &out);
	CHECK(nch_buffer_check(&out, NULL) == NCH_OK);
	CHECK(strstr(out.data, "<script") == NULL && strstr(out.data, "<i>") == NULL && strstr(out.data, "<img") == NULL && strstr(out.data, "<b>") == NULL);
	CHECK(strstr(out.data, "<h2>&lt;script&gt;</h2>") != NULL);
	nch_buffer_free(&out);
	nch_songs_free(&s);
}

int main(void)
{
	RUN(a_sad_ballad_finds_sad_ballads);
	RUN(what_is_missing);
	RUN(likeness);
	RUN(diversity_by_hand);
	RUN(heaps_against_the_slow_way);
	RUN(tiny_shares_keep_the_order);
	RUN(the_index_answers_alike);
	RUN(damaged_files);
	RUN(builders_refuse);
	RUN(moods_in_words);
	RUN(pages_hold_no_foreign_markup);
	return test_end();
}
