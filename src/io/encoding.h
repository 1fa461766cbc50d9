/* encoding.h - how characters are written as bytes in a file. */
#ifndef NCH_IO_ENCODING_H
#define NCH_IO_ENCODING_H

#include <stdbool.h>

typedef enum nch_encoding { NCH_ENCODING_AUTO, NCH_ENCODING_UTF8, NCH_ENCODING_CP949, NCH_ENCODING_UTF16 } nch_encoding;
const char *nch_encoding_name(nch_encoding encoding);              /* "UTF-8" */
bool nch_encoding_parse(const char *name, nch_encoding *encoding); /* "utf-8", "cp949", "euc-kr", "utf-16"; any case */

#endif
