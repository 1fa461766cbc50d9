/* JSON: what is read, what is refused and where, what is written. */
#include "base/json.h"

#include "base/memory.h"
#include "test.h"

static nch_arena *arena;
static nch_error error;

/* The parsed value, or NULL (and `error` says why). */
static nch_json *parse(const char *text)
{
	nch_json *value = NULL;
	error = (nch_error){0};
	nch_arena_reset(arena);
	return nch_json_parse(text, strlen(text), "t.json", arena, &value, &error) == NCH_OK ? value : NULL;
}

TEST(reads_a_tree)
{
	const char *text = " {\"a\": [1, -2.5e1, true, null], \"b\": {\"c\": \"x\"}, \"a\": false} ";
	const nch_json *value = parse(text);
	CHECK(value != NULL && value->type == NCH_JSON_OBJECT && value->count == 3);
	const nch_json *array = value->first;
	CHECK_TEXT(array->name, "a");
	CHECK(array->type == NCH_JSON_ARRAY && array->count == 4);
	CHECK(array->first->next->number == -25);
	CHECK_TEXT(array->first->next->text, "-2.5e1");
	CHECK(strncmp(text + array->begin, "[1, -2.5e1, true, null]", array->end - array->begin) == 0);
	CHECK(nch_json_get(value, "a")->type == NCH_JSON_FALSE); /* of two, the last */
	CHECK_TEXT(nch_json_path(value, "b.c")->text, "x");
	CHECK(nch_json_path(value, "b.d") == NULL && nch_json_path(value, "b.c.d") == NULL && nch_json_get(array, "a") == NULL);
	CHECK(value->begin == 1 && value->end == strlen(text) - 1);
}

TEST(paths_index_arrays)
{
	const nch_json *value = parse("{\"a\":[{\"b\":1},{\"b\":2}]}");
	CHECK(nch_json_path(value, "a.1.b")->number == 2);
	CHECK(nch_json_path(value, "a.2.b") == NULL && nch_json_path(value, "a.-1") == NULL && nch_json_path(value, "a.x") == NULL);
}

TEST(strings)
{
	const nch_json *value = parse("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\", \"\\uac00\\u00e9\", \"\\ud83d\\ude02\", \"\\ud83d\", "
	                              "\"\\ude02x\", \"\\ud83d\\u0041\", \"한\\u0000글\", \"\"]");
	CHECK(value != NULL);
	const nch_json *s = value->first;
	CHECK_TEXT(s->text, "\"\\/\b\f\n\r\t");
	CHECK_TEXT((s = s->next)->text, "가é");
	CHECK_TEXT((s = s->next)->text, "😂");
	CHECK_TEXT((s = s->next)->text, "\xEF\xBF\xBD");
	CHECK_TEXT((s = s->next)->text, "\xEF\xBF\xBDx");
	CHECK_TEXT((s = s->next)->text, "\xEF\xBF\xBD" "A");
	s = s->next;
	CHECK(s->length == 7 && memcmp(s->text, "한\0글", 8) == 0);
	CHECK((s = s->next)->length == 0);
}

TEST(refuses)
{
	static const char *const bad[] = {"", " ", "{", "[", "[1,]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}", "'a'",
	                                  "\"a", "\"\\x\"", "\"\\u12g4\"", "\"a\nb\"", "\"\xFF\"", "01", "-", "1.", ".5", "1e", "+1",
	                                  "1e999", "tru", "nul", "NaN", "1 1", "[1]]", "\"\\", "\"\\u", "{\"a\":1 \"b\":2}", "[,1]"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		CHECK(parse(bad[i]) == NULL);
		CHECK(error.status == NCH_FORMAT);
	}
	CHECK(parse("{\n \"가\": tru}") == NULL);
	CHECK_TEXT(error.text, "t.json:2:7: this is no JSON: expected a value");
}

TEST(depth_is_limited)
{
	static char text[200001];
	memset(text, '[', 200000);
	CHECK(parse(text) == NULL);
	memset(text, '[', 200);
	memset(text + 200, ']', 200);
	text[400] = '\0';
	CHECK(parse(text) != NULL);
}

TEST(a_byte_order_mark_is_dropped)
{
	CHECK(parse("\xEF\xBB\xBF[1]") != NULL);
	CHECK(parse("[1]\xEF\xBB\xBF") == NULL);
}

TEST(defaults)
{
	const nch_json *value = parse("{\"n\":3,\"t\":\"x\",\"b\":true}");
	CHECK(nch_json_number(value, "n", 1) == 3 && nch_json_number(value, "t", 1) == 1 && nch_json_number(value, "z", 1) == 1);
	CHECK(nch_json_bool(value, "b", false) && !nch_json_bool(value, "n", false));
	CHECK_TEXT(nch_json_text(value, "t", "y"), "x");
	CHECK_TEXT(nch_json_text(value, "n", "y"), "y");
	CHECK(nch_json_number(NULL, "n", 5) == 5);
}

TEST(writes_text)
{
	nch_buffer out = {0};
	nch_json_write_text(&out, "a\"\\\n\t\x01\x7f가😂\xFF/", 16);
	CHECK_TEXT(out.data, "\"a\\\"\\\\\\n\\t\\u0001\\u007f가😂\xEF\xBF\xBD/\"");
	const nch_json *value = parse(out.data);
	CHECK(value != NULL && value->length == 18);
	nch_buffer_clear(&out);
	nch_json_write_text(&out, "", 0);
	CHECK_TEXT(out.data, "\"\"");
	nch_buffer_clear(&out);
	nch_json_write_float(&out, 0.1f);
	nch_json_write_double(&out, (double)INFINITY);
	CHECK_TEXT(out.data, "0.1null");
	nch_buffer_free(&out);
}

TEST(every_allocation_may_fail)
{
	const char *text = "{\"a\":[1,2,\"long long long long long long long long\"],\"b\":{}}";
	nch_status status = NCH_MEMORY;
	for (size_t n = 1; status == NCH_MEMORY && n < 100; n++) {
		nch_arena *small = nch_arena_new(64);
		nch_json *value = NULL;
		nch_alloc_fail_after(n);
		status = nch_json_parse(text, strlen(text), "t", small, &value, &error);
		nch_alloc_fail_after(0);
		CHECK((status == NCH_OK) == (value != NULL));
		nch_arena_free(small);
	}
	CHECK(status == NCH_OK);
}

int main(void)
{
	arena = nch_arena_new(0);
	RUN(reads_a_tree);
	RUN(paths_index_arrays);
	RUN(strings);
	RUN(refuses);
	RUN(depth_is_limited);
	RUN(a_byte_order_mark_is_dropped);
	RUN(defaults);
	RUN(writes_text);
	RUN(every_allocation_may_fail);
	nch_arena_free(arena);
	return test_end();
}
