/* cluster.c - see cluster.h. */
#include "cli/cluster.h"

#include <string.h>

#include "cli/common.h"

enum { MOST_LEFT_OUT = 12 };

void nch_cluster_slurm(const nch_options *options, const char *out, const char *part, size_t parts, bool resumes, const char *const *without,
                       nch_buffer *script)
{
	const char *left_out[MOST_LEFT_OUT] = {"emit", "resume", "merge", part};
	nch_buffer call = {0};
	size_t threads = nch_common_of(options).threads;
	for (size_t i = 4; *without != NULL && i + 1 < MOST_LEFT_OUT; i++)
		left_out[i] = *without++;
	nch_buffer_text(script, "#!/bin/sh\n#SBATCH --job-name=nunchi\n");
	nch_buffer_printf(script, "#SBATCH --array=0-%zu\n", parts - 1);
	if (threads > 0)
		nch_buffer_printf(script, "#SBATCH --cpus-per-task=%zu\n", threads);
	nch_buffer_printf(script, "#SBATCH --output=\"%s/slurm-%%a.log\"\n", out); /* Slurm makes no folders: the command has made this one */
	nch_buffer_printf(script, "# NUNCHI is the program, if it is not found as nunchi. Submit this, and join the parts when all of them are done:\n"
	                          "#   array=$(sbatch --parsable THIS-SCRIPT)\n"
	                          "#   sbatch --dependency=afterok:$array --array=0 --output=\"%s/slurm-merge.log\" THIS-SCRIPT --merge\n"
	                          "set -eu\n"
	                          "[ \"${1:-}\" = --merge ] || set -- --%s \"$SLURM_ARRAY_TASK_ID\"%s\n"
	                          "exec \"${NUNCHI:-nunchi}\"", out, part, resumes ? " --resume" : "");
	nch_options_command_without(options, left_out, &call);
	nch_buffer_text(script, call.data != NULL ? call.data + strlen("nunchi") : "");
	nch_buffer_text(script, " \"$@\"\n");
	script->failed |= call.failed;
	nch_buffer_free(&call);
}
