/* song_html.h - recommended songs as a page. */
#ifndef NCH_APPS_SONG_HTML_H
#define NCH_APPS_SONG_HTML_H

#include "apps/recommend.h"
#include "base/buffer.h"
#include "base/phrases.h"

typedef enum nch_song_question { NCH_ASKED_SONG, NCH_ASKED_TEXT, NCH_ASKED_MOOD, NCH_ASKED_GENRE } nch_song_question;

typedef struct nch_song_page {
	nch_language language;
	nch_song_question question;
	const char *asked; /* the song's title or the text; of a mood or of genres, the wish says it */
	const char *by;    /* the song's artist; "" */
	const nch_songs *songs;
	const nch_wish *wish;
	const nch_recommendation *best;
	size_t count;
	double *parts; /* (labels): room to work in */
} nch_song_page;

/* Appends the page: what was asked for and how it feels; then the songs with their genres (shared ones marked), their similarities, how
 * each feels, and what that has in common with the wish. Everything that comes from elsewhere is escaped. */
void nch_song_html(const nch_song_page *page, nch_buffer *out);

#endif
