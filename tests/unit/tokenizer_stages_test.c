/* The stages of a tokenizer.json, one at a time, against Hugging Face's tokenizers (tests/golden/stages.py); and descriptions of stages that are refused. */
#include <stdio.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "golden/stages_golden.h"
#include "test.h"
#include "tokenizer/pipeline/json_pipeline.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

static nch_error error;

/* Adds the stage that `json` describes; what it was refused for is in `error`. */
static nch_status add(nch_pipeline *pipeline, const char *json, bool cuts)
{
	nch_json *parsed = NULL;
	nch_arena *arena = nch_arena_new(0);
	error = (nch_error){0};
	nch_status status = nch_json_parse(json, strlen(json), "stage", arena, &parsed, &error);
	if (status == NCH_OK)
		status = cuts ? nch_pipeline_add_pre_tokenizer(pipeline, parsed, &error) : nch_pipeline_add_normalizer(pipeline, parsed, &error);
	nch_arena_free(arena);
	return status;
}

static void put_characters(const nch_bert_character *items, size_t count, nch_buffer *out)
{
	for (size_t i = 0; i < count; i++) {
		char bytes[4];
		nch_buffer_add(out, bytes, nch_utf8_encode(items[i].code_point, bytes));
	}
}

/* A normalizer's text, or the words, each with the bytes of the original that its first and its last character came from. */
static void put_result(const nch_words *words, bool cuts, nch_buffer *out)
{
	if (!cuts)
		put_characters(words->items, words->count, out);
	for (size_t i = 0, begin = 0; cuts && i < words->word_count; begin = words->ends[i++]) {
		nch_buffer_text(out, i > 0 ? "|" : "");
		put_characters(words->items + begin, words->ends[i] - begin, out);
		nch_buffer_printf(out, "(%u-%u)", (unsigned)words->items[begin].begin, (unsigned)words->items[words->ends[i] - 1].end);
	}
	nch_buffer_text(out, "");
}

TEST(each_stage)
{
	nch_words words = {0}, spare = {0};
	for (size_t s = 0; s < COUNT(stage_rows); s++) {
		nch_pipeline pipeline = {0};
		CHECK_TEXT(add(&pipeline, stage_rows[s].json, stage_rows[s].cuts) == NCH_OK ? "" : error.text, "");
		for (size_t i = 0; i < COUNT(stage_texts); i++) {
			nch_buffer out = {0};
			CHECK(nch_pipeline_run(&pipeline, stage_texts[i], strlen(stage_texts[i]), true, &words, &spare, NULL) == NCH_OK);
			put_result(&words, stage_rows[s].cuts, &out);
			if (strcmp(out.data ? out.data : "", stage_rows[s].results[i]) != 0)
				printf("  %.100s of text %zu:\n", stage_rows[s].json, i);
			CHECK_TEXT(out.data ? out.data : "", stage_rows[s].results[i]);
			nch_buffer_free(&out);
		}
		nch_arena_free(pipeline.arena);
	}
	nch_words_free(&words);
	nch_words_free(&spare);
}

TEST(what_is_refused)
{
	static const struct {
		bool cuts;
		const char *json, *says;
	} cases[] = {
		{false, "{\"type\": \"Nonsense\"}", "normalizer \"Nonsense\""},
		{true, "{\"type\": \"Nonsense\"}", "pre-tokenizer \"Nonsense\""},
		{true, "{\"type\": \"Punctuation\", \"behavior\": \"Removed\"}", "pre-tokenizer \"Punctuation\""},
		{false, "{\"type\": \"Replace\", \"pattern\": {\"Regex\": \"[0-9]+\"}, \"content\": \"0\"}", "pattern \"[0-9]+\""},
		{false, "{\"type\": \"Replace\", \"pattern\": {\"Regex\": \"(?<![a-z])b\"}, \"content\": \"0\"}", "pattern \"(?<![a-z])b\""},
		{false, "{\"type\": \"Replace\", \"pattern\": {\"Regex\": \"(?<![a])b|c\"}, \"content\": \"0\"}", "pattern \"(?<![a])b|c\""},
		{false, "{\"type\": \"Replace\", \"pattern\": {\"String\": \"\"}, \"content\": \"0\"}", "pattern \"\""},
		{false, "{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"AA!A\"}", "no base64"},
		{false, "{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"AAAA\"}", "cut"},
		{false, "{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"/wAAAGFhYWE=\"}", "cut"},
		{true, "{\"type\": \"Metaspace\", \"replacement\": \"ab\"}", "is 2 characters"},
		{true, "{\"type\": \"Split\", \"pattern\": {\"String\": \"a\"}, \"behavior\": \"Removed\"}", "pattern \"a\""},
		{true, "{\"type\": \"Split\", \"pattern\": {\"String\": \"a\"}, \"behavior\": \"Isolated\", \"invert\": true}", "pattern \"a\""},
		{true, "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"\"}, \"behavior\": \"Isolated\"}", "pattern \"\""},
		{true, "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"a|\"}, \"behavior\": \"Isolated\"}", "pattern \"a|\""},
		{true, "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"a*\"}, \"behavior\": \"Isolated\"}", "pattern \"a*\""},
		{true, "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"\\\\d\"}, \"behavior\": \"Isolated\"}", "pattern \"\\d\""},
		{true, "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"a\\\\\"}, \"behavior\": \"Isolated\"}", "pattern \"a\\\""},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		nch_pipeline pipeline = {0};
		CHECK(add(&pipeline, cases[i].json, cases[i].cuts) == NCH_FORMAT);
		if (strstr(error.text, cases[i].says) == NULL)
			CHECK_TEXT(error.text, cases[i].says);
		nch_arena_free(pipeline.arena);
	}
}

/* Of a file that wants more than there is room for. */
TEST(too_much)
{
	nch_buffer json = {0};
	nch_pipeline pipeline = {0};
	for (int i = 0; i < NCH_MOST_STAGES; i++)
		CHECK(add(&pipeline, "{\"type\": \"Lowercase\"}", false) == NCH_OK);
	CHECK(add(&pipeline, "{\"type\": \"Lowercase\"}", false) == NCH_FORMAT && strstr(error.text, "more than 32 stages") != NULL);
	nch_arena_free(pipeline.arena);
	pipeline = (nch_pipeline){0};
	nch_buffer_text(&json, "{\"type\": \"Split\", \"behavior\": \"Isolated\", \"pattern\": {\"Regex\": \"a");
	for (int i = 0; i < 1000; i++)
		nch_buffer_text(&json, "|b");
	nch_buffer_text(&json, "\"}}");
	CHECK(add(&pipeline, json.data, true) == NCH_FORMAT && strstr(error.text, "not supported") != NULL);
	nch_arena_free(pipeline.arena);
	nch_buffer_free(&json);
	pipeline = (nch_pipeline){0};
	for (int i = 0; i < 9; i++)
		nch_buffer_text(&json, "{\"type\": \"Sequence\", \"normalizers\": [");
	for (int i = 0; i < 9; i++)
		nch_buffer_text(&json, "]}");
	CHECK(add(&pipeline, json.data, false) == NCH_FORMAT && strstr(error.text, "\"Sequence\"") != NULL);
	nch_arena_free(pipeline.arena);
	nch_buffer_free(&json);
}

int main(void)
{
	RUN(each_stage);
	RUN(what_is_refused);
	RUN(too_much);
	return test_end();
}
