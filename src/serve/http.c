/* http.c - see http.h. */
#include "serve/http.h"

#include <string.h>
#include <strings.h>

enum { MOST_LINE = 256, MOST_TRAILERS = 4096 }; /* bytes of a chunk's line, of all trailers */

static size_t refuse(nch_http_request *r, int status, size_t taken)
{
	r->state = NCH_HTTP_REFUSED;
	r->refusal = status;
	return taken;
}

/* --- the head --- */

/* What names of methods and fields are made of. */
static bool is_token(const char *text)
{
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++)
		if (!((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') || (*text >= '0' && *text <= '9') || strchr("!#$%&'*+-.^_`|~", *text) != NULL))
			return false;
	return true;
}

/* "METHOD TARGET HTTP/1.x", cut up in place. Returns 0, or the status that refuses it. */
static int read_request_line(nch_http_request *r, char *line)
{
	char *target = strchr(line, ' '), *version = target != NULL ? strchr(target + 1, ' ') : NULL;
	if (version == NULL || strchr(version + 1, ' ') != NULL)
		return 400;
	*target++ = '\0';
	*version++ = '\0';
	if (!is_token(line) || (target[0] != '/' && strcmp(target, "*") != 0))
		return 400;
	for (const char *at = target; *at != '\0'; at++)
		if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 0x7F)
			return 400;
	if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0)
		return strncmp(version, "HTTP/", 5) == 0 ? 505 : 400;
	r->method = line;
	r->target = target;
	r->keep_alive = version[7] == '1';
	return 0;
}

/* Whether the comma-separated list has the word. */
static bool has_word(const char *list, const char *word)
{
	size_t length = strlen(word);
	while (*list != '\0') {
		list += strspn(list, " \t,");
		size_t item = strcspn(list, " \t,");
		if (item == length && strncasecmp(list, word, length) == 0)
			return true;
		list += item;
	}
	return false;
}

/* What the fields have said so far about the body. */
typedef struct nch_framing {
	bool has_length, chunked;
	size_t length;
} nch_framing;

static int read_length(const nch_http_request *r, const char *value, nch_framing *framing)
{
	if (framing->has_length || *value == '\0')
		return 400;
	framing->has_length = true;
	for (; *value != '\0'; value++) {
		if (*value < '0' || *value > '9')
			return 400;
		if (framing->length <= r->limits.body) /* more digits can only make it larger */
			framing->length = framing->length * 10 + (size_t)(*value - '0');
	}
	return 0;
}

static int read_field(nch_http_request *r, char *line, nch_framing *framing)
{
	char *colon = strchr(line, ':');
	if (colon == NULL)
		return 400;
	*colon = '\0';
	if (!is_token(line)) /* also a blank at the beginning: a folded line */
		return 400;
	char *value = colon + 1 + strspn(colon + 1, " \t"), *end = value + strlen(value);
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	for (const char *at = value; *at != '\0'; at++)
		if (((unsigned char)*at < ' ' && *at != '\t') || *at == 0x7F)
			return 400;
	if (strcasecmp(line, "Content-Length") == 0)
		return read_length(r, value, framing);
	if (strcasecmp(line, "Transfer-Encoding") == 0) {
		if (framing->chunked || strcasecmp(value, "chunked") != 0)
			return framing->chunked ? 400 : 501;
		framing->chunked = true;
	} else if (strcasecmp(line, "Host") == 0) {
		if (r->host != NULL)
			return 400;
		r->host = value;
	} else if (strcasecmp(line, "Connection") == 0) {
		if (has_word(value, "close"))
			r->keep_alive = false;
	} else if (strcasecmp(line, "Expect") == 0) {
		if (strcasecmp(value, "100-continue") != 0)
			return 417;
		r->wants_continue = true;
	}
	return 0;
}

/* The head is whole: its lines are in r->head, each with a NUL. */
static void read_head(nch_http_request *r)
{
	nch_framing framing = {0};
	bool old;
	char *line = r->head.data, *end = r->head.data + r->head.length;
	int refusal = read_request_line(r, line);
	old = refusal == 0 && !r->keep_alive;
	/* the request line was cut in three, each with its NUL */
	for (int part = 0; part < (refusal == 0 ? 3 : 0); part++)
		line += strlen(line) + 1;
	while (refusal == 0 && line < end && *line != '\0') {
		char *next = line + strlen(line) + 1;
		refusal = read_field(r, line, &framing);
		line = next;
	}
	if (refusal == 0 && ((r->host == NULL && !old) || (framing.chunked && (framing.has_length || old))))
		refusal = 400;
	if (refusal == 0 && framing.length > r->limits.body)
		refusal = 413;
	if (refusal != 0) {
		refuse(r, refusal, 0);
		return;
	}
	r->left = framing.length;
	r->wants_continue = r->wants_continue && !old && (framing.chunked || framing.length > 0);
	r->state = framing.chunked ? NCH_HTTP_CHUNK_SIZE : framing.length > 0 ? NCH_HTTP_BODY : NCH_HTTP_DONE;
}

/* Takes one line of the head, or the part of it that has come. A line is known by its CR LF; both are replaced by one NUL. */
static size_t take_head(nch_http_request *r, const char *bytes, size_t length)
{
	const char *lf = memchr(bytes, '\n', length);
	size_t taken = lf != NULL ? (size_t)(lf - bytes) + 1 : length;
	if (r->head.length + taken > r->limits.head)
		return refuse(r, memchr(r->head.data != NULL ? r->head.data : "", '\0', r->head.length) != NULL ? 431 : 414, taken);
	if (memchr(bytes, '\0', taken) != NULL)
		return refuse(r, 400, taken);
	nch_buffer_add(&r->head, bytes, taken);
	if (r->head.failed)
		return refuse(r, 503, taken);
	if (lf == NULL)
		return taken;
	size_t end = r->head.length;
	if (end < 2 || r->head.data[end - 2] != '\r')
		return refuse(r, 400, taken);
	r->head.data[end - 2] = '\0';
	r->head.length = end - 1;
	bool blank = r->head.length == 1 || r->head.data[r->head.length - 2] == '\0';
	if (r->head.length == 1) /* empty lines before a request are passed over */
		nch_buffer_clear(&r->head);
	else if (memchr(r->head.data, '\r', r->head.length) != NULL)
		return refuse(r, 400, taken);
	else if (blank)
		read_head(r);
	return taken;
}

/* --- the body --- */

static size_t take_data(nch_http_request *r, const char *bytes, size_t length, nch_http_state then)
{
	size_t taken = length < r->left ? length : r->left;
	nch_buffer_add(&r->body, bytes, taken);
	if (r->body.failed)
		return refuse(r, 503, taken);
	r->left -= taken;
	if (r->left == 0)
		r->state = then;
	return taken;
}

/* Takes a line of the framing into r->line, without its CR LF; *whole tells whether it is there. */
static size_t take_line(nch_http_request *r, const char *bytes, size_t length, bool *whole)
{
	const char *lf = memchr(bytes, '\n', length);
	size_t taken = lf != NULL ? (size_t)(lf - bytes) + 1 : length;
	*whole = false;
	if (r->line.length + taken > MOST_LINE || memchr(bytes, '\0', taken) != NULL)
		return refuse(r, 400, taken);
	nch_buffer_add(&r->line, bytes, taken);
	if (r->line.failed)
		return refuse(r, 503, taken);
	if (lf == NULL)
		return taken;
	size_t end = r->line.length;
	if (end < 2 || r->line.data[end - 2] != '\r' || memchr(r->line.data, '\r', end - 2) != NULL)
		return refuse(r, 400, taken);
	r->line.data[end - 2] = '\0';
	*whole = true;
	return taken;
}

/* "1A2b" or "1A2b;what=ever": the bytes of the next chunk. */
static void read_chunk_size(nch_http_request *r)
{
	size_t size = 0, digits = 0;
	const char *at = r->line.data;
	for (; *at != '\0'; at++, digits++) {
		int value = *at >= '0' && *at <= '9' ? *at - '0' : *at >= 'a' && *at <= 'f' ? *at - 'a' + 10 : *at >= 'A' && *at <= 'F' ? *at - 'A' + 10 : -1;
		if (value < 0)
			break;
		if (size <= r->limits.body)
			size = size * 16 + (size_t)value;
	}
	if (digits == 0 || (*at != '\0' && *at != ';'))
		refuse(r, 400, 0);
	else if (size > r->limits.body - r->body.length)
		refuse(r, 413, 0);
	else {
		r->left = size;
		r->state = size == 0 ? NCH_HTTP_TRAILER : NCH_HTTP_CHUNK_DATA;
	}
}

/* One step of what stands around chunks. */
static size_t take_framing(nch_http_request *r, const char *bytes, size_t length)
{
	bool whole;
	size_t taken = take_line(r, bytes, length, &whole);
	if (!whole)
		return taken;
	bool blank = r->line.data[0] == '\0';
	if (r->state == NCH_HTTP_CHUNK_SIZE)
		read_chunk_size(r);
	else if (r->state == NCH_HTTP_CHUNK_END && blank)
		r->state = NCH_HTTP_CHUNK_SIZE;
	else if (r->state == NCH_HTTP_CHUNK_END)
		refuse(r, 400, 0);
	else if (blank)
		r->state = NCH_HTTP_DONE;
	else if ((r->trailers += r->line.length) > MOST_TRAILERS) /* trailers are of no use here */
		refuse(r, 431, 0);
	nch_buffer_clear(&r->line);
	return taken;
}

size_t nch_http_take(nch_http_request *r, const char *bytes, size_t length)
{
	size_t taken = 0;
	while (taken < length && r->state != NCH_HTTP_DONE && r->state != NCH_HTTP_REFUSED) {
		const char *at = bytes + taken;
		size_t left = length - taken;
		switch (r->state) {
		case NCH_HTTP_HEAD: taken += take_head(r, at, left); break;
		case NCH_HTTP_BODY: taken += take_data(r, at, left, NCH_HTTP_DONE); break;
		case NCH_HTTP_CHUNK_DATA: taken += take_data(r, at, left, NCH_HTTP_CHUNK_END); break;
		default: taken += take_framing(r, at, left);
		}
	}
	return taken;
}

bool nch_http_has_begun(const nch_http_request *r)
{
	return r->state != NCH_HTTP_DONE && r->state != NCH_HTTP_REFUSED && (r->state != NCH_HTTP_HEAD || r->head.length > 0);
}

void nch_http_next(nch_http_request *r)
{
	enum { KEPT = 1 << 16 }; /* a large body's memory does not stay with a connection that may never send another */
	nch_http_request next = {.limits = r->limits, .head = r->head, .body = r->body, .line = r->line};
	nch_buffer_clear(&next.head);
	nch_buffer_clear(&next.line);
	if (next.body.capacity > KEPT)
		nch_buffer_free(&next.body);
	else
		nch_buffer_clear(&next.body);
	*r = next;
}

void nch_http_free(nch_http_request *r)
{
	nch_buffer_free(&r->head);
	nch_buffer_free(&r->body);
	nch_buffer_free(&r->line);
}

/* --- answers --- */

const char *nch_http_reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {
		{200, "OK"}, {400, "Bad Request"}, {403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"}, {408, "Request Timeout"},
		{413, "Content Too Large"}, {414, "URI Too Long"}, {417, "Expectation Failed"}, {422, "Unprocessable Content"},
		{431, "Request Header Fields Too Large"}, {500, "Internal Server Error"}, {501, "Not Implemented"}, {503, "Service Unavailable"},
		{505, "HTTP Version Not Supported"},
	};
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Status";
}

void nch_http_write(nch_buffer *out, int status, const char *type, const char *more, bool keep_alive, const char *body, size_t length, bool with_body)
{
	nch_buffer_printf(out, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nX-Content-Type-Options: nosniff\r\n%sConnection: %s\r\n\r\n", status,
	                  nch_http_reason(status), type, length, more != NULL ? more : "", keep_alive ? "keep-alive" : "close");
	if (with_body)
		nch_buffer_add(out, body, length);
}
