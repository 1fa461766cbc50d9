/* Targets: offsets in code points, what is refused, how texts are marked, and the tokens that the markers become. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "data/dataset.h"
#include "test.h"
#include "tokenizer/tokenizer.h"

static nch_arena *arena;

static const nch_json *parse(const char *text)
{
	nch_json *value = NULL;
	CHECK(nch_json_parse(text, strlen(text), "test", arena, &value, NULL) == NCH_OK);
	return value;
}

static nch_status read_target(const char *json, const char *text, nch_target *target, nch_error *error)
{
	return nch_target_read(parse(json), text, strlen(text), target, error);
}

TEST(offsets_are_code_points)
{
	const char *text = "😂 오늘 표를"; /* bytes: 4 1 6 1 6 */
	nch_target t;
	CHECK(read_target("{\"form\": \"표\", \"begin\": 5, \"end\": 6}", text, &t, NULL) == NCH_OK);
	CHECK(t.present && t.begin == 12 && t.end == 15);
	CHECK(read_target("{\"form\": \"😂\", \"begin\": 0, \"end\": 1}", text, &t, NULL) == NCH_OK && t.begin == 0 && t.end == 4);
	CHECK(read_target("{\"form\": \"표를\", \"begin\": 5, \"end\": 7}", text, &t, NULL) == NCH_OK && t.end == strlen(text));
	CHECK(read_target("{\"form\": \"\", \"begin\": 3, \"end\": 3}", text, &t, NULL) == NCH_OK && t.present && t.begin == t.end);
}

TEST(no_target)
{
	nch_target t = {.present = true};
	CHECK(nch_target_read(NULL, "가", 3, &t, NULL) == NCH_OK && !t.present);
	CHECK(read_target("null", "가", &t, NULL) == NCH_OK && !t.present);
	CHECK(read_target("{\"form\": null, \"begin\": null, \"end\": null}", "가", &t, NULL) == NCH_OK && !t.present);
	CHECK(read_target("{}", "가", &t, NULL) == NCH_OK && !t.present);
}

TEST(wrong_targets)
{
	static const char *const wrong[] = {
		"{\"form\": \"나\", \"begin\": 0, \"end\": 1}",        "{\"form\": \"가\", \"begin\": 1, \"end\": 2}", "{\"form\": \"가\", \"begin\": 0, \"end\": 3}",
		"{\"form\": \"가나\", \"begin\": 0, \"end\": 9}",      "{\"form\": \"가\", \"begin\": 1, \"end\": 0}", "{\"form\": \"가\", \"begin\": -1, \"end\": 1}",
		"{\"form\": \"가\", \"begin\": 0.5, \"end\": 1}",      "{\"form\": \"가\", \"begin\": \"0\", \"end\": 1}", "{\"form\": \"가\", \"end\": 1}",
		"{\"form\": \"가\", \"begin\": 0, \"end\": 1e300}",    "{\"form\": 3, \"begin\": 0, \"end\": 1}", "[1]", "\"가\""};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		nch_target t;
		nch_error error = {0};
		bool refused = read_target(wrong[i], "가나", &t, &error) == NCH_DATA && !t.present && strlen(error.text) > 0;
		if (!refused)
			printf("  taken: %s\n", wrong[i]);
		CHECK(refused);
	}
}

TEST(marks_and_paths)
{
	nch_buffer out = {0};
	const nch_target t = {true, 3, 6};
	char path[64];
	nch_target_mark("가나다", 9, &t, &out);
	CHECK_TEXT(out.data, "가<e>나</e>다");
	nch_buffer_free(&out);
	nch_target_path("input.form", path, sizeof path);
	CHECK_TEXT(path, "input.target");
	nch_target_path("form", path, sizeof path);
	CHECK_TEXT(path, "target");
	nch_target_path("a.b.c", path, sizeof path);
	CHECK_TEXT(path, "a.b.target");
	nch_target_path("a.b.c", path, 6);
	CHECK_TEXT(path, "a.b.t");
}

TEST(modes)
{
	nch_target_mode mode;
	for (int m = NCH_TARGET_NONE; m <= NCH_TARGET_BOTH; m++)
		CHECK(nch_target_mode_find(nch_target_mode_name((nch_target_mode)m), &mode) && mode == (nch_target_mode)m);
	CHECK(!nch_target_mode_find("all", &mode));
	CHECK(nch_target_mode_has_pair(NCH_TARGET_BOTH) && nch_target_mode_has_markers(NCH_TARGET_BOTH));
	CHECK(nch_target_mode_has_pair(NCH_TARGET_PAIR) && !nch_target_mode_has_markers(NCH_TARGET_PAIR));
}

/* The rows of a file of records in one mode. */
TEST(data_sets)
{
	static const char records[] =
		"{\"input\": {\"form\": \"밥은 짜고 물은 달다\", \"target\": {\"form\": \"물은\", \"begin\": 6, \"end\": 8}}, \"output\": {\"b\": \"True\", \"a\": \"False\"}}\n"
		"{\"input\": {\"form\": \"그냥\", \"target\": {\"form\": null, \"begin\": null, \"end\": null}}, \"output\": {\"b\": \"False\", \"a\": \"False\"}}\n";
	char folder[] = "/tmp/nunchi-target-XXXXXX", path[64];
	CHECK(mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/records.jsonl", folder);
	CHECK(nch_file_write(path, records, sizeof records - 1, NULL) == NCH_OK);
	static const struct {
		nch_target_mode mode;
		const char *text, *pair, *second_pair;
	} wanted[] = {{NCH_TARGET_NONE, "밥은 짜고 물은 달다", NULL, NULL}, {NCH_TARGET_PAIR, "밥은 짜고 물은 달다", "물은", ""},
	              {NCH_TARGET_MARKERS, "밥은 짜고 <e>물은</e> 달다", NULL, NULL}, {NCH_TARGET_BOTH, "밥은 짜고 <e>물은</e> 달다", "물은", ""}};
	const char *paths[] = {path};
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		nch_dataset data = {0};
		nch_error error = {0};
		size_t length;
		const nch_dataset_options options = {.multi_label = true, .target = wanted[i].mode};
		CHECK(nch_dataset_read(paths, 1, &options, &data, &error) == NCH_OK);
		CHECK(data.rows == 2 && data.label_objects && data.labels.count == 2);
		CHECK_TEXT(data.labels.names[0], "b"); /* the file's order */
		CHECK_TEXT(nch_dataset_text(&data, 0, &length), wanted[i].text);
		CHECK_TEXT(nch_dataset_text(&data, 1, &length), "그냥");
		const char *pair = nch_dataset_pair(&data, 0, &length);
		CHECK((pair == NULL) == (wanted[i].pair == NULL));
		if (pair != NULL && wanted[i].pair != NULL) {
			CHECK_TEXT(pair, wanted[i].pair);
			CHECK_TEXT(nch_dataset_pair(&data, 1, &length), wanted[i].second_pair);
		}
		CHECK(data.target_rows == (wanted[i].mode == NCH_TARGET_NONE ? 0 : 1));
		nch_dataset_free(&data);
	}
	CHECK(remove(path) == 0 && remove(folder) == 0);
}

/* New tokens: found in a text, saved, and there again after loading; nothing else changes. */
TEST(new_tokens)
{
	static const char *const markers[] = {NCH_TARGET_OPEN, NCH_TARGET_CLOSE};
	static const char vocabulary[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n물\n##은\n달다\n";
	char folder[] = "/tmp/nunchi-extend-XXXXXX";
	nch_tokenizer *tokenizer = NULL;
	nch_error error = {0};
	CHECK(mkdtemp(folder) != NULL);
	char *file = nch_path_join(folder, "v.txt"), *saved = nch_path_join(folder, "saved");
	CHECK(nch_file_write(file, vocabulary, sizeof vocabulary - 1, NULL) == NCH_OK);
	CHECK(nch_tokenizer_load(file, &tokenizer, &error) == NCH_OK);
	for (int round = 0; round < 3; round++) {
		CHECK(nch_tokenizer_size(tokenizer) == (round == 0 ? 8 : 10));
		CHECK(nch_tokenizer_extend(tokenizer, markers, 2, &error) == NCH_OK);
		CHECK(nch_tokenizer_size(tokenizer) == 10);
		CHECK(nch_tokenizer_find(tokenizer, "<e>") == 8 && nch_tokenizer_find(tokenizer, "</e>") == 9);
		nch_tokenizer_scratch *scratch = NULL;
		nch_tokens tokens = {0};
		CHECK(nch_tokenizer_scratch_new(tokenizer, &scratch, &error) == NCH_OK);
		const char *text = "<e>물은</e> 달다";
		CHECK(nch_tokenizer_encode(tokenizer, scratch, text, strlen(text), &tokens, &error) == NCH_OK);
		const int32_t ids[] = {8, 5, 6, 9, 7};
		CHECK(tokens.count == 5);
		for (size_t i = 0; i < tokens.count && i < 5; i++)
			CHECK(tokens.items[i].id == ids[i]);
		nch_buffer back = {0};
		CHECK(nch_tokenizer_decode(tokenizer, ids, 5, &back, &error) == NCH_OK && strstr(back.data, "물은") != NULL);
		nch_buffer_free(&back);
		nch_tokens_free(&tokens);
		nch_tokenizer_scratch_free(scratch);
		CHECK(nch_tokenizer_save(tokenizer, saved, &error) == NCH_OK);
		nch_tokenizer_free(tokenizer);
		CHECK(nch_tokenizer_load(saved, &tokenizer, &error) == NCH_OK);
	}
	nch_tokenizer_free(tokenizer);
	static const char *const made[] = {"saved/vocab.txt", "saved/tokenizer_config.json", "v.txt", "saved", ""};
	for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
		char *path = made[i][0] != '\0' ? nch_path_join(folder, made[i]) : nch_copy_text(folder, strlen(folder));
		CHECK(remove(path) == 0);
		nch_free(path);
	}
	nch_free(file);
	nch_free(saved);
}

int main(void)
{
	arena = nch_arena_new(0);
	RUN(offsets_are_code_points);
	RUN(no_target);
	RUN(wrong_targets);
	RUN(marks_and_paths);
	RUN(modes);
	RUN(data_sets);
	RUN(new_tokens);
	nch_arena_free(arena);
	return test_end();
}
