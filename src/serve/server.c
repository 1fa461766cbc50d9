/* server.c - see server.h. */
#include "serve/server.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "base/os.h"
#include "base/os_net.h"

const double nch_server_bounds[NCH_SERVER_BUCKETS] = {.001, .002, .005, .01, .02, .05, .1, .2, .5, 1.0, 2.0, 5.0};

typedef enum phase {
	READING,  /* a request, or waiting for one */
	KEPT,     /* the request waits for `work` */
	SENDING,  /* its answer */
	DRAINING, /* the last answer is gone; what still comes is thrown away, so that it does not make the other side lose the answer */
	ENDED
} phase;

typedef struct connection {
	nch_socket socket;
	phase phase;
	nch_http_request request;
	nch_buffer in, out; /* bytes that came and were not taken yet; bytes on their way */
	size_t taken, sent;
	nch_reply reply;
	bool last, promised; /* the connection ends behind this answer; "100 Continue" was sent */
	double deadline;     /* of the phase */
	double whole;        /* when the request was */
} connection;

struct nch_server {
	nch_server_options options;
	nch_service service;
	nch_server_counts counts;
	nch_socket listener;
	unsigned port;
	connection **list;
	size_t count;
	nch_os_event *events; /* of the connections, then of the listener */
	bool stopping;
};

/* --- connections --- */

static void set_phase(connection *c, phase next, double seconds)
{
	c->phase = next;
	c->deadline = nch_os_seconds() + seconds;
}

static void end(connection *c)
{
	c->phase = ENDED;
}

static void free_connection(connection *c)
{
	nch_os_hang_up(c->socket);
	nch_http_free(&c->request);
	nch_buffer_free(&c->in);
	nch_buffer_free(&c->out);
	nch_buffer_free(&c->reply.body);
	nch_free(c);
}

static void let_in(nch_server *s)
{
	while (s->count < s->options.connections) {
		nch_socket socket = nch_os_accept(s->listener);
		if (socket == NCH_NO_SOCKET)
			return;
		connection *c = nch_alloc(1, sizeof *c);
		if (c == NULL) {
			nch_os_hang_up(socket);
			return;
		}
		c->socket = socket;
		c->request.limits = s->options.limits;
		set_phase(c, READING, s->options.request_seconds); /* the first request is not waited for as long as a later one */
		s->list[s->count++] = c;
		s->counts.accepted++;
	}
}

/* --- sending --- */

static void write_answer(nch_server *s, connection *c)
{
	int status = c->reply.body.failed ? 503 : c->reply.status;
	bool head_only = c->request.method != NULL && strcmp(c->request.method, "HEAD") == 0;
	c->last = c->last || s->stopping || !c->request.keep_alive || c->request.state == NCH_HTTP_REFUSED;
	nch_http_write(&c->out, status, c->reply.type, c->reply.more, !c->last, c->reply.body.failed ? "" : c->reply.body.data, c->reply.body.failed ? 0 : c->reply.body.length,
	               !head_only);
	s->counts.by_status[status / 100]++;
	nch_buffer_free(&c->reply.body);
	if (c->out.failed)
		end(c);
	else
		set_phase(c, SENDING, s->options.request_seconds);
}

static void answer(nch_server *s, connection *c)
{
	double seconds = nch_os_seconds() - c->whole;
	size_t bucket = 0;
	while (bucket < NCH_SERVER_BUCKETS && seconds > nch_server_bounds[bucket])
		bucket++;
	s->counts.histogram[bucket]++;
	s->counts.seconds += seconds;
	write_answer(s, c);
}

static void answer_refused(nch_server *s, connection *c, int status)
{
	c->reply = (nch_reply){.status = status, .type = "application/json"};
	nch_buffer_printf(&c->reply.body, "{\"error\":\"%s\"}\n", nch_http_reason(status));
	c->last = true;
	write_answer(s, c);
}

/* Sends what can be sent; when all is gone the connection reads again, or ends. */
static void send_some(nch_server *s, connection *c)
{
	while (c->sent < c->out.length) {
		ptrdiff_t sent = nch_os_send(c->socket, c->out.data + c->sent, c->out.length - c->sent);
		if (sent < 0 && errno == EAGAIN)
			return;
		if (sent <= 0) {
			end(c);
			return;
		}
		c->sent += (size_t)sent;
	}
	nch_buffer_clear(&c->out);
	c->sent = 0;
	if (c->phase != SENDING)
		return;
	if (c->last) {
		nch_os_end_sending(c->socket);
		set_phase(c, DRAINING, 1.0);
		return;
	}
	nch_http_next(&c->request);
	c->promised = false;
	set_phase(c, READING, s->options.idle_seconds);
}

/* --- reading --- */

/* Takes what has come, request after request, as long as each can be answered at once. */
static void take_requests(nch_server *s, connection *c)
{
	while (c->phase == READING && c->taken < c->in.length) {
		bool had_begun = nch_http_has_begun(&c->request);
		c->taken += nch_http_take(&c->request, c->in.data + c->taken, c->in.length - c->taken);
		if (!had_begun && nch_http_has_begun(&c->request))
			set_phase(c, READING, s->options.request_seconds);
		if (c->request.state == NCH_HTTP_REFUSED) {
			s->counts.refused++;
			answer_refused(s, c, c->request.refusal);
			send_some(s, c);
		} else if (c->request.state == NCH_HTTP_DONE) {
			c->whole = nch_os_seconds();
			c->reply = (nch_reply){.status = 500, .type = "application/json"};
			c->phase = KEPT;
			s->service.take(s->service.context, &c->request, &c->reply);
			if (c->reply.ready) {
				answer(s, c);
				send_some(s, c);
			}
		}
	}
	if (c->taken == c->in.length) {
		nch_buffer_clear(&c->in);
		c->taken = 0;
	}
	if (c->phase == READING && c->request.wants_continue && !c->promised && c->out.length == 0) {
		c->promised = true;
		nch_buffer_text(&c->out, "HTTP/1.1 100 Continue\r\n\r\n");
		send_some(s, c);
	}
}

static void read_some(nch_server *s, connection *c)
{
	char piece[65536];
	ptrdiff_t got = nch_os_receive(c->socket, piece, sizeof piece);
	if (got < 0 && errno == EAGAIN)
		return;
	if (got <= 0) { /* the other side has ended: also where it wants an answer still, as it sent no whole request */
		end(c);
		return;
	}
	if (c->phase == DRAINING)
		return;
	nch_buffer_add(&c->in, piece, (size_t)got);
	if (c->in.failed)
		end(c);
	else
		take_requests(s, c);
}

/* --- time --- */

static void check_time(nch_server *s, connection *c, double now)
{
	if (c->phase == KEPT || c->phase == ENDED || now < c->deadline)
		return;
	if (c->phase == READING && nch_http_has_begun(&c->request)) {
		s->counts.timed_out++;
		answer_refused(s, c, 408);
		send_some(s, c);
	} else
		end(c);
}

/* A connection on which nothing is under way has nothing to lose. */
static bool is_busy(const connection *c)
{
	return c->phase == KEPT || c->phase == SENDING || (c->phase == READING && (nch_http_has_begun(&c->request) || c->in.length > 0));
}

/* --- the loop --- */

static void wait(nch_server *s, double seconds)
{
	size_t count = s->count;
	for (size_t i = 0; i < count; i++) {
		const connection *c = s->list[i];
		s->events[i] = (nch_os_event){.socket = c->socket, .want_read = c->phase == READING || c->phase == DRAINING,
		                              .want_write = c->out.length > 0};
	}
	bool opens = !s->stopping && s->count < s->options.connections;
	if (opens)
		s->events[count] = (nch_os_event){.socket = s->listener, .want_read = true};
	nch_os_wait(s->events, count + opens, seconds);
	for (size_t i = 0; i < count; i++) {
		connection *c = s->list[i];
		if (s->events[i].can_write)
			send_some(s, c);
		if (c->phase == READING && c->in.length > 0) /* what came behind a request that is answered now */
			take_requests(s, c);
		if (s->events[i].can_read && (c->phase == READING || c->phase == DRAINING))
			read_some(s, c);
	}
	if (opens && s->events[count].can_read)
		let_in(s);
}

static void send_ready(nch_server *s)
{
	for (size_t i = 0; i < s->count; i++) {
		connection *c = s->list[i];
		if (c->phase != KEPT || !c->reply.ready)
			continue;
		answer(s, c);
		send_some(s, c);
		take_requests(s, c);
	}
}

static void sweep(nch_server *s, bool hurry)
{
	double now = nch_os_seconds();
	size_t kept = 0;
	for (size_t i = 0; i < s->count; i++) {
		connection *c = s->list[i];
		check_time(s, c, now);
		if (hurry && c->phase == READING && !is_busy(c))
			end(c);
		if (c->phase == ENDED)
			free_connection(c);
		else
			s->list[kept++] = c;
	}
	s->count = kept;
	s->counts.open = kept;
}

void nch_server_run(nch_server *s, const volatile sig_atomic_t *stop)
{
	double farewell = 0.0;
	bool waiting = false;
	for (;;) {
		if (*stop != 0 && !s->stopping) {
			let_in(s); /* who was at the door already */
			s->stopping = true;
			nch_os_hang_up(s->listener);
			s->listener = NCH_NO_SOCKET;
			farewell = nch_os_seconds();
		}
		wait(s, waiting ? 0.0 : s->stopping ? .02 : .25);
		waiting = s->service.work(s->service.context);
		send_ready(s);
		double since = s->stopping ? nch_os_seconds() - farewell : 0.0;
		sweep(s, since > .1); /* a request that was on its way when the signal came has arrived by then */
		if (s->stopping && (s->count == 0 || since > s->options.farewell_seconds))
			return;
	}
}

nch_status nch_server_open(const nch_server_options *options, const nch_service *service, nch_server **server, nch_error *error)
{
	nch_server *s = nch_alloc(1, sizeof *s);
	if (s == NULL)
		return nch_no_memory(error);
	s->options = *options;
	s->service = *service;
	s->port = options->port;
	s->listener = nch_os_listen(options->address, &s->port);
	if (s->listener == NCH_NO_SOCKET) {
		nch_status status = nch_fail(error, NCH_IO, "cannot listen at %s, port %u: %s", options->address, options->port, nch_os_reason(errno));
		nch_free(s);
		return status;
	}
	s->list = nch_alloc(options->connections, sizeof *s->list);
	s->events = nch_alloc(options->connections + 1, sizeof *s->events);
	if (s->list == NULL || s->events == NULL) {
		nch_server_close(s);
		return nch_no_memory(error);
	}
	*server = s;
	return NCH_OK;
}

unsigned nch_server_port(const nch_server *s)
{
	return s->port;
}

const nch_server_counts *nch_server_count(const nch_server *s)
{
	return &s->counts;
}

void nch_server_close(nch_server *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->count; i++)
		free_connection(s->list[i]);
	if (s->listener != NCH_NO_SOCKET)
		nch_os_hang_up(s->listener);
	nch_free(s->list);
	nch_free(s->events);
	nch_free(s);
}
