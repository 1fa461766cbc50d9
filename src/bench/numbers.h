/* numbers.h - something to compute with. */
#ifndef NCH_BENCH_NUMBERS_H
#define NCH_BENCH_NUMBERS_H

#include <stddef.h>

/* rows × columns numbers in [-1, 1), none of them denormal; NULL without memory. Release with nch_free. */
float *nch_bench_numbers(size_t rows, size_t columns);

#endif
