/* A solution of exercise 7: the gradient of LayerNorm.
 *
 * One row of exercise 6: dx, dgain, dbias (n) from dy. Move one x_i, and the mean and the variance of the row move with it. */
#include "tests/exercises/exercises.h"

#include <math.h>

void exercise_layer_norm_backward(float *dx, float *dgain, float *dbias, const float *dy, const float *x, const float *gain, size_t n, float epsilon)
{
	float mean = 0, variance = 0, mean_g = 0, mean_gx = 0;
	for (size_t i = 0; i < n; i++)
		mean += x[i] / (float)n;
	for (size_t i = 0; i < n; i++)
		variance += (x[i] - mean) * (x[i] - mean) / (float)n;
	float rstd = 1 / sqrtf(variance + epsilon);
	for (size_t i = 0; i < n; i++) {
		mean_g += dy[i] * gain[i] / (float)n;
		mean_gx += dy[i] * gain[i] * (x[i] - mean) * rstd / (float)n;
	}
	for (size_t i = 0; i < n; i++) {
		float x_hat = (x[i] - mean) * rstd;
		dx[i] = rstd * (dy[i] * gain[i] - mean_g - x_hat * mean_gx);
		dgain[i] = dy[i] * x_hat;
		dbias[i] = dy[i];
	}
}
