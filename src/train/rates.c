/* rates.c - see rates.h. */
#include "train/rates.h"

#include <stddef.h>
#include <string.h>

double nch_rate_default(const char *preset)
{
	static const struct {
		const char *preset;
		double rate;
	} rates[] = {{"tiny", 1e-3}, {"mini", 5e-4}, {"small", 2e-4}, {"medium", 2e-4}, {"base", 1e-4}, {"large", 5e-5}, {NCH_RATE_OF_DEFAULT, 3e-4}};
	for (size_t i = 0; preset != NULL && i < sizeof rates / sizeof *rates; i++)
		if (strcmp(rates[i].preset, preset) == 0)
			return rates[i].rate;
	return 5e-5;
}
