/* http.h - HTTP/1.1 requests out of bytes, as they come (RFC 9112).
 *
 * Whoever can connect can send anything, so the reading is strict: what two programs might understand differently (a length given twice, a length and
 * chunks, folded lines, lone LF or CR, blanks before a colon) is refused. Memory is bounded by the limits; the work is linear in the bytes. */
#ifndef NCH_SERVE_HTTP_H
#define NCH_SERVE_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

typedef struct nch_http_limits {
	size_t head; /* bytes of request line and fields together */
	size_t body; /* bytes of the body, unpacked */
} nch_http_limits;

typedef enum nch_http_state {
	NCH_HTTP_HEAD, /* of a request; nothing has come yet where head.length is 0 */
	NCH_HTTP_BODY,
	NCH_HTTP_CHUNK_SIZE,
	NCH_HTTP_CHUNK_DATA,
	NCH_HTTP_CHUNK_END, /* the line end behind a chunk */
	NCH_HTTP_TRAILER,
	NCH_HTTP_DONE,   /* the request is whole */
	NCH_HTTP_REFUSED /* `refusal` says with which status; the connection is of no more use */
} nch_http_state;

/* A request, as far as it has come. Start with {0} and limits; nch_http_next begins the next one. */
typedef struct nch_http_request {
	nch_http_limits limits;
	nch_http_state state;
	int refusal;       /* 400, 413, 414, 417, 431, 501, 505 */
	nch_buffer head;   /* its lines, each ended by a NUL */
	nch_buffer body;
	const char *method, *target, *host; /* in head; host: NULL where an HTTP/1.0 request has none */
	bool keep_alive;   /* the connection may be used again */
	bool wants_continue; /* the sender waits for "100 Continue" before it sends the body */
	size_t left;       /* bytes that body or chunk still lack */
	nch_buffer line;   /* of chunk sizes and trailers */
	size_t trailers;
} nch_http_request;

/* Takes bytes until the request is whole or refused; returns how many it took: what follows belongs to the next request. */
size_t nch_http_take(nch_http_request *request, const char *bytes, size_t length);
void nch_http_next(nch_http_request *request);
void nch_http_free(nch_http_request *request);
bool nch_http_has_begun(const nch_http_request *request); /* some of it has come, and not all */

const char *nch_http_reason(int status); /* "Not Found" */
/* Appends status line, fields and the body. `type`: of the body; `more`: further fields, each with its line end, or NULL. */
void nch_http_write(nch_buffer *out, int status, const char *type, const char *more, bool keep_alive, const char *body, size_t length,
                    bool with_body);

#endif
