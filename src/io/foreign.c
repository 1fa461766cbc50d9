/* foreign.c - what is no text. The signatures are those of the formats' own specifications. */
#include "io/foreign.h"

#include <string.h>

typedef struct foreign {
	const char *signature;
	size_t length;
	const char *name, *advice;
} foreign;

#define SAVE_AS_TEXT "save it as text (UTF-8), or as a table (.csv, .xlsx)"
#define UNPACK "unpack it first"

static const foreign kinds[] = {
	{"PK\3\4", 4, "a spreadsheet (.xlsx) or another zip archive", "a spreadsheet is read as a table, by its name (.xlsx)"},
	{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8, "an old Office or Hangul document (.xls, .doc, .hwp), or one with a password", SAVE_AS_TEXT},
	{"%PDF-", 5, "a PDF document", SAVE_AS_TEXT},
	{"\x1F\x8B", 2, "compressed (gzip)", UNPACK},
	{"\xFD"
	 "7zXZ\0",
	 6, "compressed (xz)", UNPACK},
	{"BZh91AY&SY", 10, "compressed (bzip2)", UNPACK},
	{"\x28\xB5\x2F\xFD", 4, "compressed (zstd)", UNPACK},
	{"7z\xBC\xAF\x27\x1C", 6, "a 7z archive", UNPACK},
	{"\x89PNG\r\n\x1A\n", 8, "a picture (PNG)", SAVE_AS_TEXT},
	{"\xFF\xD8\xFF", 3, "a picture (JPEG)", SAVE_AS_TEXT},
	{"SQLite format 3\0", 16, "a database (SQLite)", SAVE_AS_TEXT},
	{"PAR1\x15", 5, "a Parquet file", SAVE_AS_TEXT},
	{"ARROW1\0", 7, "an Arrow file", SAVE_AS_TEXT},
	{"version https://git-lfs.github.com/spec/", 40, "a pointer of git-lfs, not the file itself", "fetch the file: git lfs pull"},
};

nch_status nch_foreign_refuse(const nch_input *input, nch_error *error)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (input->head_length >= kinds[i].length && memcmp(input->head, kinds[i].signature, kinds[i].length) == 0)
			return nch_fail(error, NCH_FORMAT, "%s: is %s, no text: %s", nch_input_name(input->path), kinds[i].name, kinds[i].advice);
	return NCH_OK;
}
