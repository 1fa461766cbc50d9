/* server.h - one thread that serves many connections: it reads what has come, hands whole requests to whoever answers them, lets the waiting ones be
 * answered together, and sends the answers.
 *
 *     wait for sockets ──> read, parse ──> take (answered at once, or kept) ──> work (a batch of what was kept) ──> send ──> wait …
 *
 * While a batch is computed, the next requests gather in the sockets: the busier the server, the larger its batches. Everything is bounded:
 * connections, heads, bodies, what is kept (by whoever takes), and the time that a request may take to come or an answer to go. */
#ifndef NCH_SERVE_SERVER_H
#define NCH_SERVE_SERVER_H

#include <signal.h>
#include <stdint.h>

#include "base/buffer.h"
#include "serve/http.h"

/* An answer in the making. */
typedef struct nch_reply {
	int status;       /* 200 … */
	const char *type; /* of the body; static */
	const char *more; /* further fields, each with CR LF, or NULL; static */
	nch_buffer body;
	bool ready; /* may be sent */
} nch_reply;

/* Who answers. */
typedef struct nch_service {
	/* A whole request: fill *reply and set ready; or keep its address, which stays valid until ready is set by `work`. The request is gone after
	 * the call. */
	void (*take)(void *context, const nch_http_request *request, nch_reply *reply);
	/* Answers some of what was kept. False: there was nothing. */
	bool (*work)(void *context);
	void *context;
} nch_service;

typedef struct nch_server_options {
	const char *address;
	unsigned port; /* 0: any that is free */
	size_t connections; /* the most at a time; further ones wait at the door */
	nch_http_limits limits;
	double request_seconds; /* a request must have come whole, and its answer gone, in this time each */
	double idle_seconds;    /* a connection without a request */
	double farewell_seconds; /* after a stop: until the last answers are gone */
} nch_server_options;

#define NCH_SERVER_BUCKETS 12
extern const double nch_server_bounds[NCH_SERVER_BUCKETS]; /* seconds, of the histogram */

typedef struct nch_server_counts {
	uint64_t accepted, open, refused; /* connections; requests that were no HTTP */
	uint64_t by_status[6];            /* answers, by status / 100 */
	uint64_t timed_out;
	uint64_t histogram[NCH_SERVER_BUCKETS + 1]; /* from a request's last byte to its answer, the last: longer */
	double seconds;                             /* their sum */
} nch_server_counts;

typedef struct nch_server nch_server;

nch_status nch_server_open(const nch_server_options *options, const nch_service *service, nch_server **server, nch_error *error);
unsigned nch_server_port(const nch_server *server);
const nch_server_counts *nch_server_count(const nch_server *server);
/* Serves until *stop is not 0: then nobody new is let in, what has come is answered, and all connections end. */
void nch_server_run(nch_server *server, const volatile sig_atomic_t *stop);
void nch_server_close(nch_server *server); /* NULL is allowed */

#endif
