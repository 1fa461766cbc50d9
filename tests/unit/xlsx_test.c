/* Spreadsheets: inflate, zip, XML, and what pandas would have read; every oddity of real and of hostile files. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "io/inflate.h"
#include "io/rows.h"
#include "io/xlsx.h"
#include "test.h"

static char path[64];
static nch_buffer dump;

/* --- a writer of zip files, stored --- */

static void add16(nch_buffer *out, unsigned value)
{
	nch_buffer_byte(out, (int)(value & 0xFF));
	nch_buffer_byte(out, (int)(value >> 8 & 0xFF));
}

static void add32(nch_buffer *out, uint32_t value)
{
	add16(out, value & 0xFFFF);
	add16(out, value >> 16);
}

typedef struct archive {
	nch_buffer file, directory;
	unsigned count;
} archive;

static void add_part(archive *a, const char *name, const char *text, size_t length, unsigned method, size_t size,
                     uint32_t crc)
{
	size_t offset = a->file.length, name_length = strlen(name);
	for (int local = 1; local >= 0; local--) {
		nch_buffer *out = local ? &a->file : &a->directory;
		add32(out, local ? 0x04034B50 : 0x02014B50);
		if (!local)
			add16(out, 20);
		add16(out, 20);
		add16(out, 0);
		add16(out, method);
		add32(out, 0);
		add32(out, crc);
		add32(out, (uint32_t)length);
		add32(out, (uint32_t)size);
		add16(out, (unsigned)name_length);
		add16(out, 0);
		if (!local) {
			add16(out, 0);
			add32(out, 0);
			add32(out, 0);
			add32(out, (uint32_t)offset);
		}
		nch_buffer_add(out, name, name_length);
	}
	nch_buffer_add(&a->file, text, length);
	a->count++;
}

static void add_text(archive *a, const char *name, const char *text)
{
	size_t length = strlen(text);
	add_part(a, name, text, length, 0, length, nch_crc32(0, (const unsigned char *)text, length));
}

static void finish_archive(archive *a)
{
	size_t offset = a->file.length;
	nch_buffer_add(&a->file, a->directory.data, a->directory.length);
	add32(&a->file, 0x06054B50);
	add32(&a->file, 0);
	add16(&a->file, a->count);
	add16(&a->file, a->count);
	add32(&a->file, (uint32_t)a->directory.length);
	add32(&a->file, (uint32_t)offset);
	add16(&a->file, 0);
}

static void write_bytes(const char *bytes, size_t length)
{
	snprintf(path, sizeof path, "/tmp/nunchi-xlsx-%ld.xlsx", (long)getpid());
	FILE *file = fopen(path, "wb");
	if (file == NULL || fwrite(bytes, 1, length, file) != length)
		printf("  can't write %s\n", path);
	if (file != NULL)
		fclose(file);
}

/* --- reading --- */

static const char *read_all(const char *file, const char *sheet)
{
	nch_rows *rows;
	nch_error error = {0};
	nch_rows_options options = { .sheet = sheet };
	nch_buffer_clear(&dump);
	nch_buffer_text(&dump, "");
	if (nch_rows_open(file, &options, &rows, &error) != NCH_OK) {
		nch_buffer_printf(&dump, "?%s", error.text + strlen(file));
		return dump.data;
	}
	for (;;) {
		nch_row row;
		bool more;
		nch_status status = nch_rows_next(rows, &row, &more, &error);
		if (status == NCH_OK && !more)
			break;
		if (status != NCH_OK) {
			nch_buffer_printf(&dump, "%c%s;", status == NCH_DATA ? '!' : '?', error.text + strlen(file));
			if (status != NCH_DATA)
				break;
			continue;
		}
		nch_buffer_printf(&dump, "%zu[", row.line);
		for (size_t i = 0; i < row.count; i++) {
			nch_buffer_text(&dump, i > 0 ? "|" : "");
			nch_buffer_add(&dump, row.cells[i].text, row.cells[i].length);
		}
		nch_buffer_text(&dump, "]");
	}
	nch_rows_close(rows);
	return dump.data;
}

#define TYPE "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

/* The parts that every workbook has; sheet1 is called 자료, sheet2 둘째. */
static void add_frame(archive *a)
{
	add_text(a, "_rels/.rels",
	         "<Relationships><Relationship Id='rId1' Type='" TYPE
	         "/officeDocument' Target='xl/workbook.xml'/></Relationships>");
	add_text(a, "xl/workbook.xml",
	         "<?xml version='1.0'?><workbook xmlns:r='x'><sheets><sheet name='자료' sheetId='1' r:id='rId1'/>"
	         "<sheet name='둘째 &amp; 끝' sheetId='2' r:id='rId2'/></sheets></workbook>");
	add_text(a, "xl/_rels/workbook.xml.rels",
	         "<Relationships><Relationship Id='rId1' Type='" TYPE "/worksheet' Target='worksheets/sheet1.xml'/>"
	         "<Relationship Id='rId2' Type='" TYPE "/worksheet' Target='/xl/worksheets/sheet2.xml'/>"
	         "<Relationship Id='rId3' Type='" TYPE "/sharedStrings' Target='sharedStrings.xml'/>"
	         "<Relationship Id='rId4' Type='" TYPE "/styles' Target='../xl/styles.xml'/></Relationships>");
}

static const char strings[] = "<sst count='99999999' uniqueCount='4000000000'><si><t>text</t></si><si><t>label</t></si>"
			      "<si><r><rPr><b/></rPr><t>굵은 </t></r><r><t xml:space='preserve'> "
                              "글&#xAC00;</t></r><rPh><t>음독</t></rPh></si><si/>"
			      "<si><t><![CDATA[a<b]]> &lt;&amp;&gt; _x000D__x000a_</t></si></sst>";
static const char styles[] =
	"<styleSheet><numFmts><numFmt numFmtId='164' formatCode='yyyy\"년\"'/><numFmt numFmtId='165' "
        "formatCode='0.0\"d\"'/></numFmts>"
	"<cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>"
	"<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/><xf numFmtId='165'/></cellXfs></styleSheet>";

/* The rows of a sheet whose <sheetData> holds this. */
static const char *rows_of(const char *cells)
{
	archive a = {0};
	nch_buffer sheet = {0};
	add_frame(&a);
	nch_buffer_printf(&sheet, "<x:worksheet xmlns:x='y'><x:sheetData>%s</x:sheetData><x:row r='9'/></x:worksheet>",
	                  cells);
	add_text(&a, "xl/worksheets/sheet1.xml", sheet.data);
	add_text(&a, "xl/worksheets/sheet2.xml", "<worksheet><sheetData><row><c><v>2</v></c></row></sheetData></worksheet>");
	add_text(&a, "xl/sharedStrings.xml", strings);
	add_text(&a, "xl/styles.xml", styles);
	finish_archive(&a);
	write_bytes(a.file.data, a.file.length);
	const char *result = read_all(path, NULL);
	remove(path);
	nch_buffer_free(&sheet);
	nch_buffer_free(&a.file);
	nch_buffer_free(&a.directory);
	return result;
}

#define HEAD "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c></row>"

TEST(texts)
{
	CHECK_TEXT(rows_of(HEAD "<row r='2'><c r='A2' t='s'><v>2</v></c><c r='B2' "
	                        "t='inlineStr'><is><r><t>행</t></r><r><t>복</t></r></is></c></row>"),
	           "2[굵은  글가|행복]");
	CHECK_TEXT(
		rows_of(HEAD "<row r='2'><c r='A2' t='s'><v>4</v></c><c r='B2' t='str'><f>A1</f><v>식&#10;값</v></c></row>"),
		"2[a<b <&> \r\n|식\n값]");
	CHECK_TEXT(rows_of(HEAD "<row r='2'><c r='A2' t='s'><v>3</v></c><c r='B2' t='s'><v>1</v></c></row>"), "2[|label]");
	CHECK_TEXT(rows_of(HEAD "<row><c t='inlineStr'><is><t> 두\r\n줄\r끝 </t></is></c><c/></row>"), "2[ 두\n줄\n끝 |]");
}

TEST(numbers_dates_and_truth)
{
	CHECK_TEXT(rows_of(HEAD "<row r='2'><c r='A2'><v>3</v></c><c r='B2' t='n'><v>0.10000000000000001</v></c></row>"),
	           "2[3|0.1]");
	CHECK_TEXT(rows_of(HEAD "<row r='2'><c r='A2'><v>-7.0</v></c><c r='B2'><v>1E+3</v></c></row>"), "2[-7|1000]");
	CHECK_TEXT(rows_of(HEAD "<row r='2'><c r='A2' s='1'><v>45352</v></c><c r='B2' s='2'><v>45352.75</v></c></row>"),
	           "2[2024-03-01 00:00:00|2024-03-01 18:00:00]");
	CHECK_TEXT(rows_of(HEAD "<row r='2'><c r='A2' s='1'><v>0.5</v></c><c r='B2' s='3'><v>45352</v></c></row>"),
	           "2[12:00:00|45352]");
	CHECK_TEXT(rows_of(HEAD "<row r='2'><c r='A2' s='1'><v>1</v></c><c r='B2' s='1'><v>61</v></c></row>"),
	           "2[1900-01-01 00:00:00|1900-03-01 00:00:00]");
	CHECK_TEXT(rows_of(HEAD "<row r='2'><c r='A2' t='b'><v>1</v></c><c r='B2' t='b'><v>0</v></c></row>"),
	           "2[True|False]");
	CHECK_TEXT(rows_of(HEAD "<row r='2'><c r='A2' t='e'><v>#N/A</v></c><c r='B2' t='d'><v>2024-03-01</v></c></row>"),
	           "2[|2024-03-01]");
	CHECK_TEXT(rows_of(HEAD "<row r='2'><c r='A2' s='1'><v>-1e300</v></c><c r='B2' s='1'><v>9e9</v></c></row>"), "");
	CHECK_TEXT(rows_of(HEAD "<row r='2'><c r='A2'><v>1e999</v></c><c r='B2' s='4000000000'><v>x</v></c></row>"),
	           "2[1e999|x]");
}

TEST(blank_and_stray_cells)
{
	CHECK_TEXT(rows_of(HEAD "<row r='3'><c r='B3' t='s'><v>1</v></c></row><row r='7'/><row r='9'><c r='A9'/></row>"),
	           "3[|label]");
	/* without r: behind the one before */
	CHECK_TEXT(rows_of("<row><c t='s'><v>0</v></c><c t='s'><v>1</v></c></row><row><c><v>1</v></c><c "
	                   "r='D2'><v>4</v></c><c><v>5</v></c></row>"),
	           "2[1|||4|5]");
	/* back again, far off, beyond all columns */
	CHECK_TEXT(rows_of(HEAD "<row r='2'><c r='B2'><v>2</v></c><c r='A2'><v>1</v></c></row>"), "2[1|2]");
	CHECK_TEXT(rows_of(HEAD "<row r='2'><c r='A2'><v>1</v></c><c r='XFD2'><v>9</v></c><c r='ZZZZ2'><v>8</v></c></row>"),
	           "2[1]");
	CHECK_TEXT(rows_of(HEAD "<row r='2'><c r='A2'><v>1</v></c><c r='?'><v>9</v></c></row>"), "2[1|9]");
	CHECK_TEXT(rows_of(HEAD "<row r='99999999999'><c><v>1</v></c></row>"), "2[1]");
	CHECK_TEXT(rows_of(""), "");
}

TEST(bad_cells)
{
	CHECK_TEXT(rows_of(HEAD "<row r='2'><c t='s'><v>5</v></c></row><row r='3'><c><v>1</v></c></row>"),
	           "!:2: a cell refers to shared string 5, which is not there;3[1]");
	CHECK_TEXT(rows_of(HEAD "<row r='2'><c t='s'><v>-1</v></c></row>"),
	           "!:2: a cell refers to shared string -1, which is not there;");
	CHECK_TEXT(rows_of(HEAD "<row r='2'><c t='s'><v>18446744073709551616</v></c></row>"),
	           "!:2: a cell refers to shared string 18446744073709551616, which is not there;");
	CHECK_TEXT(
		rows_of(HEAD "<row r='2'><c t='inlineStr'><is><t>\xFF</t></is></c></row><row r='3'><c><v>1</v></c></row>"),
		"!:2: not valid UTF-8; save the file as UTF-8, or name its encoding with --encoding;3[1]");
}

TEST(bad_xml)
{
	CHECK_TEXT(rows_of("<row><c></row></c>"),
	           "?: the part xl/worksheets/sheet1.xml is no good XML: a closing tag has no opening one");
	CHECK_TEXT(rows_of("<row><c><v>&euro;</v></c></row>"),
	           "?: the part xl/worksheets/sheet1.xml is no good XML: an entity is unknown");
	CHECK_TEXT(rows_of("<!DOCTYPE x>"),
	           "?: the part xl/worksheets/sheet1.xml is no good XML: it has a document type, which is refused");
	CHECK_TEXT(rows_of("<row r=1>"),
	           "?: the part xl/worksheets/sheet1.xml is no good XML: an attribute's value has no quotes");
	nch_buffer deep = {0};
	for (int i = 0; i < 100; i++)
		nch_buffer_text(&deep, "<a>");
	CHECK_TEXT(rows_of(deep.data),
	           "?: the part xl/worksheets/sheet1.xml is no good XML: its elements are nested too deeply");
	nch_buffer_clear(&deep);
	nch_buffer_text(&deep, "<row a='");
	for (int i = 0; i < 70000; i++)
		nch_buffer_byte(&deep, 'x');
	nch_buffer_text(&deep, "'/>");
	CHECK_TEXT(rows_of(deep.data), "?: the part xl/worksheets/sheet1.xml is no good XML: a tag is too long");
	nch_buffer_free(&deep);
}

TEST(sheets)
{
	archive a = {0};
	add_frame(&a);
	add_text(&a, "xl/worksheets/sheet1.xml", "<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>");
	add_text(&a, "xl/worksheets/sheet2.xml", "<worksheet><sheetData><row><c><v>2</v></c></row></sheetData></worksheet>");
	finish_archive(&a);
	write_bytes(a.file.data, a.file.length);
	CHECK_TEXT(read_all(path, NULL), "1[1]");
	CHECK_TEXT(read_all(path, "2"), "1[2]");
	CHECK_TEXT(read_all(path, "자료"), "1[1]");
	CHECK_TEXT(read_all(path, "둘째 & 끝"), "1[2]");
	CHECK_TEXT(read_all(path, "3"), "?: there is no sheet '3'; the sheets are: 자료, 둘째 & 끝");
	remove(path);
	nch_buffer_free(&a.file);
	nch_buffer_free(&a.directory);
}

/* One shared string of a megabyte in many cells: each such row is bad, and no memory is taken for it. */
TEST(large_shared_string)
{
	archive a = {0};
	nch_buffer text = {0};
	add_frame(&a);
	nch_buffer_text(&text, "<sst><si><t>");
	for (int i = 0; i < 350000; i++)
		nch_buffer_text(&text, "가");
	nch_buffer_text(&text, "</t></si></sst>");
	add_text(&a, "xl/sharedStrings.xml", text.data);
	nch_buffer_clear(&text);
	nch_buffer_text(&text, "<worksheet><sheetData><row><c t='inlineStr'><is><t>text</t></is></c></row>");
	for (int i = 0; i < 300; i++)
		nch_buffer_text(&text, "<row><c t='s'><v>0</v></c></row>");
	nch_buffer_text(&text, "</sheetData></worksheet>");
	add_text(&a, "xl/worksheets/sheet1.xml", text.data);
	finish_archive(&a);
	write_bytes(a.file.data, a.file.length);
	read_all(path, NULL);
	CHECK(strstr(dump.data, "!:2: the row is longer than 524288 bytes;") != NULL);
	CHECK(strstr(dump.data, ":301: the row is longer") != NULL);
	remove(path);
	nch_buffer_free(&text);
	nch_buffer_free(&a.file);
	nch_buffer_free(&a.directory);
}

/* --- zip and inflate --- */

/* zlib's compress of "안녕하세요 " × 20 + "끝", raw: at level 0 (stored), with Z_FIXED, at level 9 (dynamic). */
#include "golden/inflate_golden.h"

static bool inflates_to(const unsigned char *data, size_t size, const char *expected, size_t length, size_t piece)
{
	static nch_inflate inflate;
	unsigned char *out = malloc(length + piece);
	size_t total = 0, got = 1;
	nch_inflate_start(&inflate, data, size);
	while (got > 0 && total <= length) {
		if (nch_inflate_read(&inflate, out + total, piece, &got, NULL) != NCH_OK)
			break;
		total += got;
	}
	bool same = got == 0 && total == length && memcmp(out, expected, length) == 0;
	free(out);
	return same;
}

TEST(inflate)
{
	char expected[GOLDEN_LENGTH + 1] = "";
	for (int i = 0; i < GOLDEN_TIMES; i++)
		sprintf(expected + strlen(expected), "안녕하세요 %d, ", i * i * 7919 % 1000);
	CHECK(strlen(expected) == GOLDEN_LENGTH);
	for (size_t piece = 1; piece < 400; piece = piece * 3 + 1) {
		CHECK(inflates_to(golden_stored, sizeof golden_stored, expected, GOLDEN_LENGTH, piece));
		CHECK(inflates_to(golden_fixed, sizeof golden_fixed, expected, GOLDEN_LENGTH, piece));
		CHECK(inflates_to(golden_dynamic, sizeof golden_dynamic, expected, GOLDEN_LENGTH, piece));
	}
	CHECK(nch_crc32(0, (const unsigned char *)expected, GOLDEN_LENGTH) == GOLDEN_CRC);
}

/* Cut at every byte, flipped at every bit: an error or other output, never a crash (the sanitizers watch). */
TEST(damaged_streams)
{
	static nch_inflate inflate;
	unsigned char copy[sizeof golden_dynamic], out[512];
	size_t got, failures = 0;
	for (size_t cut = 0; cut < sizeof golden_dynamic; cut++) {
		nch_status status = NCH_OK;
		got = 1;
		nch_inflate_start(&inflate, golden_dynamic, cut);
		while (status == NCH_OK && got > 0)
			status = nch_inflate_read(&inflate, out, sizeof out, &got, NULL);
		failures += status != NCH_OK;
	}
	CHECK(failures == sizeof golden_dynamic);
	for (size_t bit = 0; bit < 8 * sizeof copy; bit++) {
		nch_status status = NCH_OK;
		size_t pieces = 0;
		got = 1;
		memcpy(copy, golden_dynamic, sizeof copy);
		copy[bit / 8] ^= (unsigned char)(1u << bit % 8);
		nch_inflate_start(&inflate, copy, sizeof copy);
		while (status == NCH_OK && got > 0 && pieces++ < 10000)
			status = nch_inflate_read(&inflate, out, sizeof out, &got, NULL);
		CHECK(pieces < 10000);
	}
}

static const char *zip_error(const nch_buffer *file)
{
	static nch_error error;
	nch_zip zip;
	error.text[0] = '\0';
	unsigned char *copy = malloc(file->length); /* exact, so that the sanitizers see a byte too far */
	memcpy(copy, file->data, file->length);
	if (nch_zip_open(copy, file->length, "z", &zip, &error) == NCH_OK) {
		for (size_t i = 0; i < zip.count && error.text[0] == '\0'; i++) {
			nch_buffer out = {0};
			nch_zip_read(&zip, &zip.entries[i], 1 << 20, &out, &error);
			nch_buffer_free(&out);
		}
		nch_zip_close(&zip);
	}
	free(copy);
	return error.text;
}

TEST(damaged_archives)
{
	archive good = {0};
	add_text(&good, "a", "hello");
	add_part(&good, "b", (const char *)golden_dynamic, sizeof golden_dynamic, 8, GOLDEN_LENGTH, GOLDEN_CRC);
	finish_archive(&good);
	CHECK_TEXT(zip_error(&good.file), "");
	/* cut anywhere: an error; any bit flipped: no crash */
	for (size_t length = 1; length < good.file.length; length++) {
		nch_buffer cut = { good.file.data, length, length, false };
		CHECK(zip_error(&cut)[0] != '\0');
	}
	for (size_t at = 0; at < good.file.length; at++)
		for (int bit = 0; bit < 8; bit++) {
			good.file.data[at] = (char)(good.file.data[at] ^ 1 << bit);
			zip_error(&good.file);
			good.file.data[at] = (char)(good.file.data[at] ^ 1 << bit);
		}
	nch_buffer_free(&good.file);
	nch_buffer_free(&good.directory);
	static const struct {
		unsigned method;
		size_t size;
		uint32_t crc;
		const char *error;
	} cases[] = {
		{ 8, GOLDEN_LENGTH + 1, GOLDEN_CRC, "z: the part b has another size than the archive says" },
		{ 8, GOLDEN_LENGTH - 1, GOLDEN_CRC, "z: the part b has another size than the archive says" },
		{ 8, 0xFFFFFFF0u, GOLDEN_CRC, "z: the part b inflates beyond reason: no spreadsheet is so much smaller in its archive" },
		{ 8, GOLDEN_LENGTH * 2, GOLDEN_CRC, "z: the part b has another size than the archive says" },
		{ 8, GOLDEN_LENGTH, GOLDEN_CRC ^ 1, "z: the part b is damaged: its checksum is wrong" },
		{ 0, GOLDEN_LENGTH, GOLDEN_CRC, "z: is no good zip file: a stored entry has two sizes" },
		{ 12, GOLDEN_LENGTH, GOLDEN_CRC, "z: is no good zip file: an entry is compressed in an unknown way" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		archive a = {0};
		add_part(&a, "b", (const char *)golden_dynamic, sizeof golden_dynamic, cases[i].method, cases[i].size,
		         cases[i].crc);
		finish_archive(&a);
		CHECK_TEXT(zip_error(&a.file), cases[i].error);
		nch_buffer_free(&a.file);
		nch_buffer_free(&a.directory);
	}
}

/* An entry whose size and place stand in its zip64 field: the numbers are believed only as far as the file goes, and never added up past 2^64. */
static const char *zip64_error(uint64_t size, uint64_t stored, uint64_t offset, unsigned field)
{
	static const char text[] = "hello";
	static char answer[200];
	const uint64_t numbers[] = { size, stored, offset };
	archive a = {0};
	add_text(&a, "a", text);
	add32(&a.directory, 0); /* room for the field behind the name: 4 + 24 bytes */
	for (size_t i = 0; i < 6; i++)
		add32(&a.directory, 0);
	unsigned char *entry = (unsigned char *)a.directory.data, *extra = entry + 46 + 1;
	memset(entry + 20, 0xFF, 8); /* stored and whole size, and the place: see the field */
	memset(entry + 42, 0xFF, 4);
	entry[30] = 28;
	extra[0] = 1;
	extra[2] = (unsigned char)field;
	for (size_t i = 0; i < 3; i++)
		for (size_t b = 0; b < 8; b++)
			extra[4 + 8 * i + b] = (unsigned char)(numbers[i] >> 8 * b);
	finish_archive(&a);
	snprintf(answer, sizeof answer, "%s", zip_error(&a.file));
	nch_buffer_free(&a.file);
	nch_buffer_free(&a.directory);
	return answer;
}

TEST(zip64)
{
	CHECK_TEXT(zip64_error(5, 5, 0, 24), "");
	CHECK_TEXT(zip64_error(5, 5, UINT64_MAX, 24), "z: is no good zip file: an entry lies outside the file");
	CHECK_TEXT(zip64_error(5, 5, UINT64_MAX - 30, 24), "z: is no good zip file: an entry lies outside the file");
	CHECK_TEXT(zip64_error(5, UINT64_MAX - 20, 0, 24), "z: is no good zip file: an entry lies outside the file");
	CHECK_TEXT(zip64_error(UINT64_MAX, 5, 0, 24), "z: is no good zip file: a stored entry has two sizes");
	CHECK_TEXT(zip64_error(5, 5, 0, 16), "z: is no good zip file: an entry's zip64 field is damaged");
	CHECK_TEXT(zip64_error(5, 5, 0, 200), "z: is no good zip file: an entry's zip64 field is damaged");
}

/* Opens an entry of `megabytes` of zeros, stored in a thousandth of it, which the archive says are `claimed` bytes; what is said, and how much was inflated. */
static const char *inflate_zeros(int megabytes, size_t claimed, uint64_t *produced)
{
	/* made by zlib from 1,048,576 zeros, flushed: it ends at a byte, and all between its head and its tail is zero */
	static const unsigned char head[] = { 236, 193, 49, 1, 0, 0, 0, 194, 160, 245, 79, 109, 8, 95, 160 }, tail[] = { 62, 3, 0, 0, 255, 255 };
	unsigned char block[1037] = {0};
	memcpy(block, head, sizeof head);
	memcpy(block + sizeof block - sizeof tail, tail, sizeof tail);
	nch_buffer deflated = {0};
	static unsigned char piece[1 << 16];
	static nch_error error;
	error = (nch_error){ .text = "read to its end" };
	for (int i = 0; i < megabytes; i++) /* each: one block of its own, a mebibyte of zeros */
		nch_buffer_add(&deflated, block, sizeof block);
	archive a = {0};
	add_part(&a, "b", deflated.data, deflated.length, 8, claimed, 0);
	finish_archive(&a);
	nch_zip zip;
	nch_zip_stream stream = {0};
	size_t got = 1;
	nch_status status = nch_zip_open((const unsigned char *)a.file.data, a.file.length, "z", &zip, &error);
	CHECK(status == NCH_OK);
	status = nch_zip_stream_open(&stream, &zip, &zip.entries[0], &error);
	while (status == NCH_OK && got > 0)
		status = nch_zip_stream_read(&stream, piece, sizeof piece, &got, &error);
	*produced = stream.produced;
	nch_zip_stream_close(&stream);
	nch_zip_close(&zip);
	nch_buffer_free(&a.file);
	nch_buffer_free(&a.directory);
	nch_buffer_free(&deflated);
	return error.text;
}

/* Nothing of it is inflated; and if the archive says that it is small, no more than it says. */
TEST(inflation_bomb)
{
	uint64_t produced;
	CHECK_TEXT(inflate_zeros(128, (size_t)128 << 20, &produced), "z: the part b inflates beyond reason: no spreadsheet is so much smaller in its archive");
	CHECK(produced == 0);
	CHECK_TEXT(inflate_zeros(32, (size_t)1 << 20, &produced), "z: the part b has another size than the archive says");
	CHECK(produced <= ((size_t)1 << 20) + (1 << 16));
	CHECK_TEXT(inflate_zeros(2, (size_t)2 << 20, &produced), "z: the part b is damaged or cut off"); /* its stream has no end, and is not large enough to be refused */
}

/* Work that grows with the square of what the file holds: sheets that ask for their relations, styles for their formats. */
TEST(bombs_of_work)
{
	enum { MANY = 5000 };
	nch_buffer sheets = {0}, rels = {0}, formats = {0};
	nch_buffer_text(&sheets, "<workbook><sheets>");
	nch_buffer_text(&rels, "<Relationships>");
	for (int i = 0; i < MANY; i++)
		nch_buffer_printf(&sheets, "<sheet name='s%d' r:id='%d'/>", i, i);
	for (int i = 0; i < 4000; i++)
		nch_buffer_printf(&rels, "<Relationship Id='%d' Type='/chartsheet' Target='c.xml'/>", i);
	nch_buffer_text(&sheets, "</sheets></workbook>");
	nch_buffer_text(&rels, "</Relationships>");
	nch_buffer_text(&formats, "<styleSheet><numFmts>");
	for (int i = 200; i < 60000; i++)
		nch_buffer_printf(&formats, "<numFmt numFmtId='%d' formatCode='yy'/>", i);
	nch_buffer_text(&formats, "</numFmts><cellXfs>");
	for (int i = 0; i < 60000; i++)
		nch_buffer_text(&formats, "<xf numFmtId='199'/>");
	nch_buffer_text(&formats, "<xf numFmtId='59999'/></cellXfs></styleSheet>");
	CHECK(!sheets.failed && !rels.failed && !formats.failed);
	archive a = {0};
	add_text(&a, "xl/workbook.xml", sheets.data);
	add_text(&a, "xl/_rels/workbook.xml.rels", rels.data);
	finish_archive(&a);
	write_bytes(a.file.data, a.file.length);
	CHECK_TEXT(read_all(path, NULL), "?: the workbook has more than 4096 sheets");
	nch_buffer_free(&a.file);
	nch_buffer_free(&a.directory);
	a = (archive){0};
	add_frame(&a);
	add_text(&a, "xl/worksheets/sheet1.xml", "<worksheet><sheetData><row><c s='60000'><v>1</v></c><c s='59999'><v>1</v></c></row></sheetData></worksheet>");
	add_text(&a, "xl/styles.xml", formats.data);
	finish_archive(&a);
	write_bytes(a.file.data, a.file.length);
	CHECK_TEXT(read_all(path, NULL), "1[1900-01-01 00:00:00|1]");
	nch_buffer_free(&a.file);
	nch_buffer_free(&a.directory);
	nch_buffer_free(&sheets);
	nch_buffer_free(&rels);
	nch_buffer_free(&formats);
}

TEST(not_a_spreadsheet)
{
	write_bytes("text,label\na,b\n", 15);
	CHECK_TEXT(read_all(path, NULL), "?: is no good zip file: it is too short");
	write_bytes("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 old", 12);
	CHECK_TEXT(read_all(path, NULL), "?: is an old .xls file or one with a password; save it as .xlsx or .csv");
	archive a = {0};
	add_text(&a, "x", "y");
	finish_archive(&a);
	write_bytes(a.file.data, a.file.length);
	CHECK_TEXT(read_all(path, NULL), "?: is no spreadsheet: the part xl/workbook.xml is missing");
	nch_buffer_free(&a.file);
	nch_buffer_free(&a.directory);
	remove(path);
}

/* A file that openpyxl wrote (tests/golden/xlsx.py tells what is in it): what pandas reads. */
TEST(written_by_openpyxl)
{
	const char *file = "tests/golden/openpyxl.xlsx";
	CHECK_TEXT(read_all(file, NULL), golden_openpyxl_first);
	CHECK_TEXT(read_all(file, "기타"), golden_openpyxl_second);
}

#include "golden/xlsx_oddities_golden.h"

/* The rows in `dump`, without blank cells at the end of a row: the width that the table has there is pandas' own affair. */
static const char *without_blank_ends(void)
{
	size_t to = 0;
	for (size_t i = 0; i < dump.length; i++) {
		if (dump.data[i] == ']')
			while (to > 1 && dump.data[to - 1] == '|')
				to--;
		dump.data[to++] = dump.data[i];
	}
	dump.data[to] = '\0';
	return dump.data;
}

/* A file for each oddity (tests/golden/xlsx_oddities.py tells what is in them): what pandas reads. */
TEST(oddities)
{
	for (size_t i = 0; i < sizeof golden_oddities / sizeof golden_oddities[0]; i++) {
		read_all(golden_oddities[i].file, golden_oddities[i].sheet);
		if (strcmp(without_blank_ends(), golden_oddities[i].rows) != 0)
			printf("  %s, sheet %s\n", golden_oddities[i].file, golden_oddities[i].sheet != NULL ? golden_oddities[i].sheet : "1");
		CHECK_TEXT(dump.data, golden_oddities[i].rows);
	}
}

TEST(memory_runs_out)
{
	for (size_t n = 1; n < 60; n++) {
		nch_rows *rows;
		nch_row row;
		bool more = true;
		nch_alloc_fail_after(n);
		nch_status status = nch_rows_open("tests/golden/openpyxl.xlsx", NULL, &rows, NULL);
		while (status == NCH_OK && more)
			status = nch_rows_next(rows, &row, &more, NULL);
		nch_alloc_fail_after(0);
		CHECK(status == NCH_OK || status == NCH_MEMORY);
		nch_rows_close(rows);
	}
}

int main(void)
{
	RUN(texts);
	RUN(numbers_dates_and_truth);
	RUN(blank_and_stray_cells);
	RUN(bad_cells);
	RUN(bad_xml);
	RUN(sheets);
	RUN(large_shared_string);
	RUN(inflate);
	RUN(damaged_streams);
	RUN(damaged_archives);
	RUN(zip64);
	RUN(inflation_bomb);
	RUN(bombs_of_work);
	RUN(not_a_spreadsheet);
	RUN(written_by_openpyxl);
	RUN(oddities);
	RUN(memory_runs_out);
	nch_buffer_free(&dump);
	return test_end();
}
