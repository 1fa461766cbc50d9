/* setting.c - see setting.h. */
#include "base/setting.h"

#include <string.h>

#define OPEN "\xE2\x9F\xA8"  /* U+27E8 */
#define CLOSE "\xE2\x9F\xA9" /* U+27E9 */
enum { MARK = 3 };

static const char *the_sign = "";

void nch_setting_sign(const char *sign)
{
	the_sign = sign;
}

void nch_setting_spell(char *text)
{
	char *out = text;
	size_t sign = strlen(the_sign);
	while (*text != '\0') {
		size_t length = strncmp(text, OPEN, MARK) == 0 ? strspn(text + MARK, "abcdefghijklmnopqrstuvwxyz0123456789-") : 0;
		if (length == 0 || strncmp(text + MARK + length, CLOSE, MARK) != 0) {
			*out++ = *text++;
			continue;
		}
		memcpy(out, the_sign, sign);
		memmove(out + sign, text + MARK, length);
		out += sign + length;
		text += MARK + length + MARK;
	}
	*out = '\0';
}
