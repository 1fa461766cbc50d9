/* answer.c - one line of predict. */
#include "cli/answer.h"

#include <string.h>

#include "base/file.h"
#include "io/columns.h"

/* --- reading --- */

/* What a file is by its name. */
static nch_answer_input input_of(const char *path)
{
	static const struct {
		const char *suffix;
		nch_answer_input input;
	} names[] = {{".jsonl", NCH_INPUT_JSONL}, {".ndjson", NCH_INPUT_JSONL}, {".json", NCH_INPUT_TABLE}, {".csv", NCH_INPUT_TABLE},
	             {".tsv", NCH_INPUT_TABLE}, {".tab", NCH_INPUT_TABLE}, {".xlsx", NCH_INPUT_TABLE}, {".xlsm", NCH_INPUT_TABLE}};
	if (nch_rows_is_part(path))
		return NCH_INPUT_TABLE;
	for (size_t i = 0; path != NULL && i < sizeof names / sizeof *names; i++)
		if (nch_path_has_suffix(path, names[i].suffix))
			return names[i].input;
	return NCH_INPUT_LINES;
}

/* How many values lie around the one that a dotted path leads to. */
static size_t depth_of(const char *path)
{
	size_t depth = 1;
	for (; *path != '\0'; path++)
		depth += *path == '.';
	return depth;
}

nch_status nch_answer_form_check(const nch_answer_form *form, nch_error *error)
{
	bool cells = form->format != NCH_ANSWER_JSONL;
	if (!form->jsonl && !form->table && (form->text != NULL || form->pair != NULL || form->in_place != NULL))
		return nch_fail(error, NCH_USAGE, "--text, --pair and --in-place name fields of records or columns of tables: they need --input jsonl or --input table");
	if (form->table && form->in_place != NULL)
		return nch_fail(error, NCH_USAGE, "--in-place is for JSON lines; a table comes back with --format csv or tsv");
	if ((form->jsonl || form->table) && form->pair_separator != NULL)
		return nch_fail(error, NCH_USAGE, "--pair-separator is for plain lines; records and tables name their second text by --pair");
	if (form->embeddings && (cells || form->logits || form->in_place != NULL))
		return nch_fail(error, NCH_USAGE, "--embeddings gives vectors, no answers: --format csv or tsv, --logits and --in-place do not go with it");
	if (form->in_place != NULL && (cells || form->logits))
		return nch_fail(error, NCH_USAGE, "--in-place gives records back: --format csv or tsv and --logits do not go with it");
	if (form->in_place != NULL && depth_of(form->in_place) >= NCH_JSON_DEPTH) /* an answer of several labels is one more */
		return nch_fail(error, NCH_USAGE, "--in-place leads through more than %d objects; name a place that lies less deep", NCH_JSON_DEPTH - 1);
	if (form->excel_safe && !cells)
		return nch_fail(error, NCH_USAGE, "--excel-safe is for tables: it needs --format csv or tsv");
	return NCH_OK;
}

nch_status nch_answer_form_settle(nch_answer_form *form, nch_answer_input input, const char *path, nch_error *error)
{
	if (input == NCH_INPUT_BY_NAME) {
		input = input_of(path);
		if (form->in_place != NULL && input == NCH_INPUT_LINES)
			input = NCH_INPUT_JSONL; /* only records have fields */
	}
	form->jsonl = input == NCH_INPUT_JSONL;
	form->table = input == NCH_INPUT_TABLE;
	return nch_answer_form_check(form, error);
}

/* The innermost object on a dotted path, and the names on it that are not there yet; NULL if something else than an object is in the way. */
static const nch_json *find_place(const nch_json *value, const char *path, const char **missing)
{
	for (;;) {
		size_t length = strcspn(path, ".");
		const nch_json *found = nch_json_child(value, path, length);
		*missing = path;
		if (found == NULL || path[length] == '\0')
			return value->type == NCH_JSON_OBJECT ? value : NULL;
		value = found;
		path += length + 1;
	}
}

static nch_status read_object(const nch_answer_form *form, const nch_line *line, nch_arena *arena, nch_record *record, nch_error *error)
{
	nch_json *object;
	if (strspn(line->text, " \t") == line->length) { /* a blank line has a blank text */
		record->text = (nch_text){.text = "", .length = 0};
		return NCH_OK;
	}
	NCH_TRY(nch_json_parse(line->text, line->length, "record", arena, &object, error));
	record->object = object;
	char usual[256];
	const char *path = form->text != NULL ? form->text : usual;
	const nch_json *text = form->text != NULL ? nch_json_path(object, path) : nch_columns_text_of(object, usual, sizeof usual);
	if (text == NULL || text->type != NCH_JSON_STRING)
		return nch_fail(error, NCH_DATA, form->text != NULL ? "the record has no text \"%s\"" : "the record has no text that is called as usual; name it by --text%s",
		                form->text != NULL ? form->text : "");
	record->text = (nch_text){.text = text->text, .length = text->length};
	const char *missing;
	if (form->in_place != NULL && nch_json_path(object, form->in_place) == NULL && find_place(object, form->in_place, &missing) == NULL)
		return nch_fail(error, NCH_DATA, "--in-place %s: what holds it in this record is no object", form->in_place);
	if (form->targets) {
		char beside[256];
		nch_target_path(path, beside, sizeof beside);
		NCH_TRY(nch_target_read(nch_json_path(object, beside), text->text, text->length, &record->text.target, error));
	}
	if (form->pair == NULL)
		return NCH_OK;
	const nch_json *pair = nch_json_path(object, form->pair);
	if (pair == NULL || pair->type != NCH_JSON_STRING)
		return nch_fail(error, NCH_DATA, "the record has no text \"%s\"", form->pair);
	record->text.pair = pair->text;
	record->text.pair_length = pair->length;
	return NCH_OK;
}

nch_status nch_record_read(const nch_answer_form *form, const nch_line *line, nch_arena *arena, nch_record *record, nch_error *error)
{
	*record = (nch_record){.line = *line, .text = {.text = line->text, .length = line->length}};
	if (form->jsonl)
		return read_object(form, line, arena, record, error);
	const char *separator = form->pair_separator != NULL ? strstr(line->text, form->pair_separator) : NULL;
	if (separator != NULL) {
		record->text.length = (size_t)(separator - line->text);
		record->text.pair = separator + strlen(form->pair_separator);
		record->text.pair_length = line->length - (size_t)(record->text.pair - line->text);
	}
	return NCH_OK;
}

/* --- writing --- */

static void add_name(const nch_answerer *who, size_t label, nch_buffer *out)
{
	nch_json_write_text(out, who->names[label], strlen(who->names[label]));
}

static void add_best(const nch_answerer *who, const nch_answer *answer, nch_buffer *out)
{
	if (answer->abstains && !who->multi_label)
		nch_json_write_text(out, NCH_ABSTENTION, sizeof NCH_ABSTENTION - 1);
	else
		add_name(who, answer->best, out);
}

static bool any_given(const nch_answerer *who, const nch_answer *answer)
{
	bool any = false;
	for (size_t c = 0; c < who->labels; c++)
		any = any || answer->given[c];
	return any;
}

/* ["a","b"]: the labels above the threshold */
static void add_given_labels(const nch_answerer *who, const nch_answer *answer, nch_buffer *out)
{
	bool any = false;
	nch_buffer_byte(out, '[');
	for (size_t c = 0; c < who->labels; c++) {
		if (!answer->given[c])
			continue;
		if (any)
			nch_buffer_byte(out, ',');
		any = true;
		add_name(who, c, out);
	}
	nch_buffer_byte(out, ']');
}

/* How every object begins. */
static void write_texts(const nch_record *record, nch_buffer *out)
{
	nch_buffer_text(out, "{\"text\":");
	nch_json_write_text(out, record->text.text, record->text.length);
	if (record->text.pair != NULL) {
		nch_buffer_text(out, ",\"pair\":");
		nch_json_write_text(out, record->text.pair, record->text.pair_length);
	}
	if (record->text.target.present) {
		nch_buffer_text(out, ",\"target\":");
		nch_json_write_text(out, record->text.text + record->text.target.begin, record->text.target.end - record->text.target.begin);
	}
}

void nch_answer_write_embedding(const nch_record *record, const float *embedding, size_t columns, nch_buffer *out)
{
	write_texts(record, out);
	nch_buffer_text(out, ",\"embedding\":");
	for (size_t c = 0; c < columns; c++) {
		nch_buffer_byte(out, c == 0 ? '[' : ',');
		nch_json_write_float(out, embedding[c]);
	}
	nch_buffer_text(out, "]}\n");
}

static void write_object(const nch_answer_form *form, const nch_answerer *who, const nch_record *record, const nch_answer *answer, nch_buffer *out)
{
	write_texts(record, out);
	if (who->multi_label) {
		nch_buffer_text(out, ",\"labels\":");
		add_given_labels(who, answer, out);
		nch_buffer_text(out, any_given(who, answer) ? ",\"best\":" : ",\"below_threshold\":true,\"best\":");
	} else {
		nch_buffer_text(out, ",\"label\":");
	}
	add_best(who, answer, out);
	nch_buffer_text(out, ",\"score\":");
	nch_json_write_float(out, answer->scores[answer->best]);
	nch_buffer_text(out, ",\"scores\":");
	nch_json_write_named(out, (const char *const *)who->names, answer->scores, who->labels);
	for (size_t c = 0; form->logits && c < who->labels; c++) {
		nch_buffer_text(out, c == 0 ? ",\"logits\":[" : ",");
		nch_json_write_float(out, answer->logits[c]);
	}
	nch_buffer_text(out, form->logits ? "]" : "");
	if (answer->unknown > NCH_MOSTLY_UNKNOWN) {
		nch_buffer_text(out, ",\"unknown\":");
		nch_json_write_float(out, answer->unknown);
	}
	nch_buffer_byte(out, '}');
}

/* The answer as the value of a field: a name; of many labels a list, or, where the record has an object there or the training data had,
 * each label with "True" or "False" as the Korean language institute's tasks want it (true or false, if the record has those). */
static void add_value(const nch_answerer *who, const nch_json *old, const nch_answer *answer, nch_buffer *out)
{
	bool object = old != NULL && old->type == NCH_JSON_OBJECT;
	if (!who->multi_label) {
		add_best(who, answer, out);
		return;
	}
	if (!object && !who->label_objects) {
		add_given_labels(who, answer, out);
		return;
	}
	bool bare = object && old->first != NULL && (old->first->type == NCH_JSON_TRUE || old->first->type == NCH_JSON_FALSE);
	for (size_t c = 0; c < who->labels; c++) {
		nch_buffer_text(out, c == 0 ? "{" : ", ");
		add_name(who, c, out);
		if (bare)
			nch_buffer_text(out, answer->given[c] ? ": true" : ": false");
		else
			nch_buffer_text(out, answer->given[c] ? ": \"True\"" : ": \"False\"");
	}
	nch_buffer_byte(out, '}');
}

/* The record's own bytes, with the answer in the place of the field, or as a last member. */
static void write_in_place(const nch_answer_form *form, const nch_answerer *who, const nch_record *record, const nch_answer *answer, nch_buffer *out)
{
	const char *source = record->line.text;
	size_t length = record->line.length;
	if (record->object == NULL) { /* a blank line */
		nch_buffer_add(out, source, length);
		return;
	}
	const nch_json *old = nch_json_path(record->object, form->in_place);
	if (old != NULL) {
		nch_buffer_add(out, source, old->begin);
		add_value(who, old, answer, out);
		nch_buffer_add(out, source + old->end, length - old->end);
		return;
	}
	/* the innermost object on the way there gets a member, and those that are missing on the way */
	const char *missing;
	const nch_json *object = find_place(record->object, form->in_place, &missing);
	size_t end = object->end - 1, depth = 0; /* the closing brace */
	nch_buffer_add(out, source, end);
	nch_buffer_text(out, object->count > 0 ? ", " : "");
	for (;; depth++) {
		size_t name = strcspn(missing, ".");
		nch_json_write_text(out, missing, name);
		nch_buffer_text(out, ": ");
		if (missing[name] == '\0')
			break;
		nch_buffer_byte(out, '{');
		missing += name + 1;
	}
	add_value(who, NULL, answer, out);
	for (; depth > 0; depth--)
		nch_buffer_byte(out, '}');
	nch_buffer_add(out, source + end, length - end);
}

void nch_answer_write(const nch_answer_form *form, const nch_answerer *who, const nch_record *record, const nch_answer *answer, nch_buffer *out)
{
	if (form->in_place != NULL)
		write_in_place(form, who, record, answer, out);
	else if (form->format != NCH_ANSWER_JSONL)
		nch_answer_write_cells(form, who, record, answer, out);
	else
		write_object(form, who, record, answer, out);
	nch_buffer_text(out, form->in_place != NULL ? record->line.end : "\n");
}
