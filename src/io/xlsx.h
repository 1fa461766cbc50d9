/* xlsx.h - what the two halves of the spreadsheet reader share: the workbook (xlsx_book.c) and the sheet (xlsx_rows.c).
 *
 * An .xlsx file (ECMA-376, Office Open XML) is a zip archive of XML parts: the workbook names the sheets, a sheet holds rows
 * of cells, and most texts stand once in a list of shared strings. Cells come out as pandas shows them: numbers as shortest
 * decimals (3, not 3.0), dates as 2024-03-01 00:00:00, truth values as True and False, errors as blanks. In two things pandas (by
 * way of openpyxl) is not followed: the escape _x000D_ is taken for the character that it stands for, and the date formats 27-36 and
 * 50-58, which only the East Asian editions of Excel have, mean dates. */
#ifndef NCH_IO_XLSX_H
#define NCH_IO_XLSX_H

#include "base/file.h"
#include "io/xml.h"
#include "io/zip.h"

/* What the format of a cell makes of its number: the number, a day (and time), or hours that passed. */
typedef enum nch_xlsx_kind { NCH_XLSX_NUMBER, NCH_XLSX_DATE, NCH_XLSX_ELAPSED } nch_xlsx_kind;

typedef struct nch_xlsx_book {
	nch_mapping file;
	nch_zip zip;
	char *sheet_part;   /* the chosen sheet's name in the archive */
	nch_buffer strings; /* all shared strings, one after the other */
	size_t *starts;     /* string_count + 1 offsets into them */
	size_t string_count, string_capacity;
	nch_xlsx_kind *styles; /* by the number that cells give as their style */
	size_t style_count, style_capacity;
	bool from_1904; /* days count from 1904-01-01, as old Macs had it */
} nch_xlsx_book;

/* Opens the archive (`data`, size bytes; NULL: the file `path`) and reads all but the sheet. `sheet`: a name, a number from
 * 1, or NULL for the first. Start with {0}; release with nch_xlsx_book_close, also after a failure. `path` and `data` must
 * live as long. */
nch_status nch_xlsx_book_open(nch_xlsx_book *book, const char *path, const unsigned char *data, size_t size,
                              const char *sheet, nch_error *error);
void nch_xlsx_book_close(nch_xlsx_book *book);

/* Reads the text of an element like <si> or <is>, up to its end: the <t> in it, those of rich-text runs joined, phonetic
 * guides left out; _x000D_ stands for the character 000D. Appended to *out. To be called after its START. */
nch_status nch_xlsx_text(nch_xml *xml, nch_buffer *out, nch_error *error);

/* Appends a day number (with a fraction for the time) as "2024-03-01 00:00:00", or only the time if it is below one day; milliseconds, if
 * there are any, as ".125000". Nothing for days outside the years 1 to 9999. */
void nch_xlsx_date(nch_buffer *out, double days, bool from_1904);

/* Appends days that passed as "1 day, 12:00:00". Nothing beyond a billion days. */
void nch_xlsx_elapsed(nch_buffer *out, double days);

/* Appends a date as ISO 8601 has it ("2024-03-01T09:30:00Z") in the form of the others. */
void nch_xlsx_iso_date(nch_buffer *out, const char *text, size_t length);

#endif
