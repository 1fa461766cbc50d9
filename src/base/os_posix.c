/* os_posix.c - see os.h: Linux, macOS, the BSDs. */
#define _GNU_SOURCE      /* Linux: sched_getaffinity, madvise */
#define _DARWIN_C_SOURCE /* macOS: madvise, and the terminal's size */
#include "base/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/auxv.h>
#elif defined(__APPLE__)
#include <mach-o/dyld.h>
#endif

/* --- the program --- */

/* A closed descriptor would be given to the next file that is opened, and what is meant for the terminal would land in it. Reading and writing where
 * nothing was fails, as it should; messages go nowhere. */
static void fill_descriptors(void)
{
	static const int modes[] = {O_WRONLY, O_RDONLY, O_WRONLY};
	for (int i = 0; i < 3; i++)
		if (fcntl(i, F_GETFD) < 0 && open("/dev/null", modes[i]) < 0)
			_exit(1);
}

char **nch_os_start(int *argc, char **argv)
{
	(void)argc;
	fill_descriptors();
	signal(SIGPIPE, SIG_IGN); /* these two become errors of the write */
	signal(SIGXFSZ, SIG_IGN);
	return argv;
}

static const char *lost_page_text;

static void tell_lost_page(int number)
{
	(void)number;
	nch_os_write(STDERR_FILENO, lost_page_text, strlen(lost_page_text));
	_exit(1);
}

void nch_os_on_lost_page(const char *text)
{
	struct sigaction lost = {.sa_handler = tell_lost_page};
	lost_page_text = text;
	sigemptyset(&lost.sa_mask);
	sigaction(SIGBUS, &lost, NULL);
}

static void (*stop_handler)(int);

static void stop(int number)
{
	stop_handler(number);
	signal(SIGINT, SIG_DFL);
}

void nch_os_on_stop(void (*handler)(int))
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP}; /* the last: a terminal, or ssh, has gone */
	struct sigaction action = {.sa_handler = stop, .sa_flags = SA_RESTART}, before; /* a write that it comes into goes on */
	stop_handler = handler;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) /* what nohup, or a script's &, has the program ignore, it ignores */
		if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
}

void nch_os_end(int status)
{
	_exit(status);
}

/* The names under /proc are those of Linux and of NetBSD and FreeBSD (where it is mounted). */
char *nch_os_program(void)
{
#ifdef __APPLE__
	char name[4096];
	uint32_t room = sizeof name;
	if (_NSGetExecutablePath(name, &room) == 0)
		return realpath(name, NULL);
#endif
	static const char *const names[] = {"/proc/self/exe", "/proc/curproc/exe", "/proc/curproc/file"};
	char *path = NULL;
	errno = 0;
	for (size_t i = 0; i < sizeof names / sizeof *names && path == NULL && errno != ENOMEM; i++)
		path = realpath(names[i], NULL);
	return path;
}

const char *nch_os_environment(const char *name)
{
	return getenv(name);
}

const char *nch_os_locale(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *locale = getenv(names[i]);
		if (locale != NULL && locale[0] != '\0')
			return locale;
	}
	return "C";
}

long nch_os_process(void)
{
	return (long)getpid();
}

bool nch_os_process_lives(long process)
{
	return kill((pid_t)process, 0) == 0 || errno != ESRCH;
}

void nch_os_host(char *name, size_t room)
{
	if (gethostname(name, room) != 0 || memchr(name, '\0', room) == NULL || name[0] == '\0')
		snprintf(name, room, "host");
}

bool nch_os_has_dot(void)
{
#if defined(__aarch64__) && defined(__linux__)
	return (getauxval(AT_HWCAP) & 1 << 20) != 0; /* HWCAP_ASIMDDP */
#elif defined(__aarch64__) && defined(__APPLE__)
	return true;
#else
	return false;
#endif
}

size_t nch_os_cores(void)
{
#ifdef CPU_COUNT
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
		return (size_t)CPU_COUNT(&set);
#endif
	long online = sysconf(_SC_NPROCESSORS_ONLN); /* more cores than cpu_set_t can name */
	return online > 0 ? (size_t)online : 1;
}

const char *nch_os_reason(int number)
{
	return strerror(number);
}

/* --- memory --- */

void *nch_os_memory(size_t bytes)
{
	return calloc(bytes, 1);
}

void *nch_os_memory_aligned(size_t alignment, size_t bytes)
{
	void *memory = NULL;
	return posix_memalign(&memory, alignment, bytes) == 0 ? memory : NULL;
}

void *nch_os_memory_resize(void *memory, size_t bytes)
{
	return realloc(memory, bytes);
}

void nch_os_memory_free(void *memory)
{
	free(memory);
}

void nch_os_memory_huge(void *memory, size_t bytes)
{
#ifdef MADV_HUGEPAGE
	madvise(memory, bytes, MADV_HUGEPAGE);
#else
	(void)memory;
	(void)bytes;
#endif
}

/* --- terminals --- */

bool nch_os_is_terminal(int descriptor)
{
	return isatty(descriptor) == 1;
}

size_t nch_os_columns(int descriptor)
{
	struct winsize size;
	return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/* --- files --- */

static void tell_about(const struct stat *info, nch_os_about *about)
{
	*about = (nch_os_about){
		.kind = S_ISREG(info->st_mode)    ? NCH_OS_FILE
		        : S_ISDIR(info->st_mode)  ? NCH_OS_FOLDER
		        : S_ISFIFO(info->st_mode) ? NCH_OS_PIPE
		        : S_ISSOCK(info->st_mode) ? NCH_OS_SOCKET
		                                  : NCH_OS_DEVICE,
		.size = info->st_size > 0 ? (uint64_t)info->st_size : 0,
		.volume = (uint64_t)info->st_dev,
		.number = (uint64_t)info->st_ino,
	};
}

bool nch_os_look(const char *path, nch_os_about *about)
{
	struct stat info;
	if (stat(path, &info) != 0)
		return false;
	tell_about(&info, about);
	return true;
}

bool nch_os_look_open(int descriptor, nch_os_about *about)
{
	struct stat info;
	if (fstat(descriptor, &info) != 0)
		return false;
	tell_about(&info, about);
	return true;
}

int nch_os_open(const char *path, nch_os_mode mode)
{
	static const int flags[] = {
		[NCH_OS_READ] = O_RDONLY, [NCH_OS_READ_AT_ONCE] = O_RDONLY | O_NONBLOCK, [NCH_OS_WRITE] = O_WRONLY, [NCH_OS_NEW] = O_WRONLY | O_CREAT | O_EXCL};
	return open(path, flags[mode] | O_CLOEXEC, 0666); /* the umask decides, as it does for others */
}

bool nch_os_close(int descriptor)
{
	return close(descriptor) == 0 || errno == EINTR;
}

ptrdiff_t nch_os_read(int descriptor, void *into, size_t room)
{
	ssize_t got;
	do
		got = read(descriptor, into, room);
	while (got < 0 && errno == EINTR);
	return got;
}

bool nch_os_write(int descriptor, const void *bytes, size_t length)
{
	const char *at = bytes;
	while (length > 0) {
		ssize_t written = write(descriptor, at, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		at += written;
		length -= (size_t)written;
	}
	return true;
}

bool nch_os_flush(int descriptor)
{
#ifdef F_FULLFSYNC /* macOS, whose fsync leaves it to the disk when it writes */
	if (fcntl(descriptor, F_FULLFSYNC) == 0)
		return true; /* else the file system has no such thing */
#endif
	return fsync(descriptor) == 0;
}

FILE *nch_os_fopen(const char *path, const char *mode)
{
	return fopen(path, mode);
}

bool nch_os_flush_stream(FILE *file)
{
	return fflush(file) == 0 && nch_os_flush(fileno(file));
}

bool nch_os_cut_stream(FILE *file, uint64_t length)
{
	return fflush(file) == 0 && ftruncate(fileno(file), (off_t)length) == 0 && fseek(file, 0, SEEK_END) == 0;
}

const void *nch_os_map(int descriptor, size_t size)
{
	void *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
	return data != MAP_FAILED ? data : NULL;
}

void nch_os_unmap(const void *data, size_t size)
{
	munmap((void *)(uintptr_t)data, size); /* the const is there for the readers */
}

/* --- names --- */

bool nch_os_rename(const char *from, const char *to)
{
	return rename(from, to) == 0;
}

bool nch_os_remove(const char *path)
{
	return unlink(path) == 0;
}

bool nch_os_make_folder(const char *path)
{
	return mkdir(path, 0777) == 0;
}

bool nch_os_remove_folder(const char *path)
{
	return rmdir(path) == 0;
}

void nch_os_flush_folder(const char *path)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor >= 0) {
		fsync(descriptor);
		close(descriptor);
	}
}

char *nch_os_real_path(const char *path)
{
	return realpath(path, NULL);
}

bool nch_os_separates(char c)
{
	return c == '/';
}

size_t nch_os_root(const char *path)
{
	return strspn(path, "/");
}

/* nch_os_folder is the system's own DIR: it has no field of ours. */
nch_os_folder *nch_os_folder_open(const char *path)
{
	return (nch_os_folder *)opendir(path);
}

const char *nch_os_folder_next(nch_os_folder *folder)
{
	struct dirent *entry;
	while ((entry = readdir((DIR *)folder)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			return entry->d_name;
	return NULL;
}

void nch_os_folder_close(nch_os_folder *folder)
{
	if (folder != NULL)
		closedir((DIR *)folder);
}

/* --- locks --- */

/* Whether the locked file still has its name: who had it before may have removed it in between. */
static bool still_named(int descriptor, const char *path)
{
	struct stat ours, named;
	return fstat(descriptor, &ours) == 0 && stat(path, &named) == 0 && ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

nch_os_locking nch_os_lock(const char *path, int *lock, long *holder)
{
	for (;;) {
		struct flock request = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
		int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
		if (descriptor < 0)
			return NCH_OS_NO_LOCK;
		bool locked = fcntl(descriptor, F_SETLK, &request) == 0;
		if (!locked && (errno == EACCES || errno == EAGAIN)) {
			bool known = fcntl(descriptor, F_GETLK, &request) == 0 && request.l_type != F_UNLCK;
			*holder = known ? (long)request.l_pid : 0;
			close(descriptor);
			return NCH_OS_HELD;
		}
		if (!locked || still_named(descriptor, path)) {
			*lock = descriptor;
			return NCH_OS_LOCKED;
		}
		close(descriptor);
	}
}

void nch_os_unlock(const char *path, int lock)
{
	unlink(path); /* before the lock goes: nobody else can have it yet */
	close(lock);
}

/* --- time --- */

static double read_clock(clockid_t which)
{
	struct timespec now;
	clock_gettime(which, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double nch_os_seconds(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

double nch_os_date(void)
{
	return read_clock(CLOCK_REALTIME);
}

void nch_os_let_others(void)
{
	sched_yield();
}
