/* What is in a data set: counts, lengths, duplicates, unknown tokens; as figures, JSON and table. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "data/statistics.h"
#include "test.h"

static nch_dataset dataset_of(const char *text, const nch_dataset_options *options)
{
	char path[64];
	snprintf(path, sizeof path, "/tmp/nunchi-statistics-%ld.tsv", (long)getpid());
	FILE *file = fopen(path, "wb");
	if (file != NULL && fputs(text, file) >= 0)
		fclose(file);
	const char *paths[] = { path };
	nch_dataset d;
	CHECK(nch_dataset_read(paths, 1, options, &d, NULL) == NCH_OK);
	remove(path);
	return d;
}

/* NumPy: percentile([1 .. 10, 100], [50, 85, 95, 99]) = 6, 9.5, 55, 91. */
TEST(lengths)
{
	const size_t values[] = { 9, 100, 3, 1, 5, 7, 2, 10, 4, 8, 6 };
	nch_lengths lengths = {0};
	for (size_t i = 0; i < 11; i++)
		CHECK(nch_lengths_add(&lengths, values[i], NULL) == NCH_OK);
	nch_lengths_settle(&lengths);
	CHECK_CLOSE(lengths.mean, 155.0 / 11, 1e-12);
	CHECK_CLOSE(lengths.p50, 6, 1e-12);
	CHECK_CLOSE(lengths.p85, 9.5, 1e-12);
	CHECK_CLOSE(lengths.p95, 55, 1e-12);
	CHECK_CLOSE(lengths.p99, 91, 1e-12);
	CHECK(lengths.max == 100);
	nch_lengths_free(&lengths);
	nch_lengths_settle(&lengths);
	CHECK(lengths.max == 0 && lengths.p99 == 0);
	/* equal ones, and a far one */
	for (size_t i = 0; i < 3; i++)
		CHECK(nch_lengths_add(&lengths, i < 2 ? 7 : 3000000, NULL) == NCH_OK);
	nch_lengths_settle(&lengths);
	CHECK(lengths.count == 3 && lengths.times[7] == 2 && lengths.max == 3000000);
	CHECK_CLOSE(nch_lengths_percentile(&lengths, 50), 7, 0);
	CHECK_CLOSE(nch_lengths_percentile(&lengths, 75), (7 + 3000000) / 2.0, 1e-9);
	CHECK_CLOSE(nch_lengths_percentile(&lengths, 100), 3000000, 0);
	nch_lengths_free(&lengths);
}

static const char *const train =
	"text\tlabel\n가나\t행복\n가나\t행복\n다라마 ab\t슬픔\n가나\t슬픔\n바\t행복\n바\t행복\n사아\t분노\n";
static const char *const test = "text\tlabel\n가나\t행복\n없음\t슬픔\n바\t행복\n가나\t분노\n가나 \t분노\n";

TEST(duplicates_and_leakage)
{
	nch_dataset a = dataset_of(train, NULL), b = dataset_of(test, NULL);
	nch_statistics s;
	CHECK(nch_statistics_compute(&a, &b, NULL, 0, &s, NULL) == NCH_OK);
	CHECK(s.rows == 7 && s.labels == 3 && s.label_rows[0] == 1 && s.label_rows[1] == 2 && s.label_rows[2] == 4);
	CHECK(s.duplicates == 3 && s.contradictions == 1 && s.contradicting_rows == 3);
	CHECK(s.shared_texts == 2 && s.shared_test_rows == 3);
	CHECK(s.characters.max == 6 && !s.has_tokens);
	CHECK_CLOSE(s.characters.mean, 16.0 / 7, 1e-12);
	nch_statistics_free(&s);
	nch_dataset_free(&a);
	nch_dataset_free(&b);
}

TEST(labels_in_any_order_do_not_contradict)
{
	nch_dataset_options multi = { .multi_label = true };
	nch_dataset d = dataset_of("text\tlabel\na\tx,y\na\ty,x\nb\tx\nb\tx,y\n", &multi);
	nch_statistics s;
	CHECK(nch_statistics_compute(&d, NULL, NULL, 0, &s, NULL) == NCH_OK);
	CHECK(s.duplicates == 2 && s.contradictions == 1 && s.contradicting_rows == 2);
	nch_statistics_free(&s);
	nch_dataset_free(&d);
}

/* 5,000 texts, each twice but for every tenth: against counting by hand. */
TEST(many_texts)
{
	nch_buffer text = {0};
	nch_buffer_text(&text, "text\tlabel\n");
	for (int i = 0; i < 10000; i++)
		if (i < 5000 || i % 10 != 0)
			nch_buffer_printf(&text, "문장 %d\t%d\n", i % 5000 * 7919, i < 5000 ? 0 : i % 3 == 0);
	nch_dataset d = dataset_of(text.data, NULL);
	nch_statistics s;
	CHECK(nch_statistics_compute(&d, NULL, NULL, 0, &s, NULL) == NCH_OK);
	size_t contradictions = 0;
	for (int i = 5000; i < 10000; i++)
		contradictions += i % 10 != 0 && i % 3 == 0;
	CHECK(s.duplicates == 4500 && s.contradictions == contradictions && s.contradicting_rows == 2 * contradictions);
	nch_statistics_free(&s);
	nch_dataset_free(&d);
	nch_buffer_free(&text);
}

TEST(json)
{
	nch_dataset a = dataset_of(train, NULL), b = dataset_of(test, NULL);
	nch_statistics s;
	nch_buffer out = {0};
	CHECK(nch_statistics_compute(&a, &b, NULL, 0, &s, NULL) == NCH_OK);
	nch_statistics_json(&s, &a, &out);
	nch_arena *arena = nch_arena_new(0);
	nch_json *value;
	CHECK(nch_json_parse(out.data, out.length, "statistics", arena, &value, NULL) == NCH_OK);
	CHECK(nch_json_number(value, "rows", -1) == 7);
	CHECK(nch_json_number(nch_json_get(value, "labels"), "행복", -1) == 4);
	CHECK(nch_json_number(nch_json_get(value, "characters"), "p50", -1) == 2);
	CHECK(nch_json_number(value, "shared_with_test", -1) == 3);
	CHECK(nch_json_get(value, "tokens") == NULL);
	nch_arena_free(arena);
	nch_buffer_free(&out);
	nch_statistics_free(&s);
	nch_dataset_free(&a);
	nch_dataset_free(&b);
}

/* Every line of the table fits the terminal, Hangul counted double. */
TEST(table_fits)
{
	nch_dataset d = dataset_of(train, NULL);
	nch_statistics s;
	CHECK(nch_statistics_compute(&d, NULL, NULL, 0, &s, NULL) == NCH_OK);
	for (size_t columns = 80; columns <= 100; columns += 20) {
		nch_buffer out = {0};
		nch_statistics_table(&s, &d, columns, &out);
		for (char *line = out.data; *line != '\0';) {
			size_t length = strcspn(line, "\n");
			CHECK(nch_utf8_columns(line, length) <= columns);
			line += length + (line[length] == '\n');
		}
		CHECK(strstr(out.data, "  행복                  4  57.1 % ████") != NULL);
		nch_buffer_free(&out);
	}
	nch_statistics_free(&s);
	nch_dataset_free(&d);
}

TEST(unknown_tokens)
{
	const char *model = "../shared/tokenizers/kobert/kobert_news_wiki_ko_cased-1087f8699e.spiece";
	if (access(model, R_OK) != 0)
		SKIP("../shared/tokenizers is absent");
	nch_tokenizer *tokenizer;
	CHECK(nch_tokenizer_load(model, &tokenizer, NULL) == NCH_OK);
	nch_dataset d = dataset_of("text\tlabel\n너무 슬프다 ㅠㅠ\t슬픔\n좋아요\t행복\n또 ㅠㅠ\t슬픔\n", NULL);
	nch_statistics s;
	CHECK(nch_statistics_compute(&d, NULL, tokenizer, 4, &s, NULL) == NCH_OK);
	CHECK(s.has_tokens && s.unknown_tokens == 2 && s.rows_with_unknown == 2);
	CHECK(s.label_unknown[0] == 2 && s.label_unknown[1] == 0);
	CHECK(s.unknown_string_count == 1 && s.unknown_counts[0] == 2);
	CHECK_TEXT(s.unknown_strings[0], "ㅠㅠ");
	CHECK(s.rows_cut >= 1 && s.tokens.max > 4);
	nch_statistics_free(&s);
	nch_dataset_free(&d);
	nch_tokenizer_free(tokenizer);
}

TEST(memory_runs_out)
{
	nch_dataset d = dataset_of(train, NULL);
	for (size_t n = 1; n < 12; n++) {
		nch_statistics s;
		nch_alloc_fail_after(n);
		nch_status status = nch_statistics_compute(&d, NULL, NULL, 0, &s, NULL);
		nch_alloc_fail_after(0);
		CHECK(status == NCH_OK || status == NCH_MEMORY);
		nch_statistics_free(&s);
	}
	nch_dataset_free(&d);
}

int main(void)
{
	RUN(lengths);
	RUN(duplicates_and_leakage);
	RUN(labels_in_any_order_do_not_contradict);
	RUN(many_texts);
	RUN(json);
	RUN(table_fits);
	RUN(unknown_tokens);
	RUN(memory_runs_out);
	return test_end();
}
