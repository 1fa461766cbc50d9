/* data_options.h - the options that say what in a data file is text and label, which rows count, and how the file is read.
 */
#ifndef NCH_CLI_DATA_OPTIONS_H
#define NCH_CLI_DATA_OPTIONS_H

#include "cli/options.h"
#include "data/dataset.h"

/* --text --pair --label --multi-label --labels --relabel --drop-label --undersample --cleansing --limit --bad-rows
 * --encoding
 * --delimiter --quoting
 * --header --sheet */
extern const nch_option_group nch_data_group;

/* Fills *dataset_options from them. *labels takes the names of --labels (release with nch_labels_free after reading) and is
 * pointed to by dataset_options->known if they were given. Bad rows that are skipped are told as warnings: the first ten,
 * then their number, once nch_data_options_done is called. `skip_by_default` is what happens without --bad-rows. */
nch_status nch_data_options_read(const nch_options *options, bool skip_by_default, nch_dataset_options *dataset_options,
                                 nch_labels *labels, nch_error *error);
void nch_data_options_done(const nch_dataset *dataset);

#endif
