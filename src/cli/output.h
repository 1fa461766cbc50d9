/* output.h - what the program says: results on standard output, everything else on standard error.
 *
 * A reader that has gone away (a closed pipe) has seen all that it wanted: the program then ends quietly with status 0. */
#ifndef NCH_CLI_OUTPUT_H
#define NCH_CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/phrases.h"
#include "base/status.h"

/* To be called first (base/os.h:nch_os_start). Returns the arguments as UTF-8. */
char **nch_output_start(int *argc, char **argv);
void nch_output_set_quiet(bool quiet);
bool nch_output_is_quiet(void);

/* Results. Where standard output is a terminal, control characters of what is written are shown (\x1B), not obeyed. A failed write ends the program
 * (with 0 for a closed pipe, else with 1 and a line). */
void nch_output_add(const char *bytes, size_t length);
void nch_output_text(const char *text);
void nch_output_printf(const char *format, ...) NCH_PRINTF(1, 2);
void nch_output_buffer(const nch_buffer *buffer);
void nch_output_flush(void);

/* "nunchi: warning: …" and "nunchi: …" on standard error, unless --quiet; nch_output_error ignores --quiet. */
void nch_output_warning(const char *format, ...) NCH_PRINTF(1, 2);
void nch_output_note(const char *format, ...) NCH_PRINTF(1, 2);
void nch_output_error(const char *text);

/* How far the work is, on standard error: on a terminal in the place of what was said last ("": nothing), which must fit in a line there; elsewhere a
 * line. */
void nch_output_progress(const char *text);

/* A note that goes out in front of the next note, warning or progress bar, and at the latest when the command has done its work; an error takes its
 * place, so that it stands alone. At most a few wait: more push the first ones out. */
void nch_output_note_later(const char *format, ...) NCH_PRINTF(1, 2);
void nch_output_say_held(void);

/* The status that the program ends with; for NCH_CANCELLED it is 128 and the signal that stopped the work, as a shell says it: 130 for Ctrl-C. */
int nch_exit_code(nch_status status, int signal_number);

/* Whether a stream is a terminal that takes colour (NO_COLOR and TERM=dumb say no), and how wide it is (80 if nobody knows). */
bool nch_output_is_terminal(bool standard_error);
bool nch_output_has_colour(bool standard_error);
size_t nch_output_columns(bool standard_error);

/* What makes the following text bold, red or yellow on a stream, and what ends it; "" where there is no colour. */
#define NCH_BOLD "\033[1m"
#define NCH_RED "\033[1;31m"
#define NCH_YELLOW "\033[33m"
#define NCH_PLAIN "\033[0m"
const char *nch_output_style(bool standard_error, const char *style);
/* Writes such a style to standard output: what nch_output_text and its like write there is shown, not obeyed. */
void nch_output_set_style(const char *style);

/* Korean where LC_ALL, LC_MESSAGES or LANG (the first that is set), or the system itself, says so; else English. */
nch_language nch_output_language(void);

#endif
