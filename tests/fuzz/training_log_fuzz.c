/* Any bytes as log.jsonl: refused, or drawn as curves. */
#include <stdint.h>
#include <string.h>

#include "report/log.h"
#include "report/plots.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	nch_log log = {0};
	nch_buffer out = {0};
	if (nch_log_parse((const char *)data, size, "fuzz", &log, NULL) == NCH_OK) {
		nch_curve_run run = { .name = "fuzz", .log = &log };
		nch_curves_svg(&run, 1, &out);
	}
	nch_log_free(&log);
	nch_buffer_free(&out);
	return 0;
}
