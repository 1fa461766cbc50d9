/* encoding.c - see encoding.h. */
#include "io/encoding.h"

#include <stddef.h>
#include <strings.h>

const char *nch_encoding_name(nch_encoding encoding)
{
	switch (encoding) {
	case NCH_ENCODING_CP949: return "CP949";
	case NCH_ENCODING_UTF16: return "UTF-16";
	default: return "UTF-8";
	}
}

bool nch_encoding_parse(const char *name, nch_encoding *encoding)
{
	static const struct {
		const char *name;
		nch_encoding encoding;
	} names[] = {
		{ "auto", NCH_ENCODING_AUTO },    { "utf-8", NCH_ENCODING_UTF8 },  { "utf8", NCH_ENCODING_UTF8 },
		{ "cp949", NCH_ENCODING_CP949 },  { "ms949", NCH_ENCODING_CP949 }, { "uhc", NCH_ENCODING_CP949 },
		{ "euc-kr", NCH_ENCODING_CP949 }, { "euckr", NCH_ENCODING_CP949 }, { "utf-16", NCH_ENCODING_UTF16 },
		{ "utf16", NCH_ENCODING_UTF16 },
	};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcasecmp(name, names[i].name) == 0) {
			*encoding = names[i].encoding;
			return true;
		}
	return false;
}
