/* help.h - the help texts, made from the tables of commands and options. */
#ifndef NCH_CLI_HELP_H
#define NCH_CLI_HELP_H

#include <stdbool.h>

#include "base/phrases.h"
#include "cli/command.h"

void nch_help_overview(nch_language language);                            /* `nunchi help` */
void nch_help_command(const nch_command *command, nch_language language); /* `nunchi COMMAND --help` */
void nch_help_man(void);                                                  /* `nunchi help --man`, in English */
void nch_help_completion(const char *shell);                              /* `nunchi help --completion bash`, zsh or fish */

/* Appends " (default: 0.999; lion: 0.99)", or nothing where the option has none. */
void nch_help_default(const nch_option *option, nch_language language, nch_buffer *out);

/* Commands of two words that begin with this one: lists them, or returns false if there are none. */
bool nch_help_family(const char *word, nch_language language);

/* A help text in the language, where it is known in it; else as it is. */
const char *nch_help_text(nch_language language, const char *english);

/* The English of a row of the Korean texts, from 0; NULL behind the last. */
const char *nch_help_korean_row(size_t row);

#endif
