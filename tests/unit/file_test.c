/* Files: read, written whole or not at all, copied, listed. */
#include "base/file.h"

#include <stdlib.h>
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
	nch_os_folder *listing = nch_os_folder_open(folder);
	while (nch_os_folder_next(listing) != NULL)
		count++;
	nch_os_folder_close(listing);
	return count;
}

static void empty_folder(void)
{
	nch_os_folder *listing = nch_os_folder_open(folder);
	for (const char *name; (name = nch_os_folder_next(listing)) != NULL;)
		nch_os_remove(in_folder(name));
	nch_os_folder_close(listing);
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

TEST(folders)
{
	nch_error error = {0};
	char path[256];
	snprintf(path, sizeof path, "%s/한글/b//c", folder);
	CHECK(nch_folder_make(path, &error) == NCH_OK);
	CHECK(nch_folder_make(path, &error) == NCH_OK);
	CHECK(nch_file_is_folder(path));
	CHECK(nch_os_remove_folder(path) && nch_os_remove_folder(in_folder("한글/b")) && nch_os_remove_folder(in_folder("한글")));
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

/* A file that is replaced while it is mapped: who has it keeps the old one. */
TEST(a_mapped_file_can_be_replaced)
{
	nch_error error = {0};
	nch_mapping mapping = {0};
	nch_buffer buffer = {0};
	CHECK(nch_file_write(in_folder("weights"), "old", 3, &error) == NCH_OK);
	CHECK(nch_file_map(in_folder("weights"), &mapping, &error) == NCH_OK && mapping.mapped);
	CHECK(nch_file_write(in_folder("weights"), "newer", 5, &error) == NCH_OK);
	CHECK(mapping.size == 3 && memcmp(mapping.data, "old", 3) == 0);
	nch_file_unmap(&mapping);
	CHECK(nch_file_read(in_folder("weights"), 0, &buffer, &error) == NCH_OK);
	CHECK_TEXT(buffer.data, "newer");
	nch_buffer_free(&buffer);
	empty_folder();
}

/* Folders one in the other to a path of more than 260 characters, with Korean names. */
TEST(long_paths)
{
	enum { DEPTH = 6 };
	char *paths[DEPTH + 1];
	nch_error error = {0};
	nch_buffer buffer = {0};
	paths[0] = nch_path_join(folder, "");
	for (int i = 1; i <= DEPTH; i++)
		paths[i] = nch_path_join(paths[i - 1], "아주_긴_이름의_폴더_가나다라마바사아자차카타파하_0123456789_0123456789_abc");
	CHECK(nch_folder_make(paths[DEPTH], &error) == NCH_OK);
	char *file = nch_path_join(paths[DEPTH], "파일.txt");
	CHECK(nch_file_write(file, "글", 3, &error) == NCH_OK && nch_file_read(file, 0, &buffer, &error) == NCH_OK);
	CHECK_TEXT(buffer.data, "글");
	nch_os_folder *listing = nch_os_folder_open(paths[DEPTH]);
	CHECK_TEXT(nch_os_folder_next(listing), "파일.txt");
	CHECK(nch_os_folder_next(listing) == NULL);
	nch_os_folder_close(listing);
	CHECK(nch_os_remove(file) && !nch_file_exists(file));
	for (int i = DEPTH; i >= 0; i--) {
		CHECK(i == 0 || nch_os_remove_folder(paths[i]));
		nch_free(paths[i]);
	}
	nch_free(file);
	nch_buffer_free(&buffer);
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
	RUN(a_mapped_file_can_be_replaced);
	RUN(long_paths);
	RUN(folders);
	RUN(paths);
	rmdir(folder);
	return test_end();
}
