/* The bundled books and songs: their form, and that the books' texts are their gold sentences. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/utf8.h"
#include "data/dataset.h"
#include "data/labels.h"
#include "test.h"
#include "text/sentences.h"

/* the first two are what storybook models are measured on, the others what they learn from */
static const char *const books[] = {"heungbu", "simcheong", "bari", "byeoljubu", "haewadal", "hokburi", "janghwa", "kkachi", "kongjwi", "patjuk", "seonnyeo", "ureong"};
static const char *const emotions[] = {"분노", "슬픔", "중립", "행복"}; /* in the order of their code points */

static void check_book(const char *name, size_t least, size_t least_each)
{
	char table[100], text[100];
	const char *const paths[] = {table};
	nch_dataset gold = {0};
	const nch_dataset_options how = {.need_labels = true};
	nch_buffer book = {0};
	snprintf(table, sizeof table, "data/books/%s.tsv", name);
	snprintf(text, sizeof text, "data/books/%s.txt", name);
	CHECK(nch_dataset_read(paths, 1, &how, &gold, NULL) == NCH_OK);
	CHECK(nch_file_read(text, 0, &book, NULL) == NCH_OK);
	CHECK(gold.rows >= least);
	CHECK(gold.labels.count == 4);
	size_t counts[4] = {0};
	for (size_t c = 0; c < 4 && c < gold.labels.count; c++)
		CHECK_TEXT(gold.labels.names[c], emotions[c]);
	nch_dataset_label_counts(&gold, counts);
	for (size_t c = 0; c < 4; c++)
		CHECK(counts[c] >= least_each);
	/* the text is the sentences, with a blank or an empty line between them */
	size_t at = 0;
	for (size_t i = 0; i < gold.rows; i++) {
		size_t length;
		const char *sentence = nch_dataset_text(&gold, i, &length);
		at += strspn(book.data + at, " \n");
		CHECK(strncmp(book.data + at, sentence, length) == 0);
		CHECK(nch_utf8_valid(sentence, length));
		at += length;
	}
	CHECK(strcmp(book.data + at, "\n") == 0);
	/* and the splitter finds nearly all of them */
	nch_splitter *splitter = nch_splitter_new();
	nch_sentences found = {0};
	CHECK(nch_sentences_split(splitter, book.data, book.length, false, &found, NULL) == NCH_OK);
	size_t exact = 0;
	for (size_t i = 0, j = 0; i < gold.rows; i++) {
		size_t length;
		const char *sentence = nch_dataset_text(&gold, i, &length);
		for (size_t k = j; k < found.count && k < j + 4; k++)
			if (found.items[k].text_end - found.items[k].text_begin == length && memcmp(book.data + found.items[k].text_begin, sentence, length) == 0) {
				exact++;
				j = k + 1;
				break;
			}
	}
	CHECK(exact >= gold.rows * 97 / 100);
	nch_sentences_free(&found);
	nch_splitter_free(splitter);
	nch_dataset_free(&gold);
	nch_buffer_free(&book);
}

TEST(tagged_books)
{
	for (size_t i = 0; i < sizeof books / sizeof *books; i++)
		check_book(books[i], i < 2 ? 150 : 125, i < 2 ? 10 : 8);
}

/* data/books-second.tsv: what a second reader said of each sentence of the ten tales. */
TEST(second_reading)
{
	nch_buffer file = {0};
	size_t rows = 0, same = 0;
	CHECK(nch_file_read("data/books-second.tsv", 0, &file, NULL) == NCH_OK);
	const char *line = file.data + strcspn(file.data, "\n") + 1; /* behind the header */
	for (size_t b = 2; b < sizeof books / sizeof *books; b++) {
		char table[100];
		const char *const paths[] = {table};
		nch_dataset gold = {0};
		const nch_dataset_options how = {.need_labels = true};
		snprintf(table, sizeof table, "data/books/%s.tsv", books[b]);
		CHECK(nch_dataset_read(paths, 1, &how, &gold, NULL) == NCH_OK);
		for (size_t i = 0; i < gold.rows; i++, rows++) {
			char book[20] = "", label[20] = "";
			size_t number = 0;
			CHECK(sscanf(line, "%19[^\t]\t%zu\t%19[^\n]", book, &number, label) == 3);
			CHECK(strcmp(book, books[b]) == 0 && number == i + 1);
			CHECK(nch_labels_find(&gold.labels, label, strlen(label)) >= 0);
			same += strcmp(label, gold.labels.names[nch_dataset_label(&gold, i)]) == 0;
			line += strcspn(line, "\n") + 1;
		}
		nch_dataset_free(&gold);
	}
	CHECK(*line == '\0');
	printf("  both readers agree on %zu of %zu sentences of the tales\n", same, rows);
	CHECK(same >= rows * 85 / 100 && same <= rows * 95 / 100);
	nch_buffer_free(&file);
}

/* A member that is a text and not blank. */
static const char *text_of(const nch_json *song, const char *name)
{
	const char *text = nch_json_text(song, name, "");
	CHECK(text[0] != '\0');
	return text;
}

TEST(songs)
{
	nch_buffer file = {0};
	CHECK(nch_file_read("data/songs.jsonl", 0, &file, NULL) == NCH_OK);
	nch_arena *arena = nch_arena_new(0);
	size_t count = 0, moods[4] = {0};
	const nch_json *songs[200];
	for (char *line = file.data; *line != '\0' && count < 200;) {
		nch_json *song;
		size_t length = strcspn(line, "\n");
		CHECK(nch_json_parse(line, length, "songs.jsonl", arena, &song, NULL) == NCH_OK);
		const char *lyrics = text_of(song, "lyrics"), *mood = text_of(song, "mood");
		text_of(song, "artist");
		const nch_json *genre = nch_json_get(song, "genre");
		CHECK(genre != NULL && genre->type == NCH_JSON_ARRAY && genre->count >= 1 && genre->count <= 3);
		size_t lines = 1, known = 0;
		for (const char *c = lyrics; *c != '\0'; c++)
			lines += *c == '\n';
		CHECK(lines >= 6);
		while (known < 4 && strcmp(emotions[known], mood) != 0)
			known++;
		CHECK(known < 4);
		moods[known]++;
		for (size_t i = 0; i < count; i++)
			CHECK(strcmp(text_of(songs[i], "id"), text_of(song, "id")) != 0 && strcmp(text_of(songs[i], "title"), text_of(song, "title")) != 0);
		songs[count++] = song;
		line += length + (line[length] != '\0');
	}
	CHECK(count >= 68);
	for (size_t m = 0; m < 4; m++)
		CHECK(moods[m] >= 13);
	nch_arena_free(arena);
	nch_buffer_free(&file);
}

int main(void)
{
	RUN(tagged_books);
	RUN(second_reading);
	RUN(songs);
	return test_end();
}
