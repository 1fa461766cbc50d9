/* parts.c - see parts.h. */
#include "apps/parts.h"

static bool has_blank(const char *text, size_t begin, size_t end)
{
	for (size_t i = begin; i < end; i++)
		if (text[i] == ' ' || text[i] == '\t' || text[i] == '\n')
			return true;
	return false;
}

/* Whether a token goes on with the word that the part before it holds. */
static bool continues_word(const char *text, const nch_part *part, const nch_token *token)
{
	return token->begin >= part->begin && !has_blank(text, part->end, token->begin) &&
	       !(token->begin < token->end && has_blank(text, token->begin, token->begin + 1));
}

/* A blank before a part's letters is of no interest to people. A part that is nothing but a blank keeps it. */
static void drop_blanks(const char *text, nch_part *part)
{
	while (part->begin + 1 < part->end && has_blank(text, part->begin, part->begin + 1))
		part->begin++;
}

size_t nch_parts_find(const char *text, const nch_token *tokens, size_t from, size_t to, bool words, nch_part *parts)
{
	size_t count = 0;
	for (size_t i = from; i < to; i++) {
		const nch_token *t = &tokens[i];
		nch_part *last = count > 0 ? &parts[count - 1] : NULL;
		if (t->begin == t->end) /* a special one */
			continue;
		if (words && last != NULL && last->first + last->count == i && continues_word(text, last, t)) {
			last->count++;
			last->end = t->end > last->end ? t->end : last->end;
		} else {
			last = &parts[count++];
			*last = (nch_part){i, 1, t->begin, t->end};
		}
		drop_blanks(text, last);
	}
	return count;
}
