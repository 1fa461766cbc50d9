/* files.h - a folder of a fuzz target's own, for readers that want files: in memory where the system has such a place, since a disk that syncs lets tens of inputs a second through
 * in place of thousands. It is removed when the program ends. */
#ifndef NCH_FUZZ_FILES_H
#define NCH_FUZZ_FILES_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static char fuzz_folder_path[64];

static inline int fuzz_remove_one(const char *path, const struct stat *about, int kind, struct FTW *place)
{
	(void)about, (void)kind, (void)place;
	return remove(path);
}

static inline void fuzz_remove_folder(void)
{
	nftw(fuzz_folder_path, fuzz_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static inline const char *fuzz_folder(void)
{
	static const char *const places[] = {"/dev/shm", "/tmp"};
	for (int i = 0; i < 2 && fuzz_folder_path[0] == '\0'; i++) {
		snprintf(fuzz_folder_path, sizeof fuzz_folder_path, "%s/nunchi-fuzz-XXXXXX", places[i]);
		if (mkdtemp(fuzz_folder_path) == NULL)
			fuzz_folder_path[0] = '\0';
		else
			atexit(fuzz_remove_folder);
	}
	if (fuzz_folder_path[0] == '\0')
		abort();
	return fuzz_folder_path;
}

enum { FUZZ_PATH = 192 };

/* Writes these bytes, plainly, as NAME in the folder; `path` gets where. */
static inline void fuzz_put(const char *name, const void *data, size_t size, char path[FUZZ_PATH])
{
	snprintf(path, FUZZ_PATH, "%s/%s", fuzz_folder(), name);
	FILE *file = fopen(path, "wb");
	if (file == NULL || fwrite(data, 1, size, file) != size || fclose(file) != 0)
		abort();
}

#endif
