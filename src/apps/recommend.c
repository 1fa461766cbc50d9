/* recommend.c - songs that feel like a song, a text or a mood: every song is looked at, and a heap gives the best one again and again. */
#include "apps/recommend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "kernels/math.h"

/* --- likeness of two distributions --- */

static double length_of(const float *p, size_t n)
{
	double sum = 0.0;
	for (size_t i = 0; i < n; i++)
		sum += (double)p[i] * (double)p[i];
	return sqrt(sum);
}

static double dot(const float *p, const float *q, size_t n)
{
	double sum = 0.0;
	for (size_t i = 0; i < n; i++)
		sum += (double)p[i] * (double)q[i];
	return sum;
}

/* What one emotion adds to 1 - JSD: with m = (p + q) / 2 its mean share m, less p log2(p/m) / 2 + q log2(q/m) / 2. */
static double shared_part(double p, double q)
{
	static const double bits = 1.4426950408889634; /* 1 / ln 2 */
	double m = 0.5 * (p + q), loss = 0.0;
	if (p == q)
		return m; /* exactly, so that equal distributions are alike to the last bit; */
	if (p == 0.0 || q == 0.0)
		return 0.0; /* and those that share nothing are not alike at all */
	loss += 0.5 * p * bits * nch_log(p / m);
	loss += 0.5 * q * bits * nch_log(q / m);
	return m - loss;
}

/* 1 - JSD is at most this. That part is also m h(p / 2m), h the binary entropy, and h(x) <= 2 sqrt(x (1 - x)) (Lin 1991): each part is at
 * most sqrt(p q). Roots are ten times as fast as logarithms, and most songs are too unlike the wish to need more. */
static double shared_at_most(const float *p, const float *q, size_t n)
{
	double sum = 0.0;
	for (size_t i = 0; i < n; i++)
		sum += sqrt((double)p[i] * (double)q[i]);
	return sum + 1e-12; /* more than the other sum, of parts whose leading digits cancel, can be off by rounding */
}

static double within(double x)
{
	return x < 0.0 ? 0.0 : x > 1.0 ? 1.0 : x;
}

double nch_likeness_parts(nch_likeness likeness, const float *p, const float *q, size_t labels, double *parts)
{
	double sum = 0.0, scale = likeness == NCH_COSINE ? length_of(p, labels) * length_of(q, labels) : 1.0;
	for (size_t c = 0; c < labels; c++) {
		parts[c] = likeness == NCH_COSINE ? (double)p[c] * (double)q[c] / scale : shared_part((double)p[c], (double)q[c]);
		sum += parts[c];
	}
	return within(sum);
}

size_t nch_likeness_take_largest(const double *parts, size_t labels)
{
	size_t best = labels;
	for (size_t c = 0; c < labels; c++)
		if (parts[c] > 0.0 && (best == labels || parts[c] > parts[best]))
			best = c;
	return best;
}

/* --- one song --- */

bool nch_wish_has_genre(const nch_wish *wish, uint32_t genre)
{
	for (size_t g = 0; g < wish->genres; g++)
		if (wish->genre[g] == genre)
			return true;
	return false;
}

/* A song on its way to be recommended. */
typedef struct candidate {
	nch_recommendation r;
	bool bound; /* its lyrics similarity, and what follows from it, is only an upper bound yet */
} candidate;

/* What a search needs again and again. */
typedef struct search {
	const nch_songs *songs;
	const nch_wish *wish;
	double wish_length; /* of the wished emotions, as a vector */
	double *still;      /* (artists): what the artist's next song keeps of its score */
	candidate *heap;
	size_t count;
} search;

static double lyrics_similarity(const search *k, size_t song)
{
	const nch_songs *s = k->songs;
	const float *wish = k->wish->emotion, *emotion = s->emotion + song * s->labels;
	double sum = 0.0;
	if (wish == NULL || !s->known[song])
		return 0.0;
	if (k->wish->likeness == NCH_COSINE)
		return within(dot(wish, emotion, s->labels) / (k->wish_length * length_of(emotion, s->labels)));
	for (size_t c = 0; c < s->labels; c++)
		sum += shared_part((double)wish[c], (double)emotion[c]);
	return within(sum);
}

static double genre_similarity(const nch_songs *s, const nch_wish *wish, size_t song)
{
	size_t shared = 0, own = (size_t)(s->genre_start[song + 1] - s->genre_start[song]);
	if (own == 0 || wish->genres == 0)
		return 0.0;
	for (uint64_t k = s->genre_start[song]; k < s->genre_start[song + 1]; k++)
		shared += nch_wish_has_genre(wish, s->genre[k]);
	return (double)shared / sqrt((double)own * (double)wish->genres);
}

static void set_lyrics(const search *k, candidate *c, double lyrics, bool bound)
{
	c->r.lyrics = lyrics;
	c->bound = bound;
	c->r.score = k->wish->genre_weight * c->r.genre + k->wish->lyrics_weight * lyrics;
	c->r.counted = c->r.score * k->still[k->songs->artist[c->r.song]];
}

/* At first glance: exact, or for Jensen-Shannon an upper bound. */
static candidate look_at(const search *k, size_t song)
{
	const nch_songs *s = k->songs;
	candidate c = {.r = {.song = song, .genre = genre_similarity(s, k->wish, song)}};
	bool bound = k->wish->likeness == NCH_JENSEN_SHANNON && k->wish->emotion != NULL && s->known[song];
	set_lyrics(k, &c, bound ? shared_at_most(k->wish->emotion, s->emotion + song * s->labels, s->labels) : lyrics_similarity(k, song), bound);
	return c;
}

/* --- the best --- */

/* Whether a comes before b. */
static bool is_before(const nch_recommendation *a, const nch_recommendation *b)
{
	if (a->counted != b->counted)
		return a->counted > b->counted;
	if (a->lyrics != b->lyrics)
		return a->lyrics > b->lyrics;
	return a->song < b->song;
}

/* The heap's root comes before all others. */
static void sift_down(candidate *heap, size_t count, size_t at)
{
	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= count)
			return;
		if (child + 1 < count && is_before(&heap[child + 1].r, &heap[child].r))
			child++;
		if (!is_before(&heap[child].r, &heap[at].r))
			return;
		candidate other = heap[at];
		heap[at] = heap[child];
		heap[child] = other;
		at = child;
	}
}

static void fill_heap(search *k)
{
	for (size_t i = 0; i < k->songs->count; i++)
		if (i != k->wish->without)
			k->heap[k->count++] = look_at(k, i);
	for (size_t at = k->count / 2; at-- > 0;)
		sift_down(k->heap, k->count, at);
}

/* Whether the root is what it seems. If not it is set right: by its exact similarity, or since its artist has been taken meanwhile. Numbers
 * only fall, so a root that is right comes before all others, however many of those are still too high. */
static bool root_is_right(const search *k)
{
	candidate *root = &k->heap[0];
	double before = root->r.counted, lyrics = root->r.lyrics;
	set_lyrics(k, root, root->bound ? lyrics_similarity(k, root->r.song) : lyrics, false);
	return root->r.counted == before && root->r.lyrics == lyrics;
}

/* Takes the root again and again. */
static size_t take_best(search *k, size_t top, nch_recommendation *best)
{
	size_t taken = 0;
	while (taken < top && k->count > 0) {
		if (root_is_right(k)) {
			size_t song = k->heap[0].r.song;
			if (nch_songs_artist(k->songs, song)[0] != '\0')
				k->still[k->songs->artist[song]] *= 1.0 - k->wish->diversity;
			best[taken++] = k->heap[0].r;
			k->heap[0] = k->heap[--k->count];
		}
		sift_down(k->heap, k->count, 0);
	}
	return taken;
}

nch_status nch_recommend(const nch_songs *songs, const nch_wish *wish, size_t top, nch_recommendation *best, size_t *count, nch_error *error)
{
	search k = {.songs = songs, .wish = wish, .wish_length = wish->emotion != NULL ? length_of(wish->emotion, songs->labels) : 0.0};
	*count = 0;
	if (wish->emotion != NULL && !(k.wish_length > 0.0))
		return nch_fail(error, NCH_USAGE, "the wished mood has no emotion");
	k.heap = nch_alloc(songs->count, sizeof *k.heap);
	k.still = nch_alloc(songs->artists, sizeof *k.still);
	nch_status status = k.heap != NULL && k.still != NULL ? NCH_OK : nch_no_memory(error);
	if (status == NCH_OK) {
		for (size_t a = 0; a < songs->artists; a++)
			k.still[a] = 1.0;
		fill_heap(&k);
		*count = take_best(&k, top, best);
	}
	nch_free(k.still);
	nch_free(k.heap);
	return status;
}

void nch_wish_like(const nch_songs *songs, size_t song, nch_wish *wish)
{
	wish->emotion = songs->known[song] ? songs->emotion + song * songs->labels : NULL;
	wish->genre = songs->genre + songs->genre_start[song];
	wish->genres = (size_t)(songs->genre_start[song + 1] - songs->genre_start[song]);
	wish->without = song;
}
