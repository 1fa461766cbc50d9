/* os.h - what operating systems differ in. Everything else in the house is C11 and this; os_posix.c and os_windows.c are the only files that know
 * which system they run on.
 *
 * Paths and names are UTF-8 everywhere. Functions that return false (or NULL, or a negative number) leave the reason in errno, whose words are
 * nch_os_reason's. Anybody may include this header. */
#ifndef NCH_BASE_OS_H
#define NCH_BASE_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* --- the program --- */

/* To be called first. Returns the arguments as UTF-8 (`argv` itself where they are), *argc of them; prepares the three standard streams: bytes go
 * through them unchanged, a descriptor that was closed is filled, so that no file that is opened later gets its number, and what is written for a
 * console arrives there as the characters it means. NULL: out of memory. */
char **nch_os_start(int *argc, char **argv);
/* Has `text` written to standard error, and the program end with 1, where a page of a mapped file can no longer be read. */
void nch_os_on_lost_page(const char *text);
/* Has `handler` called with the signal's number when the user wants the program to stop (Ctrl-C, SIGTERM, the terminal is gone), unless whoever
 * started the program had it ignore that. The second Ctrl-C ends the program at once. */
void nch_os_on_stop(void (*handler)(int));
_Noreturn void nch_os_end(int status); /* ends the program at once: nothing is flushed */
char *nch_os_program(void); /* the file of the program that runs, links followed; NULL where nobody knows. nch_os_memory_free releases it */
const char *nch_os_environment(const char *name); /* NULL: not set; UTF-8, valid until the program ends */
const char *nch_os_locale(void); /* what language the user reads: "ko_KR.UTF-8", "ko", "C" … */
long nch_os_process(void);
bool nch_os_process_lives(long process); /* true also where nobody knows */
void nch_os_host(char *name, size_t room); /* this machine's name; "host" if it has none */
size_t nch_os_cores(void); /* processors that this process may use; at least 1 */
bool nch_os_has_dot(void); /* AArch64, whose programs can't ask the processor: whether it has the instructions that multiply and add bytes */
const char *nch_os_reason(int number); /* the system's words for an errno */

/* --- memory --- */

void *nch_os_memory(size_t bytes); /* all zero; pages are not touched where that can be avoided. `bytes` > 0, and so below */
void *nch_os_memory_aligned(size_t alignment, size_t bytes); /* with whatever content; a power of two, at least 8 */
void *nch_os_memory_resize(void *memory, size_t bytes); /* what nch_os_memory gave (or NULL); as realloc */
void nch_os_memory_free(void *memory); /* what any of them gave */
void nch_os_memory_huge(void *memory, size_t bytes); /* a wish: large pages, please */

/* --- terminals --- */

bool nch_os_is_terminal(int descriptor);
size_t nch_os_columns(int descriptor); /* how wide it is; 0: that is no terminal, or nobody knows */

/* --- files --- */

typedef enum nch_os_kind { NCH_OS_DEVICE, NCH_OS_FILE, NCH_OS_FOLDER, NCH_OS_PIPE, NCH_OS_SOCKET } nch_os_kind;

typedef struct nch_os_about {
	nch_os_kind kind;
	uint64_t size;           /* bytes, of a file */
	uint64_t volume, number; /* which file it is: two names of one file have both in common */
} nch_os_about;

bool nch_os_look(const char *path, nch_os_about *about);
bool nch_os_look_open(int descriptor, nch_os_about *about);

/* Reading from its start; the same without waiting for somebody to write to a pipe; writing over what is there; writing to a file that must not be
 * there yet. */
typedef enum nch_os_mode { NCH_OS_READ, NCH_OS_READ_AT_ONCE, NCH_OS_WRITE, NCH_OS_NEW } nch_os_mode;

int nch_os_open(const char *path, nch_os_mode mode); /* a descriptor; -1 and errno */
bool nch_os_close(int descriptor);
/* Reads up to `room` bytes (0: the end), -1 and errno. A signal in between is no failure. */
ptrdiff_t nch_os_read(int descriptor, void *into, size_t room);
/* Writes all of the bytes; a signal in between is no failure. Safe in a signal handler, but for a console of Windows. EPIPE: nobody reads any
 * more. */
bool nch_os_write(int descriptor, const void *bytes, size_t length);
bool nch_os_flush(int descriptor); /* to the disk */

FILE *nch_os_fopen(const char *path, const char *mode); /* "rb", "rb+" or "wb" */
bool nch_os_flush_stream(FILE *file);                   /* to the disk; what the stream holds first */
bool nch_os_cut_stream(FILE *file, uint64_t length);    /* the file ends there, and so does the stream's position */

/* `size` bytes of an open file, read-only; NULL if that cannot be done. */
const void *nch_os_map(int descriptor, size_t size);
void nch_os_unmap(const void *data, size_t size);

/* --- names --- */

/* TO becomes what FROM was, in one moment; who has the old TO open or mapped keeps it. */
bool nch_os_rename(const char *from, const char *to);
bool nch_os_remove(const char *path); /* a file */
bool nch_os_make_folder(const char *path);
bool nch_os_remove_folder(const char *path); /* an empty one */
void nch_os_flush_folder(const char *path);  /* makes the names in it durable, where that is possible */
char *nch_os_real_path(const char *path);    /* where a link points to; nch_os_memory_free releases it */
bool nch_os_separates(char c);               /* '/', and what else stands between folders */
size_t nch_os_root(const char *path);        /* the length of what cannot be made: "/", "C:\", "\\server\share\" */

/* The names in a folder, one after the other, in no order; without "." and "..". */
typedef struct nch_os_folder nch_os_folder;
nch_os_folder *nch_os_folder_open(const char *path);
const char *nch_os_folder_next(nch_os_folder *folder); /* NULL after the last; valid until the next call */
void nch_os_folder_close(nch_os_folder *folder);       /* NULL is allowed */

/* --- locks --- */

/* Locks the file PATH, which is made where it is absent, for this process: the lock goes with it, however that ends. NCH_OS_HELD: another process has
 * it (*holder: its number, 0 if nobody knows). Where a file system has no locks, all get one. */
typedef enum nch_os_locking { NCH_OS_LOCKED, NCH_OS_HELD, NCH_OS_NO_LOCK } nch_os_locking;
nch_os_locking nch_os_lock(const char *path, int *lock, long *holder);
void nch_os_unlock(const char *path, int lock); /* removes the file as well */

/* --- time --- */

double nch_os_seconds(void);  /* since some moment; never goes back */
double nch_os_date(void);     /* seconds since 1970 */
void nch_os_let_others(void); /* gives the core to another thread for a moment */

#endif
