/* xml.h - as much of XML as spreadsheets need: elements, attributes and text, one event at a time.
 *
 * Well-formed UTF-8 documents; prefixes of names are dropped (x:row is row); the five named entities and character
 * references are decoded; comments, processing instructions and CDATA are understood. A document type is refused, and with
 * it every entity of its own. Nothing is kept but the current tag and a piece of text. */
#ifndef NCH_IO_XML_H
#define NCH_IO_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/status.h"
#include "io/zip.h"

typedef enum nch_xml_event { NCH_XML_START, NCH_XML_END, NCH_XML_TEXT, NCH_XML_DONE } nch_xml_event;

#define NCH_XML_WINDOW ((size_t)65536) /* a tag must fit in it */
#define NCH_XML_DEPTH 64

/* Start with nch_xml_open; release with nch_xml_close. */
typedef struct nch_xml {
	nch_zip_stream stream;
	char *window;
	size_t begin, end;
	bool stream_ended, empty_tag; /* empty_tag: <a/>, whose end is still to be told */
	bool carriage_return;         /* the last text ended with one: an LF that follows belongs to it */
	size_t depth;
	char names[NCH_XML_DEPTH][32]; /* of the open elements; longer names are cut, which is of no matter here */
	nch_buffer text;               /* of a TEXT event; else the current tag's attributes, name NUL value NUL … */
	size_t attributes;
} nch_xml;

nch_status nch_xml_open(nch_xml *xml, const nch_zip *zip, const nch_zip_entry *entry, nch_error *error);
void nch_xml_close(nch_xml *xml);

/* The next event. START and END: ask nch_xml_is for the name. TEXT: xml->text, decoded; a long text, or one with CDATA or
 * comments in it, comes in several events. White space counts as text. */
nch_status nch_xml_next(nch_xml *xml, nch_xml_event *event, nch_error *error);

/* After START: an attribute's value, valid until the next call; NULL if there is none. */
const char *nch_xml_attribute(const nch_xml *xml, const char *name);

/* Is the event that nch_xml_next has just given the wanted one, of an element of this name? */
bool nch_xml_is(const nch_xml *xml, nch_xml_event event, nch_xml_event wanted, const char *name);

/* After START: passes over everything up to the element's own end. */
nch_status nch_xml_skip(nch_xml *xml, nch_error *error);

#endif
