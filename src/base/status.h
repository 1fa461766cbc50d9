/* status.h - how a library function says that it failed.
 *
 * Every function that can fail returns an nch_status and takes an nch_error pointer as its last argument. On success it
 * returns NCH_OK and leaves the error untouched; on failure it fills in one line of text, meant for the person at the
 * terminal: what is wrong, where (file, line), and what to do. No library function prints or exits; src/cli decides. */
#ifndef NCH_BASE_STATUS_H
#define NCH_BASE_STATUS_H

typedef enum nch_status {
	NCH_OK = 0,
	NCH_USAGE,     /* the call is wrong: an option, a value            (the program exits with 2) */
	NCH_IO,        /* a file cannot be opened, read, written                    (exit 1 from here) */
	NCH_FORMAT,    /* a file's content is not what its format says */
	NCH_DATA,      /* the data are readable but unusable: unknown label, no rows */
	NCH_NUMERIC,   /* a loss or a weight is not a finite number */
	NCH_MEMORY,    /* an allocation failed, or a size overflowed */
	NCH_CANCELLED, /* the user asked to stop */
	NCH_PAUSED     /* the time that was given is up; what was done is kept, and can be gone on with        (exit 0) */
} nch_status;

typedef struct nch_error {
	nch_status status;
	char text[600]; /* one line, no trailing newline, UTF-8, cut at a character boundary */
} nch_error;

/* gcc means by "printf" what the system's own printf takes, which need not be C11's */
#if defined(__GNUC__) && !defined(__clang__)
#define NCH_PRINTF(format_index, first_argument) __attribute__((format(gnu_printf, format_index, first_argument)))
#elif defined(__GNUC__)
#define NCH_PRINTF(format_index, first_argument) __attribute__((format(printf, format_index, first_argument)))
#else
#define NCH_PRINTF(format_index, first_argument)
#endif

/* Stores the formatted text and the status in *error (which may be NULL) and returns the status, so that a function
 * can end with `return nch_fail(error, NCH_FORMAT, "%s:%zu: …", path, line);`. Control characters in the text become
 * spaces, since a hostile file name must not write to the terminal. A setting is called ⟨max-len⟩ (base/setting.h). */
nch_status nch_fail(nch_error *error, nch_status status, const char *format, ...) NCH_PRINTF(3, 4);

/* Puts "prefix: " before the text that is already in *error; returns error->status. */
nch_status nch_fail_prefix(nch_error *error, const char *format, ...) NCH_PRINTF(2, 3);

/* Returns from the calling function if the expression failed. Only where there is nothing to release. */
#define NCH_TRY(expression)                           \
	do {                                          \
		nch_status nch_try_ = (expression);   \
		if (nch_try_ != NCH_OK)               \
			return nch_try_;              \
	} while (0)

#endif
