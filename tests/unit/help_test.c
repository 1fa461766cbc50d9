/* help_test.c - the help texts: each is told in Korean, too, and no Korean text is left of what the program no longer says. */
#include "cli/command.h"
#include "cli/common.h"
#include "cli/help.h"
#include "test.h"

enum { MOST_ROWS = 4096 };

/* What the texts of the program found in the table of Korean ones. */
typedef struct found {
	bool row[MOST_ROWS];
	const char *untold; /* a text that has no row */
	int texts;
} found;

static void look_up(found *f, const char *english)
{
	const char *row;
	if (english == NULL)
		return;
	f->texts++;
	for (size_t i = 0; i < MOST_ROWS && (row = nch_help_korean_row(i)) != NULL; i++)
		if (strcmp(row, english) == 0) {
			f->row[i] = true;
			return;
		}
	f->untold = english;
}

static void look_up_group(found *f, const nch_option_group *group)
{
	look_up(f, group->title);
	for (const nch_option *option = group->options; option->name != NULL; option++)
		look_up(f, option->help);
}

static void look_up_all(found *f)
{
	look_up_group(f, &nch_common_group);
	for (const nch_command *const *command = nch_commands; *command != NULL; command++) {
		look_up(f, (*command)->summary);
		look_up(f, (*command)->details);
		for (const nch_option_group *const *group = (*command)->groups; group != NULL && *group != NULL; group++)
			look_up_group(f, *group);
	}
}

TEST(each_text_is_told_in_korean)
{
	static found f;
	look_up_all(&f);
	CHECK(f.texts > 300);
	CHECK_TEXT(f.untold != NULL ? f.untold : "all told", "all told");
}

TEST(no_korean_text_is_left_over)
{
	static found f;
	const char *row, *left_over = "none";
	look_up_all(&f);
	for (size_t i = 0; i < MOST_ROWS && (row = nch_help_korean_row(i)) != NULL; i++)
		if (!f.row[i])
			left_over = row;
	CHECK_TEXT(left_over, "none");
}

TEST(korean_texts_are_korean)
{
	const char *row;
	for (size_t i = 0; i < MOST_ROWS && (row = nch_help_korean_row(i)) != NULL; i++) {
		const unsigned char *text = (const unsigned char *)nch_help_text(NCH_KOREAN, row);
		bool hangul = false;
		for (; *text != '\0'; text++)
			hangul = hangul || (*text >= 0xea && *text <= 0xed);
		CHECK_TEXT(hangul || strcmp(row, "random_state") == 0 ? "Korean" : row, "Korean"); /* that one is a name of scikit-learn */
	}
}

int main(void)
{
	RUN(each_text_is_told_in_korean);
	RUN(no_korean_text_is_left_over);
	RUN(korean_texts_are_korean);
	return test_end();
}
