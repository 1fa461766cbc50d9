#include "base/file.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

static int files_in_folder(void)
{
	int count = 0;
	DIR *listing = opendir(folder);
	for (struct dirent *entry; listing != NULL && (entry = readdir(listing)) != NULL;)
		count += entry->d_name[0] != '.';
	closedir(listing);
	return count;
}

static void empty_folder(void)
{
	DIR *listing = opendir(folder);
	for (struct dirent *entry; listing != NULL && (entry = readdir(listing)) != NULL;)
		if (entry->d_name[0] != '.')
			unlink(in_folder(entry->d_name));
	closedir(listing);
}

TEST(writes_and_maps)
{
	nch_error error = {0};
	CHECK(nch_file_write(in_folder("a.txt"), "한글\n", 7, &error) == NCH_OK);
	nch_mapping mapping = {0};
	CHECK(nch_file_map(in_folder("a.txt"), &mapping, &error) == NCH_OK);
	CHECK(mapping.size == 7 && mapping.mapped && memcmp(mapping.data, "한글\n", 7) == 0);
	nch_file_unmap(&mapping);
	CHECK(mapping.data == NULL);
	CHECK(nch_file_write(in_folder("empty"), "", 0, &error) == NCH_OK);
	CHECK(nch_file_map(in_folder("empty"), &mapping, &error) == NCH_OK);
	CHECK(mapping.size == 0 && mapping.data != NULL);
	nch_file_unmap(&mapping);
	CHECK(files_in_folder() == 2); /* no temporary file stays */
	empty_folder();
}

TEST(refusals_name_the_path)
{
	nch_error error = {0};
	nch_mapping mapping = {0};
	CHECK(nch_file_map("/nowhere/at/all", &mapping, &error) == NCH_IO);
	CHECK_TEXT(error.text, "/nowhere/at/all: there is no such file");
	CHECK(nch_file_map("/tmp", &mapping, &error) == NCH_IO);
	CHECK_TEXT(error.text, "/tmp: is a folder, not a file");
	nch_writer writer;
	CHECK(nch_writer_open(&writer, "/tmp", &error) == NCH_IO);
	CHECK(nch_writer_open(&writer, "/nowhere/x", &error) == NCH_IO);
	CHECK(strncmp(error.text, "/nowhere/x: ", 12) == 0);
	nch_writer_discard(&writer);
}

TEST(reading_has_a_limit)
{
	nch_error error = {0};
	nch_buffer buffer = {0};
	nch_file_write(in_folder("ten"), "0123456789", 10, &error);
	CHECK(nch_file_read(in_folder("ten"), 10, &buffer, &error) == NCH_OK);
	CHECK(nch_file_read(in_folder("ten"), 0, &buffer, &error) == NCH_OK);
	CHECK(buffer.length == 20);
	CHECK(nch_file_read(in_folder("ten"), 9, &buffer, &error) == NCH_FORMAT);
	nch_buffer_free(&buffer);
	empty_folder();
}

TEST(whole_or_not_at_all)
{
	nch_error error = {0};
	nch_writer writer;
	nch_buffer buffer = {0};
	nch_file_write(in_folder("model"), "old", 3, &error);
	CHECK(nch_writer_open(&writer, in_folder("model"), &error) == NCH_OK);
	CHECK(nch_writer_add(&writer, "new and longer", 14, &error) == NCH_OK);
	CHECK(files_in_folder() == 2);
	nch_file_read(in_folder("model"), 0, &buffer, &error);
	CHECK_TEXT(buffer.data, "old");
	nch_writer_discard(&writer);
	nch_writer_discard(&writer);
	CHECK(files_in_folder() == 1);

	CHECK(nch_writer_open(&writer, in_folder("model"), &error) == NCH_OK);
	CHECK(nch_writer_add(&writer, "new", 3, &error) == NCH_OK);
	CHECK(nch_writer_commit(&writer, &error) == NCH_OK);
	nch_writer_discard(&writer); /* safe after commit */
	nch_buffer_clear(&buffer);
	nch_file_read(in_folder("model"), 0, &buffer, &error);
	CHECK_TEXT(buffer.data, "new");
	CHECK(files_in_folder() == 1);
	nch_buffer_free(&buffer);
	empty_folder();
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
	empty_folder();
}

TEST(folders)
{
	nch_error error = {0};
	char path[256];
	snprintf(path, sizeof path, "%s/한글/b//c", folder);
	CHECK(nch_folder_make(path, &error) == NCH_OK);
	CHECK(nch_folder_make(path, &error) == NCH_OK);
	CHECK(nch_file_is_folder(path));
	rmdir(path);
	CHECK(rmdir(in_folder("한글/b")) == 0 && rmdir(in_folder("한글")) == 0);
	nch_file_write(in_folder("file"), "x", 1, &error);
	CHECK(nch_folder_make(in_folder("file"), &error) == NCH_IO);
	CHECK(nch_folder_make(in_folder("file/x"), &error) == NCH_IO);
	CHECK(nch_file_exists(in_folder("file")) && !nch_file_is_folder(in_folder("file")));
	empty_folder();
}

TEST(paths)
{
	char *joined = nch_path_join("a", "b");
	CHECK_TEXT(joined, "a/b");
	nch_free(joined);
	joined = nch_path_join("a/", "b");
	CHECK_TEXT(joined, "a/b");
	nch_free(joined);
	CHECK_TEXT(nch_path_name("a/b.tsv"), "b.tsv");
	CHECK_TEXT(nch_path_name("b.tsv"), "b.tsv");
	CHECK(nch_path_has_suffix("X.TSV", ".tsv") && !nch_path_has_suffix("tsv", ".tsv"));
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
	RUN(writes_and_maps);
	RUN(refusals_name_the_path);
	RUN(reading_has_a_limit);
	RUN(whole_or_not_at_all);
	RUN(a_full_disk_is_reported);
	RUN(links_stay_links);
	RUN(folders);
	RUN(paths);
	RUN(only_regular_files);
	RUN(signals_do_not_end_a_write);
	rmdir(folder);
	return test_end();
}
