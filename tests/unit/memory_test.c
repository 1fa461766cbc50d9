/* memory, buffer and arena */
#include "base/memory.h"

#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "test.h"

TEST(sizes_are_checked)
{
	size_t result = 5;
	CHECK(nch_size_mul(3, 4, &result) && result == 12);
	CHECK(nch_size_mul(0, SIZE_MAX, &result) && result == 0);
	CHECK(nch_size_mul(SIZE_MAX, 1, &result) && result == SIZE_MAX);
	result = 5;
	CHECK(!nch_size_mul(SIZE_MAX / 2 + 1, 2, &result) && result == 5);
	CHECK(!nch_size_mul((size_t)1 << 33, (size_t)1 << 33, &result) && result == 5);
	CHECK(!nch_size_add(SIZE_MAX, 1, &result) && result == 5);
	CHECK(nch_size_add(SIZE_MAX - 1, 1, &result) && result == SIZE_MAX);
}

TEST(allocations)
{
	CHECK(nch_alloc(SIZE_MAX, 2) == NULL);
	CHECK(nch_alloc_aligned(SIZE_MAX, 1) == NULL);
	void *nothing = nch_alloc(0, 8);
	CHECK(nothing != NULL);
	nch_free(nothing);
	unsigned char *lines = nch_alloc_aligned(100, 3);
	CHECK(lines != NULL && (uintptr_t)lines % 64 == 0);
	int sum = 0;
	for (int i = 0; i < 300; i++)
		sum += lines[i];
	CHECK(sum == 0);
	nch_free(lines);
	nch_free(NULL);
}

TEST(counts_and_fails_on_demand)
{
	size_t before = nch_alloc_count();
	nch_alloc_fail_after(2);
	void *first = nch_alloc(1, 1), *second = nch_alloc(1, 1), *third = nch_alloc(1, 1);
	CHECK(first != NULL && second == NULL && third != NULL);
	CHECK(nch_alloc_count() == before + 3);
	nch_free(first);
	nch_free(third);
	nch_alloc_fail_after(0);
}

TEST(grows)
{
	int *numbers = NULL;
	size_t capacity = 0;
	for (int i = 0; i < 1000; i++) {
		CHECK(nch_grow(&numbers, &capacity, (size_t)i + 1, sizeof *numbers, NULL) == NCH_OK);
		numbers[i] = i;
	}
	CHECK(numbers[0] == 0 && numbers[999] == 999 && capacity >= 1000 && capacity < 2100);
	nch_error error = {0};
	int *same = numbers;
	CHECK(nch_grow(&numbers, &capacity, SIZE_MAX / 2, sizeof *numbers, &error) == NCH_MEMORY);
	CHECK(numbers == same && numbers[999] == 999);
	CHECK_TEXT(error.text, "out of memory");
	nch_free(numbers);
}

TEST(buffer_appends)
{
	nch_buffer buffer = {0};
	nch_buffer_text(&buffer, "ab");
	nch_buffer_byte(&buffer, 'c');
	nch_buffer_add(&buffer, "\0d", 2);
	nch_buffer_utf8(&buffer, 0xAC00);
	nch_buffer_printf(&buffer, "%0300d", 7);
	nch_buffer_printf(&buffer, "%d", 42);
	CHECK(nch_buffer_check(&buffer, NULL) == NCH_OK);
	CHECK(buffer.length == 3 + 2 + 3 + 300 + 2);
	CHECK(memcmp(buffer.data, "abc\0d가000", 11) == 0);
	CHECK_TEXT(buffer.data + buffer.length - 3, "742");
	nch_buffer_clear(&buffer);
	CHECK(buffer.length == 0 && buffer.data[0] == '\0');
	nch_buffer_free(&buffer);
	CHECK(buffer.data == NULL);
}

TEST(buffer_without_memory)
{
	nch_buffer buffer = {0};
	nch_buffer_text(&buffer, "kept");
	nch_alloc_fail_after(1);
	nch_buffer_printf(&buffer, "%0300d", 1);
	nch_alloc_fail_after(0);
	nch_buffer_text(&buffer, "not added any more");
	nch_error error = {0};
	CHECK(nch_buffer_check(&buffer, &error) == NCH_MEMORY);
	CHECK_TEXT(buffer.data, "kept");
	nch_buffer_clear(&buffer);
	nch_buffer_text(&buffer, "works again");
	CHECK(nch_buffer_check(&buffer, NULL) == NCH_OK);
	nch_buffer_free(&buffer);
}

TEST(arena_gives_back_and_reuses)
{
	nch_arena *arena = nch_arena_new(1024);
	char *first = nch_arena_alloc(arena, 10, 10);
	CHECK((uintptr_t)first % 64 == 0);
	memset(first, 'a', 100);
	nch_arena_mark mark = nch_arena_get_mark(arena);
	char *warm[3] = {0};
	size_t allocations = 0;
	for (int round = 0; round < 4; round++) {
		for (size_t i = 0; i < 3; i++) {
			char *piece = nch_arena_alloc(arena, 1, 900 + 300 * i);
			CHECK(piece != NULL && (uintptr_t)piece % 64 == 0);
			memset(piece, 'b', 900 + 300 * i);
			CHECK(warm[i] == NULL || warm[i] == piece);
			warm[i] = piece;
		}
		if (round == 0)
			allocations = nch_alloc_count();
		CHECK(nch_alloc_count() == allocations); /* warm: no allocation any more */
		nch_arena_release(arena, mark);
	}
	CHECK(first[0] == 'a' && first[99] == 'a');
	CHECK(nch_arena_peak(arena) == 100 + 900 + 1200 + 1500 + 28 || nch_arena_peak(arena) >= 3700);
	nch_arena_free(arena);
	nch_arena_free(NULL);
}

TEST(arena_keeps_no_useless_blocks)
{
	nch_arena *arena = nch_arena_new(64);
	for (size_t size = 1; size < 5000; size += 7) {
		nch_arena_alloc(arena, size, 1);
		nch_arena_reset(arena);
	}
	size_t allocations = nch_alloc_count();
	for (size_t size = 1; size < 4900; size += 11) {
		CHECK(nch_arena_alloc(arena, size, 1) != NULL);
		nch_arena_reset(arena);
	}
	CHECK(nch_alloc_count() == allocations);
	nch_arena_free(arena);
}

TEST(arena_text_and_limits)
{
	nch_arena *arena = nch_arena_new(0);
	nch_arena_reset(arena);
	CHECK_TEXT(nch_arena_text(arena, "가나다", 6), "가나");
	CHECK_TEXT(nch_arena_text(arena, "", 0), "");
	CHECK(nch_arena_alloc(arena, 0, 4) != NULL);
	CHECK(nch_arena_alloc(arena, SIZE_MAX / 2, 4) == NULL);
	CHECK(nch_arena_alloc(arena, SIZE_MAX - 3, 1) == NULL);
	CHECK(nch_arena_peak(arena) < 100);
	nch_arena_free(arena);
}

TEST(integers_are_those_of_printf)
{
	struct { int32_t number, other; } pairs[64] = {{0, 1}, {-1, 1}, {INT32_MAX, 1}, {INT32_MIN, 1}, {1, 1}};
	size_t count = 5;
	nch_buffer ours = {0}, theirs = {0};
	for (int32_t power = 10;; power *= 10) { /* both sides of each number of digits */
		for (int32_t near = -1; near <= 1; near++) {
			pairs[count++].number = power + near;
			pairs[count++].number = -power - near;
		}
		if (power == 1000000000)
			break;
	}
	nch_buffer_integers(&ours, &pairs->number, sizeof *pairs, 0);
	CHECK(ours.length == 0 && !ours.failed);
	nch_buffer_text(&ours, "ids: ");
	nch_buffer_integers(&ours, &pairs->number, sizeof *pairs, count);
	nch_buffer_text(&theirs, "ids:");
	for (size_t i = 0; i < count; i++)
		nch_buffer_printf(&theirs, " %d", (int)pairs[i].number);
	CHECK_TEXT(ours.data, theirs.data);
	CHECK(ours.length == theirs.length);
	for (size_t i = 0; i < count; i++) {
		nch_buffer_clear(&ours);
		nch_buffer_clear(&theirs);
		nch_buffer_integers(&ours, &pairs[i].number, 4, 1);
		nch_buffer_printf(&theirs, "%d", (int)pairs[i].number);
		CHECK_TEXT(ours.data, theirs.data);
	}
	nch_buffer_free(&ours);
	nch_buffer_free(&theirs);
}

int main(void)
{
	RUN(sizes_are_checked);
	RUN(allocations);
	RUN(counts_and_fails_on_demand);
	RUN(grows);
	RUN(buffer_appends);
	RUN(buffer_without_memory);
	RUN(arena_gives_back_and_reuses);
	RUN(arena_keeps_no_useless_blocks);
	RUN(arena_text_and_limits);
	RUN(integers_are_those_of_printf);
	return test_end();
}
