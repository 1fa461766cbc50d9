/* trace_page.h - the script and the style of a trace's page, line by line, NULL at the end; made by the Makefile from src/apps/trace_page.js and
 * trace_page.css. */
#ifndef NCH_APPS_TRACE_PAGE_H
#define NCH_APPS_TRACE_PAGE_H

extern const char *const nch_trace_page_script[], *const nch_trace_page_style[];

#endif
