/* Made by calibration.py with SciPy 1.17.1. */
#include <stddef.h>

enum { GOLDEN_ROWS = 60, GOLDEN_LABELS = 4 };
static const double golden_temperature = 2.412055589;
static const double golden_temperatures[] = {4.388725094, 4.354252203, 2.140632564, 2.597792378};
static const double golden_biases[] = {0.363785770, 0.077171064, -0.434624305, -0.260281983};
static const struct { size_t first, second; double p; } golden_mcnemar[] = {
	{0, 0, 1},
	{1, 0, 1},
	{3, 9, 0.14599609375},
	{12, 12, 1},
	{40, 71, 0.00419553418539},
	{700, 803, 0.00849177831267},
	{2500, 3100, 1.12841306281e-15},
};
