/* cluster.h - a job array for Slurm, printed for commands whose work falls into numbered parts. */
#ifndef NCH_CLI_CLUSTER_H
#define NCH_CLI_CLUSTER_H

#include "base/buffer.h"
#include "cli/options.h"

/* Appends a script for sbatch: `parts` tasks, each of which calls this same command with --PART and its number (and --resume, if `resumes`), logs to
 * `out`/slurm-N.log; and, as comments, how to submit it, and how to join the parts: the script itself with --merge. `without` are further options
 * that are left out. */
void nch_cluster_slurm(const nch_options *options, const char *out, const char *part, size_t parts, bool resumes, const char *const *without,
                       nch_buffer *script);

#endif
