/* What people write for an option, as values: labels that are renamed, left out or thinned, corpora with weights, parts that are frozen. */
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "cli/parse_data.h"
#include "cli/parse_training.h"
#include "data/selection.h"
#include "test.h"
#include "train/corpora.h"
#include "train/layers.h"
#include "train/sweep.h"

static nch_arena *arena;
static nch_error error;

/* Parses a text that is wrong; what is said of it. */
static const char *refused(nch_option_parse *parse, const char *name, const char *text, void *variable)
{
	const nch_option option = {.name = name};
	error = (nch_error){0};
	CHECK(parse(&option, text, arena, variable, &error) == NCH_USAGE);
	return error.text;
}

static nch_status parsed(nch_option_parse *parse, const char *text, void *variable)
{
	const nch_option option = {.name = "option"};
	return parse(&option, text, arena, variable, &error);
}

TEST(relabel)
{
	nch_renamings r;
	CHECK(parsed(nch_parse_relabel, "분노=분노혐오,혐오=분노혐오", &r) == NCH_OK && r.count == 2);
	CHECK_TEXT(r.items[0].from, "분노");
	CHECK_TEXT(r.items[1].from, "혐오");
	CHECK_TEXT(r.items[1].to, "분노혐오");
	CHECK(parsed(nch_parse_relabel, "\u1112\u1162\u11BC\u1107\u1169\u11A8=기쁨\u00A0", &r) == NCH_OK && r.count == 1); /* as a Mac has it; what nobody sees */
	CHECK_TEXT(r.items[0].from, "행복");
	CHECK_TEXT(r.items[0].to, "기쁨");
	CHECK_TEXT(refused(nch_parse_relabel, "relabel", "a", &r), "--relabel 'a': 'a' is not of the form from=to");
	CHECK_TEXT(refused(nch_parse_relabel, "relabel", "b=c,a=", &r), "--relabel 'b=c,a=': 'a=' is not of the form from=to");
	CHECK_TEXT(refused(nch_parse_relabel, "relabel", "=b", &r), "--relabel '=b': '=b' is not of the form from=to");
	CHECK_TEXT(refused(nch_parse_relabel, "relabel", "a=b,a=c", &r), "--relabel 'a=b,a=c': 'a' is renamed twice");
	CHECK_TEXT(refused(nch_parse_relabel, "relabel", "a=b,", &r), "--relabel 'a=b,': '' is not of the form from=to");
}

TEST(drop_label)
{
	nch_text_list list;
	CHECK(parsed(nch_parse_drop_label, "중립, 행복\u00A0", &list) == NCH_OK && list.count == 2);
	CHECK_TEXT(list.items[0], "중립");
	CHECK_TEXT(list.items[1], "행복");
	CHECK_TEXT(refused(nch_parse_drop_label, "drop-label", "a,a", &list), "--drop-label: the label 'a' stands twice in 'a,a'");
	CHECK_TEXT(refused(nch_parse_drop_label, "drop-label", "a,,b", &list), "--drop-label: an empty label in the list 'a,,b'");
}

TEST(undersample)
{
	nch_thinnings t;
	CHECK(parsed(nch_parse_undersample, "중립=5000,기쁨=min", &t) == NCH_OK && t.count == 2);
	CHECK_TEXT(t.items[0].label, "중립");
	CHECK_TEXT(t.items[1].label, "기쁨");
	CHECK(t.items[0].most == 5000 && t.items[1].most == NCH_AS_THE_RAREST);
	CHECK_TEXT(refused(nch_parse_undersample, "undersample", "중립", &t), "--undersample '중립' is not of the form label=N or label=min");
	CHECK_TEXT(refused(nch_parse_undersample, "undersample", "a=3,b=x", &t), "--undersample 'b=x': a number or min is expected behind =");
	CHECK_TEXT(refused(nch_parse_undersample, "undersample", "a=1234567890123", &t), "--undersample 'a=1234567890123': a number or min is expected behind =");
	CHECK_TEXT(refused(nch_parse_undersample, "undersample", "a=-1", &t), "--undersample 'a=-1': a number or min is expected behind =");
	CHECK_TEXT(refused(nch_parse_undersample, "undersample", "a=00", &t), "--undersample 'a=00': no row would be left of it; --drop-label leaves a label out");
}

TEST(corpus)
{
	char folder[] = "/tmp/nunchi-parse-XXXXXX", first[60], starred[60], text[80];
	static const char *const times[] = {"", "0", "-1", "x", "2x", "1001", "nan", "1e9"};
	nch_corpus_files files = {0};
	CHECK(mkdtemp(folder) != NULL);
	snprintf(first, sizeof first, "%s/first.txt", folder);
	snprintf(text, sizeof text, "%s*2", first);
	CHECK(parsed(nch_parse_corpus, text, &files) == NCH_OK);
	snprintf(text, sizeof text, "%s*.5", first);
	CHECK(parsed(nch_parse_corpus, text, &files) == NCH_OK && parsed(nch_parse_corpus, first, &files) == NCH_OK && files.count == 3);
	for (size_t i = 0; i < files.count; i++)
		CHECK_TEXT(files.items[i].path, first);
	CHECK(files.items[0].weight == 2.0 && files.items[1].weight == 0.5 && files.items[2].weight == 1.0);
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		snprintf(text, sizeof text, "%s*%s", first, times[i]);
		CHECK(strstr(refused(nch_parse_corpus, "corpus", text, &files), "times an epoch") != NULL);
	}
	snprintf(starred, sizeof starred, "%s/a*3", folder);
	nch_file_write(starred, "여덟\n", 7, NULL);
	if (nch_file_exists(starred)) { /* not everywhere may a name have a * in it; where it may, the file is meant */
		CHECK(parsed(nch_parse_corpus, starred, &files) == NCH_OK && files.count == 4 && files.items[3].weight == 1.0);
		CHECK_TEXT(files.items[3].path, starred);
	}
	unlink(starred);
	rmdir(folder);
}

TEST(freeze)
{
	static const char *const wrong[] = {"embedding", "2-1", "-1", "1-", "layer1", "embeddings,,0", ",", "classifier", "99999999999999999999", "0-1-2", "1 "};
	nch_freeze f;
	CHECK(parsed(nch_parse_freeze, "embeddings,3,0-5,pooler,encoder", &f) == NCH_OK && f.count == 5);
	CHECK(f.items[0].kind == NCH_FROZEN_EMBEDDINGS && f.items[3].kind == NCH_FROZEN_POOLER && f.items[4].kind == NCH_FROZEN_ENCODER);
	CHECK(f.items[1].kind == NCH_FROZEN_LAYERS && f.items[1].first == 3 && f.items[1].last == 3);
	CHECK(f.items[2].kind == NCH_FROZEN_LAYERS && f.items[2].first == 0 && f.items[2].last == 5);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK(strstr(refused(nch_parse_freeze, "freeze", wrong[i], &f), ": name embeddings, encoder, pooler, or layers such as 3 or 0-5") != NULL);
}

TEST(axis)
{
	static const char *const wrong[] = {"batch", "batch=", "=1", "--=1", "batch=1,,2", "batch=1,1", "batch=1,"};
	nch_axes axes = {0};
	CHECK(parsed(nch_parse_axis, "batch=16,32", &axes) == NCH_OK && parsed(nch_parse_axis, "--optimizer=adamw", &axes) == NCH_OK && axes.count == 2);
	CHECK(parsed(nch_parse_axis, "lr=1e-5..1e-3", &axes) == NCH_OK && axes.count == 3);
	CHECK_TEXT(axes.items[0].name, "batch");
	CHECK_TEXT(axes.items[1].name, "optimizer");
	CHECK(!axes.items[0].range && axes.items[0].values.count == 2 && axes.items[1].values.count == 1);
	CHECK_TEXT(axes.items[0].values.items[1], "32");
	CHECK(axes.items[2].range && axes.items[2].values.count == 0 && axes.items[2].low == 1e-5 && axes.items[2].high == 1e-3);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK(strncmp(refused(nch_parse_axis, "set", wrong[i], &(nch_axes){0}), "--set ", 6) == 0);
	CHECK_TEXT(refused(nch_parse_axis, "set", "batch=1,1", &(nch_axes){0}), "--set batch: the value 1 is given twice");
	CHECK_TEXT(refused(nch_parse_axis, "set", "lr=3", &axes), "--set lr is given twice");
}

int main(void)
{
	arena = nch_arena_new(0);
	CHECK(arena != NULL);
	RUN(relabel);
	RUN(drop_label);
	RUN(undersample);
	RUN(corpus);
	RUN(freeze);
	RUN(axis);
	nch_arena_free(arena);
	return test_end();
}
