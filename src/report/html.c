/* html.c - see html.h. */
#include "report/html.h"

#include <string.h>

#include "report/svg.h"

void nch_html_text(nch_buffer *out, const char *text, size_t length)
{
	nch_svg_escape(out, text, length);
}

static const char common_style[] =
	":root{color-scheme:light dark;--ground:#fdfcf9;--text:#1f2328;--quiet:#5b6068;--rule:#d8d6d0;--card:#f4f2ec}\n"
	"@media(prefers-color-scheme:dark){:root{--ground:#16181b;--text:#e6e4df;--quiet:#a2a7ad;--rule:#3a3e44;--card:#1f2226}}\n"
	"@media print{:root{color-scheme:light;--ground:#fff;--text:#000;--quiet:#444;--rule:#999;--card:#fff}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0;background:var(--ground);color:var(--text);font:17px/1.75 'Noto Sans KR','Noto Sans CJK KR','Apple SD Gothic Neo','Malgun "
	"Gothic',NanumGothic,sans-serif;word-break:keep-all;overflow-wrap:anywhere}\n"
	"main{max-width:46rem;margin:0 auto;padding:1.5rem 1.1rem 4rem}\n"
	"h1{font-size:1.5rem;line-height:1.35;margin:.6rem 0 .2rem}\n"
	"h2{font-size:1.08rem;margin:2rem 0 .6rem}\n"
	".quiet{color:var(--quiet);font-size:.85rem;margin:.2rem 0}\n"
	"table{border-collapse:collapse;font-size:.9rem}\n"
	"td,th{padding:.15rem .8rem .15rem 0;text-align:left;font-weight:400}\n"
	".number{text-align:right;font-variant-numeric:tabular-nums}\n"
	"a{color:inherit}\n"
	"svg{display:block;width:100%;height:auto}\n";

void nch_html_begin(nch_buffer *out, nch_language language, const char *title, const char *style)
{
	nch_buffer_printf(out, "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n", nch_language_code(language));
	nch_buffer_text(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
	nch_html_text(out, title, strlen(title));
	nch_buffer_text(out, "</title>\n<style>\n");
	nch_buffer_text(out, common_style);
	nch_buffer_text(out, style);
	nch_buffer_text(out, "</style>\n</head>\n<body>\n<main>\n");
}

void nch_html_end(nch_buffer *out)
{
	nch_buffer_text(out, "</main>\n</body>\n</html>\n");
}
