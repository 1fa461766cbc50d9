/* os_windows.c - see os.h: Windows 7 and later, by way of mingw-w64.
 *
 * Windows speaks UTF-16; everything that comes or goes is converted here. Descriptors are the C library's, but bytes go through them by the system's
 * own calls. */
#define _WIN32_WINNT 0x0601
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <shellapi.h>

#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <malloc.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* --- errors and text --- */

/* Puts the reason of the system's last failure into errno. Returns false, for the caller's return. */
static bool failed(void)
{
	static const struct {
		DWORD system;
		int number;
	} reasons[] = {
		{ERROR_FILE_NOT_FOUND, ENOENT},      {ERROR_PATH_NOT_FOUND, ENOENT},    {ERROR_INVALID_NAME, ENOENT},     {ERROR_BAD_PATHNAME, ENOENT},
		{ERROR_BAD_NETPATH, ENOENT},         {ERROR_DIRECTORY, ENOTDIR},        {ERROR_ACCESS_DENIED, EACCES},    {ERROR_SHARING_VIOLATION, EACCES},
		{ERROR_LOCK_VIOLATION, EACCES},      {ERROR_USER_MAPPED_FILE, EACCES},  {ERROR_WRITE_PROTECT, EROFS},     {ERROR_FILE_EXISTS, EEXIST},
		{ERROR_ALREADY_EXISTS, EEXIST},      {ERROR_DIR_NOT_EMPTY, ENOTEMPTY},  {ERROR_DISK_FULL, ENOSPC},        {ERROR_HANDLE_DISK_FULL, ENOSPC},
		{ERROR_FILE_TOO_LARGE, EFBIG},       {ERROR_BROKEN_PIPE, EPIPE},        {ERROR_NO_DATA, EPIPE},           {ERROR_PIPE_NOT_CONNECTED, EPIPE},
		{ERROR_NOT_ENOUGH_MEMORY, ENOMEM},   {ERROR_OUTOFMEMORY, ENOMEM},       {ERROR_COMMITMENT_LIMIT, ENOMEM}, {ERROR_NO_UNICODE_TRANSLATION, EILSEQ},
		{ERROR_TOO_MANY_OPEN_FILES, EMFILE}, {ERROR_INVALID_HANDLE, EBADF},     {ERROR_NOT_SAME_DEVICE, EXDEV},   {ERROR_FILENAME_EXCED_RANGE, ENAMETOOLONG},
	};
	DWORD last = GetLastError();
	errno = EIO;
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i].system == last)
			errno = reasons[i].number;
	return false;
}

const char *nch_os_reason(int number)
{
	return number == EACCES ? "access denied, or another program has it open" : strerror(number);
}

/* UTF-8 to UTF-16 in memory of malloc; NULL and errno. */
static wchar_t *to_wide(const char *text)
{
	int length = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
	wchar_t *wide = length > 0 ? malloc((size_t)length * sizeof *wide) : NULL;
	if (wide == NULL) {
		errno = length > 0 ? ENOMEM : EILSEQ;
		return NULL;
	}
	MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, length);
	return wide;
}

/* UTF-16 to UTF-8 in memory of nch_os_memory; NULL and errno. */
static char *to_text(const wchar_t *wide)
{
	int length = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
	char *text = length > 0 ? nch_os_memory((size_t)length) : NULL;
	if (text == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, length, NULL, NULL);
	return text;
}

/* The path as the system takes it, in memory of malloc: where it is long, counted from the root, it is made absolute, with the prefix that lifts the
 * limit of 260 characters. */
static wchar_t *to_path(const char *path)
{
	enum { LONG = 240, PREFIX = 8 };
	static const wchar_t plain[] = L"\\\\?\\", server[] = L"\\\\?\\UNC";
	wchar_t *wide = to_wide(strcmp(path, "/dev/null") == 0 ? "NUL" : path);
	DWORD length = wide != NULL ? GetFullPathNameW(wide, 0, NULL, NULL) : 0;
	if (length < LONG || wcsncmp(wide, plain, 4) == 0)
		return wide;
	wchar_t *whole = malloc((length + PREFIX) * sizeof *whole);
	if (whole == NULL) {
		free(wide);
		errno = ENOMEM;
		return NULL;
	}
	GetFullPathNameW(wide, length, whole + PREFIX, NULL);
	free(wide);
	bool on_server = whole[PREFIX] == L'\\' && whole[PREFIX + 1] == L'\\'; /* \\server\… becomes \\?\UNC\server\… */
	const wchar_t *prefix = on_server ? server : plain;
	size_t from = PREFIX + (on_server ? 1 : 0), size = wcslen(prefix);
	memmove(whole + size, whole + from, (wcslen(whole + from) + 1) * sizeof *whole);
	memcpy(whole, prefix, size * sizeof *whole);
	return whole;
}

/* --- the program --- */

static HANDLE handle_of(int descriptor)
{
	return (HANDLE)_get_osfhandle(descriptor);
}

static bool is_console(int descriptor)
{
	DWORD mode;
	return GetConsoleMode(handle_of(descriptor), &mode) != 0;
}

static void ignore_parameter(const wchar_t *expression, const wchar_t *function, const wchar_t *file, unsigned line, uintptr_t reserved)
{
	(void)expression, (void)function, (void)file, (void)line, (void)reserved;
}

static void prepare_streams(void)
{
	_set_invalid_parameter_handler(ignore_parameter); /* a closed descriptor is an error of the call, not the program's end */
	for (int i = 0; i < 3; i++) {
		if (_get_osfhandle(i) == -1 || _get_osfhandle(i) == -2) {
			int filled = _wopen(L"NUL", i == 0 ? _O_WRONLY : _O_RDONLY);
			if (filled >= 0 && filled != i) {
				_dup2(filled, i);
				_close(filled);
			}
		}
		_setmode(i, _O_BINARY);
		DWORD mode;
		if (i > 0 && GetConsoleMode(handle_of(i), &mode)) /* colours, and lines that are written again */
			SetConsoleMode(handle_of(i), mode | ENABLE_PROCESSED_OUTPUT | 0x0004);
	}
}

char **nch_os_start(int *argc, char **argv)
{
	(void)argv;
	prepare_streams();
	SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX); /* no window asks about an empty drive */
	int count = 0;
	wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &count);
	char **arguments = nch_os_memory(((size_t)count + 1) * sizeof *arguments);
	if (wide == NULL || arguments == NULL)
		return NULL;
	for (int i = 0; i < count; i++)
		if ((arguments[i] = to_text(wide[i])) == NULL)
			return NULL;
	LocalFree(wide);
	*argc = count;
	return arguments;
}

static const char *lost_page_text;

static LONG WINAPI tell_lost_page(EXCEPTION_POINTERS *about)
{
	if (about->ExceptionRecord->ExceptionCode != (DWORD)EXCEPTION_IN_PAGE_ERROR)
		return EXCEPTION_CONTINUE_SEARCH;
	DWORD written;
	WriteFile(handle_of(2), lost_page_text, (DWORD)strlen(lost_page_text), &written, NULL);
	TerminateProcess(GetCurrentProcess(), 1);
	return EXCEPTION_EXECUTE_HANDLER;
}

void nch_os_on_lost_page(const char *text)
{
	lost_page_text = text;
	SetUnhandledExceptionFilter(tell_lost_page);
}

static void (*stop_handler)(int);
static _Atomic bool stopping;

/* Comes in a thread of its own. A window that is closed takes the program with it some seconds later: until then it may finish. */
static BOOL WINAPI stop(DWORD event)
{
	bool again = atomic_exchange(&stopping, true), interrupt = event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
	if (again && interrupt)
		return FALSE;
	stop_handler(interrupt ? SIGINT : SIGTERM);
	if (!interrupt)
		Sleep(60000);
	return TRUE;
}

void nch_os_on_stop(void (*handler)(int))
{
	stop_handler = handler;
	SetConsoleCtrlHandler(stop, TRUE);
}

void nch_os_end(int status)
{
	TerminateProcess(GetCurrentProcess(), (UINT)status);
	_exit(status);
}

/* The C library's own values are in the system's code page. What was asked for is kept, since the caller does not release it. */
char *nch_os_program(void)
{
	static wchar_t path[32768];
	DWORD length = GetModuleFileNameW(NULL, path, (DWORD)(sizeof path / sizeof *path));
	return length > 0 && length < sizeof path / sizeof *path ? to_text(path) : NULL;
}

const char *nch_os_environment(const char *name)
{
	enum { MOST = 64 };
	static struct {
		const char *name;
		char *value;
	} known[MOST];
	static _Atomic size_t count;
	for (size_t i = 0; i < count; i++)
		if (strcmp(known[i].name, name) == 0)
			return known[i].value;
	wchar_t *wide = to_wide(name);
	const wchar_t *found = wide != NULL ? _wgetenv(wide) : NULL;
	char *value = found != NULL ? to_text(found) : NULL;
	free(wide);
	if (count < MOST) {
		known[count].name = name;
		known[count].value = value;
		count++;
	}
	return value;
}

const char *nch_os_locale(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *locale = nch_os_environment(names[i]);
		if (locale != NULL && locale[0] != '\0')
			return locale;
	}
	return PRIMARYLANGID(GetUserDefaultUILanguage()) == LANG_KOREAN ? "ko" : "C";
}

long nch_os_process(void)
{
	return (long)GetCurrentProcessId();
}

bool nch_os_process_lives(long process)
{
	HANDLE handle = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)process);
	if (handle == NULL)
		return GetLastError() != ERROR_INVALID_PARAMETER; /* that is: there is none */
	bool lives = WaitForSingleObject(handle, 0) == WAIT_TIMEOUT;
	CloseHandle(handle);
	return lives;
}

void nch_os_host(char *name, size_t room)
{
	wchar_t wide[MAX_COMPUTERNAME_LENGTH + 1];
	DWORD length = MAX_COMPUTERNAME_LENGTH + 1;
	if (!GetComputerNameW(wide, &length) || WideCharToMultiByte(CP_UTF8, 0, wide, -1, name, (int)room, NULL, NULL) == 0)
		snprintf(name, room, "host");
}

bool nch_os_has_dot(void)
{
	return IsProcessorFeaturePresent(43) != 0; /* PF_ARM_V82_DP_INSTRUCTIONS_AVAILABLE */
}

size_t nch_os_cores(void)
{
	DWORD_PTR ours, all;
	size_t count = 0;
	if (GetProcessAffinityMask(GetCurrentProcess(), &ours, &all))
		for (; ours != 0; ours &= ours - 1)
			count++;
	if (count == 0) /* the process has threads in several groups of processors */
		count = GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
	return count > 0 ? count : 1;
}

/* --- memory: all of it by the aligned allocator, since one function releases it --- */

enum { ALIGNMENT = 16 };

void *nch_os_memory(size_t bytes)
{
	void *memory = _aligned_malloc(bytes, ALIGNMENT);
	return memory != NULL ? memset(memory, 0, bytes) : NULL;
}

void *nch_os_memory_aligned(size_t alignment, size_t bytes)
{
	return _aligned_malloc(bytes, alignment);
}

void *nch_os_memory_resize(void *memory, size_t bytes)
{
	return _aligned_realloc(memory, bytes, ALIGNMENT);
}

void nch_os_memory_free(void *memory)
{
	_aligned_free(memory);
}

void nch_os_memory_huge(void *memory, size_t bytes)
{
	(void)memory; /* large pages are a privilege here */
	(void)bytes;
}

/* --- terminals --- */

bool nch_os_is_terminal(int descriptor)
{
	return is_console(descriptor);
}

size_t nch_os_columns(int descriptor)
{
	CONSOLE_SCREEN_BUFFER_INFO screen;
	if (!GetConsoleScreenBufferInfo(handle_of(descriptor), &screen))
		return 0;
	return (size_t)(screen.srWindow.Right - screen.srWindow.Left + 1);
}

/* What is typed, as UTF-8. A line that does not fit waits for the next call; Ctrl-Z at its beginning is the end. */
static ptrdiff_t read_console(int descriptor, char *into, size_t room)
{
	static char waiting[4096];
	static size_t begin, end;
	if (begin == end) {
		wchar_t line[sizeof waiting / 4];
		DWORD got = 0, more = 0;
		if (!ReadConsoleW(handle_of(descriptor), line, sizeof line / sizeof *line - 1, &got, NULL)) {
			failed();
			return -1;
		}
		bool cut = got > 0 && line[got - 1] >= 0xD800 && line[got - 1] < 0xDC00; /* half a character: the other half is there */
		if (cut && ReadConsoleW(handle_of(descriptor), line + got, 1, &more, NULL))
			got += more;
		begin = end = 0;
		if (got > 0 && line[0] == 0x1A)
			return 0;
		int made = WideCharToMultiByte(CP_UTF8, 0, line, (int)got, waiting, sizeof waiting, NULL, NULL);
		end = made > 0 ? (size_t)made : 0;
	}
	size_t count = end - begin < room ? end - begin : room;
	memcpy(into, waiting + begin, count);
	begin += count;
	return (ptrdiff_t)count;
}

/* How many of the bytes at the end are the beginning of a character. */
static size_t unfinished(const char *bytes, size_t length)
{
	for (size_t back = 1; back <= 3 && back <= length; back++) {
		unsigned char c = (unsigned char)bytes[length - back];
		if (c >= 0xC0)
			return back < (c >= 0xF0 ? 4u : c >= 0xE0 ? 3u : 2u) ? back : 0;
		if (c < 0x80)
			break;
	}
	return 0;
}

/* UTF-8 as the console's characters; a character that comes in two pieces waits for its second one. */
static bool write_console(int descriptor, const char *bytes, size_t length)
{
	enum { PIECE = 2048 };
	static char cut[4];
	static size_t cut_length;
	char text[PIECE + 4];
	wchar_t wide[PIECE + 4];
	while (length > 0) {
		size_t take = length < PIECE ? length : PIECE;
		memcpy(text, cut, cut_length);
		memcpy(text + cut_length, bytes, take);
		size_t whole = cut_length + take, later = unfinished(text, whole);
		DWORD written;
		int made = MultiByteToWideChar(CP_UTF8, 0, text, (int)(whole - later), wide, PIECE + 4);
		if (made > 0 && !WriteConsoleW(handle_of(descriptor), wide, (DWORD)made, &written, NULL))
			return failed();
		memcpy(cut, text + whole - later, later);
		cut_length = later;
		bytes += take;
		length -= take;
	}
	return true;
}

/* --- files --- */

static bool tell_about(HANDLE handle, nch_os_about *about)
{
	BY_HANDLE_FILE_INFORMATION info;
	DWORD type = GetFileType(handle);
	*about = (nch_os_about){.kind = type == FILE_TYPE_PIPE ? NCH_OS_PIPE : NCH_OS_DEVICE};
	if (type != FILE_TYPE_DISK)
		return type != FILE_TYPE_UNKNOWN || GetLastError() == NO_ERROR || failed();
	if (!GetFileInformationByHandle(handle, &info))
		return failed();
	about->kind = info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY ? NCH_OS_FOLDER : NCH_OS_FILE;
	about->size = (uint64_t)info.nFileSizeHigh << 32 | info.nFileSizeLow;
	about->volume = info.dwVolumeSerialNumber;
	about->number = (uint64_t)info.nFileIndexHigh << 32 | info.nFileIndexLow;
	return true;
}

/* INVALID_HANDLE_VALUE and errno where it cannot be opened. */
static HANDLE open_handle(const char *path, DWORD access, DWORD sharing, DWORD disposition, DWORD flags)
{
	wchar_t *wide = to_path(path);
	if (wide == NULL)
		return INVALID_HANDLE_VALUE;
	HANDLE handle = CreateFileW(wide, access, sharing, NULL, disposition, flags, NULL);
	if (handle == INVALID_HANDLE_VALUE)
		failed();
	free(wide);
	return handle;
}

enum { ALL_SHARED = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE };

bool nch_os_look(const char *path, nch_os_about *about)
{
	HANDLE handle = open_handle(path, FILE_READ_ATTRIBUTES, ALL_SHARED, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
	if (handle == INVALID_HANDLE_VALUE)
		return false;
	bool known = tell_about(handle, about);
	CloseHandle(handle);
	return known;
}

bool nch_os_look_open(int descriptor, nch_os_about *about)
{
	return tell_about(handle_of(descriptor), about);
}

int nch_os_open(const char *path, nch_os_mode mode)
{
	bool reads = mode == NCH_OS_READ || mode == NCH_OS_READ_AT_ONCE;
	HANDLE handle = open_handle(path, reads ? GENERIC_READ : GENERIC_WRITE, ALL_SHARED, mode == NCH_OS_NEW ? CREATE_NEW : OPEN_EXISTING,
	                            FILE_ATTRIBUTE_NORMAL | FILE_FLAG_BACKUP_SEMANTICS);
	if (handle == INVALID_HANDLE_VALUE)
		return -1;
	int descriptor = _open_osfhandle((intptr_t)handle, _O_BINARY | _O_NOINHERIT | (reads ? _O_RDONLY : _O_WRONLY));
	if (descriptor < 0)
		CloseHandle(handle);
	return descriptor;
}

bool nch_os_close(int descriptor)
{
	return _close(descriptor) == 0;
}

enum { AT_ONCE = 1 << 28 }; /* bytes that one call of the system takes */

ptrdiff_t nch_os_read(int descriptor, void *into, size_t room)
{
	DWORD got = 0;
	if (room == 0)
		return 0;
	if (is_console(descriptor))
		return read_console(descriptor, into, room);
	if (ReadFile(handle_of(descriptor), into, (DWORD)(room < AT_ONCE ? room : AT_ONCE), &got, NULL))
		return (ptrdiff_t)got;
	if (GetLastError() == ERROR_BROKEN_PIPE || GetLastError() == ERROR_HANDLE_EOF) /* whoever wrote has ended */
		return 0;
	failed();
	return -1;
}

bool nch_os_write(int descriptor, const void *bytes, size_t length)
{
	const char *at = bytes;
	if (is_console(descriptor))
		return write_console(descriptor, bytes, length);
	while (length > 0) {
		DWORD written = 0;
		if (!WriteFile(handle_of(descriptor), at, (DWORD)(length < AT_ONCE ? length : AT_ONCE), &written, NULL))
			return failed();
		at += written;
		length -= written;
	}
	return true;
}

bool nch_os_flush(int descriptor)
{
	return FlushFileBuffers(handle_of(descriptor)) || failed();
}

FILE *nch_os_fopen(const char *path, const char *mode)
{
	wchar_t *wide = to_path(path), *how = to_wide(mode);
	FILE *file = wide != NULL && how != NULL ? _wfopen(wide, how) : NULL;
	free(wide);
	free(how);
	return file;
}

bool nch_os_flush_stream(FILE *file)
{
	return fflush(file) == 0 && nch_os_flush(_fileno(file));
}

bool nch_os_cut_stream(FILE *file, uint64_t length)
{
	return fflush(file) == 0 && _chsize_s(_fileno(file), (__int64)length) == 0 && fseek(file, 0, SEEK_END) == 0;
}

const void *nch_os_map(int descriptor, size_t size)
{
	HANDLE mapping = CreateFileMappingW(handle_of(descriptor), NULL, PAGE_READONLY, 0, 0, NULL);
	const void *data = mapping != NULL ? MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, size) : NULL;
	if (mapping != NULL)
		CloseHandle(mapping); /* the view keeps it */
	return data;
}

void nch_os_unmap(const void *data, size_t size)
{
	(void)size;
	UnmapViewOfFile(data);
}

/* --- names --- */

/* A file that is mapped, or that a program opened without sharing, cannot be written over, but it may be called otherwise: by a name that
 * nch_folder_sweep removes when this process is no more. */
static bool put_aside(const wchar_t *path)
{
	static _Atomic unsigned count;
	size_t room = wcslen(path) + 48;
	wchar_t *aside = malloc(room * sizeof *aside);
	if (aside == NULL)
		return false;
	_snwprintf(aside, room, L"%ls.%lu-%u.tmp", path, GetCurrentProcessId(), 1000000u + atomic_fetch_add(&count, 1));
	bool moved = MoveFileExW(path, aside, 0);
	if (moved)
		DeleteFileW(aside); /* where that is possible already */
	free(aside);
	return moved;
}

bool nch_os_rename(const char *from, const char *to)
{
	wchar_t *source = to_path(from), *target = to_path(to);
	bool moved = false;
	if (source != NULL && target != NULL) {
		moved = MoveFileExW(source, target, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH);
		DWORD attributes = moved ? INVALID_FILE_ATTRIBUTES : GetFileAttributesW(target);
		if (!moved)
			failed();
		if (attributes != INVALID_FILE_ATTRIBUTES && !(attributes & FILE_ATTRIBUTE_DIRECTORY) && put_aside(target))
			moved = MoveFileExW(source, target, MOVEFILE_WRITE_THROUGH) || failed();
	}
	free(source);
	free(target);
	return moved;
}

/* One of the system's functions that take a path. */
static bool with_path(const char *path, BOOL(WINAPI *function)(const wchar_t *))
{
	wchar_t *wide = to_path(path);
	bool done = wide != NULL && (function(wide) || failed());
	free(wide);
	return done;
}

bool nch_os_remove(const char *path)
{
	return with_path(path, DeleteFileW);
}

static BOOL WINAPI make_folder(const wchar_t *path)
{
	return CreateDirectoryW(path, NULL);
}

bool nch_os_make_folder(const char *path)
{
	return with_path(path, make_folder);
}

bool nch_os_remove_folder(const char *path)
{
	return with_path(path, RemoveDirectoryW);
}

void nch_os_flush_folder(const char *path)
{
	(void)path; /* the renames are written through */
}

char *nch_os_real_path(const char *path)
{
	wchar_t *wide = to_path(path);
	DWORD length = wide != NULL ? GetFullPathNameW(wide, 0, NULL, NULL) : 0;
	wchar_t *whole = length > 0 ? malloc(length * sizeof *whole) : NULL;
	char *text = whole != NULL && GetFullPathNameW(wide, length, whole, NULL) > 0 ? to_text(whole) : NULL;
	free(wide);
	free(whole);
	return text;
}

bool nch_os_separates(char c)
{
	return c == '/' || c == '\\';
}

size_t nch_os_root(const char *path)
{
	size_t length = 0;
	if (((path[0] >= 'a' && path[0] <= 'z') || (path[0] >= 'A' && path[0] <= 'Z')) && path[1] == ':')
		length = 2;
	else if (nch_os_separates(path[0]) && nch_os_separates(path[1])) /* a server, and what it shares */
		for (int part = 0; part < 2; part++) {
			while (nch_os_separates(path[length]))
				length++;
			while (path[length] != '\0' && !nch_os_separates(path[length]))
				length++;
		}
	while (nch_os_separates(path[length]))
		length++;
	return length;
}

struct nch_os_folder {
	HANDLE search;
	WIN32_FIND_DATAW found;
	bool first;
	char *name;
};

nch_os_folder *nch_os_folder_open(const char *path)
{
	nch_os_folder *folder = calloc(1, sizeof *folder);
	size_t length = strlen(path);
	char *pattern = malloc(length + 3);
	wchar_t *wide = NULL;
	if (folder != NULL && pattern != NULL) {
		memcpy(pattern, path, length);
		strcpy(pattern + length, length > 0 && nch_os_separates(path[length - 1]) ? "*" : "/*");
		wide = to_path(pattern);
	}
	free(pattern);
	HANDLE search = wide != NULL ? FindFirstFileW(wide, &folder->found) : INVALID_HANDLE_VALUE;
	if (wide != NULL && search == INVALID_HANDLE_VALUE)
		failed();
	free(wide);
	if (search == INVALID_HANDLE_VALUE) {
		free(folder);
		return NULL;
	}
	folder->search = search;
	folder->first = true;
	return folder;
}

const char *nch_os_folder_next(nch_os_folder *folder)
{
	while (folder->first || FindNextFileW(folder->search, &folder->found)) {
		folder->first = false;
		if (wcscmp(folder->found.cFileName, L".") == 0 || wcscmp(folder->found.cFileName, L"..") == 0)
			continue;
		nch_os_memory_free(folder->name);
		folder->name = to_text(folder->found.cFileName);
		if (folder->name != NULL)
			return folder->name;
	}
	return NULL;
}

void nch_os_folder_close(nch_os_folder *folder)
{
	if (folder == NULL)
		return;
	FindClose(folder->search);
	nch_os_memory_free(folder->name);
	free(folder);
}

/* --- locks: who has the file open for writing, has it; it holds the process's number for others to read --- */

static long read_holder(const char *path)
{
	char digits[32] = "";
	int descriptor = nch_os_open(path, NCH_OS_READ);
	if (descriptor >= 0) {
		nch_os_read(descriptor, digits, sizeof digits - 1);
		nch_os_close(descriptor);
	}
	return strtol(digits, NULL, 10);
}

nch_os_locking nch_os_lock(const char *path, int *lock, long *holder)
{
	HANDLE handle = open_handle(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_DELETE, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL);
	if (handle == INVALID_HANDLE_VALUE) {
		nch_os_about about;
		if (errno != EACCES || !nch_os_look(path, &about))
			return NCH_OS_NO_LOCK;
		*holder = read_holder(path);
		return NCH_OS_HELD;
	}
	char digits[32];
	snprintf(digits, sizeof digits, "%ld\n", nch_os_process());
	SetEndOfFile(handle);
	*lock = _open_osfhandle((intptr_t)handle, _O_BINARY | _O_NOINHERIT | _O_WRONLY);
	nch_os_write(*lock, digits, strlen(digits));
	return NCH_OS_LOCKED;
}

void nch_os_unlock(const char *path, int lock)
{
	nch_os_remove(path);
	nch_os_close(lock);
}

/* --- time --- */

double nch_os_seconds(void)
{
	LARGE_INTEGER now, rate;
	QueryPerformanceCounter(&now);
	QueryPerformanceFrequency(&rate);
	return (double)now.QuadPart / (double)rate.QuadPart;
}

double nch_os_date(void)
{
	FILETIME now; /* tenths of microseconds since 1601 */
	GetSystemTimeAsFileTime(&now);
	return 1e-7 * (double)((uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime) - 11644473600.0;
}

void nch_os_let_others(void)
{
	SwitchToThread();
}
