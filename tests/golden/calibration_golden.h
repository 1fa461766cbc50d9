/* Made by calibration.py with SciPy 1.17.1. */
#include <stddef.h>

enum { GOLDEN_ROWS = 60, GOLDEN_LABELS = 4 };
static const double golden_temperature = 2.412055589;
static const double golden_temperatures[] = {4.225666229, 4.070305699, 2.169238154, 2.389933471};
static const struct { size_t first, second; double p; } golden_mcnemar[] = {
	{0, 0, 1},
	{1, 0, 1},
	{3, 9, 0.14599609375},
	{12, 12, 1},
	{40, 71, 0.00419553418539},
	{700, 803, 0.00849177831267},
	{2500, 3100, 1.12841306281e-15},
};
