/* Which columns of a file are taken: the layouts in which Korean data sets come, each with invented sentences, and the ways in which pandas writes JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "data/dataset.h"
#include "io/rows.h"
#include "test.h"

static char path[64];
static nch_buffer content, told, result;

/* --- making files --- */

static void add_sentence(unsigned seed)
{
	static const char *const words[] = { "오늘", "아침", "버스", "창가에", "비가", "내려서", "마음이", "조금", "무거웠다", "친구가", "건넨", "커피를", "마시고", "금세", "웃었다", "일찍" };
	for (unsigned i = 0, n = 4 + seed % 5; i < n; i++)
		nch_buffer_printf(&content, "%s%s", i > 0 ? " " : "", words[(seed * 7 + i * (3 + seed % 4)) % 16]);
	nch_buffer_printf(&content, " %u번.", seed);
}

/* Adds a template: {i} the row's number, {s} {t} {u} sentences, {e} an emotion, {n} its number, {l} one or two numbers as 1,4, {b} {c} {d} 0 or 1. */
static void add_row(const char *template, unsigned i)
{
	static const char *const emotions[] = { "기쁨", "슬픔", "분노", "불안", "당황", "상처" };
	for (const char *at = template; *at != '\0'; at++) {
		if (at[0] != '{' || at[1] == '\0' || at[2] != '}') {
			nch_buffer_byte(&content, *at);
			continue;
		}
		switch (at[1]) {
		case 's': add_sentence(i); break;
		case 't': add_sentence(i + 100); break;
		case 'u': add_sentence(i + 200); break;
		case 'e': nch_buffer_text(&content, emotions[(i * 5) % 6]); break;
		case 'n': nch_buffer_printf(&content, "%u", (i * 5) % 6); break;
		case 'l': nch_buffer_printf(&content, i % 3 == 0 ? "%u" : i % 3 == 1 ? "%u,%u" : "%u,%u,9", i % 7, (i + i / 7) % 5); break;
		case 'b': nch_buffer_printf(&content, "%u", i % 2); break;
		case 'c': nch_buffer_printf(&content, "%u", i % 3 == 0); break;
		case 'd': nch_buffer_printf(&content, "%u", i % 5 == 0); break;
		default: nch_buffer_printf(&content, "%u", i);
		}
		at += 2;
	}
}

/* `rows` rows of a template between a head and a tail, `between` them something. */
static void make(const char *head, const char *row, const char *between, const char *tail, unsigned rows)
{
	nch_buffer_clear(&content);
	nch_buffer_text(&content, head);
	for (unsigned i = 0; i < rows; i++) {
		nch_buffer_text(&content, i > 0 ? between : "");
		add_row(row, i);
	}
	nch_buffer_text(&content, tail);
}

/* --- reading them --- */

static void keep_remark(void *context, nch_remark kind, const char *text)
{
	(void)context;
	nch_buffer_text(&told, told.length > 0 ? " | " : "");
	nch_buffer_text(&told, kind == NCH_REMARK_WARNING && strncmp(text, path, strlen(path)) == 0 ? text + strlen(path) + 2 : text);
}

/* "text: 문장, label: 감정; 30 rows, 6 labels", or the error without the path. */
static const char *read_with(const char *suffix, nch_dataset_options options)
{
	const char *paths[] = { path };
	nch_dataset d;
	nch_error error = {0};
	snprintf(path, sizeof path, "/tmp/nunchi-columns-%ld%s", (long)getpid(), suffix);
	FILE *file = fopen(path, "wb");
	if (file != NULL && fwrite(content.data, 1, content.length, file) == content.length)
		fclose(file);
	options.remark = keep_remark;
	nch_buffer_clear(&told);
	nch_buffer_clear(&result);
	nch_buffer_text(&told, "");
	if (nch_dataset_read(paths, 1, &options, &d, &error) != NCH_OK) {
		nch_buffer_text(&result, strncmp(error.text, path, strlen(path)) == 0 ? error.text + strlen(path) : error.text);
	} else {
		nch_buffer_printf(&result, "%s; %zu rows, %zu labels", told.data, d.rows, d.labels.count);
		if (d.bad_rows > 0)
			nch_buffer_printf(&result, ", %zu bad", d.bad_rows);
		nch_dataset_free(&d);
	}
	remove(path);
	return result.data;
}

static const char *outcome(const char *suffix)
{
	return read_with(suffix, (nch_dataset_options){ .need_labels = true });
}

static bool begins(const char *text, const char *beginning)
{
	bool good = strncmp(text, beginning, strlen(beginning)) == 0;
	if (!good)
		printf("  %s\n  does not begin with %s\n", text, beginning);
	return good;
}

/* --- data sets --- */

typedef struct layout {
	const char *suffix, *head, *row, *between, *tail, *expected;
} layout;

static void check_layouts(const layout *layouts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const layout *l = &layouts[i];
		make(l->head, l->row, l->between, l->tail, 30);
		CHECK(begins(outcome(l->suffix), l->expected));
	}
}

TEST(tables)
{
	static const layout layouts[] = {
		/* film reviews, with and without header */
		{ ".txt", "id\tdocument\tlabel\n", "97{i}\t{s}\t{b}\n", "", "", "text: document, label: label; 30 rows, 2 labels" },
		{ ".tsv", "", "97{i}\t{s}\t{b}\n", "", "", "text: column 2, label: column 3; 30 rows, 2 labels" },
		/* inference and similarity: the label first, last, or in the middle of seven */
		{ ".tsv", "gold_label\tsentence1\tsentence2\n", "{e}\t{s}\t{t}\n", "", "",
		  "text: sentence1, label: gold_label | 'sentence2' looks like a second text beside 'sentence1': --pair 'sentence2' reads both; 30 rows" },
		{ ".tsv", "genre\tfilename\tyear\tid\tscore\tsentence1\tsentence2\n", "main\tMSR\t2012test\t00{i}\t{n}.000\t{s}\t{t}\n", "", "", "text: sentence1, label: score" },
		/* dialogues of feelings, as a table of thirteen columns; single sentences; dialogues in which only the first line has a number */
		{ ".csv", "번호,연령,성별,상황키워드,신체질환,감정_대분류,감정_소분류,사람문장1,시스템문장1,사람문장2,시스템문장2\n", "{i},청년,여성,진로,해당없음,{e},느긋,{s},{t},{u},\n", "", "",
		  "text: 사람문장1, label: 감정_대분류; 30 rows, 6 labels" },
		{ ".csv", "Sentence,Emotion,,,,공포,5468\n", "{s},{e},,,,,\n", "", "", "text: Sentence, label: Emotion; 30 rows, 6 labels" },
		{ ".csv", "dialog #,발화,감정\n", ",{s},{e}\n", "", "", "text: 발화, label: 감정; 30 rows, 6 labels" },
		/* hate speech: four columns with names of their own; lists of numbers; one column a label */
		{ ".tsv", "comments\tcontain_gender_bias\tbias\thate\n", "{s}\tFalse\t{e}\t{e}\n", "", "", "text: comments, label: hate; 30 rows, 6 labels" },
		{ ".tsv", "", "{s}\t{e}\n", "", "", "text: column 1, label: column 2; 30 rows, 6 labels" },
		{ ".csv", "Q,A,label\n", "{s},{t},{b}\n", "", "", "text: Q, label: label; 30 rows, 2 labels" },
		/* reviews of shops and games, intents: the label stands first, as a number or a word */
		{ ".txt", "", "{n}\t{s}\n", "", "", "text: column 2, label: column 1; 30 rows, 6 labels" },
		{ ".tsv", "", "{e}\t{s}\n", "", "", "text: column 2, label: column 1; 30 rows, 6 labels" },
		{ ".tsv", "", "{e}\t좋아{i}요\n", "", "", "text: column 2, label: column 1; 30 rows, 6 labels" },
		/* petitions */
		{ ".csv", "category,begin,end,content,num_agree,petition_id,title\n", "{e},2017-08-25,2017-09-24,{s},{i},{i},{t}\n", "", "", "text: content, label: category; 30 rows, 6 labels" },
		/* names that nobody knows: what stands below tells that they are names */
		{ ".csv", "발언,기분\n", "{s},{e}\n", "", "", "text: 발언, label: 기분; 30 rows, 6 labels" },
		{ ".csv", "코드,발언,기분\n", "{i},{s},{e}\n", "", "", "text: 발언, label: 기분; 30 rows, 6 labels" },
		{ ".csv", ",text,label\n", "{i},{s},{e}\n", "", "", "text: text, label: label; 30 rows, 6 labels" },
		/* names as a Mac writes them, and Excel's line that tells the delimiter */
		{ ".csv", "\u1106\u116E\u11AB\u110C\u1161\u11BC,\u1100\u1161\u11B7\u110C\u1165\u11BC\u00A0\n", "{s},{e}\n", "", "", "text: 문장, label: 감정; 30 rows, 6 labels" },
		{ ".csv", "sep=;\r\n문장;감정\r\n", "{s};{e}\r\n", "", "", "text: 문장, label: 감정; 30 rows, 6 labels" },
		{ ".csv", "sep=|\n", "{s}|{e}\n", "", "", "text: column 1, label: column 2; 30 rows, 6 labels" },
	};
	check_layouts(layouts, sizeof layouts / sizeof *layouts);
}

/* One clear line each: what is wrong, which columns there are, what to say. */
TEST(tables_that_are_refused)
{
	static const layout layouts[] = {
		{ ".csv", "wav_id,발화문,상황,1번 감정,1번 감정세기,나이,성별\n", "5e25{i}ab,{s},{e},{e},{n},27,male\n", "", "",
		  ": several columns may hold the label; name it with --label; the columns are: wav_id, 발화문, 상황, 1번 감정, 1번 감정세기, 나이, 성별" },
		{ ".tsv", "문장\t여성/가족\t남성\t지역\n", "{s}\t{b}\t{c}\t{d}\n", "", "",
		  ": 3 columns hold 0 and 1: if each of them is a label, name them: --multi-label --label '여성/가족,남성,지역'; else --label NAME" },
		{ ".csv", "id,date,label\n", "a{i},2024-01-02,{b}\n", "", "", ": no column looks like that of the text (numbers, dates, codes are none); name it with --text; the columns are: id, date, label" },
		{ ".csv", "text,label\n", "{s},번호 {i}\n", "", "", ": the column 'label' looks like no label: 30 different values in 30 rows; name the label with --label" },
		{ ".csv", "label,text\n", "{s},{e}\n", "", "", ": the column 'label' looks like no label: 30 different values in 30 rows" },
		{ ".tsv", "", "{i}\t{s}\t{l}\n", "", "", ": no column holds one label a row; several labels in a cell are read by --multi-label; the columns are: 1, 2, 3 (no header line found)" },
		{ ".tsv", "", "{s}\t{t}\n", "", "", ": no column looks like that of the label, in which values come again and again; name it with --label; the columns are: 1, 2" },
		{ ".csv", "2023년 조사\n문장,감정\n", "{s},{e}\n", "", "", ":2: this line looks like the header: leave out what stands above it with --skip-rows 1" },
		{ ".csv", "text,labels\n", "{s},\"['{e}', '기타']\"\n", "", "", ": the column 'labels' does not hold one label a row; any number of them is read by --multi-label" },
	};
	check_layouts(layouts, sizeof layouts / sizeof *layouts);
	make(layouts[0].head, layouts[0].row, "", "", 30);
	CHECK(strstr(read_with(".csv", (nch_dataset_options){0}), "name it with --label (--label none: there is none); the columns") != NULL);
	CHECK(begins(read_with(".csv", (nch_dataset_options){ .label = "none" }), "text: 발화문, no label; 30 rows, 0 labels"));
	make("document,label\n", "doc{i},{b}\n", "", "", 30);
	CHECK(begins(outcome(".csv"), "text: document, label: label")); /* its name says so, and nothing speaks for another */
	make("document,말,label\n", "doc{i},{s},{b}\n", "", "", 30);
	CHECK(begins(outcome(".csv"), ": the column that is called so holds no texts but numbers or codes; name the text with --text"));
	make("text,label\n", "{s},번호 {i}\n", "", "", 30);
	CHECK(begins(read_with(".csv", (nch_dataset_options){ .label = "label" }), "text: text, label: label; 30 rows, 30 labels")); /* who names it means it */
}

TEST(titles_above_the_header)
{
	nch_dataset_options skip = { .rows = { .skip_rows = 2 } };
	make("\"조사\n2023\"\n문장;감정\n", "{s};{e}\n", "", "", 30);
	CHECK(begins(read_with(".csv", skip), "text: 문장, label: 감정; 30 rows, 6 labels"));
	make("조사,,\n,,\n문장,감정,\n{bad\n", "{s},{e},\n", "", "", 1);
	CHECK(begins(read_with(".csv", skip), ":4: the column '감정' (the label) is missing")); /* lines are counted from the file's first */
	make("조사\n\n", "{\"text\":\"{s}\",\"label\":\"{e}\"}\n", "", "", 30);
	CHECK(begins(read_with(".jsonl", skip), "text: text, label: label; 30 rows"));
	make("조사\n\n", "{s}\n", "", "", 30);
	skip.rows.skip_rows = 100;
	CHECK(begins(read_with(".txt", skip), ": holds no rows"));
	make("text,label\n", "{s},{e}\n", "", "text,label\nx,기쁨\n", 8);
	CHECK(begins(read_with(".csv", (nch_dataset_options){ .skip_bad_rows = true }), "text: text, label: label; 9 rows, 6 labels, 1 bad")); /* two files, one behind the other */
}

/* Of a sheet, rows are passed over. */
TEST(titles_in_a_sheet)
{
	nch_rows_options all = { .header = NCH_HEADER_NO }, some = { .header = NCH_HEADER_NO, .skip_rows = 1 };
	const nch_rows_options *const how[] = { &all, &some };
	size_t first[2] = { 0, 0 }, count[2] = { 0, 0 };
	for (int i = 0; i < 2; i++) {
		nch_rows *rows;
		nch_row row;
		bool more;
		CHECK(nch_rows_open("tests/golden/openpyxl.xlsx", how[i], &rows, NULL) == NCH_OK);
		while (nch_rows_next(rows, &row, &more, NULL) == NCH_OK && more) {
			first[i] = count[i] == 0 ? row.line : first[i];
			count[i]++;
		}
		nch_rows_close(rows);
	}
	CHECK(first[0] == 1 && first[1] == 2 && count[0] == count[1] + 1);
}

/* --label a,b,c */
TEST(one_column_a_label)
{
	nch_dataset_options several = { .multi_label = true, .label = "여성/가족, 남성,지역" }, one = { .label = "남성,지역" };
	make("문장\t여성/가족\t남성\t지역\n", "{s}\t{b}\t{c}.0\t{d}\n", "", "", 30);
	CHECK(begins(read_with(".tsv", several), "text: 문장, labels: 여성/가족, 남성, 지역; 30 rows, 3 labels"));
	make("text,남성,지역\n하나,1,0\n둘,True,\n셋,0,1.0\n", "", "", "", 0);
	CHECK(begins(read_with(".csv", one), "text: text, labels: 남성, 지역; 3 rows, 2 labels"));
	make("text,남성,지역\n하나,1,0\n둘,0.3,0\n", "", "", "", 0);
	CHECK(begins(read_with(".csv", one), ":3: '0.3' in the column '남성' (a label) is neither 0 nor 1"));
	make("text,남성,지역\n하나,1,1\n", "", "", "", 0);
	CHECK(begins(read_with(".csv", one), ":2: 2 labels where one is expected; use --multi-label for several"));
	several.label = "없다,남성";
	CHECK(begins(read_with(".csv", several), ": there is no column '없다'; the columns are: text, 남성, 지역"));
	make("", "{\"text\":\"{s}\",\"emo\":{\"joy\":{b},\"fear\":{c}}}\n", "", "", 30);
	CHECK(begins(read_with(".jsonl", (nch_dataset_options){ .multi_label = true, .label = "emo.joy,emo.fear" }), "text: text, labels: emo.joy, emo.fear; 30 rows, 2 labels"));
	make("text,\"a,b\"\n", "{s},{e}\n", "", "", 30);
	CHECK(begins(read_with(".csv", (nch_dataset_options){ .label = "a,b" }), "text: text, label: a,b; 30 rows, 6 labels")); /* a name with a comma */
}

/* [0, 1, 0]: as many as there are labels. */
TEST(vectors_of_labels)
{
	nch_labels names = {0};
	nch_dataset_options several = { .multi_label = true };
	static const char *const rows[][2] = { { ".jsonl", "{\"text\":\"{s}\",\"label\":[{b},{c},{d}]}\n" }, { ".tsv", "{s}\t[{b}, {c}, {d}]\n" }, { ".tsv", "{s}\t[{b}. {c}. {d}.]\n" } };
	CHECK(nch_labels_parse(&names, "joy,fear,trust", NULL) == NCH_OK);
	for (size_t i = 0; i < 3; i++) {
		make(i > 0 ? "text\tlabel\n" : "", rows[i][1], "", "", 30);
		several.known = NULL;
		CHECK(begins(read_with(rows[i][0], several), "text: text, label: label; 30 rows, 3 labels"));
		several.known = &names;
		CHECK(begins(read_with(rows[i][0], several), "text: text, label: label; 30 rows, 3 labels"));
		several.known = NULL;
		CHECK(begins(outcome(rows[i][0]), ": the column 'label' does not hold one label a row; any number of them is read by --multi-label"));
	}
	make("", "{\"text\":\"{s}\",\"label\":[{b},{c}]}\n", "", "{\"text\":\"x\",\"label\":[1,0,0]}\n", 30);
	CHECK(begins(read_with(".jsonl", several), ": the column 'label' holds lists of 0 and 1 that are not of one length"));
	make("", "{\"text\":\"{s}\",\"label\":[{b},{c}]}\n", "", "{\"text\":\"x\",\"label\":[1,0,0]}\n", 300); /* behind what was read ahead */
	CHECK(begins(read_with(".jsonl", several), ":301: the label is no list of 2 numbers 0 or 1"));
	several.known = &names;
	make("", "{\"text\":\"{s}\",\"label\":[{b},{c}]}\n", "", "", 30);
	CHECK(begins(read_with(".jsonl", several), ": the labels are lists of 2 numbers 0 or 1, but 3 labels are known"));
	several.known = NULL;
	make("", "{\"text\":\"{s}\",\"label\":[{n},1{n}]}\n", "", "", 30);
	CHECK(begins(read_with(".jsonl", several), "text: text, label: label; 30 rows, 12 labels")); /* numbers of labels are none */
	nch_labels_free(&names);
}

/* Every way in which pandas and others write a table as JSON; corpora whose records lie in arrays. */
TEST(json)
{
	static const layout layouts[] = {
		{ ".json", "[", "{\"text\":\"{s}\",\"label\":\"{e}\"}", ",", "]", "text: text, label: label; 30 rows, 6 labels" },                       /* records */
		{ ".json", "", "{\"text\":\"{s}\",\"label\":\"{e}\"}", "\n", "\n", "text: text, label: label; 30 rows, 6 labels" },                      /* lines */
		{ ".json", "{", "\"{i}\":{\"text\":\"{s}\",\"label\":\"{e}\"}", ",", "}", "text: text, label: label; 30 rows, 6 labels" },               /* index */
		{ ".json", "{", "\"a-{i}\":{\"text\":\"{s}\",\"label\":\"{e}\"}", ",\n", "}", "text: text, label: label; 30 rows, 6 labels" },           /* index of names */
		{ ".json", "[", "[\"{s}\",\"{e}\"]", ",", "]", "text: 1, label: 2; 30 rows, 6 labels" },                                                /* values */
		{ ".json", "[[\"문장\",\"감정\"],", "[\"{s}\",\"{e}\"]", ",", "]", "text: 문장, label: 감정; 30 rows, 6 labels" },
		{ ".json", "{\"columns\":[\"text\",\"label\"],\"index\":[0,1],\"data\":[", "[\"{s}\",\"{e}\"]", ",", "]}", "text: text, label: label; 30 rows, 6 labels" }, /* split */
		{ ".json", "{\"schema\":{\"fields\":[{\"name\":\"text\"}]},\"data\":[", "{\"index\":{i},\"text\":\"{s}\",\"label\":\"{e}\"}", ",", "]}",
		  "text: data.text, label: data.label; 30 rows, 6 labels" },                                                                       /* table */
		/* news headlines; inference */
		{ ".json", "[", "{\"guid\":\"ynat-{i}\",\"title\":\"{s}\",\"predefined_news_category\":\"{e}\",\"label\":\"{e}\",\"annotations\":{\"annotators\":[\"18\"]},\"url\":\"https://example.com/{i}\",\"date\":\"2016.06.30. 오전 10:36\"}",
		  ",\n", "]", "text: title, label: label; 30 rows, 6 labels" },
		{ ".json", "[", "{\"guid\":\"nli-{i}\",\"premise\":\"{s}\",\"hypothesis\":\"{t}\",\"gold_label\":\"{e}\",\"author\":\"{e}\"}", ",", "]",
		  "text: premise, label: gold_label | 'hypothesis' looks like a second text" },
		{ ".json", "[", "{\"guid\":\"sts-{i}\",\"sentence1\":\"{s}\",\"sentence2\":\"{t}\",\"labels\":{\"label\":{n}.5,\"real-label\":{i}.71,\"binary-label\":{b}}}", ",", "]",
		  "text: sentence1, label: labels.label" },
		/* dialogues of feelings */
		{ ".json", "[", "{\"profile\":{\"persona-id\":\"P{i}\",\"emotion\":{\"emotion-id\":\"S06_D02_E1{n}\",\"type\":\"E1{n}\",\"situation\":[\"S06\"]}},\"talk\":{\"id\":{\"talk-id\":\"P_{i}\"},\"content\":{\"HS01\":\"{s}\",\"SS01\":\"{t}\"}}}",
		  ",", "]", "text: talk.content.HS01, label: profile.emotion.type; 30 rows, 6 labels" },
		{ ".json", "[", "{\"emotion\":\"{e}\",\"utterances\":[{\"role\":\"A\",\"text\":\"{s}\"},{\"role\":\"B\",\"text\":\"{t}\"}]}", ",", "]",
		  "text: utterances.text, label: emotion; 60 rows, 6 labels" },
		/* corpora: documents and utterances, documents and sentences with their labels */
		{ ".json", "{\"id\":\"N1\",\"metadata\":{\"title\":\"말뭉치\",\"category\":\"일상\"},\"document\":[{\"id\":\"N1.1\",\"metadata\":{\"title\":\"가\"},\"sentence\":[",
		  "{\"id\":\"N1.1.{i}\",\"form\":\"{s}\",\"emotion\":\"{e}\"}", ",", "]},{\"id\":\"N1.2\",\"sentence\":[]},{\"id\":\"N1.3\"}]}",
		  "text: document.sentence.form, label: document.sentence.emotion; 30 rows, 6 labels" },
		{ ".json", "{\"document\":[", "{\"emotion\":\"{e}\",\"sentence\":[{\"form\":\"{s}\"}]}", ",", "]}", "text: document.sentence.form, label: document.emotion; 30 rows, 6 labels" },
		{ ".jsonl", "", "{\"id\":\"ea-{i}\",\"input\":{\"form\":\"{s}\",\"target\":{\"form\":\"{e}\",\"begin\":0,\"end\":2}},\"output\":{\"joy\":\"True\",\"fear\":\"True\"}}\n", "", "",
		  ": the column 'output' does not hold one label a row; any number of them is read by --multi-label" },
		{ ".json", "{\"a\":[", "{\"text\":\"{s}\"}", ",", "],\"b\":[{\"text\":\"가나\"}]}",
		  ": which of its arrays holds the texts is not clear: name the text by its path, --text PATH, and the label, --label PATH; there are: a.text, b.text" },
	};
	check_layouts(layouts, sizeof layouts / sizeof *layouts);
	nch_labels known = {0};
	CHECK(nch_labels_parse(&known, "E10,E11,E12,E13,E14,E15", NULL) == NCH_OK);
	make("", "{\"emotion\":{\"id\":\"S{i}\",\"type\":\"E1{n}\"},\"text\":\"{s}\"}\n", "", "", 30);
	CHECK(begins(read_with(".jsonl", (nch_dataset_options){ .known = &known }), "text: text, label: emotion.type; 30 rows, 6 labels"));
	nch_labels_free(&known);
	make("{\"document\":[{\"utterance\":[", "{\"form\":\"{s}\",\"who\":\"{e}\"}", ",", "]}]}", 30);
	CHECK(begins(read_with(".json", (nch_dataset_options){ .text = "document.utterance.form", .label = "document.utterance.who" }),
	             "text: document.utterance.form, label: document.utterance.who; 30 rows, 6 labels"));
	CHECK(begins(read_with(".json", (nch_dataset_options){ .text = "form", .label = "who" }), "text: form, label: who; 30 rows, 6 labels"));
	CHECK(begins(read_with(".json", (nch_dataset_options){0}), "text: document.utterance.form, label: document.utterance.who; 30 rows, 6 labels"));
}

/* Lists side by side, and columns of cells: orient="columns", which is what pandas does by itself. */
TEST(json_by_columns)
{
	nch_buffer text = {0}, label = {0};
	for (int keyed = 0; keyed < 2; keyed++) {
		nch_buffer_clear(&text);
		nch_buffer_clear(&label);
		for (unsigned i = 0; i < 30; i++) {
			make("", keyed ? "\"{i}\":\"{s}\"" : "\"{s}\"", "", "", 0);
			add_row(keyed ? "\"{i}\":\"{s}\"" : "\"{s}\"", i);
			nch_buffer_printf(&text, "%s%s", i > 0 ? "," : "", content.data);
			nch_buffer_clear(&content);
			add_row(keyed ? "\"{i}\":\"{e}\"" : "\"{e}\"", i);
			nch_buffer_printf(&label, "%s%s", i > 0 ? "," : "", content.data);
		}
		nch_buffer_clear(&content);
		nch_buffer_printf(&content, keyed ? "{\"text\":{%s},\n\"label\":{%s}}" : "{\"version\":1,\"text\":[%s],\n\"label\":[%s]}", text.data, label.data);
		CHECK(begins(outcome(".json"), "text: text, label: label; 30 rows, 6 labels"));
	}
	make("{\"text\":[\"하나\",\"둘\"],\"label\":[\"기쁨\"]}", "", "", "", 0);
	CHECK(begins(outcome(".json"), ": the lists 'text' and 'label' are of different lengths, 2 and 1"));
	make("{\"text\":\"하나 둘\",\"label\":\"기쁨\"}", "", "", "", 0);
	CHECK(begins(outcome(".json"), "text: text, label: label; 1 rows, 1 labels"));
	make("{\"document\":[]}", "", "", "", 0);
	CHECK(begins(outcome(".json"), ": no column looks like that of the text"));
	make("{\n \"0\":", "{\"text\":\"{s}\",\"label\":\"{e}\"}", ",\n \"1{i}\":", "}", 1); /* a name that promises a record a line */
	CHECK(begins(outcome(".jsonl"), "text: text, label: label; 1 rows"));
	make("[", "\n{\"text\":\"{s}\",\"label\":\"{e}\"}", ",", "]", 30);
	CHECK(begins(outcome(".jsonl"), "text: text, label: label; 30 rows"));
	make("{\"text\":\"cut off\n", "{\"text\":\"{s}\",\"label\":\"{e}\"}\n", "", "", 30);
	CHECK(begins(read_with(".jsonl", (nch_dataset_options){ .skip_bad_rows = true }), "text: text, label: label; 30 rows, 6 labels, 1 bad"));
	nch_buffer_free(&text);
	nch_buffer_free(&label);
}

/* Records that are put together have a source text of their own: nunchi predict reads it. */
TEST(json_records_have_a_text)
{
	nch_rows *rows;
	nch_row row;
	bool more;
	make("{\"columns\":[\"text\",\"n\"],\"data\":[[\"하\\u0031\", [1, {\"a\":2}]]]}", "", "", "", 0);
	outcome(".json");
	FILE *file = fopen(path, "wb");
	fputs(content.data, file);
	fclose(file);
	CHECK(nch_rows_open(path, NULL, &rows, NULL) == NCH_OK);
	CHECK(nch_rows_next(rows, &row, &more, NULL) == NCH_OK && more && row.count == 2);
	CHECK_TEXT(row.record, "{\"text\":\"하\\u0031\",\"n\":[1, {\"a\":2}]}");
	CHECK(row.record_length == strlen(row.record) && row.cells[0].length == 4);
	CHECK(nch_rows_next(rows, &row, &more, NULL) == NCH_OK && !more);
	nch_rows_close(rows);
	remove(path);
}

TEST(labels_made_of_labels)
{
	make("text\tlabel\n", "{s}\t{n}\n", "", "a\t1,3\nb\t2\n", 60);
	CHECK(strstr(outcome(".tsv"), "is made of labels that stand alone too: --multi-label reads several in a cell") != NULL);
	CHECK(begins(read_with(".tsv", (nch_dataset_options){ .multi_label = true }), "text: text, label: label; 62 rows, 6 labels"));
	make("text\tlabel\na\t기쁨\nb\t슬픔\nc\t기쁨;슬픔\n", "", "", "", 0);
	CHECK(strstr(read_with(".tsv", (nch_dataset_options){ .multi_label = true }), "separated by commas") != NULL);
}

TEST(memory_runs_out)
{
	static const char *const files[][2] = { { ".json", "{\"document\":[{\"utterance\":[{\"form\":\"가 나\",\"emotion\":\"x\"},{\"form\":\"다\",\"emotion\":\"x\"}]}]}" },
		                                { ".json", "{\"text\":{\"0\":\"가 나\",\"1\":\"다\"},\"label\":{\"0\":\"x\",\"1\":\"x\"}}" },
		                                { ".json", "{\"columns\":[\"text\",\"label\"],\"data\":[[\"가 나\",\"x\"],[\"다\",\"x\"]]}" },
		                                { ".json", "[[\"text\",\"label\"],[\"가 나\",\"x\"],[\"다\",\"x\"]]" },
		                                { ".csv", "text,x,y\n가 나,1,0\n다,1,0\n" } };
	for (size_t f = 0; f < sizeof files / sizeof *files; f++)
		for (size_t n = 1; n < 90; n++) {
			make(files[f][1], "", "", "", 0);
			nch_buffer_clear(&told);
			nch_buffer_text(&told, "                                                                                ");
			nch_buffer_text(&result, "                                                                                                  ");
			nch_alloc_fail_after(n);
			const char *got = read_with(files[f][0], (nch_dataset_options){ .label = f == 4 ? "x,y" : NULL });
			nch_alloc_fail_after(0);
			if (got != NULL && strstr(got, "out of memory") == NULL && strstr(got, "; 2 rows") == NULL)
				printf("  %s\n", got);
			CHECK(got == NULL || strstr(got, "out of memory") != NULL || strstr(got, "; 2 rows") != NULL);
		}
}

int main(void)
{
	RUN(tables);
	RUN(tables_that_are_refused);
	RUN(titles_above_the_header);
	RUN(titles_in_a_sheet);
	RUN(one_column_a_label);
	RUN(vectors_of_labels);
	RUN(json);
	RUN(json_by_columns);
	RUN(json_records_have_a_text);
	RUN(labels_made_of_labels);
	RUN(memory_runs_out);
	nch_buffer_free(&content);
	nch_buffer_free(&told);
	nch_buffer_free(&result);
	return test_end();
}
