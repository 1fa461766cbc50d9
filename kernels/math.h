/* math.h - single numbers: the functions and random numbers that schedules, losses and initialisation use.
 *
 * The same bits on every machine, since they are built from + - * / fma and sqrt alone (see vmath.h for sixteen floats at once). */
#ifndef NCH_KERNELS_MATH_H
#define NCH_KERNELS_MATH_H

#include <stddef.h>
#include <stdint.h>

/* In double, correct to about 2 units in the last place. */
double nch_exp(double x);
double nch_log(double x);             /* x > 0; 0 gives -infinity, less NaN */
double nch_cos_turns(double turns);   /* cos(2 pi · turns) */
double nch_sin_turns(double turns);
double nch_power(double base, uint64_t exponent); /* by repeated squaring */

/* The place of the largest of n > 0 numbers; of equal ones, the first. */
size_t nch_largest(const float *x, size_t n);

/* Philox4x32-10 (Salmon et al. 2011): four random words for a key and a counter. */
void nch_philox(uint64_t key, const uint32_t counter[4], uint32_t words[4]);

/* Random numbers have an address (seed, purpose, step, index), not a history: who asks, and when, is of no importance. */
typedef enum nch_purpose { /* dropouts use the sites below 0xF000, see nch_dropout */
	NCH_RANDOM_INIT = 0xF001,    /* initial weights; step: number of the tensor */
	NCH_RANDOM_SHUFFLE = 0xF002, /* order of the rows; step: epoch */
	NCH_RANDOM_MASK = 0xF003,    /* masked language model */
	NCH_RANDOM_SAMPLE = 0xF004,  /* undersampling, sweeps, everything else */
	NCH_RANDOM_REPLACE = 0xF005, /* words that a generator draws; step: epoch */
	NCH_RANDOM_PART = 0xF006     /* which rows of a part an epoch sees; step: epoch and part */
} nch_purpose;

uint32_t nch_random_word(uint64_t seed, nch_purpose purpose, uint32_t step, uint64_t index);
uint32_t nch_random_below(uint64_t seed, nch_purpose purpose, uint32_t step, uint64_t index, uint32_t limit); /* 0 .. limit-1, limit > 0 */
double nch_random_uniform(uint64_t seed, nch_purpose purpose, uint32_t step, uint64_t index);                 /* [0, 1) */
double nch_random_normal(uint64_t seed, nch_purpose purpose, uint32_t step, uint64_t index); /* mean 0, deviation 1 (Box & Muller 1958) */

/* Puts 0 .. n-1 into a random order (Fisher & Yates; Durstenfeld 1964). */
void nch_random_permutation(uint64_t seed, nch_purpose purpose, uint32_t step, uint32_t *order, uint32_t n);

#endif
