/* Rows of every kind of file: what a well-meaning and what a hostile file gives. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "io/columns.h"
#include "io/rows.h"
#include "test.h"

static char path[64];
static nch_buffer dump;

static const char *write_file(const char *suffix, const char *bytes, size_t length)
{
	snprintf(path, sizeof path, "/tmp/nunchi-rows-%ld%s", (long)getpid(), suffix);
	FILE *file = fopen(path, "wb");
	if (file == NULL || fwrite(bytes, 1, length, file) != length)
		printf("  can't write %s\n", path);
	if (file != NULL)
		fclose(file);
	return path;
}

static void write_text(const char *suffix, const char *text)
{
	write_file(suffix, text, strlen(text));
}

/* All rows as "LINE[a|b]LINE[c|d]"; a bad row as "!text" from behind the path. */
static const char *read_all(const nch_rows_options *options)
{
	nch_rows *rows;
	nch_error error = {0};
	nch_buffer_clear(&dump);
	nch_buffer_text(&dump, "");
	if (nch_rows_open(path, options, &rows, &error) != NCH_OK) {
		nch_buffer_printf(&dump, "?%s", error.text + strlen(path));
		return dump.data;
	}
	for (;;) {
		nch_row row;
		bool more;
		nch_status status = nch_rows_next(rows, &row, &more, &error);
		if (status == NCH_OK && !more)
			break;
		if (status != NCH_OK)
			nch_buffer_printf(&dump, "%c%s\n", status == NCH_DATA ? '!' : '?', error.text + strlen(path));
		if (status != NCH_OK && status != NCH_DATA)
			break;
		if (status != NCH_OK)
			continue;
		nch_buffer_printf(&dump, "%zu[", row.line);
		for (size_t i = 0; i < row.count; i++) {
			nch_buffer_text(&dump, i > 0 ? "|" : "");
			nch_buffer_add(&dump, row.cells[i].text, row.cells[i].length);
		}
		nch_buffer_text(&dump, "]");
	}
	nch_rows_close(rows);
	return dump.data;
}

static const char *rows_of_bytes(const char *suffix, const char *bytes, size_t length, const nch_rows_options *options)
{
	write_file(suffix, bytes, length);
	const char *result = read_all(options);
	remove(path);
	return result;
}

static const char *rows_with(const char *suffix, const char *text, const nch_rows_options *options)
{
	return rows_of_bytes(suffix, text, strlen(text), options);
}

static const char *rows_of(const char *suffix, const char *text)
{
	return rows_with(suffix, text, NULL);
}

TEST(csv)
{
	CHECK_TEXT(rows_of(".csv", "text,label\n안녕,행복\n"), "2[안녕|행복]");
	CHECK_TEXT(rows_of(".csv", "text,label\r\n안녕,행복\r\n잘 가,슬픔"), "2[안녕|행복]3[잘 가|슬픔]");
	CHECK_TEXT(rows_of(".csv", "text,label\r안녕,행복\r잘 가,슬픔\r"), "2[안녕|행복]3[잘 가|슬픔]");
	CHECK_TEXT(rows_of(".csv", "\xEF\xBB\xBFtext,label\n안녕,행복\n"), "2[안녕|행복]");
	CHECK_TEXT(rows_of(".csv", "text,label\n\"a,b\",1\n\"a\"\"b\",2\n\"a\nb\r\nc\",3\nd,4\n"),
	           "2[a,b|1]3[a\"b|2]4[a\nb\r\nc|3]7[d|4]");
	CHECK_TEXT(rows_of(".csv", "text,label\n\"a\" b,1\na \"b\" c,2\n\"a\"b\"\"c\",3\n\"\",4\n"),
	           "2[a b|1]3[a \"b\" c|2]4[ab\"\"c\"|3]5[|4]");
	CHECK_TEXT(rows_of(".csv", "text,label\na,\n,b\n"), "2[a|]3[|b]");
	CHECK_TEXT(rows_of(".csv", ""), "");
	CHECK_TEXT(rows_of(".csv", "\n\n  \n"), "");
	CHECK_TEXT(rows_of(".csv", "text,label\n"), "");
	CHECK_TEXT(rows_of(".csv", "text,label\n\n안녕,행복\n ,\n\t\n잘 가,슬픔\n\n"), "3[안녕|행복]6[잘 가|슬픔]");
}

/* What stands behind the first megabyte of a table without a quote, whose rows have the number 0: the rows that are read there. */
static const char *rows_behind(const char *suffix, const char *rows, const nch_rows_options *options)
{
	static nch_buffer file;
	nch_buffer_clear(&file);
	nch_buffer_text(&file, strcmp(suffix, ".csv") == 0 ? "text,label\n" : "text\tlabel\n");
	while (file.length < (size_t)1100 * 1024)
		nch_buffer_text(&file, strcmp(suffix, ".csv") == 0 ? "비가 온다,0\n" : "비가 온다\t0\n");
	size_t lines = 0;
	for (size_t i = 0; i < file.length; i++)
		lines += file.data[i] == '\n';
	nch_buffer_text(&file, rows);
	const char *all = rows_of_bytes(suffix, file.data, file.length, options);
	size_t skipped = 0;
	for (const char *at = all; *at != '\0' && skipped < lines - 1; at++)
		if (*at == ']') {
			skipped++;
			all = at + 1;
		}
	return all;
}

/* The line numbers are those behind 70,401 lines. */
TEST(quotes_that_come_late)
{
	/* a quote that is text swallows nothing */
	CHECK_TEXT(rows_behind(".tsv", "\"그가 말했다.\t1\n눈\t2\n해\t3\n", NULL), "70402[\"그가 말했다.|1]70403[눈|2]70404[해|3]");
	CHECK_TEXT(rows_behind(".tsv", "\"그가 말했다.\t1\n눈\t2\n\"가자\" 했다\t3\n", NULL), "70402[\"그가 말했다.|1]70403[눈|2]70404[\"가자\" 했다|3]");
	/* quoting is quoting there, too */
	CHECK_TEXT(rows_behind(".tsv", "\"한\n둘\"\t1\n\"그가 \"\"가자\"\" 했다\"\t2\n셋\t3\n", NULL), "70402[한\n둘|1]70404[그가 \"가자\" 했다|2]70405[셋|3]");
	/* what can be meant in two ways is told, and nothing is lost behind it */
	CHECK(strstr(rows_behind(".tsv", "\"그가 말했다.\t1\n눈\t2\n또 말했다\"\t3\n끝\t4\n", NULL),
	             ":70402: a quote is opened and not closed before other rows (the next one stands 2 lines below)") != NULL);
	CHECK(strstr(rows_behind(".tsv", "\"그가 말했다.\t1\n눈\t2\n또 말했다\"\t3\n끝\t4\n", NULL), "70403[눈|2]70404[또 말했다\"|3]70405[끝|4]") != NULL);
	nch_rows_options yes = { .quoting = NCH_QUOTING_RFC4180 };
	CHECK_TEXT(rows_behind(".tsv", "\"그가 말했다.\t1\n눈\t2\n또 말했다\"\t3\n끝\t4\n", &yes), "70402[그가 말했다.\t1\n눈\t2\n또 말했다|3]70405[끝|4]");
}

TEST(what_is_no_table)
{
	CHECK_TEXT(rows_of_bytes(".csv", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0", 10, NULL),
	           "?: is an old Office or Hangul document (.xls, .doc, .hwp), or one with a password, no text: save it as text (UTF-8), or as a table (.csv, .xlsx)");
	CHECK_TEXT(rows_of_bytes(".tsv", "PK\3\4\0\0", 6, NULL),
	           "?: is a spreadsheet (.xlsx) or another zip archive, no text: a spreadsheet is read as a table, by its name (.xlsx)");
	CHECK_TEXT(rows_of(".jsonl", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
	           "?: is a pointer of git-lfs, not the file itself, no text: fetch the file: git lfs pull");
}

TEST(quotes_that_swallow)
{
	CHECK_TEXT(rows_of(".csv", "text,label\n\"그가 말했다,1\n눈,2\n\"가자\" 했다,3\n해,4\n"),
	           "!:2: a quote is opened and not closed before other rows (the next one stands 2 lines below); --quoting no takes quotes as text, --quoting yes takes "
	           "this as one row\n3[눈|2]4[가자 했다|3]5[해|4]");
	CHECK_TEXT(rows_of(".tsv", "text\tlabel\n\"한\n둘\"\t1\n\"a\tb\"\t2\n\"그가\t3\n눈\"\t4\n해\t5\n"),
	           "2[한\n둘|1]4[a\tb|2]!:5: a quote is opened and not closed before other rows (the next one stands 1 line below); --quoting no takes quotes as text, "
	           "--quoting yes takes this as one row\n6[눈\"|4]7[해|5]");
	nch_rows_options yes = { .quoting = NCH_QUOTING_RFC4180 };
	CHECK_TEXT(rows_with(".csv", "text,label\n\"a\nb\"c,1\n", &yes), "2[a\nbc|1]");
}

TEST(delimiters)
{
	CHECK_TEXT(rows_of(".csv", "text;label\na;1\n\"b;c\";2\n"), "2[a|1]3[b;c|2]");
	CHECK_TEXT(rows_of(".csv", "text\tlabel\na, b\t1\nc\t2\n"), "2[a, b|1]3[c|2]");
	CHECK_TEXT(rows_of(".csv", "text|label\na|1\n"), "2[a|1]");
	CHECK_TEXT(rows_of(".tsv", "text\tlabel\na,b\t1\n"), "2[a,b|1]");
	CHECK_TEXT(rows_of(".tsv", "text,label\na,1\nb,2\n"), "2[a|1]3[b|2]");
	CHECK_TEXT(rows_of(".csv", "text\n혼자, 그리고 둘\n셋\n"),
	           "!:2: has 2 columns where the first row has 1 (a text with an unquoted "
	           "delimiter?)\n3[셋]");
	nch_rows_options options = { .delimiter = '/' };
	CHECK_TEXT(rows_with(".csv", "text/label\na,b/1\n", &options), "2[a,b|1]");
}

/* A file with tabs is quoted if its quotes look like quoting; reviews and tweets are not. */
TEST(quotes_in_tsv)
{
	CHECK_TEXT(rows_of(".tsv", "1\t\"내일은 뭐할까~\"\t1\n2\t그냥 \"그런\" 영화\t0\n"),
	           "1[1|\"내일은 뭐할까~\"|1]2[2|그냥 \"그런\" 영화|0]");
	CHECK_TEXT(rows_of(".tsv", "1\t\"명작\" 이다\t1\n2\t\"아깝다\t0\n"), "1[1|\"명작\" 이다|1]2[2|\"아깝다|0]");
	CHECK_TEXT(rows_of(".tsv", "1\t\"저번주 \"\"강호동\"\" 코스\"\t0,10\n2\t그냥\t1\n"),
	           "1[1|저번주 \"강호동\" 코스|0,10]2[2|그냥|1]");
	CHECK_TEXT(rows_of(".tsv", "\"text\"\t\"label\"\n\"안녕\"\t\"행복\"\n"), "2[안녕|행복]");
	CHECK_TEXT(rows_of(".tsv", "text\tlabel\n\"둘,셋\"\t행복\n넷\t슬픔\n"), "2[둘,셋|행복]3[넷|슬픔]");
	CHECK_TEXT(rows_of(".tsv", "text\tlabel\n\"둘,셋\"\t행복\n넷,다섯\t슬픔\n"), "2[\"둘,셋\"|행복]3[넷,다섯|슬픔]");
	CHECK_TEXT(rows_of(".tsv", "text\tlabel\n\"탭\t있음\"\t행복\n\"줄\n바꿈\"\t슬픔\n"),
	           "2[탭\t있음|행복]3[줄\n바꿈|슬픔]");
	nch_rows_options none = { .quoting = NCH_QUOTING_NONE }, yes = { .quoting = NCH_QUOTING_RFC4180 };
	CHECK_TEXT(rows_with(".tsv", "text\tlabel\n\"a\"\"b\"\t1\n", &none), "2[\"a\"\"b\"|1]");
	CHECK_TEXT(rows_with(".tsv", "text\tlabel\n\"a\"\t1\nb\t2\n", &yes), "2[a|1]3[b|2]");
}

TEST(header)
{
	CHECK_TEXT(rows_of(".tsv", "가\t나\n다\t라\n"), "1[가|나]2[다|라]");
	CHECK_TEXT(rows_of(".tsv", " 문장 \t감정\n다\t라\n"), "2[다|라]");
	CHECK_TEXT(rows_of(".csv", "Q,A,label\n다,라,0\n"), "2[다|라|0]");
	const char *names[] = { "주소", NULL };
	nch_rows_options asked = { .names = names, .name_count = 2 }, no = { .header = NCH_HEADER_NO };
	CHECK_TEXT(rows_with(".tsv", "주소\tx\n다\t라\n", &asked), "2[다|라]");
	CHECK_TEXT(rows_with(".tsv", "text\tlabel\n다\t라\n", &no), "1[text|label]2[다|라]");
}

TEST(ragged_rows)
{
	CHECK_TEXT(rows_of(".csv", "text,label\na\nb,1\nc,2,3\nd,4,,\n"),
	           "2[a]3[b|1]!:4: has 3 columns where the first row has 2 (a text with an unquoted delimiter?)\n5[d|4]");
}

TEST(bad_rows_are_passed)
{
	CHECK_TEXT(rows_of(".csv", "text,label\na,1\nb\xFF,2\nc,3\n"),
	           "2[a|1]!:3: not valid UTF-8; save the file as UTF-8, or name its encoding with --encoding\n4[c|3]");
	CHECK_TEXT(rows_of(".csv", "text,label\n\"a,1\nb,2\n"),
	           "!:2: a quote is opened and not closed within 9 bytes\n3[b|2]");
	CHECK_TEXT(rows_of_bytes(".csv", "text,label\na\0b,1\nc,3\n", 21, NULL),
	           "!:2: holds a NUL byte, so this is no text file (UTF-16 without a byte order mark?)\n3[c|3]");
	CHECK_TEXT(rows_of(".jsonl", "{\"text\":1}\n{\"text\":}\n[1]\n\n{\"text\":2}"),
	           "1[1]!:2: this is no JSON: expected a value (column 9)\n!:3: the record is no JSON object\n5[2]");
	CHECK_TEXT(rows_of(".tsv", "\xFF\xC0\n\xC1\na\tb\n"),
	           "!:1: not valid UTF-8; save the file as UTF-8, or name its encoding with "
	           "--encoding\n!:2: not valid UTF-8; save the file as UTF-8, or name its "
	           "encoding with --encoding\n3[a|b]");
}

TEST(long_lines)
{
	size_t length = 3 * 1024 * 1024;
	char *text = malloc(length + 64);
	const char *suffixes[] = { ".csv", ".txt", ".jsonl" };
	for (size_t s = 0; s < 3; s++) {
		memset(text, 'x', length);
		memcpy(text, "a\n", 2);
		memcpy(text + length, "\nb\r\nc", 6);
		if (s == 2) {
			memcpy(text, "{}", 2);
			text[2] = '\n';
			memcpy(text + length, "\n{}", 4);
		}
		rows_of(suffixes[s], text);
		CHECK(strstr(dump.data, "!:2: the line is longer than 524288 bytes\n3[") != NULL);
	}
	/* in quotes, over many lines */
	memset(text, '\n', length);
	memcpy(text, "text,label\n\"", 12);
	memcpy(text + length, "\",1\nlast,2\n", 12);
	rows_of(".csv", text);
	CHECK(strncmp(dump.data, "!:2: a quote is opened and not closed within ", 45) == 0);
	CHECK(strstr(dump.data, "[last|2]") != NULL);
	free(text);
}

TEST(cp949)
{
	CHECK_TEXT(rows_of(".csv", "text,label\n\xBE\xC8\xB3\xE7,\xC7\xE0\xBA\xB9\n\x8C\x63\xB9\xE6\xB0\xA2\xC7\xCF,1\n"),
	           "2[안녕|행복]3[똠방각하|1]"); /* 똠 is in CP949 only, not in EUC-KR */
	nch_rows_options cp949 = { .encoding = NCH_ENCODING_CP949 };
	CHECK_TEXT(rows_of_bytes(".txt", "\xB0\xA1\n\xFF\xFF\n\xB0", 7, &cp949),
	           "1[가]!:2: not valid CP949; save the file as UTF-8, or name its encoding with --encoding\n"
	           "!:3: not valid CP949; save the file as UTF-8, or name its encoding with --encoding\n");
	/* one bad byte among good Korean does not make it CP949 */
	CHECK_TEXT(rows_of(".txt", "안녕하세요\n\xB0\n"),
	           "1[안녕하세요]!:2: not valid UTF-8; save the file as UTF-8, or name its encoding with --encoding\n");
}

TEST(text_lines)
{
	CHECK_TEXT(rows_of(".txt", "하나, 둘\n\n \"셋\"\r\n넷"), "1[하나, 둘]3[ \"셋\"]4[넷]");
	CHECK_TEXT(rows_of(".txt", "id\tdocument\tlabel\n1\t좋다\t1\n"), "2[1|좋다|1]"); /* as NSMC comes */
	CHECK_TEXT(rows_of(".txt", "탭\t하나\n탭 없음\n"), "1[탭\t하나]2[탭 없음]");
}

TEST(json)
{
	CHECK_TEXT(rows_of(".jsonl",
	                   "{\"id\":1,\"input\":{\"form\":\"\\uac00\\n\",\"n\":null},\"output\":[1,2],\"ok\":true}\n"),
	           "1[1|{\"form\":\"\\uac00\\n\",\"n\":null}|가\n||[1,2]|true]");
	CHECK_TEXT(rows_of(".json", " [ {\"a\":\"]\\\"\"},\n {\"a\":\"2\"} ,\n\n{\"a\": [1]}\n]\n"), "1[]\"]2[2]4[[1]]");
	CHECK_TEXT(rows_of(".json", "[]"), "");
	CHECK_TEXT(rows_of(".json", "{\"a\":\n1}\n{\"a\":2}"), "1[1]3[2]");
	CHECK_TEXT(rows_of(".json", "[{\"a\":1} {\"a\":2}]"), "1[1]?:1: the array is cut off: a comma or ] is missing\n");
	CHECK_TEXT(rows_of(".json", "[{\"a\":1},"), "1[1]?:1: a record was expected here\n");
	CHECK_TEXT(rows_of(".json", "[{\"a\":1},{\"a\":"),
	           "1[1]!:1: this is no JSON: the text ends where a value is expected (column 6)\n?:1: the array is cut "
	           "off: a comma or ] is missing\n");
	CHECK_TEXT(rows_of(".json", "[{\"a\":1}]x"), "1[1]?:1: something follows the array\n");
	CHECK_TEXT(rows_of(".json", "[{\"a\":1}, {\"a\":\n!}, {\"a\":3}]"),
	           "1[1]!:2: this is no JSON: expected a value (column 1)\n2[3]");
}

TEST(columns)
{
	nch_rows *rows;
	size_t column = 99;
	write_text(".jsonl", "{\"input\":{\"target\":{\"form\":\"t\"},\"form\":\"f\"},\"output\":{\"joy\":\"True\"}}\n"
	                     "{\"later\":5}");
	CHECK(nch_rows_open(path, NULL, &rows, NULL) == NCH_OK);
	nch_columns_wanted wanted = {0};
	nch_columns_taken taken;
	CHECK(nch_columns_take(rows, &wanted, &taken, NULL) == NCH_OK && taken.label_count == 1);
	CHECK_TEXT(nch_rows_column_name(rows, taken.text), "input.form");
	CHECK_TEXT(nch_rows_column_name(rows, taken.label[0]), "output");
	CHECK(nch_rows_find(rows, "later", &column));
	nch_row row;
	bool more;
	CHECK(nch_rows_next(rows, &row, &more, NULL) == NCH_OK && more && row.count == column + 1);
	CHECK(row.cells[column].json == NULL);
	CHECK(nch_rows_next(rows, &row, &more, NULL) == NCH_OK && more && row.cells[column].length == 1);
	CHECK(nch_rows_next(rows, &row, &more, NULL) == NCH_OK && !more);
	CHECK(nch_rows_next(rows, &row, &more, NULL) == NCH_OK && !more);
	nch_rows_close(rows);
	remove(path);

	write_text(".csv", "id,Text,감정\n1,a,b\n");
	CHECK(nch_rows_open(path, NULL, &rows, NULL) == NCH_OK);
	CHECK(nch_rows_columns(rows) == 3 && nch_rows_has_header(rows));
	CHECK(nch_columns_take(rows, &wanted, &taken, NULL) == NCH_OK && taken.text == 1 && taken.label_count == 1 && taken.label[0] == 2);
	CHECK(nch_rows_find(rows, "text", &column) && column == 1);
	CHECK(nch_rows_find(rows, "3", &column) && column == 2);
	CHECK(!nch_rows_find(rows, "4", &column) && !nch_rows_find(rows, "0", &column) &&
	      !nch_rows_find(rows, "x", &column));
	nch_rows_close(rows);
	remove(path);
}

TEST(what_cannot_be_opened)
{
	nch_rows *rows;
	nch_error error;
	CHECK(nch_rows_open("/nowhere/at all.csv", NULL, &rows, &error) == NCH_IO && rows == NULL);
	CHECK_TEXT(error.text, "/nowhere/at all.csv: there is no such file");
	CHECK(nch_rows_open("/tmp", NULL, &rows, &error) == NCH_IO);
	CHECK_TEXT(error.text, "/tmp: is a folder, not a file");
}

/* A file over many windows gives the same rows as one that fits, in the same small memory. */
TEST(many_windows)
{
	nch_buffer text = {0};
	nch_buffer_text(&text, "text,label\n");
	for (int i = 0; i < 60000; i++)
		nch_buffer_printf(&text,
		                  i % 7 == 0 ? "\"문장, \"\"%d\"\"\n둘째 줄\",%d\r\n"
		                             : "문장 번호 %d 이라고 합니다 참 길지요,%d\n",
		                  i, i % 5);
	write_file(".csv", text.data, text.length);
	CHECK(text.length > 2500000);
	nch_rows *rows;
	CHECK(nch_rows_open(path, NULL, &rows, NULL) == NCH_OK);
	nch_row row;
	bool more, same = true;
	size_t line = 2;
	for (int i = 0; i < 60000; i++) {
		char expected[128];
		snprintf(expected, sizeof expected,
		         i % 7 == 0 ? "문장, \"%d\"\n둘째 줄" : "문장 번호 %d 이라고 합니다 참 길지요", i);
		same &= nch_rows_next(rows, &row, &more, NULL) == NCH_OK && more && row.count == 2 && row.line == line &&
		        row.cells[0].length == strlen(expected) &&
		        memcmp(row.cells[0].text, expected, strlen(expected)) == 0 && row.cells[1].text[0] == '0' + i % 5;
		line += i % 7 == 0 ? 2 : 1;
	}
	CHECK(same);
	CHECK(nch_rows_next(rows, &row, &more, NULL) == NCH_OK && !more);
	nch_rows_close(rows);
	remove(path);
	nch_buffer_free(&text);
}

static void count_shared(const char *name, const nch_rows_options *options, size_t expected, size_t columns)
{
	char file[256];
	snprintf(file, sizeof file, "../shared/data/%s", name);
	nch_rows *rows;
	nch_error error = {0};
	CHECK(nch_rows_open(file, options, &rows, &error) == NCH_OK);
	size_t count = 0;
	nch_row row;
	bool more;
	nch_status status;
	while ((status = nch_rows_next(rows, &row, &more, &error)) == NCH_OK && more && row.count == columns)
		count++;
	if (status != NCH_OK || count != expected)
		printf("  %s: %zu rows, %s\n", name, count, error.text);
	CHECK(status == NCH_OK && count == expected);
	nch_rows_close(rows);
}

/* Real files, whose rows pandas counts the same. */
TEST(shared_files)
{
	if (access("../shared/data/kote/val.tsv", R_OK) != 0)
		SKIP("../shared/data is absent");
	count_shared("kote/val.tsv", NULL, 5000, 3);
	count_shared("reviews/reviews-test.tsv", NULL, 50000, 3);
	count_shared("reviews/reviews-train.tsv", NULL, 150000, 3);
	count_shared("goemotions-ko/train.tsv", NULL, 43410, 2);
	count_shared("goemotions-ko/dev.tsv", NULL, 5426, 2);
	count_shared("goemotions-ko/test.tsv", NULL, 5427, 2);
	count_shared("chatbot/ChatbotData.csv", NULL, 11823, 3);
	count_shared("nikl-ea/sample.jsonl", NULL, 3, 16);
}

TEST(encodings)
{
	CHECK_TEXT(rows_of_bytes(".csv", "\xFF\xFEt\0e\0x\0t\0,\0l\0\n\0\x48\xC5\x55\xB1,\0\x3D\xD8\x00\xDE\n\0", 28, NULL),
	           "2[안녕|😀]");
	CHECK_TEXT(rows_of_bytes(".csv", "\xFE\xFF\0t\0e\0x\0t\0,\0l\0\n\xC5\x48\xB1\x55\0,\xD8\x3D\0\n", 26, NULL),
	           "!:2: not valid UTF-16; save the file as UTF-8, or name its encoding with --encoding\n");
}

TEST(memory_runs_out)
{
	const char *files[][2] = { { ".csv", "text,label\n\"a\"\"\n\",1\n" },
		                   { ".jsonl", "{\"a\":{\"b\":[1,\"x\"]}}\n" },
		                   { ".txt", "a\nb" },
		                   { ".csv", "text,label\n\xBE\xC8\xB3\xE7,\xC7\xE0\n" } };
	for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
		write_file(files[f][0], files[f][1], strlen(files[f][1]));
		for (size_t n = 1; n < 40; n++) {
			nch_rows *rows;
			nch_row row;
			bool more = true;
			nch_alloc_fail_after(n);
			nch_status status = nch_rows_open(path, NULL, &rows, NULL);
			while (status == NCH_OK && more)
				status = nch_rows_next(rows, &row, &more, NULL);
			nch_alloc_fail_after(0);
			CHECK(status == NCH_OK || status == NCH_MEMORY);
			nch_rows_close(rows);
		}
		remove(path);
	}
}

int main(void)
{
	RUN(csv);
	RUN(quotes_that_come_late);
	RUN(what_is_no_table);
	RUN(quotes_that_swallow);
	RUN(delimiters);
	RUN(quotes_in_tsv);
	RUN(header);
	RUN(ragged_rows);
	RUN(bad_rows_are_passed);
	RUN(long_lines);
	RUN(cp949);
	RUN(encodings);
	RUN(text_lines);
	RUN(json);
	RUN(columns);
	RUN(what_cannot_be_opened);
	RUN(many_windows);
	RUN(shared_files);
	RUN(memory_runs_out);
	nch_buffer_free(&dump);
	return test_end();
}
