/* Many corpora: texts that stand more than once, and which rows an epoch sees. */
#include "base/file.h"
#include "base/memory.h"
#include "test.h"
#include "train/corpora.h"

#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/nunchi-corpora-XXXXXX";
static char first[60], second[60];

static void write_lines(const char *path, const char *text)
{
	nch_error error;
	CHECK(nch_file_write(path, text, strlen(text), &error) == NCH_OK);
}

/* Opens, reads and chooses; *d and *c are the caller's to free. */
static void choose(const nch_corpus_file *items, size_t count, const nch_corpora_options *o, nch_dataset *d, nch_corpora *c)
{
	const nch_dataset_options options = {.ignore_labels = true};
	nch_error error = {0};
	*d = (nch_dataset){0};
	*c = (nch_corpora){0};
	const nch_corpus_files files = {items, count};
	CHECK(nch_corpora_open(&files, c, &error) == NCH_OK && nch_dataset_read(c->paths, count, &options, d, &error) == NCH_OK);
	CHECK(nch_corpora_choose(c, d, o, &error) == NCH_OK);
	if (error.status != NCH_OK)
		printf("  %s\n", error.text);
}

static size_t times_seen(const nch_dataset *d, const size_t *rows, size_t count, const char *text)
{
	size_t seen = 0, length;
	for (size_t i = 0; i < count; i++)
		seen += strcmp(nch_dataset_text(d, rows[i], &length), text) == 0;
	return seen;
}

TEST(repeats_are_counted_and_dropped)
{
	nch_dataset d;
	nch_corpora c;
	nch_corpora_options o = {0};
	nch_buffer text = {0};
	const nch_corpus_file files[] = {{first, 1.0}, {second, 1.0}};
	choose(files, 2, &o, &d, &c);
	CHECK(c.train_count == 10 && c.distinct == 10 && c.texts[0] == 5 && c.texts[1] == 5 && c.repeats[0] == 1 && c.repeats[1] == 2 && c.valid_count == 0);
	CHECK(times_seen(&d, c.train, c.train_count, "하나") == 3);
	nch_corpora_describe(&c, false, &text);
	CHECK(text.data != NULL && strstr(text.data, "5 texts, 2 of them repeat earlier ones (--drop-duplicates drops them)\n") != NULL);
	nch_corpora_free(&c);
	nch_dataset_free(&d);
	o.drop_repeats = true;
	choose(files, 2, &o, &d, &c);
	CHECK(c.train_count == 7 && c.distinct == 7 && times_seen(&d, c.train, 7, "하나") == 1 && times_seen(&d, c.train, 7, "일곱") == 1);
	for (size_t i = 1; i < 7; i++)
		CHECK(c.train[i - 1] < c.train[i]);
	nch_corpora_free(&c);
	nch_dataset_free(&d);
	o.valid_split = 0.3; /* of what is left: no text is in both parts */
	choose(files, 2, &o, &d, &c);
	CHECK(c.valid_count == 3 && c.train_count == 4);
	for (size_t i = 0; i < c.valid_count; i++) {
		size_t length;
		CHECK(times_seen(&d, c.train, c.train_count, nch_dataset_text(&d, c.valid[i], &length)) == 0);
	}
	nch_corpora_free(&c);
	nch_dataset_free(&d);
	nch_buffer_free(&text);
}

TEST(weights_are_times_an_epoch)
{
	nch_dataset d;
	nch_corpora c;
	nch_error error;
	const nch_corpora_options o = {0};
	nch_epoch_order order = {0};
	size_t seen[10] = {0}, choices = 0, last = 0;
	const nch_corpus_file files[] = {{first, 2.4}, {second, 0.6}};
	choose(files, 2, &o, &d, &c);
	CHECK(c.train_count == 5 * 3 + 5 && c.part_count == 3 && c.distinct == 10);
	CHECK(c.parts[0].count == 10 && c.parts[0].taken == 10 && c.parts[1].count == 5 && c.parts[1].taken == 2 && c.parts[2].count == 5 && c.parts[2].taken == 3);
	CHECK(nch_epoch_order_new(c.train_count, c.parts, c.part_count, &order, &error) == NCH_OK && order.count == 15);
	for (size_t epoch = 1; epoch <= 50; epoch++) {
		size_t here[10] = {0}, choice = 0, twice = 0, of_heavy = 0;
		bool row_seen[20] = {0};
		nch_epoch_order_make(&order, 7, epoch, true);
		for (size_t i = 0; i < order.count; i++) {
			twice += row_seen[order.order[i]];
			row_seen[order.order[i]] = true;
			here[c.train[order.order[i]]]++;
		}
		for (size_t row = 0; row < 10; row++) {
			seen[row] += here[row];
			of_heavy += row < 5 ? here[row] : 0;
			CHECK(row >= 5 ? here[row] <= 1 : here[row] == 2 || here[row] == 3);
			choice = choice * 4 + here[row];
		}
		CHECK(twice == 0 && of_heavy == 12);
		choices += choice != last;
		last = choice;
	}
	CHECK(choices > 40); /* others in every epoch */
	for (size_t row = 0; row < 10; row++)
		CHECK(row < 5 ? seen[row] > 105 && seen[row] < 135 : seen[row] > 18 && seen[row] < 42);
	/* an address, no history */
	uint32_t before[15];
	nch_epoch_order_make(&order, 7, 3, true);
	memcpy(before, order.order, sizeof before);
	nch_epoch_order_make(&order, 7, 9, true);
	CHECK(memcmp(before, order.order, sizeof before) != 0);
	nch_epoch_order_make(&order, 7, 3, true);
	CHECK(memcmp(before, order.order, sizeof before) == 0);
	nch_epoch_order_make(&order, 7, 3, false);
	for (size_t i = 1; i < order.count; i++)
		CHECK(order.order[i - 1] < order.order[i]);
	nch_epoch_order_free(&order);
	nch_corpora_free(&c);
	nch_dataset_free(&d);
}

TEST(nothing_to_see)
{
	nch_epoch_order order = {0};
	nch_error error;
	const nch_row_part none = {3, 0};
	CHECK(nch_epoch_order_new(3, &none, 1, &order, &error) == NCH_DATA && order.order == NULL);
	CHECK(nch_epoch_order_new(0, NULL, 0, &order, &error) == NCH_DATA);
}

int main(void)
{
	CHECK(mkdtemp(folder) != NULL);
	snprintf(first, sizeof first, "%s/first.txt", folder);
	snprintf(second, sizeof second, "%s/second.txt", folder);
	write_lines(first, "하나\n둘\n셋\n하나\n넷\n");
	write_lines(second, "다섯\n하나\n여섯\n일곱\n다섯\n");
	RUN(repeats_are_counted_and_dropped);
	RUN(weights_are_times_an_epoch);
	RUN(nothing_to_see);
	unlink(first);
	unlink(second);
	rmdir(folder);
	return test_end();
}
