/* parse_data.h - values of the data's options that are more than a number or a word. Each is the function of a row
 * (cli/options.h:nch_option_parse). */
#ifndef NCH_CLI_PARSE_DATA_H
#define NCH_CLI_PARSE_DATA_H

#include "cli/options.h"

nch_option_parse nch_parse_relabel;     /* "a=x,b=x": into an nch_renamings */
nch_option_parse nch_parse_drop_label;  /* "a,b": clean names, into an nch_text_list */
nch_option_parse nch_parse_undersample; /* "a=500,b=min": into an nch_thinnings */
nch_option_parse nch_parse_corpus;      /* "FILE", or "FILE*2", once for each: at the end of an nch_corpus_files */
nch_option_parse nch_parse_delimiter;   /* one character, or "\t": into a char */

#endif
