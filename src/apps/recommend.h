/* recommend.h - songs that feel like a song, a text or a mood.
 *
 *     score = genre weight × genre similarity + lyrics weight × lyrics similarity
 *
 * Genre similarity is the cosine of the two sets: |A ∩ B| / sqrt(|A| |B|). Lyrics similarity compares two distributions over emotions, by their
 * cosine or by 1 - their Jensen-Shannon divergence in bits (Lin 1991); both are 1 for equal ones and 0 for such that share no emotion.
 *
 * Rules. Where one side has no genre, genre similarity is 0; where one side's feeling is not known (a song without lyrics), lyrics similarity is 0.
 * Equal scores: first the higher lyrics similarity, then the order of the collection. A song does not recommend itself. Songs whose artist nobody
 * knows are not taken for one artist's. */
#ifndef NCH_APPS_RECOMMEND_H
#define NCH_APPS_RECOMMEND_H

#include "apps/songs.h"

typedef enum nch_likeness { NCH_COSINE, NCH_JENSEN_SHANNON } nch_likeness;

typedef struct nch_wish {
	const float *emotion; /* (labels), shares of 1; NULL: not known */
	const uint32_t *genre;
	size_t genres;
	size_t without;       /* this song is not recommended; SIZE_MAX: none such */
	nch_likeness likeness;
	double genre_weight, lyrics_weight;
	double diversity; /* 0 to 1: each further song of an artist counts (1 - diversity) times as much as the one before it */
} nch_wish;

typedef struct nch_recommendation {
	size_t song;
	double genre, lyrics; /* similarities */
	double score;
	double counted; /* the score after diversity, which the order goes by */
} nch_recommendation;

/* Fills best[0 .. *count) with the `top` best songs, the best first; *count may be less where there are not so many. */
nch_status nch_recommend(const nch_songs *songs, const nch_wish *wish, size_t top, nch_recommendation *best, size_t *count, nch_error *error);

/* The wish for songs like one of the collection; its pointers are into *songs. */
void nch_wish_like(const nch_songs *songs, size_t song, nch_wish *wish);

/* What each emotion adds to the lyrics similarity of two distributions: parts (labels), which sum to it. */
double nch_likeness_parts(nch_likeness likeness, const float *p, const float *q, size_t labels, double *parts);
/* The place of the largest part above 0; `labels` if there is none. Who tells them in order sets each that was told to 0. */
size_t nch_likeness_take_largest(const double *parts, size_t labels);

bool nch_wish_has_genre(const nch_wish *wish, uint32_t genre);

#endif
