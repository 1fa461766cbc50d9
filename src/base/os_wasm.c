/* os_wasm.c - see os.h: WebAssembly in a browser. There is no system: files are bytes that the page has handed over (nch_wasm_file), nothing can be
 * written, and there are no other processes. */
#include "base/os.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- files that the page gives --- */

enum { MOST_FILES = 64, FIRST = 3 /* descriptors 0, 1, 2 are the standard streams */ };

static struct {
	char *name;
	const unsigned char *bytes;
	size_t size;
} files[MOST_FILES];
static size_t file_count;
static struct {
	size_t file, at;
	bool open;
} opened[MOST_FILES];

/* Called by the page: memory for `size` bytes, and a file that they are from now on. */
void *nch_wasm_room(size_t size);
int nch_wasm_file(const char *name, const unsigned char *bytes, size_t size);

__attribute__((export_name("nch_wasm_room"))) void *nch_wasm_room(size_t size)
{
	return nch_os_memory_aligned(64, (size + 63) / 64 * 64 + 64);
}

__attribute__((export_name("nch_wasm_file"))) int nch_wasm_file(const char *name, const unsigned char *bytes, size_t size)
{
	char *copy = file_count < MOST_FILES ? malloc(strlen(name) + 1) : NULL;
	if (copy == NULL)
		return 1;
	files[file_count].name = strcpy(copy, name);
	files[file_count].bytes = bytes;
	files[file_count++].size = size;
	return 0;
}

static size_t find(const char *path)
{
	size_t i = 0;
	while (i < file_count && strcmp(files[i].name, path) != 0)
		i++;
	return i;
}

bool nch_os_look(const char *path, nch_os_about *about)
{
	size_t i = find(path), length = strlen(path);
	*about = (nch_os_about){.kind = NCH_OS_FILE, .number = i + 1};
	if (i < file_count) {
		about->size = files[i].size;
		return true;
	}
	about->kind = NCH_OS_FOLDER;
	for (i = 0; i < file_count; i++)
		if (strncmp(files[i].name, path, length) == 0 && files[i].name[length] == '/')
			return true;
	errno = ENOENT;
	return false;
}

static bool is_open(int descriptor)
{
	return descriptor >= FIRST && descriptor < FIRST + MOST_FILES && opened[descriptor - FIRST].open;
}

bool nch_os_look_open(int descriptor, nch_os_about *about)
{
	*about = (nch_os_about){.kind = NCH_OS_DEVICE};
	if (is_open(descriptor))
		*about = (nch_os_about){.kind = NCH_OS_FILE, .size = files[opened[descriptor - FIRST].file].size, .number = opened[descriptor - FIRST].file + 1};
	return true;
}

int nch_os_open(const char *path, nch_os_mode mode)
{
	size_t i = find(path);
	errno = mode == NCH_OS_WRITE || mode == NCH_OS_NEW ? EROFS : ENOENT;
	for (int d = 0; d < MOST_FILES && i < file_count && errno == ENOENT; d++)
		if (!opened[d].open) {
			opened[d].file = i;
			opened[d].at = 0;
			opened[d].open = true;
			return d + FIRST;
		}
	return -1;
}

bool nch_os_close(int descriptor)
{
	bool was = is_open(descriptor);
	if (was)
		opened[descriptor - FIRST].open = false;
	return was;
}

ptrdiff_t nch_os_read(int descriptor, void *into, size_t room)
{
	if (!is_open(descriptor))
		return 0;
	size_t file = opened[descriptor - FIRST].file, at = opened[descriptor - FIRST].at, left = files[file].size - at, count = left < room ? left : room;
	memcpy(into, files[file].bytes + at, count);
	opened[descriptor - FIRST].at += count;
	return (ptrdiff_t)count;
}

static bool cannot(void)
{
	errno = EROFS;
	return false;
}

bool nch_os_write(int descriptor, const void *bytes, size_t length) { return (void)descriptor, (void)bytes, (void)length, cannot(); }
bool nch_os_flush(int descriptor) { return (void)descriptor, true; }
FILE *nch_os_fopen(const char *path, const char *mode) { return (void)path, (void)mode, cannot() ? stdin : NULL; }
bool nch_os_flush_stream(FILE *file) { return (void)file, cannot(); }
bool nch_os_cut_stream(FILE *file, uint64_t length) { return (void)file, (void)length, cannot(); }

const void *nch_os_map(int descriptor, size_t size)
{
	return is_open(descriptor) && size <= files[opened[descriptor - FIRST].file].size ? files[opened[descriptor - FIRST].file].bytes : NULL;
}

void nch_os_unmap(const void *data, size_t size) { (void)data, (void)size; }

/* --- names --- */

bool nch_os_rename(const char *from, const char *to) { return (void)from, (void)to, cannot(); }
bool nch_os_remove(const char *path) { return (void)path, cannot(); }
bool nch_os_make_folder(const char *path) { return (void)path, cannot(); }
bool nch_os_remove_folder(const char *path) { return (void)path, cannot(); }
void nch_os_flush_folder(const char *path) { (void)path; }

char *nch_os_real_path(const char *path)
{
	char *copy = malloc(strlen(path) + 1);
	return copy != NULL ? strcpy(copy, path) : NULL;
}

bool nch_os_separates(char c) { return c == '/'; }
size_t nch_os_root(const char *path) { return strspn(path, "/"); }
nch_os_folder *nch_os_folder_open(const char *path) { return (void)path, cannot() ? (nch_os_folder *)files : NULL; }
const char *nch_os_folder_next(nch_os_folder *folder) { return (void)folder, NULL; }
void nch_os_folder_close(nch_os_folder *folder) { (void)folder; }
nch_os_locking nch_os_lock(const char *path, int *lock, long *holder) { return (void)path, (void)lock, (void)holder, NCH_OS_NO_LOCK; }
void nch_os_unlock(const char *path, int lock) { (void)path, (void)lock; }

/* --- the program, memory, time --- */

char **nch_os_start(int *argc, char **argv) { return (void)argc, argv; }
void nch_os_on_lost_page(const char *text) { (void)text; }
void nch_os_on_stop(void (*handler)(int)) { (void)handler; }
void nch_os_end(int status) { (void)status, __builtin_trap(); }
char *nch_os_program(void) { return NULL; }
const char *nch_os_environment(const char *name) { return (void)name, NULL; }
const char *nch_os_locale(void) { return "C"; }
long nch_os_process(void) { return 1; }
bool nch_os_process_lives(long process) { return (void)process, true; }
void nch_os_host(char *name, size_t room) { snprintf(name, room, "host"); }
size_t nch_os_cores(void) { return 1; }
bool nch_os_has_dot(void) { return false; }
const char *nch_os_reason(int number) { return strerror(number); }
void *nch_os_memory(size_t bytes) { return calloc(bytes, 1); }
void *nch_os_memory_aligned(size_t alignment, size_t bytes) { return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment); }
void *nch_os_memory_resize(void *memory, size_t bytes) { return realloc(memory, bytes); }
void nch_os_memory_free(void *memory) { free(memory); }
void nch_os_memory_huge(void *memory, size_t bytes) { (void)memory, (void)bytes; }
bool nch_os_is_terminal(int descriptor) { return (void)descriptor, false; }
size_t nch_os_columns(int descriptor) { return (void)descriptor, 0; }
double nch_os_seconds(void) { return 0.0; }
double nch_os_date(void) { return 0.0; }
void nch_os_let_others(void) {}
