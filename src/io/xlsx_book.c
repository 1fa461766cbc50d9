/* xlsx_book.c - the workbook: which sheets there are, the shared strings, which styles mean dates. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "io/input.h"
#include "io/xlsx.h"

#define STRINGS_LIMIT ((size_t)1 << 29) /* bytes of all shared strings */

/* --- parts and the relations between them --- */

static nch_status open_part(nch_xlsx_book *book, const char *name, nch_xml *xml, nch_error *error)
{
	const nch_zip_entry *entry = nch_zip_find(&book->zip, name);
	if (entry == NULL)
		return nch_fail(error, NCH_FORMAT, "%s: is no spreadsheet: the part %s is missing", book->zip.where, name);
	return nch_xml_open(xml, &book->zip, entry, error);
}

/* The name of a part that a relation of another one points at: "worksheets/sheet1.xml" seen from "xl/workbook.xml" is
 * "xl/worksheets/sheet1.xml"; "/xl/…" starts at the top; "../" goes up. NULL without memory. */
static char *resolve(const char *from, const char *target)
{
	nch_buffer path = {0};
	if (target[0] == '/') {
		target++;
	} else {
		const char *slash = strrchr(from, '/');
		if (slash != NULL)
			nch_buffer_add(&path, from, (size_t)(slash + 1 - from));
	}
	while (strncmp(target, "../", 3) == 0 || strncmp(target, "./", 2) == 0) {
		bool up = target[1] == '.';
		target += up ? 3 : 2;
		if (up && path.length > 0) {
			path.length--;
			while (path.length > 0 && path.data[path.length - 1] != '/')
				path.length--;
		}
	}
	nch_buffer_text(&path, target);
	char *result = path.failed ? NULL : nch_copy_text(path.data, path.length);
	nch_buffer_free(&path);
	return result;
}

/* The relations of a part: id, type and target of each one after the other, with a NUL behind each. They are read once, however many sheets ask. */
typedef struct relations {
	nch_buffer texts;
	size_t count;
} relations;

#define MOST_RELATIONS 4096 /* also sheets: each asks among all relations */

static nch_status too_many(const nch_xlsx_book *book, const char *what, nch_error *error)
{
	return nch_fail(error, NCH_FORMAT, "%s: the workbook has more than %d %s", book->zip.where, MOST_RELATIONS, what);
}

static nch_status add_relation(nch_xlsx_book *book, const nch_xml *xml, relations *r, nch_error *error)
{
	static const char *const names[] = { "Id", "Type", "Target" };
	const char *values[3];
	for (size_t i = 0; i < 3; i++)
		if ((values[i] = nch_xml_attribute(xml, names[i])) == NULL)
			return NCH_OK;
	if (r->count++ == MOST_RELATIONS)
		return too_many(book, "relations", error);
	for (size_t i = 0; i < 3; i++)
		nch_buffer_add(&r->texts, values[i], strlen(values[i]) + 1);
	return nch_buffer_check(&r->texts, error);
}

/* Reads a .rels part; one that is missing has no relations. */
static nch_status read_relations(nch_xlsx_book *book, const char *part, relations *r, nch_error *error)
{
	nch_xml xml = {0};
	nch_xml_event event = NCH_XML_TEXT;
	const nch_zip_entry *entry = nch_zip_find(&book->zip, part);
	if (entry == NULL)
		return NCH_OK;
	nch_status status = nch_xml_open(&xml, &book->zip, entry, error);
	while (status == NCH_OK && event != NCH_XML_DONE) {
		status = nch_xml_next(&xml, &event, error);
		if (status == NCH_OK && nch_xml_is(&xml, event, NCH_XML_START, "Relationship"))
			status = add_relation(book, &xml, r, error);
	}
	nch_xml_close(&xml);
	return status;
}

/* Finds the relation with this id (or, if id is NULL, the first whose type ends like `type`); *part is its target, seen from the part `from`, in
 * allocated memory, NULL if there is none. */
static nch_status find_relation(const relations *r, const char *from, const char *id, const char *type, char **part, nch_error *error)
{
	const char *at = r->texts.data;
	*part = NULL;
	for (size_t i = 0; i < r->count; i++) {
		const char *its_id = at, *its_type = its_id + strlen(its_id) + 1, *target = its_type + strlen(its_type) + 1;
		at = target + strlen(target) + 1;
		size_t length = strlen(its_type), wanted = strlen(type);
		if ((id != NULL && strcmp(its_id, id) != 0) || length < wanted || strcmp(its_type + length - wanted, type) != 0)
			continue;
		*part = resolve(from, target);
		return *part != NULL ? NCH_OK : nch_no_memory(error);
	}
	return NCH_OK;
}

/* "xl/workbook.xml" has its relations in "xl/_rels/workbook.xml.rels". */
static char *relations_of(const char *part)
{
	nch_buffer path = {0};
	const char *slash = strrchr(part, '/');
	size_t folder = slash != NULL ? (size_t)(slash + 1 - part) : 0;
	nch_buffer_add(&path, part, folder);
	nch_buffer_printf(&path, "_rels/%s.rels", part + folder);
	char *result = path.failed ? NULL : nch_copy_text(path.data, path.length);
	nch_buffer_free(&path);
	return result;
}

/* --- the workbook --- */

/* Is this the sheet that is asked for: by name, by number, or (NULL) any? */
static bool is_wanted(const char *sheet, const char *name, size_t number)
{
	if (sheet == NULL || strcmp(sheet, name) == 0)
		return true;
	char *end;
	unsigned long wanted = strtoul(sheet, &end, 10);
	return sheet[0] >= '1' && sheet[0] <= '9' && *end == '\0' && wanted == number;
}

static nch_status no_sheet(const nch_xlsx_book *book, const char *sheet, const nch_buffer *names, nch_error *error)
{
	if (names->length == 0)
		return nch_fail(error, NCH_FORMAT, "%s: the workbook has no sheet", book->zip.where);
	return nch_fail(error, NCH_DATA, "%s: there is no sheet '%s'; the sheets are: %s", book->zip.where, sheet,
	                names->data);
}

/* Reads workbook.xml up to the sheet that is wanted and finds its part. Chart sheets have another type and don't count. */
static nch_status read_workbook(nch_xlsx_book *book, nch_xml *xml, const char *part, const relations *rels, const char *sheet,
                                nch_error *error)
{
	nch_buffer names = {0};
	nch_xml_event event = NCH_XML_TEXT;
	nch_status status = NCH_OK;
	size_t number = 0, asked = 0;
	while (status == NCH_OK && event != NCH_XML_DONE && book->sheet_part == NULL) {
		status = nch_xml_next(xml, &event, error);
		if (status != NCH_OK)
			break;
		if (nch_xml_is(xml, event, NCH_XML_START, "workbookPr")) {
			const char *value = nch_xml_attribute(xml, "date1904");
			book->from_1904 = value != NULL && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
		}
		if (!nch_xml_is(xml, event, NCH_XML_START, "sheet"))
			continue;
		const char *name = nch_xml_attribute(xml, "name"), *id = nch_xml_attribute(xml, "id");
		char *target;
		if (name == NULL || id == NULL)
			continue;
		status = asked++ < MOST_RELATIONS ? find_relation(rels, part, id, "/worksheet", &target, error) : too_many(book, "sheets", error);
		if (status != NCH_OK || target == NULL)
			continue;
		nch_buffer_printf(&names, "%s%s", names.length > 0 ? ", " : "", name);
		if (is_wanted(sheet, name, ++number))
			book->sheet_part = target;
		else
			nch_free(target);
	}
	if (status == NCH_OK && book->sheet_part == NULL)
		status = no_sheet(book, sheet, &names, error);
	nch_buffer_free(&names);
	return status;
}

/* --- shared strings --- */

nch_status nch_xlsx_text(nch_xml *xml, nch_buffer *out, nch_error *error)
{
	size_t depth = xml->depth, from = out->length;
	nch_xml_event event = NCH_XML_START;
	bool inside = false;
	while (!(event == NCH_XML_END && xml->depth < depth)) {
		NCH_TRY(nch_xml_next(xml, &event, error));
		if (event == NCH_XML_DONE)
			break;
		if (nch_xml_is(xml, event, NCH_XML_START, "rPh")) {
			NCH_TRY(nch_xml_skip(xml, error));
			event = NCH_XML_TEXT;
		} else if (nch_xml_is(xml, event, NCH_XML_START, "t")) {
			inside = true;
		} else if (nch_xml_is(xml, event, NCH_XML_END, "t")) {
			inside = false;
		} else if (event == NCH_XML_TEXT && inside && xml->text.length > 0) {
			nch_buffer_add(out, xml->text.data, xml->text.length);
		}
		if (out->length - from > STRINGS_LIMIT)
			return nch_no_memory(error);
	}
	/* _xHHHH_ is how a text holds a character that XML can't */
	size_t to = from;
	for (size_t i = from; i < out->length;) {
		if (out->data[i] == '_' && out->length - i >= 7 && out->data[i + 1] == 'x' && out->data[i + 6] == '_' &&
		    strspn(out->data + i + 2, "0123456789ABCDEFabcdef") >= 4) {
			char digits[5] = { out->data[i + 2], out->data[i + 3], out->data[i + 4], out->data[i + 5], 0 };
			char bytes[4];
			size_t size = nch_utf8_encode((uint32_t)strtoul(digits, NULL, 16), bytes);
			memcpy(out->data + to, bytes, size);
			to += size;
			i += 7;
		} else {
			out->data[to++] = out->data[i++];
		}
	}
	if (to < out->length) {
		out->data[to] = '\0';
		out->length = to;
	}
	return nch_buffer_check(out, error);
}

/* The counts that the part claims are not looked at: what is there counts. */
static nch_status read_strings(nch_xlsx_book *book, nch_xml *xml, nch_error *error)
{
	nch_xml_event event = NCH_XML_TEXT;
	while (event != NCH_XML_DONE) {
		NCH_TRY(nch_xml_next(xml, &event, error));
		if (!nch_xml_is(xml, event, NCH_XML_START, "si"))
			continue;
		NCH_TRY(nch_grow(&book->starts, &book->string_capacity, book->string_count + 2, sizeof(size_t), error));
		book->starts[book->string_count] = book->strings.length;
		NCH_TRY(nch_xlsx_text(xml, &book->strings, error));
		book->starts[++book->string_count] = book->strings.length;
		if (book->strings.length > STRINGS_LIMIT)
			return nch_fail(error, NCH_FORMAT, "%s: its shared strings are too large", book->zip.where);
	}
	return NCH_OK;
}

/* --- styles --- */

/* "[h]", "[mm]" and the like are elapsed time; "[Red]" and "[$-412]" are not. */
static bool is_elapsed(const char *bracket, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (strchr("hHmMsS", bracket[i]) == NULL || (bracket[i] ^ bracket[0]) & ~0x20)
			return false;
	return length > 0 && length <= 2;
}

/* A number format of one's own means a date if its first section has a letter of dates outside quotes, brackets and escapes. */
static nch_xlsx_kind kind_of_format(const char *code)
{
	for (; *code != '\0' && *code != ';'; code++) {
		if (*code == '"') {
			for (code++; *code != '\0' && *code != '"'; code++)
				;
		} else if (*code == '[') {
			size_t length = strcspn(++code, "]");
			if (is_elapsed(code, length))
				return NCH_XLSX_ELAPSED;
			code += length;
		} else if (*code == '\\' || *code == '_' || *code == '*') {
			code += code[1] != '\0';
		} else if (strchr("yYmMdDhHsS", *code) != NULL) {
			return NCH_XLSX_DATE;
		}
		if (*code == '\0')
			break;
	}
	return NCH_XLSX_NUMBER;
}

/* The formats that need no definition: ECMA-376 part 1, 18.8.30, and those of East Asian editions. */
static nch_xlsx_kind kind_of_builtin(unsigned long format)
{
	if (format == 46)
		return NCH_XLSX_ELAPSED;
	bool date = (format >= 14 && format <= 22) || (format >= 27 && format <= 36) || (format >= 45 && format <= 47) ||
	            (format >= 50 && format <= 58);
	return date ? NCH_XLSX_DATE : NCH_XLSX_NUMBER;
}

/* The file's own formats that are not plain numbers, by their ids (Excel's end at 65,535). */
typedef struct own_formats {
	unsigned char *kinds; /* OWN_FORMATS of them; NULL: none so far */
} own_formats;
#define OWN_FORMATS 65536

static nch_status read_style(nch_xlsx_book *book, nch_xml *xml, nch_xml_event event, bool in_cells, own_formats *own,
                             nch_error *error)
{
	const char *id = nch_xml_is(xml, event, NCH_XML_START, "numFmt") || nch_xml_is(xml, event, NCH_XML_START, "xf")
	                         ? nch_xml_attribute(xml, "numFmtId")
	                         : NULL;
	unsigned long number = id != NULL ? strtoul(id, NULL, 10) : 0;
	if (id != NULL && nch_xml_is(xml, event, NCH_XML_START, "numFmt")) {
		const char *code = nch_xml_attribute(xml, "formatCode");
		nch_xlsx_kind kind = code != NULL ? kind_of_format(code) : NCH_XLSX_NUMBER;
		if (kind == NCH_XLSX_NUMBER || number >= OWN_FORMATS)
			return NCH_OK;
		if (own->kinds == NULL && (own->kinds = nch_alloc(OWN_FORMATS, 1)) == NULL)
			return nch_no_memory(error);
		own->kinds[number] = (unsigned char)kind;
	} else if (in_cells && nch_xml_is(xml, event, NCH_XML_START, "xf")) {
		nch_xlsx_kind kind = kind_of_builtin(number);
		if (kind == NCH_XLSX_NUMBER && own->kinds != NULL && number < OWN_FORMATS)
			kind = (nch_xlsx_kind)own->kinds[number];
		NCH_TRY(nch_grow(&book->styles, &book->style_capacity, book->style_count + 1, sizeof *book->styles, error));
		book->styles[book->style_count++] = kind;
	}
	return NCH_OK;
}

static nch_status read_styles(nch_xlsx_book *book, nch_xml *xml, nch_error *error)
{
	own_formats own = {0};
	nch_xml_event event = NCH_XML_TEXT;
	nch_status status = NCH_OK;
	bool in_cells = false;
	while (status == NCH_OK && event != NCH_XML_DONE) {
		status = nch_xml_next(xml, &event, error);
		if (status != NCH_OK)
			break;
		in_cells |= nch_xml_is(xml, event, NCH_XML_START, "cellXfs");
		in_cells &= !nch_xml_is(xml, event, NCH_XML_END, "cellXfs");
		if (event == NCH_XML_START)
			status = read_style(book, xml, event, in_cells, &own, error);
	}
	nch_free(own.kinds);
	return status;
}

/* --- all of it --- */

typedef nch_status read_part(nch_xlsx_book *book, nch_xml *xml, nch_error *error);

/* Reads a part that the workbook may have. */
static nch_status read_optional(nch_xlsx_book *book, const relations *rels, const char *workbook, const char *type,
                                read_part *read, nch_error *error)
{
	char *part;
	nch_xml xml = {0};
	NCH_TRY(find_relation(rels, workbook, NULL, type, &part, error));
	if (part == NULL || nch_zip_find(&book->zip, part) == NULL) {
		nch_free(part);
		return NCH_OK;
	}
	nch_status status = open_part(book, part, &xml, error);
	if (status == NCH_OK)
		status = read(book, &xml, error);
	nch_xml_close(&xml);
	nch_free(part);
	return status;
}

static nch_status read_parts(nch_xlsx_book *book, const char *workbook, const relations *rels, const char *sheet, nch_error *error)
{
	nch_xml xml = {0};
	nch_status status = open_part(book, workbook, &xml, error);
	if (status == NCH_OK)
		status = read_workbook(book, &xml, workbook, rels, sheet, error);
	nch_xml_close(&xml);
	NCH_TRY(status);
	NCH_TRY(read_optional(book, rels, workbook, "/sharedStrings", read_strings, error));
	return read_optional(book, rels, workbook, "/styles", read_styles, error);
}

static nch_status read_book(nch_xlsx_book *book, const char *workbook, const char *sheet, nch_error *error)
{
	relations rels = {0};
	char *part = relations_of(workbook);
	if (part == NULL)
		return nch_no_memory(error);
	nch_status status = read_relations(book, part, &rels, error);
	if (status == NCH_OK)
		status = read_parts(book, workbook, &rels, sheet, error);
	nch_buffer_free(&rels.texts);
	nch_free(part);
	return status;
}

static nch_status find_workbook(nch_xlsx_book *book, char **workbook, nch_error *error)
{
	relations top = {0};
	nch_status status = read_relations(book, "_rels/.rels", &top, error);
	if (status == NCH_OK)
		status = find_relation(&top, "", NULL, "/officeDocument", workbook, error);
	nch_buffer_free(&top.texts);
	return status;
}

nch_status nch_xlsx_book_open(nch_xlsx_book *book, const char *path, const unsigned char *data, size_t size,
                              const char *sheet, nch_error *error)
{
	char *workbook;
	if (data == NULL) {
		NCH_TRY(nch_file_map_any(path, &book->file, error));
		data = book->file.data;
		size = book->file.size;
	}
	const char *where = nch_input_name(path);
	if (size >= 8 && memcmp(data, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) == 0)
		return nch_fail(error, NCH_FORMAT,
		                "%s: is an old .xls file or one with a password; save it as .xlsx or .csv", where);
	NCH_TRY(nch_zip_open(data, size, where, &book->zip, error));
	NCH_TRY(find_workbook(book, &workbook, error));
	nch_status status = read_book(book, workbook != NULL ? workbook : "xl/workbook.xml", sheet, error);
	nch_free(workbook);
	return status;
}

void nch_xlsx_book_close(nch_xlsx_book *book)
{
	nch_zip_close(&book->zip);
	if (book->file.data != NULL)
		nch_file_unmap(&book->file);
	nch_free(book->sheet_part);
	nch_buffer_free(&book->strings);
	nch_free(book->starts);
	nch_free(book->styles);
	*book = (nch_xlsx_book){0};
}

/* Days since 1970-01-01 to a date of the Gregorian calendar (by eras of 400 years, that begin on a 1st of March). */
static void civil_date(long days, long *year, int *month, int *day)
{
	days += 719468;
	long era = days / 146097, of_era = days % 146097;
	long years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	long of_year = of_era - (365 * years + years / 4 - years / 100);
	int shifted = (int)((5 * of_year + 2) / 153);
	*day = (int)(of_year - (153 * shifted + 2) / 5 + 1);
	*month = shifted < 10 ? shifted + 3 : shifted - 9;
	*year = years + era * 400 + (*month <= 2);
}

/* Splits days into whole ones and milliseconds, 0 … 86,399,999. */
static long split_days(double days, long *milliseconds)
{
	double whole = floor(days);
	*milliseconds = (long)floor((days - whole) * 86400000 + 0.5);
	if (*milliseconds == 86400000) {
		*milliseconds = 0;
		whole += 1;
	}
	return (long)whole;
}

/* "18:00:00", "02:57:46.667000" (microseconds, as Python shows them). */
static void add_time(nch_buffer *out, long milliseconds, const char *hours)
{
	nch_buffer_printf(out, hours, milliseconds / 3600000);
	nch_buffer_printf(out, ":%02ld:%02ld", milliseconds / 60000 % 60, milliseconds / 1000 % 60);
	if (milliseconds % 1000 != 0)
		nch_buffer_printf(out, ".%03ld000", milliseconds % 1000);
}

void nch_xlsx_date(nch_buffer *out, double days, bool from_1904)
{
	if (!(fabs(days) < 4e6)) /* also keeps the whole days in a long */
		return;
	long year, milliseconds, whole = split_days(days, &milliseconds);
	int month, day;
	if (whole != 0 || days < 0) {
		/* day 60 of the older count is a 29 February 1900 that never was; the days before it are one higher */
		long since_1970 = whole + (from_1904 ? -24107 : days > 0 && whole < 60 ? -25568 : -25569);
		if (since_1970 < -719162 || since_1970 > 2932896)
			return;
		civil_date(since_1970, &year, &month, &day);
		nch_buffer_printf(out, "%04ld-%02d-%02d ", year, month, day);
	}
	add_time(out, milliseconds, "%02ld");
}

void nch_xlsx_elapsed(nch_buffer *out, double days)
{
	if (!(fabs(days) < 1e9))
		return;
	long milliseconds, whole = split_days(days, &milliseconds);
	if (whole != 0)
		nch_buffer_printf(out, "%ld %s, ", whole, whole == 1 || whole == -1 ? "day" : "days");
	add_time(out, milliseconds, "%ld");
}

void nch_xlsx_iso_date(nch_buffer *out, const char *text, size_t length)
{
	size_t decimals = 0;
	bool fraction = false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] == 'Z' && i + 1 == length)
			break;
		nch_buffer_byte(out, text[i] == 'T' ? ' ' : text[i]);
		decimals += fraction;
		fraction |= text[i] == '.';
	}
	for (; fraction && decimals < 6; decimals++)
		nch_buffer_byte(out, '0');
}
