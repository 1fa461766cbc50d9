/* Files of a folder that change at once: where each lies while a change is not at its end, what vanishes, folders in the folder, and what a reader is told. */
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/change.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/os.h"
#include "test.h"

static char folder[64];

static void put(const char *name, const char *text)
{
	char *path = nch_path_join(folder, name);
	CHECK(nch_file_write(path, text, strlen(text), NULL) == NCH_OK);
	nch_free(path);
}

/* What a reader finds in a file; "" where there is none. */
static const char *get(const char *name)
{
	static char text[64];
	nch_buffer bytes = {0};
	char *path = nch_folder_file(folder, name);
	text[0] = '\0';
	if (path != NULL && nch_file_exists(path) && nch_file_read(path, sizeof text - 1, &bytes, NULL) == NCH_OK)
		snprintf(text, sizeof text, "%.*s", (int)bytes.length, bytes.data ? bytes.data : "");
	nch_buffer_free(&bytes);
	nch_free(path);
	return text;
}

static void begin(void)
{
	snprintf(folder, sizeof folder, "/tmp/nunchi-change-XXXXXX");
	CHECK(mkdtemp(folder) != NULL);
	put("config.json", "old");
	put("weights", "old");
	put("vocabulary", "old");
	put("log", "kept");
}

static void end(void)
{
	char command[100];
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	CHECK(system(command) == 0);
}

static bool vanishes(const char *name)
{
	return strcmp(name, "vocabulary") == 0 || strncmp(name, "member-", 7) == 0;
}

static void write_new(nch_change *change)
{
	CHECK(nch_change_begin(change, folder, NULL) == NCH_OK);
	put(".new/config.json", "new");
	put(".new/weights", "new");
}

TEST(all_at_once)
{
	nch_change change;
	begin();
	write_new(&change);
	CHECK_TEXT(get("config.json"), "old");
	CHECK(nch_change_commit(&change, vanishes, NULL) == NCH_OK);
	nch_change_discard(&change);
	CHECK_TEXT(get("config.json"), "new");
	CHECK_TEXT(get("weights"), "new");
	CHECK_TEXT(get("vocabulary"), "");
	CHECK_TEXT(get("log"), "kept");
	end();
}

TEST(given_up)
{
	nch_change change;
	begin();
	write_new(&change);
	nch_change_discard(&change);
	CHECK_TEXT(get("weights"), "old");
	CHECK(nch_change_finish(folder, NULL) == NCH_OK);
	CHECK_TEXT(get("weights"), "old");
	end();
}

static nch_status count_one(void *context, const char *name, const char *path, nch_error *error)
{
	(void)name, (void)error;
	CHECK(nch_file_exists(path));
	++*(size_t *)context;
	return NCH_OK;
}

/* As one who was killed after the moment in which the folder changed, or when some files were moved, leaves it. */
TEST(cut_short)
{
	char from[100], to[100];
	nch_change change;
	size_t files = 0;
	begin();
	write_new(&change);
	put(".new/.gone", "vocabulary\n");
	snprintf(from, sizeof from, "%s/.new", folder);
	snprintf(to, sizeof to, "%s/.saved", folder);
	CHECK(nch_os_rename(from, to));
	nch_change_discard(&change);
	for (int round = 0; round < 2; round++) {
		CHECK_TEXT(get("config.json"), "new");
		CHECK_TEXT(get("weights"), "new");
		CHECK_TEXT(get("vocabulary"), "");
		CHECK_TEXT(get("log"), "kept");
		files = 0;
		CHECK(nch_folder_each(folder, count_one, &files, NULL) == NCH_OK && files == 3);
		snprintf(from, sizeof from, "%s/.saved/weights", folder);
		snprintf(to, sizeof to, "%s/weights", folder);
		CHECK(round > 0 || nch_os_rename(from, to));
	}
	CHECK(nch_change_finish(folder, NULL) == NCH_OK);
	snprintf(to, sizeof to, "%s/.saved", folder);
	CHECK_TEXT(get("config.json"), "new");
	CHECK(!nch_file_exists(to));
	end();
}

/* Folders come and go whole; of a link to one, the link alone. */
TEST(folders_in_the_folder)
{
	char path[100];
	nch_change change;
	begin();
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s/member-%d/inner", folder, i);
		CHECK(nch_folder_make(path, NULL) == NCH_OK);
	}
	put("member-0/weights", "old");
	put("member-2/inner/weights", "old");
	write_new(&change);
	snprintf(path, sizeof path, "%s/.new/member-0", folder);
	CHECK(nch_folder_make(path, NULL) == NCH_OK);
	put(".new/member-0/weights", "new");
	CHECK(nch_change_commit(&change, vanishes, NULL) == NCH_OK);
	nch_change_discard(&change);
	CHECK_TEXT(get("member-0/weights"), "new");
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof path, i == 0 ? "%s/member-0/inner" : "%s/member-%d", folder, i);
		CHECK(!nch_file_exists(path));
	}
	end();
}

typedef struct reading {
	int calls, undone;
	bool busy; /* somebody saves whenever it is read */
} reading;

static nch_status read_it(void *context, nch_error *error)
{
	reading *r = context;
	nch_change change;
	(void)error;
	if (r->calls++ > 0 && !r->busy)
		return NCH_OK;
	write_new(&change);
	CHECK(nch_change_commit(&change, vanishes, NULL) == NCH_OK);
	nch_change_discard(&change);
	return NCH_OK;
}

static void undo_it(void *context)
{
	((reading *)context)->undone++;
}

TEST(who_reads_meanwhile)
{
	nch_folder_view view;
	nch_error error = {0};
	reading once = {0}, ever = {.busy = true};
	begin();
	nch_folder_look(&view, folder);
	CHECK(!nch_folder_changed(&view));
	CHECK(nch_folder_read(folder, read_it, undo_it, &once, &error) == NCH_OK && once.calls == 2 && once.undone == 1);
	CHECK(nch_folder_read(folder, read_it, undo_it, &ever, &error) == NCH_IO && ever.calls == ever.undone && strstr(error.text, "keeps writing"));
	view = (nch_folder_view){0};
	CHECK(nch_folder_end_look(&view, NCH_DATA, &error) == NCH_DATA);
	end();
}

TEST(no_memory)
{
	nch_error error = {0};
	nch_status status = NCH_MEMORY;
	begin();
	for (size_t n = 1; status == NCH_MEMORY && n < 300; n++) {
		nch_change change;
		nch_folder_view view;
		nch_alloc_fail_after(n);
		status = nch_change_begin(&change, folder, &error);
		if (status == NCH_OK) {
			status = nch_change_commit(&change, vanishes, &error);
			nch_change_discard(&change);
		}
		nch_folder_look(&view, folder);
		status = nch_folder_end_look(&view, status, &error);
		nch_alloc_fail_after(0);
		CHECK_TEXT(get("config.json"), "old");
	}
	CHECK(status == NCH_OK);
	end();
}

int main(void)
{
	RUN(all_at_once);
	RUN(given_up);
	RUN(cut_short);
	RUN(folders_in_the_folder);
	RUN(who_reads_meanwhile);
	RUN(no_memory);
	return test_end();
}
