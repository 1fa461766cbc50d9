/* file_posix_test.c - files as only POSIX has them: links, pipes with names, devices, signals that come into a write. */
#include "base/file.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/change.h"
#include "base/memory.h"
#include "base/os.h"
#include "test.h"

static char folder[64];

/* "folder/name" in a buffer that is reused: one at a time. */
static const char *in_folder(const char *name)
{
	static char path[512];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

TEST(a_full_disk_is_reported)
{
	if (!nch_file_exists("/dev/full"))
		SKIP("no /dev/full here");
	nch_error error = {0};
	char page[20000];
	memset(page, 'x', sizeof page);
	CHECK(nch_file_write("/dev/full", page, sizeof page, &error) == NCH_IO);
	CHECK(nch_file_write("/dev/full", "x", 1, &error) == NCH_IO);
	CHECK(strncmp(error.text, "/dev/full: ", 11) == 0);
	struct stat about; /* and a device is written to, never replaced by a file */
	CHECK(stat("/dev/full", &about) == 0 && S_ISCHR(about.st_mode));
}

TEST(links_stay_links)
{
	nch_error error = {0};
	char link[256], target[256];
	snprintf(link, sizeof link, "%s/link", folder);
	snprintf(target, sizeof target, "%s/target", folder);
	nch_file_write(target, "old", 3, &error);
	CHECK(symlink(target, link) == 0);
	CHECK(nch_file_write(link, "new", 3, &error) == NCH_OK);
	struct stat about;
	CHECK(lstat(link, &about) == 0 && S_ISLNK(about.st_mode));
	nch_buffer buffer = {0};
	nch_file_read(target, 0, &buffer, &error);
	CHECK_TEXT(buffer.data, "new");
	nch_buffer_free(&buffer);
	unlink(link);
	unlink(target);
}

TEST(only_regular_files)
{
	nch_error error = {0};
	nch_buffer text = {0};
	nch_mapping mapping = {0};
	CHECK(mkfifo(in_folder("pipe"), 0600) == 0);
	CHECK(nch_file_read(in_folder("pipe"), 0, &text, &error) == NCH_IO && strstr(error.text, "pipe: is a pipe, not a file") != NULL);
	CHECK(nch_file_map(in_folder("pipe"), &mapping, &error) == NCH_IO && strstr(error.text, "is a pipe") != NULL);
	CHECK(nch_file_read("/dev/zero", 100, &text, &error) == NCH_IO && strstr(error.text, "is a device") != NULL);
	CHECK(nch_file_map("/dev/zero", &mapping, &error) == NCH_IO);
	CHECK(nch_file_read_any("/dev/zero", 100, &text, &error) == NCH_FORMAT); /* larger than the limit */
	CHECK(nch_file_map_any("/dev/null", &mapping, &error) == NCH_OK && mapping.size == 0);
	nch_file_unmap(&mapping);
	nch_buffer_free(&text);
	remove(in_folder("pipe"));
}

/* Takes the folder's lock in a process of its own, which then stands still; 0 if it was not to be had. */
static pid_t lock_elsewhere(void)
{
	int ends[2];
	char taken = 0;
	CHECK(pipe(ends) == 0);
	pid_t child = fork();
	if (child == 0) {
		nch_folder_lock lock = {0};
		nch_error error;
		taken = nch_folder_lock_take(&lock, folder, &error) == NCH_OK;
		alarm(20); /* not for ever, should nobody end it */
		if (write(ends[1], &taken, 1) == 1)
			pause();
		_exit(0);
	}
	CHECK(read(ends[0], &taken, 1) == 1);
	close(ends[0]);
	close(ends[1]);
	if (taken)
		return child;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return 0;
}

/* Who comes second is refused and told who was first; who is killed leaves a lock that holds nobody up; who is done leaves none. */
TEST(a_folder_has_one_who_writes)
{
	nch_error error = {0};
	nch_folder_lock lock = {0};
	char holder[100];
	pid_t child = lock_elsewhere();
	CHECK(child > 0);
	snprintf(holder, sizeof holder, "process %ld is writing into this folder", (long)child);
	CHECK(nch_folder_lock_take(&lock, folder, &error) == NCH_DATA && strstr(error.text, holder) != NULL);
	CHECK(lock_elsewhere() == 0);
	kill(child, SIGKILL);
	CHECK(waitpid(child, NULL, 0) == child);
	CHECK(nch_file_exists(in_folder(".lock")) && nch_folder_lock_take(&lock, folder, &error) == NCH_OK);
	CHECK(lock_elsewhere() == 0);
	nch_folder_lock_release(&lock);
	CHECK(!nch_file_exists(in_folder(".lock")));
	child = lock_elsewhere();
	CHECK(child > 0 && kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
	remove(in_folder(".lock"));
}

static bool every_name(const char *name)
{
	return name[0] != '.';
}

static void put(const char *name, const char *text)
{
	CHECK(nch_file_write(in_folder(name), text, strlen(text), NULL) == NCH_OK);
}

/* Leaves so many descriptors; 0: as many as there were. */
static void leave_descriptors(rlim_t most)
{
	static rlim_t before;
	struct rlimit limit;
	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	if (before == 0)
		before = limit.rlim_cur;
	limit.rlim_cur = most > 0 ? most : before;
	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

/* A folder that is there and cannot be listed (for want of descriptors here, of memory elsewhere) is no empty one: a change of it is not done, and nothing is lost. */
TEST(a_folder_that_cannot_be_listed)
{
	nch_change change;
	nch_error error = {0};
	size_t length = 0;
	char *path;
	put("config.json", "old");
	put("vocabulary", "old");
	for (int vanishing = 1; vanishing >= 0; vanishing--) {
		CHECK(nch_change_begin(&change, folder, &error) == NCH_OK);
		put(".new/config.json", "newer");
		leave_descriptors(1);
		CHECK(nch_change_commit(&change, vanishing ? every_name : NULL, &error) == NCH_IO);
		leave_descriptors(0);
		nch_change_discard(&change);
		path = nch_folder_file(folder, "config.json");
		nch_buffer text = {0};
		CHECK(nch_file_read(path, 100, &text, &error) == NCH_OK);
		CHECK_TEXT(text.data, vanishing ? "old" : "newer"); /* before its moment, and after it: whoever reads finds the new file where it waits */
		length = strlen(path);
		nch_free(path);
		nch_buffer_free(&text);
	}
	CHECK(length == strlen(folder) + strlen("/.saved/config.json"));
	CHECK(nch_change_finish(folder, &error) == NCH_OK && !nch_file_exists(in_folder(".saved")) && nch_file_exists(in_folder("vocabulary")));
	remove(in_folder("config.json"));
	remove(in_folder("vocabulary"));
}

static void on_alarm(int number)
{
	(void)number;
}

/* A signal in the middle of a write is no failure: everything arrives, in order. The reader is slow, so that the writer has to wait, and is called away. */
TEST(signals_do_not_end_a_write)
{
	enum { BYTES = 300000 };
	int ends[2], status;
	CHECK(pipe(ends) == 0);
	pid_t reader = fork();
	if (reader == 0) {
		unsigned char piece[4096];
		size_t got = 0;
		close(ends[1]);
		for (ssize_t n; (n = read(ends[0], piece, sizeof piece)) > 0; nanosleep(&(struct timespec){0, 2000000}, NULL))
			for (ssize_t i = 0; i < n; i++)
				if (piece[i] != (unsigned char)(got++ % 251))
					_exit(1);
		_exit(got == BYTES ? 0 : 2);
	}
	close(ends[0]);
	struct sigaction action = {.sa_handler = on_alarm}, before; /* without SA_RESTART: the call is broken off */
	sigemptyset(&action.sa_mask);
	sigaction(SIGALRM, &action, &before);
	struct itimerval often = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
	unsigned char *bytes = malloc(BYTES);
	for (size_t i = 0; i < BYTES; i++)
		bytes[i] = (unsigned char)(i % 251);
	setitimer(ITIMER_REAL, &often, NULL);
	CHECK(nch_os_write(ends[1], bytes, BYTES));
	setitimer(ITIMER_REAL, &never, NULL);
	sigaction(SIGALRM, &before, NULL);
	close(ends[1]);
	CHECK(waitpid(reader, &status, 0) == reader && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	free(bytes);
}

int main(void)
{
	strcpy(folder, "/tmp/nunchi-file-test-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return 1;
	RUN(a_full_disk_is_reported);
	RUN(links_stay_links);
	RUN(only_regular_files);
	RUN(a_folder_has_one_who_writes);
	RUN(a_folder_that_cannot_be_listed);
	RUN(signals_do_not_end_a_write);
	rmdir(folder);
	return test_end();
}
