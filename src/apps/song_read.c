/* song_read.c - songs from a data file. */
#include "apps/song_read.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "apps/songs_build.h"
#include "base/memory.h"
#include "base/number.h"
#include "io/rows.h"

/* --- moods --- */

static bool find_label(const char *const *labels, size_t count, const char *name, size_t length, size_t *label)
{
	for (*label = 0; *label < count; ++*label)
		if (strlen(labels[*label]) == length && memcmp(labels[*label], name, length) == 0)
			return true;
	return false;
}

static void trim(const char **text, size_t *length)
{
	while (*length > 0 && strchr(" \t\r\n", (*text)[0]) != NULL && (*text)[0] != '\0') {
		++*text;
		--*length;
	}
	while (*length > 0 && strchr(" \t\r\n", (*text)[*length - 1]) != NULL && (*text)[*length - 1] != '\0')
		--*length;
}

/* One "name=share". */
static nch_status read_share(const char *part, size_t length, const char *const *labels, size_t count, float *shares, nch_error *error)
{
	const char *equals = memchr(part, '=', length);
	size_t label, name = equals != NULL ? (size_t)(equals - part) : length;
	const char *value = equals != NULL ? equals + 1 : "1", *key = part;
	size_t value_length = equals != NULL ? length - name - 1 : 1;
	double share;
	trim(&key, &name);
	trim(&value, &value_length);
	if (!find_label(labels, count, key, name, &label))
		return nch_fail(error, NCH_DATA, "there is no emotion \"%.*s\"", (int)(name > 100 ? 100 : name), key);
	if (!nch_number_read(value, value_length, &share) || !(share >= 0.0 && share <= 1e9))
		return nch_fail(error, NCH_DATA, "\"%.*s\" is no share of an emotion", (int)(value_length > 100 ? 100 : value_length), value);
	shares[label] = (float)share;
	return NCH_OK;
}

static nch_status normalize(float *shares, size_t count, nch_error *error)
{
	double sum = 0.0;
	for (size_t c = 0; c < count; c++)
		sum += (double)shares[c];
	if (!(sum > 0.0))
		return nch_fail(error, NCH_DATA, "no emotion has a share above 0");
	for (size_t c = 0; c < count; c++)
		shares[c] = (float)((double)shares[c] / sum);
	return NCH_OK;
}

nch_status nch_mood_read(const char *text, size_t length, const char *const *labels, size_t count, float *shares, nch_error *error)
{
	memset(shares, 0, count * sizeof *shares);
	for (size_t at = 0; at <= length;) {
		const char *comma = memchr(text + at, ',', length - at);
		size_t size = comma != NULL ? (size_t)(comma - text) - at : length - at;
		const char *part = text + at;
		at += size + 1;
		trim(&part, &size);
		if (size > 0)
			NCH_TRY(read_share(part, size, labels, count, shares, error));
	}
	return normalize(shares, count, error);
}

static nch_status read_shares_object(const nch_json *object, const char *const *labels, size_t count, float *shares, nch_error *error)
{
	memset(shares, 0, count * sizeof *shares);
	for (const nch_json *member = object->first; member != NULL; member = member->next) {
		size_t label;
		if (!find_label(labels, count, member->name, member->name_length, &label))
			return nch_fail(error, NCH_DATA, "there is no emotion \"%s\"", member->name);
		if (member->type != NCH_JSON_NUMBER || !(member->number >= 0.0 && member->number <= 1e9))
			return nch_fail(error, NCH_DATA, "the share of \"%s\" is no number from 0 up", member->name);
		shares[label] = (float)member->number;
	}
	return normalize(shares, count, error);
}

/* --- the emotion of lyrics --- */

/* The lines of a text that are not blank, appended to the list. */
static nch_status add_lines(const char *text, size_t length, nch_text **lines, size_t *count, size_t *room, nch_error *error)
{
	for (size_t at = 0; at < length;) {
		const char *end = memchr(text + at, '\n', length - at), *line = text + at;
		size_t size = end != NULL ? (size_t)(end - line) : length - at;
		at += size + 1;
		trim(&line, &size);
		if (size == 0)
			continue;
		NCH_TRY(nch_grow(lines, room, *count + 1, sizeof **lines, error));
		(*lines)[(*count)++] = (nch_text){.text = line, .length = size};
	}
	return NCH_OK;
}

/* shares (labels): the mean of the scores of `count` rows of logits, summed in double, ascending. */
static void mean_scores(const nch_predictor *p, float *logits, size_t count, float *shares)
{
	size_t labels = nch_predictor_labels(p);
	double total = 0.0;
	for (size_t i = 0; i < count; i++)
		nch_predictor_scores(p, logits + i * labels, logits + i * labels);
	for (size_t c = 0; c < labels; c++) {
		double sum = 0.0;
		for (size_t i = 0; i < count; i++)
			sum += (double)logits[i * labels + c];
		shares[c] = (float)(sum / (double)count);
		total += (double)shares[c];
	}
	for (size_t c = 0; c < labels && total > 0.0; c++) /* probabilities of a model of several labels do not sum to 1 */
		shares[c] = (float)((double)shares[c] / total);
}

nch_status nch_lyrics_emotion(nch_predictor *predictor, const char *text, size_t length, float *shares, bool *known, nch_error *error)
{
	nch_text *lines = NULL;
	size_t count = 0, room = 0, cells;
	nch_status status = add_lines(text, length, &lines, &count, &room, error);
	float *logits = status == NCH_OK && nch_size_mul(count, nch_predictor_labels(predictor), &cells) ? nch_alloc(cells, sizeof *logits) : NULL;
	if (status == NCH_OK && logits == NULL)
		status = nch_no_memory(error);
	if (status == NCH_OK && count > 0)
		status = nch_predictor_logits(predictor, lines, count, logits, error);
	*known = count > 0;
	if (status == NCH_OK && count > 0)
		mean_scores(predictor, logits, count, shares);
	nch_free(logits);
	nch_free(lines);
	return status;
}

/* --- columns --- */

enum { ID, TITLE, ARTIST, GENRE, LYRICS, EMOTIONS, FIELDS };
enum { SPELLINGS = 7 };
static const char *const usual_names[FIELDS][SPELLINGS] = {
	[ID] = {"id", "song_id", "아이디", "번호"},
	[TITLE] = {"title", "제목", "곡명", "노래"},
	[ARTIST] = {"artist", "artists", "singer", "가수", "아티스트"},
	[GENRE] = {"genre", "genres", "장르"},
	[LYRICS] = {"lyrics", "lyric", "가사"},
	[EMOTIONS] = {"emotions", "emotion", "distribution", "scores", "감정", "분포"},
};

typedef struct columns {
	size_t found[FIELDS][SPELLINGS], count[FIELDS];
} columns;

static void find_columns(nch_rows *rows, columns *c)
{
	for (size_t f = 0; f < FIELDS; f++) {
		c->count[f] = 0;
		for (size_t i = 0; i < SPELLINGS && usual_names[f][i] != NULL; i++)
			if (nch_rows_find(rows, usual_names[f][i], &c->found[f][c->count[f]]))
				c->count[f]++;
	}
}

/* Whether a column is called as songs' are; of a table one that holds lyrics, emotions or a genre, since a title alone says nothing of a song. */
static bool has_song_columns(const nch_rows *rows)
{
	for (size_t f = nch_rows_is_json(rows) ? ID : GENRE; f < FIELDS; f++)
		for (size_t i = 0; i < SPELLINGS && usual_names[f][i] != NULL; i++)
			for (size_t column = 0; column < nch_rows_columns(rows); column++)
				if (strcasecmp(nch_rows_column_label(rows, column), usual_names[f][i]) == 0)
					return true;
	return false;
}

static nch_status refuse_columns(const nch_rows *rows, nch_error *error)
{
	nch_buffer names = {0};
	for (size_t column = 0; column < nch_rows_columns(rows) && names.length < 300; column++)
		nch_buffer_printf(&names, "%s%s", column > 0 ? ", " : "", nch_rows_column_name(rows, column));
	nch_fail(error, NCH_DATA,
	         "%s: no column of songs: lyrics (가사), emotions (감정) or genre (장르) is needed, id, title (제목) and artist (가수) are welcome; the columns are: %s%s",
	         nch_rows_path(rows), names.data != NULL ? names.data : "none", nch_rows_has_header(rows) || nch_rows_is_json(rows) ? "" : " (no header line found)");
	nch_buffer_free(&names);
	return NCH_DATA;
}

/* The field's cell: of several spellings the first that is filled (each JSON record may have its own). */
static nch_cell cell_of(const nch_row *row, const columns *c, size_t field)
{
	for (size_t i = 0; i < c->count[field]; i++) {
		size_t column = c->found[field][i];
		if (column < row->count && row->cells[column].length > 0)
			return row->cells[column];
	}
	return (nch_cell){.text = "", .length = 0};
}

/* --- collecting --- */

/* Songs wait here until enough lyric lines are together for one batch. */
typedef struct waiting {
	size_t id, title, artist, genres, lyrics; /* places in `text`; genres: NUL-terminated names, one after the other */
	size_t lyrics_length, genre_count;
	size_t first_line, lines;
	bool given; /* its emotions came with it */
	size_t file_line;
	const char *path;
} waiting;

typedef struct reader {
	nch_predictor *predictor;
	nch_songs_builder builder;
	const char *const *labels;
	size_t label_count;
	char **own_labels; /* where there is no model */
	size_t own_room;
	waiting *songs;
	size_t count, room;
	nch_buffer text;
	float *shares; /* (room of songs, labels): the given ones */
	size_t shares_room;
	const char **genres;
	size_t genres_room;
	nch_song_counts *counts;
	bool bare_lyrics; /* nch_songs_need_model: a song has lyrics and no emotions */
} reader;

enum { BATCH_SONGS = 512 };

static size_t keep(reader *r, const char *text, size_t length)
{
	size_t at = r->text.length;
	for (size_t i = 0; i < length; i++) /* the collection ends its texts by NUL */
		nch_buffer_byte(&r->text, text[i] == '\0' ? ' ' : text[i]);
	nch_buffer_byte(&r->text, '\0');
	return at;
}

static void keep_genres(reader *r, const nch_cell *cell, waiting *song)
{
	song->genres = r->text.length;
	if (cell->json != NULL && cell->json->type == NCH_JSON_ARRAY) {
		for (const nch_json *item = cell->json->first; item != NULL; item = item->next)
			if (item->type == NCH_JSON_STRING && item->length > 0) {
				keep(r, item->text, item->length);
				song->genre_count++;
			}
		return;
	}
	for (size_t at = 0; at < cell->length;) {
		const char *name = cell->text + at;
		size_t size = 0;
		while (at + size < cell->length && memchr(",;|/", name[size], 4) == NULL)
			size++;
		at += size + 1;
		trim(&name, &size);
		if (size > 0) {
			keep(r, name, size);
			song->genre_count++;
		}
	}
}

/* A text with line breaks, or a JSON list of lines. */
static void keep_lyrics(reader *r, const nch_cell *cell, waiting *song)
{
	song->lyrics = r->text.length;
	if (cell->json != NULL && cell->json->type == NCH_JSON_ARRAY) {
		for (const nch_json *item = cell->json->first; item != NULL; item = item->next)
			if (item->type == NCH_JSON_STRING) {
				nch_buffer_add(&r->text, item->text, item->length);
				nch_buffer_byte(&r->text, '\n');
			}
	} else {
		nch_buffer_add(&r->text, cell->text, cell->length);
	}
	song->lyrics_length = r->text.length - song->lyrics;
}

static nch_status read_emotions(reader *r, const nch_cell *cell, float *shares, bool *given, nch_error *error)
{
	*given = cell->length > 0;
	if (!*given)
		return NCH_OK;
	if (cell->json != NULL && cell->json->type == NCH_JSON_OBJECT)
		return read_shares_object(cell->json, r->labels, r->label_count, shares, error);
	return nch_mood_read(cell->text, cell->length, r->labels, r->label_count, shares, error);
}

static nch_status take_row(reader *r, const columns *c, const nch_row *row, const char *path, nch_error *error)
{
	NCH_TRY(nch_grow(&r->songs, &r->room, r->count + 1, sizeof *r->songs, error));
	NCH_TRY(nch_grow(&r->shares, &r->shares_room, (r->count + 1) * r->label_count, sizeof *r->shares, error));
	waiting *song = &r->songs[r->count];
	nch_cell id = cell_of(row, c, ID), title = cell_of(row, c, TITLE), artist = cell_of(row, c, ARTIST), genre = cell_of(row, c, GENRE);
	nch_cell lyrics = cell_of(row, c, LYRICS), emotions = cell_of(row, c, EMOTIONS);
	char number[32];
	*song = (waiting){.file_line = row->line, .path = path};
	if (id.length == 0) {
		snprintf(number, sizeof number, "%zu", r->counts->songs + 1);
		id = (nch_cell){.text = number, .length = strlen(number)};
	}
	song->id = keep(r, id.text, id.length);
	song->title = keep(r, title.text, title.length);
	song->artist = keep(r, artist.text, artist.length);
	keep_genres(r, &genre, song);
	NCH_TRY(read_emotions(r, &emotions, r->shares + r->count * r->label_count, &song->given, error));
	keep_lyrics(r, song->given ? &(nch_cell){.text = ""} : &lyrics, song);
	NCH_TRY(nch_buffer_check(&r->text, error));
	r->count++;
	r->counts->songs++;
	return NCH_OK;
}

static nch_status add_song(reader *r, size_t i, const float *emotion, nch_error *error)
{
	const waiting *song = &r->songs[i];
	const char *text = r->text.data;
	NCH_TRY(nch_grow(&r->genres, &r->genres_room, song->genre_count + 1, sizeof *r->genres, error));
	const char *name = text + song->genres;
	for (size_t g = 0; g < song->genre_count; g++, name += strlen(name) + 1)
		r->genres[g] = name;
	const nch_song_entry entry = {.id = text + song->id, .title = text + song->title, .artist = text + song->artist, .genres = r->genres,
	                              .genre_count = song->genre_count, .emotion = emotion};
	r->counts->unknown += emotion == NULL;
	if (nch_songs_build_add(&r->builder, &entry, error) != NCH_OK)
		return nch_fail_prefix(error, "%s:%zu", song->path, song->file_line);
	return NCH_OK;
}

/* Tags the lyric lines of the waiting songs together, and adds the songs in their order. */
static nch_status add_waiting(reader *r, nch_error *error)
{
	nch_text *lines = NULL;
	size_t count = 0, room = 0, cells;
	float *logits = NULL;
	nch_status status = NCH_OK;
	for (size_t i = 0; i < r->count && status == NCH_OK; i++) {
		waiting *song = &r->songs[i];
		song->first_line = count;
		status = add_lines(r->text.data + song->lyrics, song->lyrics_length, &lines, &count, &room, error);
		song->lines = count - song->first_line;
		if (status == NCH_OK && song->lines > 0 && r->predictor == NULL)
			status = nch_fail(error, NCH_USAGE, "%s:%zu: lyrics without emotions: a ⟨model⟩ is needed to tag them", song->path, song->file_line);
	}
	if (status == NCH_OK && count > 0) {
		logits = nch_size_mul(count, r->label_count, &cells) ? nch_alloc(cells, sizeof *logits) : NULL;
		status = logits != NULL ? nch_predictor_logits(r->predictor, lines, count, logits, error) : nch_no_memory(error);
	}
	for (size_t i = 0; i < r->count && status == NCH_OK; i++) {
		const waiting *song = &r->songs[i];
		float *shares = r->shares + i * r->label_count;
		if (song->lines > 0)
			mean_scores(r->predictor, logits + song->first_line * r->label_count, song->lines, shares);
		status = add_song(r, i, song->given || song->lines > 0 ? shares : NULL, error);
	}
	r->counts->lines += count;
	r->count = 0;
	nch_buffer_clear(&r->text);
	nch_free(logits);
	nch_free(lines);
	return status;
}

/* Calls take for each row of each file. */
static nch_status each_row(reader *r, const char *const *paths, size_t count,
                           nch_status (*take)(reader *, const columns *, const nch_row *, const char *, nch_error *),
                           void (*progress)(void *, size_t), void *context, nch_error *error)
{
	nch_status status = NCH_OK;
	for (size_t f = 0; f < count && status == NCH_OK; f++) {
		nch_rows *rows;
		columns c;
		static const char *const hints[] = {"title", "artist", "lyrics", "genre", "제목", "가수", "가사", "장르"};
		const nch_rows_options how = {.names = hints, .name_count = sizeof hints / sizeof *hints};
		NCH_TRY(nch_rows_open(paths[f], &how, &rows, error));
		if (nch_rows_columns(rows) > 0 && !has_song_columns(rows))
			status = refuse_columns(rows, error);
		find_columns(rows, &c);
		for (bool more = true; status == NCH_OK;) {
			nch_row row;
			status = nch_rows_next(rows, &row, &more, error);
			if (status != NCH_OK || !more)
				break;
			status = take(r, &c, &row, paths[f], error);
			if (progress != NULL && r->counts->songs % BATCH_SONGS == 0)
				progress(context, r->counts->songs);
		}
		nch_rows_close(rows);
	}
	return status;
}

static nch_status take_song(reader *r, const columns *c, const nch_row *row, const char *path, nch_error *error)
{
	if (take_row(r, c, row, path, error) != NCH_OK)
		return nch_fail_prefix(error, "%s:%zu", path, row->line);
	return r->count == BATCH_SONGS ? add_waiting(r, error) : NCH_OK;
}

/* --- is a model needed? --- */

static nch_status look_for_bare_lyrics(reader *r, const columns *c, const nch_row *row, const char *path, nch_error *error)
{
	(void)path;
	(void)error;
	r->bare_lyrics |= cell_of(row, c, LYRICS).length > 0 && cell_of(row, c, EMOTIONS).length == 0;
	return NCH_OK;
}

nch_status nch_songs_need_model(const char *const *paths, size_t count, bool *needed, nch_error *error)
{
	nch_song_counts counts = {0};
	reader r = {.counts = &counts};
	*needed = false;
	for (size_t i = 0; i < count; i++)
		*needed |= strcmp(paths[i], "-") == 0;
	if (*needed)
		return NCH_OK;
	nch_status status = each_row(&r, paths, count, look_for_bare_lyrics, NULL, NULL, error);
	*needed = r.bare_lyrics;
	return status;
}

/* --- labels without a model --- */

static nch_status know_label(reader *r, const char *name, size_t length, nch_error *error)
{
	size_t label;
	if (length == 0 || find_label((const char *const *)r->own_labels, r->label_count, name, length, &label))
		return NCH_OK;
	if (r->label_count >= 1024)
		return nch_fail(error, NCH_DATA, "more than 1024 emotions");
	NCH_TRY(nch_grow(&r->own_labels, &r->own_room, r->label_count + 1, sizeof *r->own_labels, error));
	r->own_labels[r->label_count] = nch_copy_text(name, length);
	if (r->own_labels[r->label_count] == NULL)
		return nch_no_memory(error);
	r->label_count++;
	return NCH_OK;
}

static nch_status take_labels(reader *r, const columns *c, const nch_row *row, const char *path, nch_error *error)
{
	(void)path;
	nch_cell cell = cell_of(row, c, EMOTIONS);
	if (cell.json != NULL && cell.json->type == NCH_JSON_OBJECT) {
		for (const nch_json *member = cell.json->first; member != NULL; member = member->next)
			NCH_TRY(know_label(r, member->name, member->name_length, error));
		return NCH_OK;
	}
	for (size_t at = 0; at < cell.length;) {
		const char *part = cell.text + at;
		size_t size = 0, name = 0;
		while (at + size < cell.length && part[size] != ',')
			size++;
		at += size + 1;
		while (name < size && part[name] != '=')
			name++;
		trim(&part, &name);
		NCH_TRY(know_label(r, part, name, error));
	}
	return NCH_OK;
}

static int by_code_point(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b); /* the order of UTF-8 bytes is that of code points */
}

static nch_status find_labels(reader *r, const char *const *paths, size_t count, nch_error *error)
{
	if (r->predictor != NULL) {
		r->labels = (const char *const *)r->predictor->label_names;
		r->label_count = nch_predictor_labels(r->predictor);
		return NCH_OK;
	}
	NCH_TRY(each_row(r, paths, count, take_labels, NULL, NULL, error));
	if (r->label_count == 0)
		return nch_fail(error, NCH_USAGE, "%s: no song brings its emotions: a ⟨model⟩ is needed to tag the lyrics", paths[0]);
	qsort(r->own_labels, r->label_count, sizeof *r->own_labels, by_code_point);
	r->labels = (const char *const *)r->own_labels;
	return NCH_OK;
}

static void free_reader(reader *r)
{
	for (size_t i = 0; i < r->label_count && r->own_labels != NULL; i++)
		nch_free(r->own_labels[i]);
	nch_free(r->own_labels);
	nch_free(r->songs);
	nch_free(r->shares);
	nch_free(r->genres);
	nch_buffer_free(&r->text);
	nch_songs_build_free(&r->builder);
}

nch_status nch_songs_from_files(const char *const *paths, size_t count, nch_predictor *predictor, const nch_song_marks *marks,
                                void (*progress)(void *context, size_t songs), void *context, nch_songs *songs, nch_song_counts *counts,
                                nch_error *error)
{
	reader r = {.predictor = predictor, .counts = counts, .builder.marks = *marks};
	*counts = (nch_song_counts){0};
	nch_status status = find_labels(&r, paths, count, error);
	if (status == NCH_OK)
		status = nch_songs_build_labels(&r.builder, r.labels, r.label_count, error);
	if (status == NCH_OK)
		status = each_row(&r, paths, count, take_song, progress, context, error);
	if (status == NCH_OK)
		status = add_waiting(&r, error);
	if (status == NCH_OK)
		status = nch_songs_build_end(&r.builder, songs, error);
	free_reader(&r);
	return status;
}
