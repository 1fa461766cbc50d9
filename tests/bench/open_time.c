/* open_time.c - how long a model folder takes to open, and the memory that it takes by that alone.
 *
 *     cc -std=c11 -O2 -D_XOPEN_SOURCE=700 -I. -Isrc -o build/open_time tests/bench/open_time.c build/libnunchi.a -lm -pthread
 *     build/open_time DIR */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "nn/model.h"

static double milliseconds_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return 1e3 * (double)now.tv_sec + 1e-6 * (double)now.tv_nsec;
}

/* Pages that are in memory now (Linux). */
static long resident_kib(void)
{
	long whole = 0, resident = 0;
	FILE *file = fopen("/proc/self/statm", "r");
	if (file != NULL) {
		if (fscanf(file, "%ld %ld", &whole, &resident) != 2)
			resident = 0;
		fclose(file);
	}
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

int main(int argc, char **argv)
{
	const nch_model_options options = {.map = true};
	for (int i = 0; i < 5 && argc == 2; i++) {
		nch_model *model = NULL;
		nch_error error;
		long before = resident_kib();
		double started = milliseconds_now();
		if (nch_model_open(argv[1], &options, &model, &error) != NCH_OK) {
			fprintf(stderr, "%s\n", error.text);
			return 1;
		}
		printf("%.3f ms, %ld KiB more\n", milliseconds_now() - started, resident_kib() - before);
		nch_model_free(model);
	}
	return argc == 2 ? 0 : 2;
}
