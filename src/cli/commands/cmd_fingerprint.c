/* cmd_fingerprint.c - `nunchi fingerprint DIR`: the hash by which two trained models are told to be the same, bit for bit. */
#include "cli/command.h"
#include "cli/output.h"
#include "io/weights.h"
#include "train/committee.h"

static nch_status run(const nch_options *options, nch_error *error)
{
	const char *path = nch_options_argument(options, 0);
	if (path == NULL)
		return nch_fail(error, NCH_USAGE, "fingerprint needs a model's folder: nunchi fingerprint DIR");
	nch_weights *weights;
	char hex[65];
	if (nch_committee_is(path)) {
		NCH_TRY(nch_committee_fingerprint(path, hex, error));
		nch_output_printf("weights sha256 %s\n", hex);
		return NCH_OK;
	}
	NCH_TRY(nch_weights_open(path, &weights, error));
	nch_weights_fingerprint(weights, hex);
	nch_output_printf("weights sha256 %s\n", hex);
	nch_weights_close(weights);
	return NCH_OK;
}

const nch_command nch_command_fingerprint = {
	.name = "fingerprint",
	.summary = "the SHA-256 of a model's weights",
	.usage = "DIR",
	.details = "The hash of the tensors' bytes in the file's order. The same input, options and seed give the same one\n"
	           "on any machine, with any number of threads and any instruction set. Of a committee: the hash of its members'\n"
	           "and of their weights in the vote.",
	.most_arguments = 1,
	.run = run,
};
