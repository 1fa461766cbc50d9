/* progress.c - how far the work is, on standard error. */
#include "cli/progress.h"

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "cli/output.h"

#define SECONDS_BETWEEN_BARS 0.1
#define SECONDS_BETWEEN_LINES 10.0
#define LEAST_MEASURED 0.1 /* seconds; a rate of less time says nothing */
#define BAR_COLUMNS 24

const char *nch_duration_text(double seconds)
{
	static char texts[4][32];
	static unsigned turn;
	char *text = texts[turn++ % 4];
	uint64_t whole = seconds > 0 && seconds < 1e9 ? (uint64_t)(seconds + 0.5) : 0;
	unsigned hours = (unsigned)(whole / 3600), minutes = (unsigned)(whole / 60 % 60), rest = (unsigned)(whole % 60);
	if (hours > 0)
		snprintf(text, sizeof texts[0], "%u:%02u:%02u", hours, minutes, rest);
	else
		snprintf(text, sizeof texts[0], "%u:%02u", minutes, rest);
	return text;
}

void nch_progress_start(nch_progress *progress, const char *what, const char *unit, uint64_t total)
{
	nch_output_say_held();
	*progress = (nch_progress){.unit = unit, .total = total};
	snprintf(progress->title, sizeof progress->title, "%s", what);
	progress->terminal = nch_output_is_terminal(true);
	progress->silent = nch_output_is_quiet();
	progress->started = nch_seconds();
	/* the first bar comes at once, the first plain line only if the work takes long */
	progress->shown = progress->terminal ? 0 : progress->started;
}

static void add_bar(nch_buffer *line, double share, size_t columns)
{
	static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
	unsigned filled = (unsigned)(share * (double)columns * 8 + 0.5);
	nch_buffer_text(line, " ▕");
	for (unsigned i = 0; i < filled / 8; i++)
		nch_buffer_text(line, "█");
	nch_buffer_text(line, eighths[filled % 8]);
	for (unsigned i = (filled + 7) / 8; i < columns; i++)
		nch_buffer_byte(line, ' ');
	nch_buffer_text(line, "▏");
}

static double share_of(const nch_progress *progress)
{
	double share = (double)progress->done / (double)progress->total;
	return share > 1 ? 1 : share;
}

/* " 61% 1234/2000 rows, 310/s, 0:03 left, loss 0.512" */
static void describe(const nch_progress *progress, const char *note, double elapsed, nch_buffer *line)
{
	bool moving = elapsed >= LEAST_MEASURED && progress->done > progress->before;
	double rate = moving ? (double)(progress->done - progress->before) / elapsed : 0;
	if (progress->total > 0) {
		nch_buffer_printf(line, " %3.0f%%", share_of(progress) * 100);
		nch_buffer_printf(line, " %llu/%llu %s", (unsigned long long)progress->done, (unsigned long long)progress->total,
		                  progress->unit);
	} else {
		nch_buffer_printf(line, " %llu %s", (unsigned long long)progress->done, progress->unit);
	}
	if (rate > 0 && progress->rate_unit != NULL)
		nch_buffer_printf(line, ", %.0f %s/s", (double)progress->rate_done / elapsed, progress->rate_unit);
	else if (rate > 0)
		nch_buffer_printf(line, rate < 10 ? ", %.2f/s" : ", %.0f/s", rate);
	if (rate > 0 && progress->total > progress->done)
		nch_buffer_printf(line, ", %s left", nch_duration_text((double)(progress->total - progress->done) / rate));
	if (note != NULL && note[0] != '\0')
		nch_buffer_printf(line, ", %s", note);
}

/* Cuts the line to the terminal's width: one that wraps could not be overwritten. */
static void cut_to_columns(nch_buffer *line, size_t columns)
{
	size_t used = 0, at = 0;
	while (at < line->length) {
		uint32_t c;
		size_t size = nch_utf8_decode(line->data + at, line->length - at, &c);
		used += (size_t)nch_utf8_width(c);
		if (used > columns)
			break;
		at += size;
	}
	line->length = at;
	line->data[at] = '\0';
}

void nch_progress_update(nch_progress *progress, uint64_t done, const char *note)
{
	progress->done = done;
	if (progress->silent)
		return;
	double now = nch_seconds();
	if (now - progress->shown < (progress->terminal ? SECONDS_BETWEEN_BARS : SECONDS_BETWEEN_LINES))
		return;
	progress->shown = now;
	nch_buffer line = {0}, text = {0};
	size_t columns = nch_output_columns(true) - 1;
	describe(progress, note, now - progress->started, &text);
	nch_buffer_text(&line, progress->title);
	/* the bar has the room that the words leave: they matter more */
	size_t used = nch_utf8_columns(progress->title, strlen(progress->title)) + nch_utf8_columns(text.data ? text.data : "", text.length) + 3;
	if (progress->terminal && progress->total > 0 && columns >= used + 4)
		add_bar(&line, share_of(progress), columns - used < BAR_COLUMNS ? columns - used : BAR_COLUMNS);
	nch_buffer_add(&line, text.data ? text.data : "", text.length);
	line.failed |= text.failed;
	nch_buffer_free(&text);
	if (!line.failed && progress->terminal)
		cut_to_columns(&line, columns);
	if (!line.failed)
		nch_output_progress(line.data);
	progress->on_screen = progress->terminal;
	nch_buffer_free(&line);
}

void nch_progress_end(nch_progress *progress)
{
	if (progress->on_screen)
		nch_output_progress("");
	progress->on_screen = false;
}
