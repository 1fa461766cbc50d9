/* output.c - what the program says, and where. */
#include "cli/output.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/number.h"

static bool is_quiet;

void nch_output_start(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

void nch_output_set_quiet(bool quiet)
{
	is_quiet = quiet;
}

bool nch_output_is_quiet(void)
{
	return is_quiet;
}

/* Ends the program after a failed write; the buffer of stdout is abandoned with it. */
static void end_after_failure(void)
{
	int number = errno;
	if (number == EPIPE)
		_exit(0);
	nch_error error;
	nch_fail(&error, NCH_IO, "standard output: cannot write: %s", strerror(number));
	nch_output_error(error.text);
	_exit(1);
}

void nch_output_add(const char *bytes, size_t length)
{
	if (length > 0 && fwrite(bytes, 1, length, stdout) != length)
		end_after_failure();
}

void nch_output_text(const char *text)
{
	nch_output_add(text, strlen(text));
}

void nch_output_printf(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int written = vfprintf(stdout, format, arguments);
	va_end(arguments);
	if (written < 0)
		end_after_failure();
}

void nch_output_buffer(const nch_buffer *buffer)
{
	nch_output_add(buffer->data, buffer->length);
}

void nch_output_flush(void)
{
	if (fflush(stdout) != 0)
		end_after_failure();
}

/* One write a line, so that the lines of two programs don't mix. */
static void say(const char *prefix, const char *text)
{
	nch_buffer line = {0};
	if (nch_output_is_terminal(true))
		nch_buffer_text(&line, "\r\033[K"); /* a progress bar may stand there */
	nch_buffer_printf(&line, "nunchi: %s%s\n", prefix, text);
	if (!line.failed)
		fwrite(line.data, 1, line.length, stderr);
	nch_buffer_free(&line);
}

void nch_output_warning(const char *format, ...)
{
	if (is_quiet)
		return;
	nch_error text; /* its formatting also keeps control characters away from the terminal */
	char formatted[sizeof text.text];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(formatted, sizeof formatted, format, arguments);
	va_end(arguments);
	nch_fail(&text, NCH_OK, "%s", formatted);
	say("warning: ", text.text);
}

void nch_output_note(const char *format, ...)
{
	if (is_quiet)
		return;
	nch_error text;
	char formatted[sizeof text.text];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(formatted, sizeof formatted, format, arguments);
	va_end(arguments);
	nch_fail(&text, NCH_OK, "%s", formatted);
	say("", text.text);
}

void nch_output_error(const char *text)
{
	say("", text);
}

int nch_exit_code(nch_status status)
{
	return status == NCH_OK ? 0 : status == NCH_USAGE ? 2 : 1;
}

bool nch_output_is_terminal(bool standard_error)
{
	return isatty(standard_error ? STDERR_FILENO : STDOUT_FILENO) == 1;
}

bool nch_output_has_colour(bool standard_error)
{
	const char *refused = getenv("NO_COLOR"), *terminal = getenv("TERM");
	if ((refused != NULL && refused[0] != '\0') || (terminal != NULL && strcmp(terminal, "dumb") == 0))
		return false;
	return nch_output_is_terminal(standard_error);
}

size_t nch_output_columns(bool standard_error)
{
	struct winsize size;
	if (ioctl(standard_error ? STDERR_FILENO : STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	const char *columns = getenv("COLUMNS");
	int64_t number;
	if (columns != NULL && nch_number_read_integer(columns, strlen(columns), &number) && number >= 20 && number <= 1000)
		return (size_t)number;
	return 80;
}

bool nch_output_speaks_korean(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	for (size_t i = 0; i < 3; i++) {
		const char *locale = getenv(names[i]);
		if (locale != NULL && locale[0] != '\0')
			return strncmp(locale, "ko", 2) == 0;
	}
	return false;
}
