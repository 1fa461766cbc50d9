/* Lines from files and pipes: encodings, line ends, what comes in pieces, and what is refused. */
#include <stdlib.h>
#include <unistd.h>

#include "io/line_stream.h"
#include "test.h"

static char path[64];

static void write_file(const char *bytes, size_t length)
{
	FILE *file = fopen(path, "wb");
	fwrite(bytes, 1, length, file);
	fclose(file);
}

/* The lines as "[text]end …", ends as n, rn, r; an error ends them. */
static const char *read_lines(nch_encoding encoding, size_t limit)
{
	static char text[4096];
	nch_lines *lines = NULL;
	nch_error error;
	const nch_line *batch;
	size_t count = 1, at = 0;
	nch_status status = nch_lines_open(path, encoding, &lines, &error);
	while (status == NCH_OK && count > 0) {
		status = nch_lines_next(lines, limit, &batch, &count, &error);
		for (size_t i = 0; status == NCH_OK && i < count; i++) {
			at += (size_t)snprintf(text + at, sizeof text - at, "[%s]", batch[i].text);
			for (const char *end = batch[i].end; *end != '\0'; end++)
				text[at++] = *end == '\n' ? 'n' : 'r';
			CHECK(strlen(batch[i].text) == batch[i].length);
		}
	}
	text[at] = '\0';
	if (status != NCH_OK)
		snprintf(text + at, sizeof text - at, "!%s", strstr(error.text, path) == error.text ? error.text + strlen(path) : error.text);
	nch_lines_close(lines);
	return text;
}

#define LINES(bytes) (write_file(bytes, sizeof bytes - 1), read_lines(NCH_ENCODING_AUTO, 1000))

TEST(line_ends)
{
	CHECK_TEXT(LINES(""), "");
	CHECK_TEXT(LINES("a\nb"), "[a]n[b]");
	CHECK_TEXT(LINES("a\r\nb\r\n"), "[a]rn[b]rn");
	CHECK_TEXT(LINES("a\rb\r"), "[a]r[b]r");
	CHECK_TEXT(LINES("\n\r\r\n\n"), "[]n[]r[]rn[]n");
	write_file("a\r\nb\nc\rd", 8);
	CHECK_TEXT(read_lines(NCH_ENCODING_AUTO, 1), "[a]rn[b]n[c]r[d]");
}

TEST(encodings)
{
	CHECK_TEXT(LINES("\xEF\xBB\xBF행복\n"), "[행복]n");
	CHECK_TEXT(LINES("\xB3\xCA\xB9\xAB \xC7\xE0\xBA\xB9\xC7\xD8\n"), "[너무 행복해]n");
	CHECK_TEXT(LINES("\xFF\xFE\x89\xD5\xF5\xBC\r\0\n\0a\0"), "[행복]rn[a]");
	CHECK_TEXT(LINES("\xFE\xFF\xD5\x89\xBC\xF5\0\r\0a"), "[행복]r[a]");
	write_file("\xC7\xE0\xBA\xB9", 4);
	CHECK_TEXT(read_lines(NCH_ENCODING_CP949, 9), "[행복]");
	CHECK_TEXT(read_lines(NCH_ENCODING_UTF8, 9), "!:1: not valid UTF-8; save the file as UTF-8, or name its encoding with --encoding");
}

TEST(ascii_first)
{
	/* two megabytes of ASCII leave the question open */
	size_t size = (size_t)2 << 20;
	char *bytes = malloc(size + 16), *text = malloc(size + 64);
	memset(bytes, 'a', size);
	for (size_t i = 99; i < size; i += 100)
		bytes[i] = '\n';
	memcpy(bytes + size, "\n\xC7\xE0\xBA\xB9\xC7\xD8\n", 8);
	write_file(bytes, size + 8);
	nch_lines *lines;
	const nch_line *batch;
	size_t count = 1, last = 0;
	nch_error error;
	CHECK(nch_lines_open(path, NCH_ENCODING_AUTO, &lines, &error) == NCH_OK);
	while (nch_lines_next(lines, 1000, &batch, &count, &error) == NCH_OK && count > 0) {
		last += count;
		snprintf(text, 64, "%.60s", batch[count - 1].text);
	}
	CHECK_TEXT(text, "행복해");
	CHECK(last == size / 100 + 2);
	nch_lines_close(lines);
	free(bytes);
	free(text);
}

TEST(what_is_no_text)
{
	CHECK_TEXT(LINES("a\nb\n\xFF\nc\n"), "[a]n[b]n!:3: not valid UTF-8; save the file as UTF-8, or name its encoding with --encoding");
	CHECK_TEXT(LINES("행복해요\n\xC7\xE0\xBA\xB9\n"), "[행복해요]n!:2: not valid UTF-8; save the file as UTF-8, or name its encoding with --encoding");
	/* UTF-8 behind CP949: not read as what it would mean there */
	CHECK_TEXT(LINES("\xB3\xCA\xB9\xAB\xC7\xE0\xBA\xB9\xC7\xD8\xBF\xE4\xC7\xE0\xBA\xB9\xC7\xD8\xBF\xE4\n각각\n"),
	           "[너무행복해요행복해요]n!:2: not valid CP949; save the file as UTF-8, or name its encoding with --encoding");
	CHECK_TEXT(LINES("a\0b\n"), "!:1: holds a NUL byte, so this is no text file (UTF-16 without a byte order mark?)");
	CHECK_TEXT(LINES("PK\3\4....\n"), "!: is a spreadsheet (.xlsx) or another zip archive, no text: a spreadsheet is read as a table, by its name (.xlsx)");
	CHECK_TEXT(LINES("\x1F\x8B\x08xyz\n"), "!: is compressed (gzip), no text: unpack it first");
	CHECK_TEXT(LINES("version https://git-lfs.github.com/spec/v1\noid 1\n"),
	           "!: is a pointer of git-lfs, not the file itself, no text: fetch the file: git lfs pull");
}

/* What one end of a pipe has written is what comes out at the other, as soon as a line is whole. */
TEST(pieces)
{
	static const struct {
		const char *bytes, *lines;
	} pieces[] = {{"\xEF", ""}, {"\xBB", ""}, {"\xBF", ""}, {"가\n나", "[가]"}, {"\xEB", ""}, {"\x8B\xA4\n", "[나다]"}, {"a\r", ""}, {"\nb\n", "[a][b]"}};
	int ends[2], kept = dup(STDIN_FILENO);
	nch_lines *lines = NULL;
	nch_error error;
	CHECK(pipe(ends) == 0 && dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
	close(ends[0]);
	CHECK(nch_lines_open("-", NCH_ENCODING_AUTO, &lines, &error) == NCH_OK);
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		char got[64] = "";
		CHECK(write(ends[1], pieces[i].bytes, strlen(pieces[i].bytes)) > 0);
		if (i + 1 == sizeof pieces / sizeof *pieces)
			close(ends[1]);
		for (size_t at = 0; at < strlen(pieces[i].lines);) {
			const nch_line *line;
			size_t count;
			CHECK(nch_lines_next(lines, 1, &line, &count, &error) == NCH_OK && count == 1);
			at += (size_t)snprintf(got + at, sizeof got - at, "[%s]", line->text);
		}
		CHECK_TEXT(got, pieces[i].lines);
	}
	nch_lines_close(lines);
	dup2(kept, STDIN_FILENO);
	close(kept);
}

/* CP949 through a pipe, the first line ASCII, a character in two pieces. */
TEST(pieces_of_cp949)
{
	int ends[2], kept = dup(STDIN_FILENO);
	nch_lines *lines = NULL;
	nch_error error;
	const nch_line *line;
	size_t count;
	CHECK(pipe(ends) == 0 && dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
	close(ends[0]);
	CHECK(nch_lines_open("-", NCH_ENCODING_AUTO, &lines, &error) == NCH_OK);
	CHECK(write(ends[1], "ok\n", 3) == 3);
	CHECK(nch_lines_next(lines, 9, &line, &count, &error) == NCH_OK && count == 1);
	CHECK_TEXT(line->text, "ok");
	CHECK(write(ends[1], "\xB3\xCA\xB9\xAB\n\xC7", 6) == 6);
	CHECK(nch_lines_next(lines, 9, &line, &count, &error) == NCH_OK && count == 1);
	CHECK_TEXT(line->text, "너무");
	CHECK(write(ends[1], "\xE0\n", 2) == 2);
	CHECK(nch_lines_next(lines, 9, &line, &count, &error) == NCH_OK && count == 1);
	CHECK_TEXT(line->text, "행");
	CHECK(nch_lines_number(lines) == 3);
	close(ends[1]);
	CHECK(nch_lines_next(lines, 9, &line, &count, &error) == NCH_OK && count == 0);
	nch_lines_close(lines);
	dup2(kept, STDIN_FILENO);
	close(kept);
}

int main(void)
{
	snprintf(path, sizeof path, "/tmp/nunchi-lines-%ld", (long)getpid());
	RUN(line_ends);
	RUN(encodings);
	RUN(ascii_first);
	RUN(what_is_no_text);
	RUN(pieces);
	RUN(pieces_of_cp949);
	remove(path);
	return test_end();
}
