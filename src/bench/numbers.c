/* numbers.c - something to compute with. */
#include "bench/numbers.h"

#include <stdint.h>

#include "base/memory.h"

float *nch_bench_numbers(size_t rows, size_t columns)
{
	size_t count;
	float *numbers = nch_size_mul(rows, columns, &count) ? nch_alloc_aligned(count, sizeof *numbers) : NULL;
	uint32_t state = 1;
	for (size_t i = 0; numbers != NULL && i < count; i++) {
		state = state * 1664525u + 1013904223u; /* Numerical Recipes' generator: good enough for this */
		numbers[i] = ((float)(state >> 9) + 0.5f) / 4194304.0f - 1.0f;
	}
	return numbers;
}
