/* output.c - what the program says, and where. */
#include "cli/output.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/os.h"

enum { STANDARD_OUTPUT = 1, STANDARD_ERROR = 2 };

static bool is_quiet;

/* Notes that wait for the next thing to be said. */
static nch_error held[4];
static size_t held_count;

/* Standard output on its way. Not stdio's own buffer: that loses bytes when a signal comes while it writes. */
static char gathered[1 << 16];
static size_t gathered_length;

char **nch_output_start(int *argc, char **argv)
{
	char **arguments = nch_os_start(argc, argv);
	if (arguments == NULL) {
		nch_output_error("out of memory");
		nch_os_end(1);
	}
	nch_os_on_lost_page("nunchi: a file was cut short, or its disk failed, while it was being read; is another program writing to it?\n");
	return arguments;
}

void nch_output_set_quiet(bool quiet)
{
	is_quiet = quiet;
}

bool nch_output_is_quiet(void)
{
	return is_quiet;
}

/* Ends the program; what has been gathered for stdout is abandoned with it. */
static void end_with(const char *text)
{
	nch_output_error(text);
	nch_os_end(1);
}

static void end_after_failure(void)
{
	int number = errno;
	if (number == EPIPE)
		nch_os_end(0);
	nch_error error;
	nch_fail(&error, NCH_IO, "standard output: cannot write: %s", nch_os_reason(number));
	end_with(error.text);
}

void nch_output_flush(void)
{
	size_t length = gathered_length;
	gathered_length = 0;
	if (!nch_os_write(STANDARD_OUTPUT, gathered, length))
		end_after_failure();
}

/* The part of the last character that has come so far: a text may be written in pieces. */
static char cut[4];
static size_t cut_length;

/* How many bytes at the end of a text may be the beginning of a character. */
static size_t cut_character(const char *text, size_t length)
{
	for (size_t back = 1; back <= 3 && back <= length; back++) {
		unsigned char c = (unsigned char)text[length - back];
		if (c >= 0xC0)
			return back < (c >= 0xF0 ? 4u : c >= 0xE0 ? 3u : 2u) ? back : 0;
		if (c < 0x80)
			break;
	}
	return 0;
}

static void add(const char *bytes, size_t length);

/* What comes from files and models may hold a terminal's control sequences: a person's terminal shows them and does not obey. */
static void add_visible(const char *bytes, size_t length)
{
	nch_buffer text = {0}, visible = {0};
	nch_buffer_add(&text, cut, cut_length);
	nch_buffer_add(&text, bytes, length);
	size_t later = cut_character(text.data, text.length);
	if (text.failed)
		end_with("out of memory");
	nch_buffer_visible(&visible, text.data, text.length - later);
	if (visible.failed)
		end_with("out of memory");
	memcpy(cut, text.data + text.length - later, later);
	cut_length = later;
	add(visible.data, visible.length);
	nch_buffer_free(&text);
	nch_buffer_free(&visible);
}

void nch_output_add(const char *bytes, size_t length)
{
	static int terminal = -1;
	if (terminal < 0)
		terminal = nch_output_is_terminal(false);
	if (length > 0 && terminal)
		add_visible(bytes, length);
	else
		add(bytes, length);
}

static void add(const char *bytes, size_t length)
{
	bool large = length >= sizeof gathered;
	if (length == 0)
		return;
	if (large || gathered_length + length > sizeof gathered)
		nch_output_flush();
	if (large) {
		if (!nch_os_write(STANDARD_OUTPUT, bytes, length))
			end_after_failure();
		return;
	}
	memcpy(gathered + gathered_length, bytes, length);
	gathered_length += length;
	if (memchr(bytes, '\n', length) != NULL && nch_output_is_terminal(false)) /* people see a line when it is whole */
		nch_output_flush();
}

void nch_output_text(const char *text)
{
	nch_output_add(text, strlen(text));
}

void nch_output_printf(const char *format, ...)
{
	nch_buffer text = {0};
	va_list arguments;
	va_start(arguments, format);
	nch_buffer_vprintf(&text, format, arguments);
	va_end(arguments);
	nch_output_buffer(&text);
	nch_buffer_free(&text);
}

void nch_output_buffer(const nch_buffer *buffer)
{
	if (buffer->failed)
		end_with("out of memory");
	nch_output_add(buffer->data, buffer->length);
}

#define CLEAN_LINE "\r\033[K"

/* One write a line, so that the lines of two programs don't mix; no allocation, so that it can tell that memory is gone. */
static void say(const char *style, const char *prefix, const char *text)
{
	char line[sizeof((nch_error *)NULL)->text + 64];
	const char *clean = nch_output_is_terminal(true) ? CLEAN_LINE : ""; /* a progress bar may stand there */
	int length = snprintf(line, sizeof line, "%s%snunchi: %s%s%s\n", clean, nch_output_style(true, style), prefix,
	                      nch_output_style(true, style[0] != '\0' ? NCH_PLAIN : ""), text);
	if (length >= (int)sizeof line) {
		length = (int)sizeof line - 1;
		line[length - 1] = '\n';
	}
	nch_os_write(STANDARD_ERROR, line, (size_t)length);
}

void nch_output_progress(const char *text)
{
	bool terminal = nch_output_is_terminal(true);
	nch_buffer line = {0};
	nch_buffer_printf(&line, terminal ? CLEAN_LINE "%s" : "%s\n", text);
	if (!line.failed) /* who has no memory for a bar has other worries */
		nch_os_write(STANDARD_ERROR, line.data, line.length);
	nch_buffer_free(&line);
}

void nch_output_say_held(void)
{
	for (size_t i = 0; i < held_count; i++)
		say("", "", held[i].text);
	held_count = 0;
}

void nch_output_note_later(const char *format, ...)
{
	if (is_quiet)
		return;
	if (held_count == sizeof held / sizeof *held)
		nch_output_say_held();
	char formatted[sizeof held[0].text];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(formatted, sizeof formatted, format, arguments);
	va_end(arguments);
	nch_fail(&held[held_count++], NCH_OK, "%s", formatted);
}

void nch_output_warning(const char *format, ...)
{
	if (is_quiet)
		return;
	nch_output_say_held();
	nch_error text; /* its formatting also keeps control characters away from the terminal */
	char formatted[sizeof text.text];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(formatted, sizeof formatted, format, arguments);
	va_end(arguments);
	nch_fail(&text, NCH_OK, "%s", formatted);
	say(NCH_YELLOW, "warning: ", text.text);
}

void nch_output_note(const char *format, ...)
{
	if (is_quiet)
		return;
	nch_output_say_held();
	nch_error text;
	char formatted[sizeof text.text];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(formatted, sizeof formatted, format, arguments);
	va_end(arguments);
	nch_fail(&text, NCH_OK, "%s", formatted);
	say("", "", text.text);
}

void nch_output_error(const char *text)
{
	say(NCH_RED, "", text);
}

int nch_exit_code(nch_status status, int signal_number)
{
	if (status == NCH_CANCELLED)
		return 128 + (signal_number > 0 ? signal_number : SIGINT);
	return status == NCH_OK || status == NCH_PAUSED ? 0 : status == NCH_USAGE ? 2 : 1;
}

bool nch_output_is_terminal(bool standard_error)
{
	return nch_os_is_terminal(standard_error ? STANDARD_ERROR : STANDARD_OUTPUT);
}

bool nch_output_has_colour(bool standard_error)
{
	const char *refused = nch_os_environment("NO_COLOR"), *terminal = nch_os_environment("TERM");
	if ((refused != NULL && refused[0] != '\0') || (terminal != NULL && strcmp(terminal, "dumb") == 0))
		return false;
	return nch_output_is_terminal(standard_error);
}

const char *nch_output_style(bool standard_error, const char *style)
{
	return nch_output_has_colour(standard_error) ? style : "";
}

void nch_output_set_style(const char *style)
{
	style = nch_output_style(false, style);
	add(style, strlen(style));
}

size_t nch_output_columns(bool standard_error)
{
	size_t width = nch_os_columns(standard_error ? STANDARD_ERROR : STANDARD_OUTPUT);
	if (width > 0)
		return width;
	const char *columns = nch_os_environment("COLUMNS");
	int64_t number;
	if (columns != NULL && nch_number_read_integer(columns, strlen(columns), &number) && number >= 20 && number <= 1000)
		return (size_t)number;
	return 80;
}

nch_language nch_output_language(void)
{
	return nch_language_of(nch_os_locale());
}
