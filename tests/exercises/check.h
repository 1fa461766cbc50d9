/* check.h - how an exercise is judged: each variable that the learner computed beside what it should be. */
#ifndef NCH_TESTS_CHECK_H
#define NCH_TESTS_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "tests/exercises/exercises.h"

/* Compares n numbers, and prints a line: exact, close, or the largest difference and where it is. close: what is still right. */
void check_floats(const char *variable, const float *got, const double *want, size_t n, double close);
void check_doubles(const char *variable, const double *got, const double *want, size_t n, double close);
void check_number(const char *variable, double got, double want, double close);
void check_ints(const char *variable, const int32_t *got, const int32_t *want, size_t n);

/* Numbers to try things on, between -1 and 1: number i of stream s. */
double check_value(unsigned s, size_t i);
void check_fill(float *x, size_t n, unsigned s);

/* (L(x + h) - L(x - h)) / 2h for each of n numbers: the measured gradient. */
typedef double check_loss(const float *x, void *context);
void check_differences(double *gradient, float *x, size_t n, check_loss *loss, void *context);

/* The checks, one for each exercise. */
void check_1(void), check_2(void), check_3(void), check_4(void), check_5(void), check_6(void), check_7(void), check_8(void), check_9(void), check_10(void), check_11(void),
	check_12(void), check_13(void), check_14(void), check_15(void), check_16(void), check_17(void), check_18(void), check_19(void), check_20(void), check_21(void),
	check_22(void), check_23(void), check_24(void), check_25(void), check_26(void);

#endif
