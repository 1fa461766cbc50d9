/* load.c - asks a server as fast as it answers, over many connections at a time; or sends it what no honest client would. For Linux and its like.
 *
 *     load PORT CONNECTIONS SECONDS FILE       POST /predict with one line of FILE each; prints requests/s, latencies, and what went wrong
 *     load PORT hostile COUNT SEED             COUNT connections with broken, cut, slow, huge or pipelined requests; ends with 0 if the server still answers */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int dial(unsigned port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int on = 1, s = socket(AF_INET, SOCK_STREAM, 0);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (s < 0 || connect(s, (struct sockaddr *)&a, sizeof a) != 0) {
		if (s >= 0)
			close(s);
		return -1;
	}
	setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return s;
}

/* --- load --- */

enum { MOST_LINES = 100000, MOST = 4096, ROOM = 1 << 16 };

struct caller {
	int socket;
	double asked;
	char in[ROOM];
	size_t length;
};

static char *requests[MOST_LINES];
static size_t lengths[MOST_LINES], lines;

static void read_lines(const char *path)
{
	char *line = NULL;
	size_t capacity = 0;
	FILE *file = fopen(path, "r");
	for (ssize_t n; file != NULL && lines < MOST_LINES && (n = getline(&line, &capacity, file)) > 0;) {
		char *body = malloc(2 * (size_t)n + 300), *text = malloc(2 * (size_t)n + 32), *to = text;
		if (line[n - 1] == '\n')
			n--;
		to += sprintf(to, "{\"text\":\"");
		for (ssize_t i = 0; i < n; i++) {
			if (line[i] == '"' || line[i] == '\\')
				*to++ = '\\';
			*to++ = (unsigned char)line[i] < ' ' ? ' ' : line[i];
		}
		to += sprintf(to, "\"}");
		lengths[lines] = (size_t)sprintf(body, "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n%s", (size_t)(to - text), text);
		requests[lines++] = body;
		free(text);
	}
	free(line);
	if (file != NULL)
		fclose(file);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Whether a whole answer is there; its status. */
static int answer(const struct caller *c)
{
	const char *end = memmem(c->in, c->length, "\r\n\r\n", 4), *field;
	if (end == NULL || (field = memmem(c->in, c->length, "Content-Length: ", 16)) == NULL)
		return 0;
	size_t want = (size_t)(end - c->in) + 4 + strtoul(field + 16, NULL, 10);
	return c->length >= want ? atoi(c->in + 9) : 0;
}

static int load(unsigned port, size_t count, double seconds, const char *path)
{
	static struct caller callers[MOST];
	static struct pollfd polled[MOST];
	enum { MOST_TIMES = 1 << 21 };
	static double times[MOST_TIMES]; /* of the last ones */
	size_t done = 0, next = 0, wrong = 0, busy = 0;
	read_lines(path);
	if (lines == 0 || count > MOST)
		return 2;
	for (size_t i = 0; i < count; i++) {
		callers[i].socket = dial(port);
		if (callers[i].socket < 0)
			return 1;
		polled[i] = (struct pollfd){callers[i].socket, POLLIN, 0};
	}
	double start = now();
	for (size_t i = 0; i < count; i++, next++) {
		callers[i].asked = now();
		wrong += write(callers[i].socket, requests[next % lines], lengths[next % lines]) != (ssize_t)lengths[next % lines];
	}
	while (now() - start < seconds && wrong == 0) {
		poll(polled, count, 1000);
		for (size_t i = 0; i < count; i++) {
			struct caller *c = &callers[i];
			if (!(polled[i].revents & (POLLIN | POLLHUP | POLLERR)))
				continue;
			ssize_t got = read(c->socket, c->in + c->length, ROOM - c->length - 1);
			if (got <= 0) {
				wrong++;
				break;
			}
			c->length += (size_t)got;
			c->in[c->length] = '\0';
			int status = answer(c);
			if (status == 0)
				continue;
			busy += status == 503;
			wrong += status != 200 && status != 503;
			times[done++ % MOST_TIMES] = now() - c->asked;
			c->length = 0;
			c->asked = now();
			wrong += write(c->socket, requests[next % lines], lengths[next % lines]) != (ssize_t)lengths[next % lines];
			next++;
		}
	}
	double took = now() - start;
	size_t kept = done < MOST_TIMES ? done : MOST_TIMES;
	qsort(times, kept, sizeof *times, compare);
	if (done > 0)
		printf("%zu requests in %.1f s: %.0f/s; p50 %.1f ms, p99 %.1f ms, most %.1f ms; 503: %zu; wrong: %zu\n", done, took, (double)done / took,
		       1e3 * times[kept / 2], 1e3 * times[kept * 99 / 100], 1e3 * times[kept - 1], busy, wrong);
	return wrong > 0 || done == 0;
}

/* --- hostility --- */

static uint32_t state;

static uint32_t draw(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % below;
}

static const char *const seeds[] = {
	"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n{\"text\":\"행복해요\"}",
	"POST /predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"tex\r\n9\r\nt\":\"abc\"}\r\n0\r\n\r\n",
	"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\nGET /health HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
	"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n", "POST /predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFF0\r\n",
	"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 44\r\n\r\n{\"texts\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "\r\n\r\n\r\n\r\n",
	"POST /predict HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 14\r\n\r\n{\"text\":\"abc\"}"};

/* Requests that come a byte at a time, one of them each time this is called: they stand open beside all others. */
static void drip(unsigned port)
{
	enum { SLOW = 32 };
	static struct {
		bool open;
		int socket;
		size_t at;
	} slow[SLOW];
	static unsigned turn;
	unsigned i = turn++ % SLOW;
	const char *text = seeds[i % (sizeof seeds / sizeof *seeds)];
	if (!slow[i].open) {
		slow[i].socket = dial(port);
		slow[i].open = slow[i].socket >= 0;
		slow[i].at = 0;
	}
	if (slow[i].open && (slow[i].at == strlen(text) || send(slow[i].socket, text + slow[i].at++, 1, MSG_NOSIGNAL) != 1)) {
		close(slow[i].socket);
		slow[i].open = false;
	}
}

/* More than any server takes: a head, or a body as long as is said (or chunks of it), without an end. */
static void flood(int s)
{
	static const char *const heads[] = {"GET /", "POST /predict HTTP/1.1\r\nHost: localhost\r\nX: ", "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000000\r\n\r\n",
	                                    "POST /predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3000000\r\n"};
	static char much[1 << 16];
	const char *head = heads[draw(sizeof heads / sizeof *heads)];
	memset(much, 'a', sizeof much);
	send(s, head, strlen(head), MSG_NOSIGNAL);
	for (int i = 0; i < 64 && send(s, much, sizeof much, MSG_NOSIGNAL) > 0; i++)
		continue;
}

static int hostile(unsigned port, int count, uint32_t seed)
{
	char bytes[8192], back[4096];
	state = seed | 1;
	for (int i = 0; i < count; i++) {
		drip(port);
		int s = dial(port);
		if (s < 0) {
			printf("connection %d: %s\n", i, strerror(errno));
			return 1;
		}
		fcntl(s, F_SETFL, O_NONBLOCK);
		size_t length = 0;
		for (uint32_t part = draw(3); length < 2000; part--) {
			const char *text = seeds[draw(sizeof seeds / sizeof *seeds)];
			memcpy(bytes + length, text, strlen(text));
			length += strlen(text);
			if (part == 0)
				break;
		}
		for (uint32_t change = draw(6); change > 0; change--) /* some bytes wrong, or gone */
			if (draw(2) == 0)
				bytes[draw((uint32_t)length)] = (char)draw(256);
			else
				length = 1 + draw((uint32_t)length);
		for (size_t at = 0; at < length;) {
			size_t piece = draw(4) == 0 ? 1 + draw(9) : length;
			ssize_t sent = send(s, bytes + at, piece < length - at ? piece : length - at, MSG_NOSIGNAL);
			if (sent <= 0)
				break;
			at += (size_t)sent;
		}
		if (draw(20) == 0)
			flood(s);
		if (draw(3) == 0 && read(s, back, sizeof back) < 0 && errno != EAGAIN && errno != ECONNRESET)
			printf("connection %d: %s\n", i, strerror(errno));
		if (draw(5) == 0) { /* gone without a word */
			struct linger hard = {1, 0};
			setsockopt(s, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
		}
		close(s);
	}
	int s = dial(port);
	const char *ask = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
	bool well = s >= 0 && write(s, ask, strlen(ask)) == (ssize_t)strlen(ask) && read(s, back, sizeof back) > 15 && strncmp(back, "HTTP/1.1 200 OK", 15) == 0;
	printf("%d hostile connections; the server %s\n", count, well ? "is well" : "does not answer");
	return !well;
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return 2;
	unsigned port = (unsigned)strtoul(argv[1], NULL, 10);
	if (strcmp(argv[2], "hostile") == 0)
		return hostile(port, atoi(argv[3]), (uint32_t)strtoul(argv[4], NULL, 10));
	return load(port, strtoul(argv[2], NULL, 10), atof(argv[3]), argv[4]);
}
