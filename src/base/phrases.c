/* phrases.c - see phrases.h. */
#include "base/phrases.h"

#include <string.h>

#define PHRASE_ROW(name, english, korean) {#name, {english, korean}},
static const struct {
	const char *name, *text[NCH_LANGUAGES];
} phrases[] = {NCH_PHRASES(PHRASE_ROW)};

nch_language nch_language_of(const char *locale)
{
	/* ko, ko_KR.UTF-8, ko-KR; not kok_IN, which is Konkani */
	return strncmp(locale, "ko", 2) == 0 && strchr("_-.@", locale[2]) != NULL ? NCH_KOREAN : NCH_ENGLISH;
}

const char *nch_language_code(nch_language language)
{
	static const char *const codes[NCH_LANGUAGES] = {[NCH_ENGLISH] = "en", [NCH_KOREAN] = "ko"};
	return codes[language];
}

const char *nch_say(nch_language language, nch_phrase phrase)
{
	return phrases[phrase].text[language];
}

const char *nch_phrase_name(nch_phrase phrase)
{
	return phrases[phrase].name;
}
