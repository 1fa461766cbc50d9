/* cmd_recommend.c - `nunchi recommend`: songs that feel like a song, a text or a mood. */
#include <string.h>

#include "apps/song_html.h"
#include "apps/song_index.h"
#include "apps/song_read.h"
#include "base/file.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/commands/recommend_write.h"
#include "cli/common.h"
#include "cli/default_model.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/suggest.h"

typedef struct recommend_call {
	nch_text_list songs;
	bool int8, tsv, explain;
	const char *model, *index, *song, *text, *mood, *genre, *html;
	size_t top;
	nch_wish wish; /* likeness, weights, diversity */
} recommend_call;

static const nch_option songs_options[] = {
	{"songs", NCH_SET_LIST(recommend_call, songs), .argument = "FILE", .help = "JSON lines, CSV …: id, title, artist, genre, lyrics, or emotions computed before"},
	{"model", NCH_SET_TEXT(recommend_call, model), .argument = "DIR", .help = "tags the lyrics, line by line, and --text (default: the one that comes with the program)"},
	NCH_INT8_INTO(recommend_call, int8),
	{"index", NCH_SET_TEXT(recommend_call, index), .argument = "FILE", .help = "with --songs: keep what was read and tagged in FILE, and use it while it fits; without: use it"},
	{0}};
static const nch_option wish_options[] = {
	{"song", NCH_SET_TEXT(recommend_call, song), .argument = "ID", .help = "like this song (its id, or its title if no other has it)"},
	{"text", NCH_SET_TEXT(recommend_call, text), .argument = "TEXT", .help = "as this text feels, line by line"},
	{"mood", NCH_SET_TEXT(recommend_call, mood), .argument = "A=.7,B=.3", .help = "with these emotions"},
	{"genre", NCH_SET_TEXT(recommend_call, genre), .argument = "A,B", .help = "of these genres (default: those of --song)"},
	{"top", NCH_SET_INTEGER(recommend_call, top), .argument = "N", .help = "so many songs", .otherwise = "10", .least = 1, .most = 1000000},
	{"genre-weight", NCH_SET_REAL(recommend_call, wish.genre_weight), .argument = "W", .help = "of the genre similarity", .otherwise = "0.3", .least = 0, .most = 1e6},
	{"lyrics-weight", NCH_SET_REAL(recommend_call, wish.lyrics_weight), .argument = "W", .help = "of the lyrics similarity", .otherwise = "1.0", .least = 0, .most = 1e6},
	{"likeness", NCH_SET_CHOICE(recommend_call, wish.likeness), .choices = "cosine|jensen-shannon", .otherwise = "cosine", .help = "of two distributions over emotions"},
	{"diversity", NCH_SET_REAL(recommend_call, wish.diversity), .argument = "D", .help = "0 to 1: each further song of an artist counts 1 - D times as much as the one before", .otherwise = "0", .least = 0, .most = 1},
	{0}};
static const nch_option answer_options[] = {
	{"format", NCH_SET_WHETHER(recommend_call, tsv, "tsv"), .choices = "jsonl|tsv", .otherwise = "jsonl", .help = "objects, or a table"},
	{"explain", NCH_SET_FLAG(recommend_call, explain), .help = "also why: shared genres, and what each emotion adds"},
	{"html", NCH_SET_TEXT(recommend_call, html), .argument = "FILE", .help = "also a page"},
	{0}};
static const nch_option_group songs_group = {"Songs", songs_options};
static const nch_option_group wish_group = {"What is wished", wish_options};
static const nch_option_group answer_group = {"Answer", answer_options};

struct work {
	const nch_options *options;
	recommend_call call;
	const char *folder; /* of the model; NULL until one is needed */
	nch_predictor *predictor;
	nch_songs songs;
	nch_wish wish;
	float *emotion;
	uint32_t *genre;
	double *parts;
	nch_recommendation *best;
	size_t count;
	nch_buffer out;
};

/* The model that is named, else the default one. */
static nch_status open_model(struct work *w, nch_error *error)
{
	const nch_predictor_how how = nch_common_how(w->options, w->call.int8);
	NCH_TRY(nch_default_model(w->call.model, NCH_DEFAULT_SONGS, &w->folder, error));
	return nch_predictor_open_how(w->folder, &how, &w->predictor, error);
}

/* --- the songs --- */

static void show_progress(void *context, size_t songs)
{
	nch_progress_update(context, songs, NULL);
}

/* Reads the songs and tags them; keeps them in the index, if one is wanted. */
static nch_status read_songs(struct work *w, const nch_song_marks *marks, nch_error *error)
{
	const nch_text_list files = w->call.songs;
	const char *index = w->call.index;
	nch_progress progress;
	nch_song_counts counts;
	nch_progress_start(&progress, "reading", "songs", 0);
	nch_status status = nch_songs_from_files(files.items, files.count, w->predictor, marks, show_progress, &progress, &w->songs, &counts, error);
	nch_progress_end(&progress);
	if (status != NCH_OK)
		return status;
	if (counts.unknown > 0)
		nch_output_warning("%zu of %zu songs have no lyrics and no emotions; only their genres count", counts.unknown, counts.songs);
	if (index == NULL)
		return NCH_OK;
	NCH_TRY(nch_songs_write(&w->songs, index, error));
	nch_output_note("%s: %zu songs, %zu lyric lines tagged", index, counts.songs, counts.lines);
	return NCH_OK;
}

static nch_status made_with_another(const struct work *w, const char *index, nch_error *error)
{
	return nch_fail(error, NCH_DATA, "%s was made with another model than %s: give that one, or make the index again (--songs FILE --index FILE)", index, w->folder);
}

/* The index that is there, if it fits the songs and the model; else w->songs stays empty. One that somebody's model tagged is not made again because
 * no model was named. */
static nch_status use_index(struct work *w, const char *index, const nch_song_marks *marks, nch_error *error)
{
	nch_error why;
	if (!nch_song_index_may_replace(index))
		return nch_fail(error, NCH_USAGE, "--index %s: this file is no index of songs; it is not written over", index);
	if (!nch_file_exists(index))
		return NCH_OK;
	if (nch_songs_open(index, &w->songs, &why) != NCH_OK) {
		nch_output_note("%s; making it again", why.text);
		return NCH_OK;
	}
	bool source = nch_song_marks_same_source(&w->songs.marks, marks), model = nch_song_marks_same_model(&w->songs.marks, marks);
	if (source && model) {
		nch_output_note("%s: %zu songs, up to date", index, w->songs.count);
		return NCH_OK;
	}
	if (source && w->call.model == NULL)
		return made_with_another(w, index, error);
	nch_output_note("%s is stale: it was made from other %s; making it again", index, source ? "model" : "songs");
	nch_songs_free(&w->songs);
	return NCH_OK;
}

/* Without --songs the index is all there is; a model, if one is given or needed, must be the one that tagged it. */
static nch_status open_index(struct work *w, const char *index, nch_error *error)
{
	nch_song_marks marks;
	NCH_TRY(nch_songs_open(index, &w->songs, error));
	if (w->predictor == NULL)
		return NCH_OK;
	NCH_TRY(nch_song_marks_of(NULL, 0, w->predictor, &marks, error));
	if (nch_song_marks_same_model(&w->songs.marks, &marks))
		return NCH_OK;
	return made_with_another(w, index, error);
}

static nch_status get_songs(struct work *w, nch_error *error)
{
	const nch_text_list files = w->call.songs;
	const char *index = w->call.index;
	nch_song_marks marks = {0};
	if (files.count == 0)
		return open_index(w, index, error);
	if (index != NULL) {
		NCH_TRY(nch_song_marks_of(files.items, files.count, w->predictor, &marks, error));
		NCH_TRY(use_index(w, index, &marks, error));
	}
	if (w->songs.count > 0)
		return NCH_OK;
	bool needed = false;
	if (w->predictor == NULL)
		NCH_TRY(nch_songs_need_model(files.items, files.count, &needed, error));
	if (needed) {
		NCH_TRY(open_model(w, error));
		if (index != NULL)
			NCH_TRY(nch_song_marks_of(files.items, files.count, w->predictor, &marks, error));
	}
	return read_songs(w, &marks, error);
}

/* --- the wish --- */

static nch_status no_such_song(const nch_songs *songs, const char *id, nch_error *error)
{
	nch_suggestion nearest = {.word = id};
	for (size_t i = 0; i < songs->count && i < 10000; i++) {
		nch_suggestion_offer(&nearest, nch_songs_id(songs, i));
		nch_suggestion_offer(&nearest, nch_songs_title(songs, i));
	}
	if (nearest.best != NULL)
		return nch_fail(error, NCH_DATA, "there is no song \"%s\"; did you mean %s?", id, nearest.best);
	return nch_fail(error, NCH_DATA, "there is no song with the id or the title \"%s\"", id);
}

static nch_status wish_for_song(struct work *w, const char *id, nch_error *error)
{
	const nch_songs *s = &w->songs;
	size_t song, found = nch_songs_find(s, id, &song);
	if (found == 0)
		return no_such_song(s, id, error);
	if (found > 1)
		return nch_fail(error, NCH_DATA, "%zu songs are called \"%s\"; the id of the first is %s", found, id, nch_songs_id(s, song));
	nch_wish_like(s, song, &w->wish);
	if (w->wish.emotion == NULL && w->wish.genres == 0 && w->call.genre == NULL)
		return nch_fail(error, NCH_DATA, "the song %s has neither lyrics nor a genre: there is nothing to go by", id);
	if (w->wish.emotion == NULL)
		nch_output_warning("the song %s has no lyrics; only its genre counts", id);
	return NCH_OK;
}

/* The index's labels in the order of the model's. */
static nch_status wish_for_text(struct work *w, const char *text, nch_error *error)
{
	const nch_songs *s = &w->songs;
	bool known;
	size_t labels = nch_predictor_labels(w->predictor);
	float *shares = nch_alloc(labels, sizeof *shares);
	if (shares == NULL)
		return nch_no_memory(error);
	nch_status status = nch_lyrics_emotion(w->predictor, text, strlen(text), shares, &known, error);
	if (status == NCH_OK && !known)
		status = nch_fail(error, NCH_USAGE, "--text is blank");
	for (size_t c = 0; c < s->labels && status == NCH_OK; c++) {
		size_t from = 0;
		while (from < labels && strcmp(nch_predictor_label(w->predictor, from), nch_songs_label(s, c)) != 0)
			from++;
		if (from == labels || labels != s->labels)
			status = nch_fail(error, NCH_DATA, "the songs were tagged with other emotions than the model knows (\"%s\"); make the index again", nch_songs_label(s, c));
		else
			w->emotion[c] = shares[from];
	}
	nch_free(shares);
	w->wish.emotion = w->emotion;
	return status;
}

static nch_status wish_for_mood(struct work *w, const char *mood, nch_error *error)
{
	const char **labels = nch_alloc(w->songs.labels, sizeof *labels);
	if (labels == NULL)
		return nch_no_memory(error);
	for (size_t c = 0; c < w->songs.labels; c++)
		labels[c] = nch_songs_label(&w->songs, c);
	nch_status status = nch_mood_read(mood, strlen(mood), labels, w->songs.labels, w->emotion, error);
	if (status != NCH_OK) {
		nch_buffer names = {0};
		for (size_t c = 0; c < w->songs.labels; c++)
			nch_buffer_printf(&names, "%s%s", c > 0 ? ", " : "", labels[c]);
		status = nch_fail(error, NCH_USAGE, "--mood %s: write it as 슬픔=.7,행복=.3; the emotions are %s", mood, names.data != NULL ? names.data : "unknown");
		nch_buffer_free(&names);
	}
	nch_free(labels);
	w->wish.emotion = w->emotion;
	return status;
}

static nch_status wish_for_genres(struct work *w, const char *list, nch_error *error)
{
	size_t count = 0;
	w->genre = nch_alloc(w->songs.genres + 1, sizeof *w->genre);
	if (w->genre == NULL)
		return nch_no_memory(error);
	for (const char *at = list; *at != '\0';) {
		size_t length = strcspn(at, ","), g = 0;
		while (g < w->songs.genres && (strlen(nch_songs_genre(&w->songs, g)) != length ||
		                               memcmp(nch_songs_genre(&w->songs, g), at, length) != 0))
			g++;
		if (g == w->songs.genres)
			return nch_fail(error, NCH_USAGE, "--genre: no song is of the genre \"%.*s\"", (int)(length > 100 ? 100 : length), at);
		bool twice = false;
		for (size_t i = 0; i < count; i++)
			twice |= w->genre[i] == (uint32_t)g;
		if (!twice)
			w->genre[count++] = (uint32_t)g;
		at += length + (at[length] == ',');
	}
	w->wish.genre = w->genre;
	w->wish.genres = count;
	return NCH_OK;
}

static nch_status read_wish(struct work *w, nch_error *error)
{
	const recommend_call *call = &w->call;
	w->wish = call->wish;
	w->wish.without = SIZE_MAX;
	w->emotion = nch_alloc(w->songs.labels, sizeof *w->emotion);
	w->parts = nch_alloc(w->songs.labels, sizeof *w->parts);
	if (w->emotion == NULL || w->parts == NULL)
		return nch_no_memory(error);
	if (call->song != NULL)
		NCH_TRY(wish_for_song(w, call->song, error));
	if (call->text != NULL)
		NCH_TRY(wish_for_text(w, call->text, error));
	if (call->mood != NULL)
		NCH_TRY(wish_for_mood(w, call->mood, error));
	return call->genre != NULL ? wish_for_genres(w, call->genre, error) : NCH_OK;
}

/* --- the answer --- */

/* What was asked for, as the page tells it: of a song its title, whatever it was called by. */
static nch_song_page page_of(const struct work *w)
{
	const recommend_call *call = &w->call;
	nch_song_page page = {.language = nch_output_language(), .by = "", .songs = &w->songs, .wish = &w->wish, .best = w->best, .count = w->count, .parts = w->parts};
	page.question = call->song != NULL ? NCH_ASKED_SONG : call->text != NULL ? NCH_ASKED_TEXT : call->mood != NULL ? NCH_ASKED_MOOD : NCH_ASKED_GENRE;
	page.asked = page.question == NCH_ASKED_TEXT ? call->text : "";
	if (page.question == NCH_ASKED_SONG) {
		page.asked = nch_songs_title(&w->songs, w->wish.without);
		page.by = nch_songs_artist(&w->songs, w->wish.without);
	}
	return page;
}

static nch_status write_page(struct work *w, const char *path, nch_error *error)
{
	const nch_song_page page = page_of(w);
	nch_buffer_clear(&w->out);
	nch_song_html(&page, &w->out);
	NCH_TRY(nch_buffer_check(&w->out, error));
	return nch_file_write(path, w->out.data, w->out.length, error);
}

static nch_status answer(struct work *w, nch_error *error)
{
	size_t top = w->call.top < w->songs.count ? w->call.top : w->songs.count;
	w->best = nch_alloc(top, sizeof *w->best);
	if (w->best == NULL)
		return nch_no_memory(error);
	NCH_TRY(nch_recommend(&w->songs, &w->wish, top, w->best, &w->count, error));
	if (w->call.tsv)
		nch_recommend_write_tsv(&w->songs, &w->wish, w->best, w->count, w->call.explain, w->parts, &w->out);
	else
		nch_recommend_write_jsonl(&w->songs, &w->wish, w->best, w->count, w->call.explain, w->parts, &w->out);
	NCH_TRY(nch_buffer_check(&w->out, error));
	nch_output_buffer(&w->out);
	return w->call.html != NULL ? write_page(w, w->call.html, error) : NCH_OK;
}

static nch_status check_call(const recommend_call *call, bool *asked, nch_error *error)
{
	int wishes = (call->song != NULL) + (call->text != NULL) + (call->mood != NULL);
	*asked = wishes > 0 || call->genre != NULL;
	if (wishes > 1)
		return nch_fail(error, NCH_USAGE, "--song, --text and --mood: one of them");
	if (call->songs.count == 0 && call->index == NULL)
		return nch_fail(error, NCH_USAGE, "recommend needs --songs FILE or --index FILE");
	if (!(call->wish.genre_weight > 0.0) && !(call->wish.lyrics_weight > 0.0))
		return nch_fail(error, NCH_USAGE, "--genre-weight and --lyrics-weight: one of them must be above 0");
	if (!*asked && !(call->songs.count > 0 && call->index != NULL))
		return nch_fail(error, NCH_USAGE, "recommend needs --song ID, --text \"…\" or --mood A=.7,B=.3 (or --songs and --index, to make an index)");
	return NCH_OK;
}

static nch_status run(const nch_options *options, nch_error *error)
{
	static const nch_option_group *const own[] = {&songs_group, &wish_group, &answer_group};
	struct work w = {.options = options};
	bool asked;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		NCH_TRY(nch_options_take(options, own[i], &w.call, error));
	NCH_TRY(check_call(&w.call, &asked, error));
	nch_status status = NCH_OK;
	if (w.call.model != NULL || w.call.text != NULL)
		status = open_model(&w, error);
	if (status == NCH_OK)
		status = get_songs(&w, error);
	if (status == NCH_OK && asked)
		status = read_wish(&w, error);
	if (status == NCH_OK && asked)
		status = answer(&w, error);
	nch_buffer_free(&w.out);
	nch_free(w.best);
	nch_free(w.parts);
	nch_free(w.genre);
	nch_free(w.emotion);
	nch_songs_free(&w.songs);
	nch_predictor_close(w.predictor);
	return status;
}

const nch_command nch_command_recommend = {
	.name = "recommend",
	.summary = "songs that feel like a song, a text or a mood",
	.usage = "(--songs FILE [--model DIR] | --index FILE) (--song ID | --text \"…\" | --mood A=.7,B=.3)",
	.details = "Every lyric line is tagged; a song is the mean of its lines' probabilities. Songs are ordered by\n"
	           "  genre weight × genre similarity + lyrics weight × lyrics similarity;\n"
	           "equal ones by the lyrics, then as they stand in the file. Where genre or lyrics are missing on one side that similarity is 0.",
	.groups = (const nch_option_group *const[]){&songs_group, &wish_group, &answer_group, NULL},
	.run = run,
};
