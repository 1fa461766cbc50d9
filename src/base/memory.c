/* memory.c - allocation with checked sizes, and the counter by which tests make an allocation fail. */
#include "base/memory.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "base/os.h"

enum { HUGE_PAGE = 1 << 21, HUGE_FROM = 1 << 22 }; /* bytes: x86's and most of ARM's large pages */

static _Atomic size_t allocations;
static _Atomic size_t fail_at; /* the number of the allocation that fails; 0: none */

bool nch_size_mul(size_t a, size_t b, size_t *result)
{
	if (a != 0 && b > SIZE_MAX / a)
		return false;
	*result = a * b;
	return true;
}

bool nch_size_add(size_t a, size_t b, size_t *result)
{
	if (b > SIZE_MAX - a)
		return false;
	*result = a + b;
	return true;
}

/* Counts one allocation; false if a test wants this one to fail. */
static bool may_allocate(void)
{
	size_t number = atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed) + 1;
	return number != atomic_load_explicit(&fail_at, memory_order_relaxed);
}

void *nch_alloc(size_t count, size_t size)
{
	size_t bytes;
	if (!nch_size_mul(count, size, &bytes) || !may_allocate())
		return NULL;
	return nch_os_memory(bytes > 0 ? bytes : 1);
}

/* Fewer page faults, and matrices that the processor's table of pages can hold; only a wish. */
static void wish_huge(void *memory, size_t bytes)
{
	uintptr_t begin = ((uintptr_t)memory + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1), end = (uintptr_t)memory + bytes;
	if (bytes >= HUGE_FROM && begin < end)
		nch_os_memory_huge((void *)begin, end - begin);
}

void *nch_alloc_untouched(size_t count, size_t size)
{
	size_t bytes;
	if (!nch_size_mul(count, size, &bytes) || !nch_size_add(bytes, 63, &bytes) || !may_allocate())
		return NULL;
	bytes &= ~(size_t)63;
	if (bytes == 0)
		bytes = 64;
	void *memory = nch_os_memory_aligned(bytes >= HUGE_FROM ? HUGE_PAGE : 64, bytes);
	if (memory != NULL)
		wish_huge(memory, bytes);
	return memory;
}

void *nch_alloc_aligned(size_t count, size_t size)
{
	void *memory = nch_alloc_untouched(count, size);
	return memory == NULL ? NULL : memset(memory, 0, count * size);
}

void nch_free(void *memory)
{
	nch_os_memory_free(memory);
}

nch_status nch_grow(void *array_pointer, size_t *capacity, size_t need, size_t size, nch_error *error)
{
	if (need <= *capacity && *capacity > 0)
		return NCH_OK;
	size_t wanted = *capacity > SIZE_MAX / 2 ? need : *capacity * 2;
	if (wanted < need)
		wanted = need;
	if (wanted < 8)
		wanted = 8;
	size_t bytes;
	if (!nch_size_mul(wanted, size, &bytes) || !may_allocate())
		return nch_no_memory(error);
	void *array; /* the caller's pointer has its own type: it is copied in and out as bytes */
	memcpy(&array, array_pointer, sizeof array);
	array = nch_os_memory_resize(array, bytes > 0 ? bytes : 1);
	if (array == NULL)
		return nch_no_memory(error);
	wish_huge(array, bytes);
	memcpy(array_pointer, &array, sizeof array);
	*capacity = wanted;
	return NCH_OK;
}

char *nch_copy_text(const char *text, size_t length)
{
	size_t bytes;
	if (!nch_size_add(length, 1, &bytes))
		return NULL;
	char *copy = nch_alloc(bytes, 1);
	if (copy != NULL && length > 0)
		memcpy(copy, text, length);
	return copy;
}

nch_status nch_no_memory(nch_error *error)
{
	return nch_fail(error, NCH_MEMORY, "out of memory");
}

size_t nch_alloc_count(void)
{
	return atomic_load_explicit(&allocations, memory_order_relaxed);
}

void nch_alloc_fail_after(size_t count)
{
	atomic_store_explicit(&fail_at, count == 0 ? 0 : nch_alloc_count() + count, memory_order_relaxed);
}
