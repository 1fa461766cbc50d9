/* Any bytes as one part of a spreadsheet whose other parts are good: the first byte says which. (rows_fuzz has the whole file.) */
#include <stdint.h>
#include <string.h>

#include "base/buffer.h"
#include "io/inflate.h"
#include "io/rows.h"
#include "tests/fuzz/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PARTS 6
static const char *const names[PARTS] = { "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml",
	                                  "xl/_rels/workbook.xml.rels", "_rels/.rels" };
static const char *const good[PARTS] = {
	"<worksheet><sheetData><row r='1'><c r='A1' t='s' s='1'><v>0</v></c><c s='1'><v>45352.5</v></c></row></sheetData></worksheet>",
	"<sst><si><t>text</t></si></sst>",
	"<styleSheet><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/></cellXfs></styleSheet>",
	"<workbook><sheets><sheet name='a' r:id='1'/></sheets></workbook>",
	"<Relationships><Relationship Id='1' Type='/worksheet' Target='worksheets/sheet1.xml'/>"
	"<Relationship Id='2' Type='/sharedStrings' Target='sharedStrings.xml'/>"
	"<Relationship Id='3' Type='/styles' Target='styles.xml'/></Relationships>",
	"<Relationships><Relationship Id='1' Type='/officeDocument' Target='xl/workbook.xml'/></Relationships>",
};

static void add(nch_buffer *out, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++, value >>= 8)
		nch_buffer_byte(out, (int)(value & 0xFF));
}

static void add_part(nch_buffer *file, nch_buffer *directory, const char *name, const void *text, size_t length)
{
	uint32_t offset = (uint32_t)file->length, crc = nch_crc32(0, text, length);
	for (int local = 1; local >= 0; local--) {
		nch_buffer *out = local ? file : directory;
		add(out, local ? 0x04034B50 : 0x02014B50, 4);
		add(out, 0, local ? 10 : 12); /* versions, flags, method, time */
		add(out, crc, 4);
		add(out, (uint32_t)length, 4);
		add(out, (uint32_t)length, 4);
		add(out, (uint32_t)strlen(name), 2);
		add(out, 0, local ? 2 : 12);
		add(out, offset, local ? 0 : 4);
		nch_buffer_text(out, name);
	}
	nch_buffer_add(file, text, length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	nch_buffer file = {0}, directory = {0};
	for (int i = 0; i < PARTS; i++) {
		if (i == data[0] % PARTS)
			add_part(&file, &directory, names[i], data + 1, size - 1);
		else
			add_part(&file, &directory, names[i], good[i], strlen(good[i]));
	}
	uint32_t offset = (uint32_t)file.length;
	nch_buffer_add(&file, directory.data, directory.length);
	add(&file, 0x06054B50, 4);
	add(&file, 0, 4);
	add(&file, PARTS, 2);
	add(&file, PARTS, 2);
	add(&file, (uint32_t)directory.length, 4);
	add(&file, offset, 4);
	add(&file, 0, 2);
	char path[FUZZ_PATH];
	fuzz_put("rows.xlsx", file.data, file.length, path);
	nch_rows *rows;
	nch_row row;
	bool more = true;
	size_t sum = 0;
	if (nch_rows_open(path, NULL, &rows, NULL) == NCH_OK) {
		nch_status status = NCH_OK;
		while (more && (status == NCH_OK || status == NCH_DATA)) {
			status = nch_rows_next(rows, &row, &more, NULL);
			for (size_t c = 0; status == NCH_OK && more && c < row.count; c++)
				for (size_t i = 0; i < row.cells[c].length; i++)
					sum += (unsigned char)row.cells[c].text[i];
		}
		nch_rows_close(rows);
	}
	nch_buffer_free(&file);
	nch_buffer_free(&directory);
	return sum == (size_t)-1; /* the sum is used, so every byte was read */
}
