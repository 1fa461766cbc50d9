/* columns.c - see columns.h. */
#include "io/columns.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/name.h"
#include "base/utf8.h"
#include "io/column_profile.h"
#include "io/rows_private.h"

#define NO_COLUMN ((size_t)-1)
#define LISTED 400 /* bytes of names in a message */

/* --- names --- */

/* The usual names, the likelier first, as nch_name_fold writes them. Behind the gap those that are usual too, but also stand in cells of other
 * columns: one of them alone makes no header. */
static const char *const text_names[] = {
	"text", "sentence", "document", "form", "문장", "발화", "내용", "텍스트", "대화", "본문", "댓글", "리뷰", "가사", "글", "content", "comment", "review", "utterance",
	"lyrics", "sentence1", "질문", "발화문", "사람문장1", "사람문장", "texts", "sentences", "documents", "contents", "comments", "reviews", "utterances", "tweet", "premise",
	"text1", "texta", "sentencea", "문장1", "reviewtext", "리뷰내용", "댓글내용", "대화내용", "상담내용", "청원내용", "원문", "originalform", "hs01", "",
	"title", "제목", "headline", "body", "message", "question", "query", "일기", "후기", "문서", "subject", NULL
};
static const char *const label_names[] = {
	"label", "labels", "emotion", "emotions", "output", "감정", "정서", "라벨", "레이블", "감정라벨", "분류", "sentiment", "class", "category", "target", "goldlabel",
	"감정대분류", "대분류", "감정분류", "감성", "감성분류", "emotionlabel", "sentimentlabel", "labelid", "긍부정", "극성", "polarity", "감정소분류", "",
	"hate", "intent", "의도", "평점", "별점", "rating", "ratings", "score", "star", "stars", "점수", "카테고리", "topic", "주제", NULL
};

/* Columns that tell who and where: labels come again and again in them too, but nobody means them. */
static const char *const other_names[] = { "speaker", "speakerid", "role", "화자", "발화자", "gender", "sex", "성별", "age", "나이", "연령", "id", "no", "번호", "idx", "index",
	                                   "순번", "date", "날짜", "작성일", "author", "작성자", "user", "userid", "username", "source", "출처", "url", "이름", "name", NULL };

/* The second text beside a first one. */
static const char *const pair_names[][2] = { { "sentence1", "sentence2" }, { "premise", "hypothesis" }, { "text1", "text2" }, { "texta", "textb" },
	                                     { "sentencea", "sentenceb" }, { "문장1", "문장2" }, { "question1", "question2" } };

/* The place of a name in a list; NO_COLUMN if it is not there. *strong: it stands before the gap. */
static size_t rank_of(const char *const *names, const char *folded, bool *strong)
{
	*strong = true;
	for (size_t i = 0; names[i] != NULL; i++) {
		if (names[i][0] == '\0')
			*strong = false;
		else if (strcmp(names[i], folded) == 0)
			return i;
	}
	return NO_COLUMN;
}

static const char *last_part(const char *dotted)
{
	const char *dot = strrchr(dotted, '.');
	return dot != NULL ? dot + 1 : dotted;
}

static size_t depth_of(const char *dotted)
{
	size_t depth = 0;
	for (; *dotted != '\0'; dotted++)
		depth += *dotted == '.';
	return depth;
}

/* The rank of a column's name. Of a dotted path its last part counts; and emotion.type, emotion.name or emotion.value are named by the part
 * before. */
static size_t rank_of_column(const nch_rows *rows, size_t column, const char *const *names)
{
	static const char *const inner[] = { "type", "name", "value" };
	char folded[64];
	bool strong;
	const char *name = nch_rows_column_name(rows, column), *part = nch_rows_is_json(rows) ? last_part(name) : name;
	size_t length = strlen(part);
	for (size_t i = 0; part > name && i < sizeof inner / sizeof *inner; i++)
		if (strcmp(part, inner[i]) == 0) {
			const char *end = part - 1;
			for (part = end; part > name && part[-1] != '.';)
				part--;
			length = (size_t)(end - part);
			break;
		}
	return nch_name_fold(part, length, folded, sizeof folded) ? rank_of(names, folded, &strong) : NO_COLUMN;
}

/* --- the header --- */

/* Whether the cell is one of the names that were asked for, or of the parts of a,b,c. */
static bool is_asked(const nch_rows *rows, const char *folded)
{
	char part[64];
	for (size_t n = 0; n < rows->options.name_count; n++) {
		const char *name = rows->options.names[n];
		for (const char *at = name; at != NULL; at = strchr(at, ',') != NULL ? strchr(at, ',') + 1 : NULL)
			if (nch_name_fold(at, strcspn(at, ","), part, sizeof part) && strcmp(part, folded) == 0)
				return true;
		if (name != NULL && nch_name_fold(name, strlen(name), part, sizeof part) && strcmp(part, folded) == 0)
			return true;
	}
	return false;
}

bool nch_columns_name_row(const nch_rows *rows, const nch_row *row, size_t usual)
{
	size_t found = 0, weak = 0;
	for (size_t i = 0; i < row->count; i++) {
		char folded[64];
		bool strong_text, strong_label;
		if (!nch_name_fold(row->cells[i].text, row->cells[i].length, folded, sizeof folded))
			continue;
		bool is_text = rank_of(text_names, folded, &strong_text) != NO_COLUMN, is_label = rank_of(label_names, folded, &strong_label) != NO_COLUMN;
		if (is_asked(rows, folded) || (is_text && strong_text) || (is_label && strong_label))
			found++;
		else
			weak += is_text || is_label;
	}
	return found >= usual || found + weak >= 2;
}

/* --- names in JSON --- */

/* Whether a member at any depth outside arrays has one of the names, and holds a text (`text`), or what may be a label. */
static bool has_member(const nch_json *object, const char *const *names, bool text, int depth)
{
	for (const nch_json *member = object->type == NCH_JSON_OBJECT ? object->first : NULL; member != NULL && depth < 8; member = member->next) {
		char folded[64];
		bool strong, tree = member->type == NCH_JSON_OBJECT || member->type == NCH_JSON_ARRAY;
		bool fits = text ? member->type == NCH_JSON_STRING : member->type != NCH_JSON_NULL && (!tree || nch_tree_is_label(member));
		if (fits && nch_name_fold(member->name, member->name_length, folded, sizeof folded) && rank_of(names, folded, &strong) != NO_COLUMN &&
		    strong)
			return true;
		if (has_member(member, names, text, depth + 1))
			return true;
	}
	return false;
}

/* The best of what has been found. */
typedef struct text_search {
	const nch_json *found;
	size_t rank;
	int depth;
	char at[256], path[256];
} text_search;

static void search_text(text_search *s, const nch_json *object, size_t length, int depth)
{
	for (const nch_json *member = object->first; member != NULL && depth < 8; member = member->next) {
		char folded[64];
		bool strong;
		size_t rank, end = length + (length > 0) + member->name_length;
		if (end >= sizeof s->at || (member->type != NCH_JSON_STRING && member->type != NCH_JSON_OBJECT))
			continue;
		if (length > 0)
			s->at[length] = '.';
		memcpy(s->at + end - member->name_length, member->name, member->name_length);
		s->at[end] = '\0';
		if (member->type == NCH_JSON_OBJECT) {
			search_text(s, member, end, depth + 1);
		} else if (nch_name_fold(member->name, member->name_length, folded, sizeof folded) &&
		           (rank = rank_of(text_names, folded, &strong)) != NO_COLUMN &&
		           (s->found == NULL || rank < s->rank || (rank == s->rank && depth < s->depth))) {
			s->found = member;
			s->rank = rank;
			s->depth = depth;
			memcpy(s->path, s->at, end + 1);
		}
	}
}

const nch_json *nch_columns_text_of(const nch_json *record, char *path, size_t room)
{
	text_search s = { .found = NULL };
	path[0] = '\0';
	if (record->type == NCH_JSON_OBJECT)
		search_text(&s, record, 0, 0);
	if (s.found != NULL && strlen(s.path) < room)
		memcpy(path, s.path, strlen(s.path) + 1);
	return s.found;
}

bool nch_columns_names_text(const nch_json *object)
{
	return has_member(object, text_names, true, 0);
}

bool nch_columns_names_label(const nch_json *object)
{
	return has_member(object, label_names, false, 0);
}

bool nch_columns_name_tells(const nch_rows *rows, const nch_json *object)
{
	for (const nch_json *member = object->first; member != NULL; member = member->next) {
		char folded[64];
		bool strong;
		if (nch_name_fold(member->name, member->name_length, folded, sizeof folded) &&
		    (is_asked(rows, folded) || rank_of(text_names, folded, &strong) != NO_COLUMN ||
		     rank_of(label_names, folded, &strong) != NO_COLUMN))
			return true;
	}
	return false;
}

/* --- the header by what stands below it --- */

static bool stands_below(const nch_rows *rows, size_t first, size_t column, const nch_cell *head)
{
	for (size_t i = first + 1; i < rows->kept_count; i++) {
		const nch_row *row = &rows->kept[i].row;
		if (rows->kept[i].bad == NULL && column < row->count && row->cells[column].length == head->length &&
		    memcmp(row->cells[column].text, head->text, head->length) == 0)
			return true;
	}
	return false;
}

/* Names are short, all there and none a number; below them stand numbers, or sentences beside labels that come again and again. */
bool nch_columns_head_row(const nch_rows *rows, size_t first)
{
	const nch_row *row = &rows->kept[first].row;
	bool sentences = false, labels = false, numbers = false;
	for (size_t c = 0; c < row->count; c++) {
		const nch_cell *head = &row->cells[c];
		size_t length = nch_utf8_count(head->text, head->length);
		nch_column_profile p;
		if (nch_name_is_empty(head->text, head->length) || length > 30 || nch_cell_is_number(head) || nch_cell_is_id(head) ||
		    nch_cell_is_sentence(head) || nch_column_look(rows, c, first + 1, &p, NULL) != NCH_OK || p.filled < 4)
			return false;
		numbers |= (p.numbers + p.ids) * 10 >= p.filled * 9;
		sentences |= p.sentences * 10 >= p.filled * 7 && length * 2 <= p.characters / p.filled;
		labels |= p.distinct * 2 <= p.filled && !stands_below(rows, first, c, head);
	}
	return numbers || (sentences && labels);
}

/* --- what is plausible --- */

/* What is known of all columns while some are chosen. */
typedef struct choice {
	nch_rows *rows;
	const nch_columns_wanted *wanted;
	nch_columns_taken *taken;
	nch_column_profile *profile;
	size_t count;
} choice;

static bool may_be_text(const nch_column_profile *p)
{
	return p->trees == 0 && p->filled > 0 && p->texts * 10 >= p->filled * 6;
}

/* Whether the cells hold lists a,b whose parts come again and again. */
static bool may_be_lists(const nch_column_profile *p)
{
	return p->filled >= 4 && p->trees == 0 && p->parts > p->filled && p->distinct_parts * 2 <= p->parts;
}

/* Labels come again and again. `named`: its name says that it is the label, so that it takes more to doubt it. */
static bool may_be_label(const choice *c, const nch_column_profile *p, bool named)
{
	size_t enough = named ? 20 : 8;
	bool several = c->wanted->several;
	if (p->filled == 0 || p->trees != p->label_trees)
		return false;
	if (named && c->wanted->known_labels)
		return true;
	if (p->trees > 0 || p->vectors == p->filled || (several && may_be_lists(p)))
		return true;
	if (may_be_lists(p) && p->distinct * 2 > p->filled)
		return false;
	if (p->filled >= enough && (p->distinct == p->filled || (p->filled >= 50 && p->distinct * 10 >= p->filled * 9)))
		return false;
	return !(p->filled >= 3 && p->sentences * 2 > p->filled && p->distinct * 2 > p->filled);
}

/* "FILE: what; advice; the columns are: a, b" */
static nch_status refuse_rows(nch_rows *rows, nch_error *error, const char *what, const char *advice)
{
	nch_buffer names = {0};
	for (size_t i = 0; i < nch_rows_columns(rows); i++) {
		if (names.length > LISTED) {
			nch_buffer_text(&names, ", …");
			break;
		}
		nch_buffer_printf(&names, "%s%s", i > 0 ? ", " : "", nch_rows_column_name(rows, i));
	}
	nch_fail(error, NCH_DATA, "%s: %s%s%s; the columns are: %s%s", nch_rows_path(rows), what, advice[0] != '\0' ? "; " : "", advice,
	         names.length > 0 ? names.data : "", nch_rows_has_header(rows) || nch_rows_is_json(rows) ? "" : " (no header line found)");
	nch_buffer_free(&names);
	return NCH_DATA;
}

static nch_status refuse(const choice *c, nch_error *error, const char *what, const char *advice)
{
	return refuse_rows(c->rows, error, what, advice);
}

nch_status nch_columns_find(nch_rows *rows, const char *name, size_t *column, nch_error *error)
{
	char what[300];
	if (nch_rows_find(rows, name, column))
		return NCH_OK;
	snprintf(what, sizeof what, "there is no column '%.200s'", name);
	return refuse_rows(rows, error, what, "");
}

/* --- the label --- */

/* The column with the likeliest of the names, the one that lies least deep among equals (input.form before input.target.form), for which `plausible`
 * holds. */
static size_t find_usual(const choice *c, const char *const *names, bool plausible, bool label)
{
	size_t best = NO_COLUMN, best_rank = NO_COLUMN;
	for (size_t i = 0; i < c->count; i++) {
		size_t rank = rank_of_column(c->rows, i, names);
		const nch_column_profile *p = &c->profile[i];
		if (rank == NO_COLUMN || (plausible && !(label ? may_be_label(c, p, true) : may_be_text(p))))
			continue;
		if (label && c->rows->own_columns > 0 && i >= c->rows->own_columns && p->filled >= 8 && p->distinct == 1)
			continue; /* what all records of a document have in common */
		bool less_deep = best != NO_COLUMN && depth_of(nch_rows_column_name(c->rows, i)) < depth_of(nch_rows_column_name(c->rows, best));
		if (rank < best_rank || (rank == best_rank && less_deep)) {
			best = i;
			best_rank = rank;
		}
	}
	return best;
}

/* --label a,b,c: one column a label. */
static nch_status take_label_columns(choice *c, const char *list, nch_error *error)
{
	char name[256];
	for (const char *part = list;; part++) {
		size_t length = strcspn(part, ",");
		if (length >= sizeof name || c->taken->label_count == NCH_MAX_LABEL_COLUMNS)
			return nch_fail(error, NCH_USAGE, "⟨label⟩: a name is longer than %zu bytes, or there are more than %d", sizeof name - 1, NCH_MAX_LABEL_COLUMNS);
		memcpy(name, part, length);
		name[length] = '\0';
		const char *trimmed = name;
		nch_name_trim(&trimmed, &length);
		name[(size_t)(trimmed - name) + length] = '\0';
		NCH_TRY(nch_columns_find(c->rows, trimmed, &c->taken->label[c->taken->label_count++], error));
		part += strcspn(part, ",");
		if (*part == '\0')
			return NCH_OK;
	}
}

static bool has_column(const choice *c, const char *name)
{
	for (size_t i = 0; i < c->count; i++)
		if (nch_rows_column_is(c->rows, i, name))
			return true;
	return false;
}

static nch_status take_asked_label(choice *c, nch_error *error)
{
	const char *name = c->wanted->label;
	bool there = has_column(c, name);
	if (!there && !c->wanted->need_label && strcmp(name, "none") == 0)
		return NCH_OK;
	if (!there && strchr(name, ',') != NULL)
		return take_label_columns(c, name, error);
	NCH_TRY(nch_columns_find(c->rows, name, &c->taken->label[0], error));
	c->taken->label_count = 1;
	return NCH_OK;
}

/* Several columns of nothing but 0 and 1: each of them is a label, but which of them are meant is not for us to say. */
static nch_status refuse_flag_columns(const choice *c, nch_error *error)
{
	nch_buffer text = {0};
	size_t flags = 0;
	for (size_t i = 0; i < c->count; i++)
		if (c->profile[i].filled > 0 && c->profile[i].flags == c->profile[i].filled) {
			if (text.length < LISTED)
				nch_buffer_printf(&text, "%s%s", flags > 0 ? "," : "", nch_rows_column_name(c->rows, i));
			flags++;
		}
	char *list = text.failed || text.data == NULL ? NULL : text.data;
	nch_fail(error, NCH_DATA, "%s: %zu columns hold 0 and 1: if each of them is a label, name them: ⟨multi-label⟩ ⟨label⟩ '%s%s'; else ⟨label⟩ NAME",
	         nch_rows_path(c->rows), flags, list != NULL ? list : "", text.length >= LISTED ? ",…" : "");
	nch_buffer_free(&text);
	return NCH_DATA;
}

/* A column without a usual name that may be the label: of the record itself, not of nobody's interest, and not the same in all rows. */
static bool is_candidate(const choice *c, size_t column)
{
	char folded[64];
	bool strong;
	const char *name = nch_rows_column_label(c->rows, column);
	const nch_column_profile *p = &c->profile[column];
	bool own = c->rows->own_columns == 0 || column < c->rows->own_columns;
	bool other = nch_name_fold(name, strlen(name), folded, sizeof folded) && rank_of(other_names, folded, &strong) != NO_COLUMN;
	return own && !other && may_be_label(c, p, false) && !(p->filled >= 8 && p->distinct == 1);
}

static bool is_flag_column(const nch_column_profile *p)
{
	return p->filled > 0 && p->flags == p->filled;
}

/* No name tells: of the columns that may be the label the only one, in a small table the last one. */
static nch_status guess_label(choice *c, size_t text, nch_error *error)
{
	size_t candidates = 0, only = NO_COLUMN, flags = 0, last = c->count - 1;
	for (size_t i = 0; i < c->count; i++) {
		bool may = i != text && !(c->taken->has_pair && i == c->taken->pair) && is_candidate(c, i);
		candidates += may;
		only = may ? i : only;
		flags += may && is_flag_column(&c->profile[i]);
	}
	if (flags > 2)
		return refuse_flag_columns(c, error);
	if (candidates > 1 && only == last && (c->count <= 3 || c->profile[last].rows < 4))
		candidates = 1; /* the last one */
	if (candidates > 1)
		return refuse(c, error, "several columns may hold the label", c->wanted->need_label ? "name it with ⟨label⟩" : "name it with ⟨label⟩ (⟨label⟩ none: there is none)");
	if (candidates == 1) {
		c->taken->label[0] = only;
		c->taken->label_count = 1;
		return NCH_OK;
	}
	for (size_t i = 0; i < c->count; i++)
		if (i != text && may_be_lists(&c->profile[i]))
			return refuse(c, error, "no column holds one label a row", "several labels in a cell are read by ⟨multi-label⟩");
	if (!c->wanted->need_label)
		return NCH_OK;
	if (c->count == 1)
		return nch_fail(error, NCH_DATA, "%s: no label column found (one column only); name it with ⟨label⟩", nch_rows_path(c->rows));
	return refuse(c, error, "no column looks like that of the label, in which values come again and again", "name it with ⟨label⟩");
}

/* The label by its name. A name whose column cannot be one is refused where there is no other. */
static nch_status take_usual_label(choice *c, nch_error *error)
{
	char what[300];
	size_t column = find_usual(c, label_names, true, true);
	if (column == NO_COLUMN) {
		column = find_usual(c, label_names, false, true);
		if (column == NO_COLUMN || c->profile[column].filled == 0)
			return NCH_OK;
		const nch_column_profile *p = &c->profile[column];
		if (p->trees != p->label_trees)
			return NCH_OK; /* an object with other things in it: {"emotion": {"id": …, "type": …}} */
		snprintf(what, sizeof what, "the column '%.100s' looks like no label: %zu different values in %s%zu rows%s", nch_rows_column_name(c->rows, column), p->distinct,
		         p->rows < NCH_SAMPLE_ROWS ? "" : "the first ", p->filled, may_be_lists(p) ? " (several labels in a cell are read by ⟨multi-label⟩)" : "");
		return refuse(c, error, what, "name the label with ⟨label⟩ (or this one, if it is meant)");
	}
	c->taken->label[0] = column;
	c->taken->label_count = 1;
	return NCH_OK;
}

/* --- the text --- */

/* The columns of texts that are left: those of sentences, if there are any, else those of words. The first of them, and how many there are. */
static size_t guess_text(const choice *c, size_t *found)
{
	size_t label = c->taken->label_count > 0 ? c->taken->label[0] : NO_COLUMN, first = NO_COLUMN;
	*found = 0;
	for (int sentences = 1; sentences >= 0 && *found == 0; sentences--)
		for (size_t i = 0; i < c->count; i++) {
			const nch_column_profile *p = &c->profile[i];
			bool repeats = p->filled >= 4 && p->distinct * 2 <= p->filled;
			if (i == label || !may_be_text(p) || (sentences ? p->sentences * 2 < p->filled : repeats))
				continue;
			first = first == NO_COLUMN ? i : first;
			(*found)++;
		}
	return first;
}

/* The first column of words, be they ever so few. */
static bool first_words(const choice *c, size_t *column)
{
	for (*column = 0; *column < c->count; (*column)++)
		if (may_be_text(&c->profile[*column]) && !(c->taken->label_count > 0 && c->taken->label[0] == *column))
			return true;
	return false;
}

static nch_status take_text(choice *c, nch_error *error)
{
	size_t found, named = find_usual(c, text_names, true, false);
	if (named != NO_COLUMN && !(c->taken->label_count > 0 && c->taken->label[0] == named)) {
		c->taken->text = named;
		return NCH_OK;
	}
	named = find_usual(c, text_names, false, false);
	bool has_name = named != NO_COLUMN && c->profile[named].trees == 0 && !(c->taken->label_count > 0 && c->taken->label[0] == named);
	size_t column = guess_text(c, &found);
	if (has_name && found == 0) { /* its name says so, and nothing speaks for another */
		c->taken->text = named;
		return NCH_OK;
	}
	if (found == 1 && !has_name) {
		c->taken->text = column;
		return NCH_OK;
	}
	if (!has_name && !nch_rows_is_json(c->rows) && (found > 0 || first_words(c, &column))) { /* the first one, as people write tables */
		c->taken->text = column;
		return NCH_OK;
	}
	if ((c->count == 1 && c->profile[0].trees == 0) || (found == 0 && c->profile[0].rows < 3 && !nch_rows_is_json(c->rows))) { /* too few rows to doubt */
		c->taken->text = c->taken->label_count > 0 && c->taken->label[0] == 0 && c->count > 1 ? 1 : 0;
		return NCH_OK;
	}
	if (has_name)
		return refuse(c, error, "the column that is called so holds no texts but numbers or codes", "name the text with ⟨text⟩");
	return refuse(c, error, found > 1 ? "several columns may hold the text" : "no column looks like that of the text (numbers, dates, codes are none)",
	              "name it with ⟨text⟩");
}

/* --- all of them --- */

static void find_second_text(choice *c)
{
	char folded[64];
	const char *text = nch_rows_column_label(c->rows, c->taken->text);
	if (c->taken->has_pair || !nch_name_fold(text, strlen(text), folded, sizeof folded))
		return;
	for (size_t i = 0; i < sizeof pair_names / sizeof *pair_names; i++)
		for (size_t k = 0; strcmp(folded, pair_names[i][0]) == 0 && k < c->count; k++) {
			char other[64];
			const char *name = nch_rows_column_label(c->rows, k);
			if (nch_name_fold(name, strlen(name), other, sizeof other) && strcmp(other, pair_names[i][1]) == 0)
				c->taken->second_text = nch_rows_column_name(c->rows, k);
		}
}

/* How the labels stand in their column: as vectors; or several of them in a row, where one is expected. */
static nch_status look_at_labels(choice *c, nch_error *error)
{
	size_t column = c->taken->label[0];
	char what[300];
	if (c->taken->label_count != 1 || column >= c->count)
		return NCH_OK;
	const nch_column_profile *p = &c->profile[column];
	if (!c->wanted->several && p->filled >= 4 && p->several * 2 >= p->filled) {
		snprintf(what, sizeof what, "the column '%.100s' does not hold one label a row", nch_rows_column_name(c->rows, column));
		return refuse(c, error, what, "any number of them is read by ⟨multi-label⟩");
	}
	if (p->filled == 0 || p->vectors < p->filled || !p->vector_sure)
		return NCH_OK;
	if (p->vector_length == 0) {
		snprintf(what, sizeof what, "the column '%.100s' holds lists of 0 and 1 that are not of one length", nch_rows_column_name(c->rows, column));
		return refuse(c, error, what, "each place should be one label");
	}
	c->taken->vector_length = p->vector_length;
	return NCH_OK;
}

static nch_status take_columns(choice *c, nch_error *error)
{
	const nch_columns_wanted *wanted = c->wanted;
	nch_columns_taken *taken = c->taken;
	taken->has_pair = wanted->pair != NULL;
	taken->label_sought = !wanted->no_label;
	if (wanted->text != NULL)
		NCH_TRY(nch_columns_find(c->rows, wanted->text, &taken->text, error));
	if (taken->has_pair)
		NCH_TRY(nch_columns_find(c->rows, wanted->pair, &taken->pair, error));
	if (wanted->label != NULL && !wanted->no_label)
		NCH_TRY(take_asked_label(c, error));
	else if (!wanted->no_label)
		NCH_TRY(take_usual_label(c, error));
	if (wanted->text == NULL)
		NCH_TRY(take_text(c, error));
	if (wanted->label == NULL && taken->label_count > 0 && taken->label[0] == taken->text)
		taken->label_count = 0;
	if (wanted->label == NULL && !wanted->no_label && taken->label_count == 0)
		NCH_TRY(guess_label(c, taken->text, error));
	find_second_text(c);
	return look_at_labels(c, error);
}

nch_status nch_columns_take(nch_rows *rows, const nch_columns_wanted *wanted, nch_columns_taken *taken, nch_error *error)
{
	choice c = { rows, wanted, taken, NULL, nch_rows_columns(rows) };
	*taken = (nch_columns_taken){0};
	c.profile = nch_alloc(c.count, sizeof *c.profile);
	nch_status status = c.profile != NULL ? NCH_OK : nch_no_memory(error);
	for (size_t i = 0; status == NCH_OK && i < c.count; i++)
		status = nch_column_look(rows, i, 0, &c.profile[i], error);
	if (status == NCH_OK)
		status = take_columns(&c, error);
	nch_free(c.profile);
	return status;
}

void nch_columns_describe(const nch_rows *rows, const nch_columns_taken *taken, nch_buffer *out)
{
	const char *kind = nch_rows_is_table(rows) && !nch_rows_has_header(rows) ? "column " : "";
	nch_buffer_printf(out, "text: %s%s", kind, nch_rows_column_name(rows, taken->text));
	if (taken->has_pair)
		nch_buffer_printf(out, ", pair: %s%s", kind, nch_rows_column_name(rows, taken->pair));
	for (size_t i = 0; i < taken->label_count; i++)
		nch_buffer_printf(out, "%s%s%s", i > 0 ? ", " : taken->label_count > 1 ? ", labels: " : ", label: ", kind,
		                  nch_rows_column_name(rows, taken->label[i]));
	if (taken->label_count == 0 && taken->label_sought)
		nch_buffer_text(out, ", no label");
}
