/* Labelled texts: columns, labels, selection, bad rows. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "data/dataset.h"
#include "test.h"

/* Values of selection, written out: RENAME({"from", "to"}, …), DROP("a", …), THIN({"a", 3}, …). */
#define RENAME(...) { (const nch_renaming[]){ __VA_ARGS__ }, sizeof(const nch_renaming[]){ __VA_ARGS__ } / sizeof(nch_renaming) }
#define DROP(...) { (const char *const[]){ __VA_ARGS__ }, sizeof(const char *const[]){ __VA_ARGS__ } / sizeof(char *) }
#define THIN(...) { (const nch_thinning[]){ __VA_ARGS__ }, sizeof(const nch_thinning[]){ __VA_ARGS__ } / sizeof(nch_thinning) }

static char path[64];
static nch_buffer dump;

/* Reads a file of that content and tells it as "labels: text=label text=a+b …"; an error from behind the path. */
static const char *dataset_of(const char *suffix, const char *text, const nch_dataset_options *options)
{
	snprintf(path, sizeof path, "/tmp/nunchi-dataset-%ld%s", (long)getpid(), suffix);
	FILE *file = fopen(path, "wb");
	if (file != NULL && fputs(text, file) >= 0)
		fclose(file);
	const char *paths[] = { path };
	nch_dataset d;
	nch_error error = {0};
	nch_buffer_clear(&dump);
	nch_buffer_text(&dump, "");
	if (nch_dataset_read(paths, 1, options, &d, &error) != NCH_OK) {
		const char *message = strncmp(error.text, path, strlen(path)) == 0 ? error.text + strlen(path) : error.text;
		nch_buffer_printf(&dump, "%d%s", (int)error.status, message);
		CHECK(d.rows == 0 && d.bytes == NULL && d.labels.count == 0);
		remove(path);
		return dump.data;
	}
	for (size_t i = 0; i < d.labels.count; i++)
		nch_buffer_printf(&dump, "%s%s", i > 0 ? "," : "", d.labels.names[i]);
	nch_buffer_text(&dump, ":");
	for (size_t i = 0; i < d.rows; i++) {
		size_t length, count;
		const char *content = nch_dataset_text(&d, i, &length);
		CHECK(content[length] == '\0');
		nch_buffer_printf(&dump, " %s", content);
		if ((content = nch_dataset_pair(&d, i, &length)) != NULL)
			nch_buffer_printf(&dump, "/%s", content);
		const int32_t *classes = nch_dataset_classes(&d, i, &count);
		for (size_t c = 0; c < count; c++)
			nch_buffer_printf(&dump, "%s%s", c > 0 ? "+" : "=", d.labels.names[classes[c]]);
	}
	if (d.bad_rows > 0)
		nch_buffer_printf(&dump, " (%zu bad)", d.bad_rows);
	nch_dataset_free(&d);
	remove(path);
	return dump.data;
}

TEST(columns)
{
	nch_dataset_options none = {0}, named = { .text = "b", .label = "a" },
			    pair = { .text = "a", .pair = "b", .label = "c" };
	CHECK_TEXT(dataset_of(".tsv", "text\tlabel\n안녕\t행복\n아이고\t슬픔\n", &none), "슬픔,행복: 안녕=행복 아이고=슬픔");
	CHECK_TEXT(dataset_of(".tsv", "감정\t문장\n행복\t안녕\n", &none), "행복: 안녕=행복");
	CHECK_TEXT(dataset_of(".tsv", "1\t안녕\t행복\n", &none), "행복: 안녕=행복");
	CHECK_TEXT(dataset_of(".csv", "label,x\n행복,안녕\n", &none), "행복: 안녕=행복");
	CHECK_TEXT(dataset_of(".csv", "a,b,c\n행복,안녕,z\n", &named), "행복: 안녕=행복");
	CHECK_TEXT(dataset_of(".csv", "a,b,c\n하나,둘,z\n", &pair), "z: 하나/둘=z");
	CHECK_TEXT(dataset_of(".csv", "text,label\n하나,둘\n", &named),
	           "4: there is no column 'b'; the columns are: text, label");
	CHECK_TEXT(dataset_of(".txt", "하나\n둘\n", &none), ": 하나 둘");
	nch_dataset_options need = { .need_labels = true }, number = { .text = "2", .label = "3", .multi_label = true };
	CHECK_TEXT(dataset_of(".txt", "하나\n둘\n", &need),
	           "4: no label column found (one column only); name it with --label");
	CHECK_TEXT(dataset_of(".tsv", "5954\t음료가\t0,6,10\n7\t네\t2\n", &number), "0,2,6,10: 음료가=0+6+10 네=2");
	nch_dataset_options ignore = { .ignore_labels = true };
	CHECK_TEXT(dataset_of(".tsv", "text\tlabel\n안녕\t행복\n", &ignore), ": 안녕");
}

TEST(texts_are_kept_as_they_are)
{
	nch_dataset_options none = {0};
	CHECK_TEXT(dataset_of(".csv", "text,label\n\"  두 칸 \"\"말\"\"  \", 행복 \n", &none),
	           "행복:   두 칸 \"말\"  =행복");
}

TEST(order_of_labels)
{
	nch_dataset_options none = {0};
	CHECK_TEXT(dataset_of(".csv", "text,label\na,힣\nb,z\nc,가\nd,Z\ne,10\nf,2\n", &none),
	           "10,2,Z,z,가,힣: a=힣 b=z c=가 d=Z e=10 f=2");
	CHECK_TEXT(dataset_of(".csv", "text,label\na,10\nb,2\nc,-1\nd,0\ne,-12\n", &none),
	           "-12,-1,0,2,10: a=10 b=2 c=-1 d=0 e=-12");
	CHECK_TEXT(dataset_of(".csv", "text,label\na,10\nb,02\n", &none), "02,10: a=10 b=02");
	nch_labels known = {0};
	CHECK(nch_labels_parse(&known, "행복, 슬픔,분노", NULL) == NCH_OK);
	nch_dataset_options given = { .known = &known };
	CHECK_TEXT(dataset_of(".csv", "text,label\na,슬픔\n", &given), "행복,슬픔,분노: a=슬픔");
	CHECK_TEXT(dataset_of(".csv", "text,label\na,슬픔\nb,기쁨\n", &given),
	           "4:3: the label '기쁨' is unknown; known are: 행복, 슬픔, 분노");
	given.skip_bad_rows = true;
	CHECK_TEXT(dataset_of(".csv", "text,label\na,슬픔\nb,기쁨\n", &given), "행복,슬픔,분노: a=슬픔 (1 bad)");
	CHECK(strstr(dataset_of(".csv", "text,label\nb,기쁨\n", &given), ": no good row among 1; the first: ") != NULL);
	nch_labels_free(&known);
	CHECK(nch_labels_parse(&known, "a,a", NULL) == NCH_USAGE);
	nch_labels_free(&known);
	CHECK(nch_labels_parse(&known, "a,,b", NULL) == NCH_USAGE);
	nch_labels_free(&known);
}

TEST(bad_rows)
{
	nch_dataset_options none = {0}, skip = { .skip_bad_rows = true };
	CHECK_TEXT(dataset_of(".csv", "text,label\na,1\n,2\n", &none), "4:3: the text is empty (column 'text')");
	CHECK_TEXT(dataset_of(".csv", "text,label\na,1\n b \n", &none),
	           "4:3: the column 'label' (the label) is missing: the row has only 1");
	CHECK_TEXT(dataset_of(".csv", "text,label\na,1\nb,\n", &none), "4:3: the label is empty");
	CHECK_TEXT(dataset_of(".csv", "text,label\na,1\n,2\nb\nb,\nc,3,4\n\xFF,5\nd,6\n", &skip), "1,6: a=1 d=6 (5 bad)");
	CHECK_TEXT(dataset_of(".csv", "", &none), "4: holds no rows");
	CHECK_TEXT(dataset_of(".csv", "text,label\n", &none), "4: holds no rows");
	CHECK_TEXT(dataset_of(".jsonl", "{\"text\":\"a\\u0000b\",\"label\":\"c\"}", &none),
	           "4:1: the text holds a NUL character");
	CHECK_TEXT(dataset_of(".jsonl", "{\"text\":\"a\",\"label\":\"c\"}\n{\"label\":\"c\"}", &none),
	           "4:2: the record has no 'text'");
	CHECK_TEXT(dataset_of(".jsonl", "{\"text\":\"a\",\"label\":\"c\"}\n{\"text\":\"c\"}", &none),
	           "4:2: the record has no 'label' (the label)");
}

TEST(selection)
{
	const char *text = "text,label\na,분노\nb,혐오\nc,중립\nd,중립\ne,중립\nf,기쁨\n";
	nch_dataset_options merge = { .relabel = RENAME({ "분노", "분노혐오" }, { "혐오", "분노혐오" }) }, drop = { .drop_label = DROP("중립", "기쁨") };
	nch_dataset_options swap = { .relabel = RENAME({ "분노", "혐오" }, { "혐오", "분노" }) }, limit = { .limit = 2 };
	CHECK_TEXT(dataset_of(".csv", text, &merge),
	           "기쁨,분노혐오,중립: a=분노혐오 b=분노혐오 c=중립 d=중립 e=중립 f=기쁨");
	CHECK_TEXT(dataset_of(".csv", text, &drop), "분노,혐오: a=분노 b=혐오");
	CHECK_TEXT(dataset_of(".csv", text, &swap), "기쁨,분노,중립,혐오: a=혐오 b=분노 c=중립 d=중립 e=중립 f=기쁨");
	CHECK_TEXT(dataset_of(".csv", text, &limit), "분노,혐오: a=분노 b=혐오");
	nch_dataset_options minimum = { .undersample = THIN({ "중립", NCH_AS_THE_RAREST }), .seed = 3 }, two = { .undersample = THIN({ "중립", 2 }) };
	CHECK_TEXT(dataset_of(".csv", text, &minimum), "기쁨,분노,중립,혐오: a=분노 b=혐오 d=중립 f=기쁨");
	dataset_of(".csv", text, &two);
	CHECK(strlen(dump.data) == strlen("기쁨,분노,중립,혐오: a=분노 b=혐오 c=중립 d=중립 f=기쁨"));
	nch_dataset_options absent = { .undersample = THIN({ "없음", 3 }) }, all = { .drop_label = DROP("분노", "혐오", "중립", "기쁨") };
	CHECK_TEXT(dataset_of(".csv", text, &absent), "4--undersample: there is no label '없음'");
	CHECK_TEXT(dataset_of(".csv", text, &all), "4: holds no rows but those of dropped labels");
}

static void keep_remark(void *context, nch_remark kind, const char *text)
{
	if (kind == NCH_REMARK_WARNING)
		nch_buffer_printf(context, "%s\n", strstr(text, "--"));
}

/* What does nothing is told. */
TEST(selection_of_absent_labels)
{
	nch_buffer told = {0};
	nch_dataset_options options = { .relabel = RENAME({ "분노", "화" }, { "없음", "화" }), .drop_label = DROP("기쁨", "화", "없다"), .remark = keep_remark, .remark_context = &told };
	CHECK_TEXT(dataset_of(".csv", "text,label\na,분노\nb,기쁨\nc,중립\n", &options), "중립: c=중립");
	CHECK_TEXT(told.data, "--relabel: there is no label '없음'; the labels are: 기쁨, 분노, 중립\n"
	                      "--drop-label: there is no label '없다'; the labels are: 기쁨, 분노, 중립\n");
	nch_buffer_free(&told);
}

TEST(many_labels)
{
	nch_dataset_options multi = { .multi_label = true }, single = {0},
			    drop = { .multi_label = true, .drop_label = DROP("joy") };
	CHECK_TEXT(dataset_of(".tsv", "text\tlabel\na\tz, b\nb\t\nc\tb,b,\n", &multi), "b,z: a=z+b b c=b");
	CHECK_TEXT(dataset_of(".jsonl", "{\"text\":\"a\",\"label\":[\"z\",\"b\"]}\n{\"text\":\"b\",\"label\":[]}", &multi),
	           "b,z: a=z+b b");
	const char *objects = "{\"text\":\"a\",\"output\":{\"joy\":\"False\",\"anger\":\"True\",\"fear\":true}}\n"
			      "{\"text\":\"b\",\"output\":{\"joy\":1,\"anger\":\"False\",\"fear\":false}}\n";
	CHECK_TEXT(dataset_of(".jsonl", objects, &multi), "joy,anger,fear: a=anger+fear b=joy");
	CHECK_TEXT(dataset_of(".jsonl", objects, &drop), "anger,fear: a=anger+fear b");
	CHECK_TEXT(dataset_of(".jsonl", objects, &single),
	           "4:1: 2 labels where one is expected; use --multi-label for several");
	CHECK_TEXT(dataset_of(".jsonl", "{\"text\":\"a\",\"output\":{\"x\":\"False\",\"y\":\"True\"}}", &single),
	           "x,y: a=y");
}

/* NFD (a Mac), a no-break space, an ideographic space, a zero-width space, a byte order mark: nobody sees them. */
TEST(labels_that_look_alike_are_one)
{
	nch_dataset_options none = {0}, multi = { .multi_label = true };
	CHECK_TEXT(dataset_of(".csv", "text,label\na,행복\nb,\u1112\u1162\u11BC\u1107\u1169\u11A8\nc,행복\u00A0\nd,\u3000행복\ne,\u200B행복\nf,\uFEFF행\u200B복\n", &none),
	           "행복: a=행복 b=행복 c=행복 d=행복 e=행복 f=행복");
	CHECK_TEXT(dataset_of(".csv", "text,label\na,매우 기쁨\nb,매우\u00A0기쁨\nc,매우\u3000기쁨\n", &none), "매우 기쁨: a=매우 기쁨 b=매우 기쁨 c=매우 기쁨");
	CHECK_TEXT(dataset_of(".csv", "text,label\na,\"e\u0301, \u00E9\u00A0\"\n", &multi), "\u00E9: a=\u00E9");
	CHECK_TEXT(dataset_of(".csv", "text,label\na,👨\u200D👩\nb,👨👩\n", &none), "👨\u200D👩,👨👩: a=👨\u200D👩 b=👨👩");
	nch_dataset_options merge = { .relabel = RENAME({ "행복", "기쁨" }) }, drop = { .drop_label = DROP("행복") };
	CHECK_TEXT(dataset_of(".csv", "text,label\na,\u1112\u1162\u11BC\u1107\u1169\u11A8\nb,슬픔\n", &merge), "기쁨,슬픔: a=기쁨 b=슬픔");
	CHECK_TEXT(dataset_of(".csv", "text,label\na,행복\u00A0\nb,슬픔\n", &drop), "슬픔: b=슬픔");
	nch_labels model = {0};
	int32_t id;
	nch_labels_add(&model, "\u1112\u1162\u11BC\u1107\u1169\u11A8", 18, &id, NULL); /* a model that was trained elsewhere, on a Mac */
	nch_dataset_options known = { .known = &model };
	CHECK_TEXT(dataset_of(".csv", "text,label\na,행복\nb,\u1112\u1162\u11BC\u1107\u1169\u11A8\n", &known),
	           "\u1112\u1162\u11BC\u1107\u1169\u11A8: a=\u1112\u1162\u11BC\u1107\u1169\u11A8 b=\u1112\u1162\u11BC\u1107\u1169\u11A8");
	nch_labels_free(&model);
	CHECK_TEXT(dataset_of(".csv", "text,label\na,행복\n\u200B\u00A0,슬픔\n", &none), "4:3: the text is empty (column 'text')");
}

/* As pandas reads a column of floats, and scikit-learn orders it. */
TEST(numbers_as_labels)
{
	nch_dataset_options none = {0}, multi = { .multi_label = true };
	CHECK_TEXT(dataset_of(".csv", "text,label\na,10.0\nb,2.0\nc,0.0\nd,1.0\ne,-0.5\n", &none), "-0.5,0.0,1.0,2.0,10.0: a=10.0 b=2.0 c=0.0 d=1.0 e=-0.5");
	CHECK_TEXT(dataset_of(".csv", "text,label\na,1\nb,1.0\nc,0\nd,1.50\n", &none), "0.0,1.0,1.5: a=1.0 b=1.0 c=0.0 d=1.5");
	CHECK_TEXT(dataset_of(".csv", "text,label\na,\"1,1.0\"\nb,\"0,1.0\"\nc,\n", &multi), "0.0,1.0: a=1.0 b=0.0+1.0 c");
	CHECK_TEXT(dataset_of(".csv", "text,label\na,1.0\nb,v1.0\nc,1\n", &none), "1,1.0,v1.0: a=1.0 b=v1.0 c=1");
	nch_labels known = {0};
	CHECK(nch_labels_parse(&known, "1,0", NULL) == NCH_OK);
	nch_dataset_options given = { .known = &known };
	CHECK_TEXT(dataset_of(".csv", "text,label\na,1.0\nb,0\n", &given), "1,0: a=1 b=0");
	nch_labels_free(&known);
}

/* A label that only a bad row has is no label. */
TEST(bad_rows_leave_nothing_behind)
{
	nch_dataset_options skip = { .skip_bad_rows = true }, relabel = { .skip_bad_rows = true, .relabel = RENAME({ "x", "y" }) };
	CHECK_TEXT(dataset_of(".jsonl", "{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\"b\",\"label\":[\"p\",\"q\"]}\n{\"text\":\"c\",\"label\":[\"z\"]}\n", &skip),
	           "x,z: a=x c=z (1 bad)");
	CHECK_TEXT(dataset_of(".jsonl", "{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\"b\",\"label\":[\"p\",\"q\"]}\n", &relabel), "y: a=y (1 bad)");
	nch_dataset_options group = { .skip_bad_rows = true, .group = "g", .check_targets = true };
	CHECK_TEXT(dataset_of(".jsonl", "{\"text\":\"a\",\"label\":\"x\",\"g\":1}\n{\"text\":\"b\",\"label\":\"p\",\"target\":7,\"g\":2}\n", &group),
	           "x: a=x (1 bad)");
	nch_labels labels = {0};
	int32_t id;
	char name[24];
	for (int i = 0; i < 1000; i++) { /* through growing tables */
		snprintf(name, sizeof name, "label %d", i);
		CHECK(nch_labels_add(&labels, name, strlen(name), &id, NULL) == NCH_OK && id == i);
	}
	nch_labels_truncate(&labels, 10);
	CHECK(labels.count == 10 && nch_labels_find(&labels, "label 9", 7) == 9 && nch_labels_find(&labels, "label 10", 8) < 0);
	for (int i = 10; i < 1000; i++) {
		snprintf(name, sizeof name, "label %d", i);
		CHECK(nch_labels_find(&labels, name, strlen(name)) < 0);
	}
	nch_labels_free(&labels);
}

/* Lists as Python, NumPy and JSON write them into a cell. */
TEST(lists_in_cells)
{
	nch_dataset_options multi = { .multi_label = true }, single = {0};
	const char *lists = "text\tlabel\na\t['기쁨', '슬픔']\nb\t[\"기쁨\",\"\\uc2ac\\ud514\"]\nc\t('기쁨',)\nd\t{'슬픔'}\ne\t['기쁨' '슬픔']\nf\t[]\ng\t[기쁨, 슬픔]\n";
	nch_dataset_options plain = { .multi_label = true, .rows = { .quoting = NCH_QUOTING_NONE } };
	CHECK_TEXT(dataset_of(".tsv", lists, &plain), "기쁨,슬픔: a=기쁨+슬픔 b=기쁨+슬픔 c=기쁨 d=슬픔 e=기쁨+슬픔 f g=기쁨+슬픔");
	CHECK_TEXT(dataset_of(".csv", "text,label\na,\"{'joy': True, 'anger': False}\"\nb,\"{'joy': 0, 'anger': '1'}\"\n", &multi), "joy,anger: a=joy b=anger");
	CHECK_TEXT(dataset_of(".csv", "text,label\na,['기쁨']\nb,[긍정]\n", &single), "[긍정],기쁨: a=기쁨 b=[긍정]");
	CHECK_TEXT(dataset_of(".csv", "text,label\na,\"['기쁨', '슬픔']\"\n", &single), "4:2: 2 labels where one is expected; use --multi-label for several");
	CHECK_TEXT(dataset_of(".csv", "text,label\na,['it\\'s' 'x\n", &multi), "['it\\'s' 'x: a=['it\\'s' 'x"); /* no list: as it stands */
}

TEST(targets_counts_and_place)
{
	const char *text = "text,label\na,x\nb,y\n\nc,x\n";
	nch_dataset_options none = {0};
	dataset_of(".csv", text, &none);
	FILE *file = fopen(path, "wb");
	fputs(text, file);
	fclose(file);
	const char *paths[] = { path, path };
	nch_dataset d;
	CHECK(nch_dataset_read(paths, 2, &none, &d, NULL) == NCH_OK);
	CHECK(d.rows == 6 && d.labels.count == 2);
	size_t counts[2], line;
	float targets[2];
	nch_dataset_label_counts(&d, counts);
	CHECK(counts[0] == 4 && counts[1] == 2);
	nch_dataset_targets(&d, 1, targets);
	CHECK(targets[0] == 0 && targets[1] == 1);
	CHECK(nch_dataset_label(&d, 1) == 1);
	CHECK_TEXT(nch_dataset_where(&d, 5, &line), path);
	CHECK(line == 5);
	unsigned char first[32], second[32];
	nch_dataset_digest(&d, first);
	nch_dataset_free(&d);
	CHECK(nch_dataset_read(paths, 2, &none, &d, NULL) == NCH_OK);
	nch_dataset_digest(&d, second);
	CHECK(memcmp(first, second, 32) == 0);
	d.bytes[0] = 'b';
	nch_dataset_digest(&d, second);
	CHECK(memcmp(first, second, 32) != 0);
	nch_dataset_free(&d);
	remove(path);
}

TEST(memory_runs_out)
{
	nch_dataset_options options = { .multi_label = true, .relabel = RENAME({ "x", "y" }), .drop_label = DROP("q") };
	for (size_t n = 1; n < 60; n++) {
		nch_alloc_fail_after(n);
		const char *text = dataset_of(".csv", "text,label\na,x\nb,\"y,z\"\n", &options);
		nch_alloc_fail_after(0);
		CHECK(text == NULL || text[0] == '0' + NCH_MEMORY || text[0] == 'y' || text[0] == '\0');
		nch_buffer_free(&dump);
	}
}

TEST(shared_files)
{
	if (access("../shared/data/kote/val.tsv", R_OK) != 0)
		SKIP("../shared/data is absent");
	nch_dataset d;
	nch_error error = {0};
	const char *kote[] = { "../shared/data/kote/val.tsv" }, *chat[] = { "../shared/data/chatbot/ChatbotData.csv" };
	const char *ea[] = { "../shared/data/nikl-ea/sample.jsonl" };
	nch_dataset_options options = { .text = "2", .label = "3", .multi_label = true, .need_labels = true };
	CHECK(nch_dataset_read(kote, 1, &options, &d, &error) == NCH_OK);
	CHECK(d.rows == 5000 && d.labels.count == 44);
	CHECK_TEXT(d.labels.names[10], "10");
	nch_dataset_free(&d);
	nch_dataset_options chat_options = { .text = "Q", .pair = "A" };
	CHECK(nch_dataset_read(chat, 1, &chat_options, &d, &error) == NCH_OK);
	CHECK(d.rows == 11823 && d.labels.count == 3 && d.has_pairs);
	nch_dataset_free(&d);
	nch_dataset_options ea_options = { .pair = "input.target.form", .multi_label = true };
	CHECK(nch_dataset_read(ea, 1, &ea_options, &d, &error) == NCH_OK);
	size_t length;
	CHECK(d.rows == 3 && d.labels.count == 8);
	CHECK_TEXT(d.labels.names[1], "anticipation");
	CHECK_TEXT(nch_dataset_pair(&d, 1, &length), "밴드 사운드");
	CHECK(nch_dataset_label(&d, 1) == 0);
	nch_dataset_free(&d);
}

int main(void)
{
	RUN(columns);
	RUN(texts_are_kept_as_they_are);
	RUN(order_of_labels);
	RUN(bad_rows);
	RUN(selection);
	RUN(selection_of_absent_labels);
	RUN(many_labels);
	RUN(labels_that_look_alike_are_one);
	RUN(numbers_as_labels);
	RUN(bad_rows_leave_nothing_behind);
	RUN(lists_in_cells);
	RUN(targets_counts_and_place);
	RUN(memory_runs_out);
	RUN(shared_files);
	nch_buffer_free(&dump);
	return test_end();
}
