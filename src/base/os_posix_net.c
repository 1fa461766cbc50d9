/* os_posix_net.c - see os_net.h. */
#include "base/os_net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/os.h"

typedef union address {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
} address;

/* The length of the address; 0: that is none. */
static socklen_t read_address(const char *text, unsigned port, address *a)
{
	memset(a, 0, sizeof *a);
	if (inet_pton(AF_INET, text, &a->four.sin_addr) == 1) {
		a->four.sin_family = AF_INET;
		a->four.sin_port = htons((uint16_t)port);
		return sizeof a->four;
	}
	if (inet_pton(AF_INET6, text, &a->six.sin6_addr) == 1) {
		a->six.sin6_family = AF_INET6;
		a->six.sin6_port = htons((uint16_t)port);
		return sizeof a->six;
	}
	return 0;
}

static void never_wait(int descriptor)
{
	fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
	fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

nch_socket nch_os_listen(const char *text, unsigned *port)
{
	address a;
	socklen_t length = read_address(text, *port, &a);
	if (length == 0) {
		errno = EINVAL;
		return NCH_NO_SOCKET;
	}
	int on = 1, descriptor = socket(a.any.sa_family, SOCK_STREAM, 0);
	if (descriptor < 0)
		return NCH_NO_SOCKET;
	setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); /* else nobody may listen here for a while after we did */
	if (bind(descriptor, &a.any, length) != 0 || listen(descriptor, 1024) != 0 || getsockname(descriptor, &a.any, &length) != 0) {
		int number = errno;
		close(descriptor);
		errno = number;
		return NCH_NO_SOCKET;
	}
	*port = ntohs(a.any.sa_family == AF_INET ? a.four.sin_port : a.six.sin6_port);
	never_wait(descriptor);
	return descriptor;
}

nch_socket nch_os_accept(nch_socket listener)
{
	int on = 1, descriptor;
	do
		descriptor = accept((int)listener, NULL, NULL);
	while (descriptor < 0 && (errno == EINTR || errno == ECONNABORTED));
	if (descriptor < 0)
		return NCH_NO_SOCKET;
	never_wait(descriptor);
	setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* an answer is one piece, and is waited for */
	return descriptor;
}

void nch_os_hang_up(nch_socket socket)
{
	close((int)socket);
}

void nch_os_end_sending(nch_socket socket)
{
	shutdown((int)socket, SHUT_WR);
}

ptrdiff_t nch_os_receive(nch_socket socket, void *into, size_t room)
{
	ssize_t got;
	do
		got = recv((int)socket, into, room, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0 && errno == EWOULDBLOCK)
		errno = EAGAIN;
	return got;
}

ptrdiff_t nch_os_send(nch_socket socket, const void *bytes, size_t length)
{
	ssize_t sent;
	do
		sent = send((int)socket, bytes, length, 0); /* SIGPIPE is ignored: see nch_os_start */
	while (sent < 0 && errno == EINTR);
	if (sent < 0 && errno == EWOULDBLOCK)
		errno = EAGAIN;
	return sent;
}

bool nch_os_is_loopback(const char *text)
{
	address a;
	if (read_address(text, 0, &a) == 0)
		return false;
	return a.any.sa_family == AF_INET ? ntohl(a.four.sin_addr.s_addr) >> 24 == 127 : IN6_IS_ADDR_LOOPBACK(&a.six.sin6_addr);
}

void nch_os_wait(nch_os_event *events, size_t count, double seconds)
{
	enum { FEW = 64 };
	struct pollfd few[FEW], *all = count <= FEW ? few : nch_os_memory(count * sizeof *all);
	if (all == NULL) { /* then whoever is first must do */
		all = few;
		count = FEW;
	}
	for (size_t i = 0; i < count; i++)
		all[i] = (struct pollfd){.fd = (int)events[i].socket,
		                         .events = (short)((events[i].want_read ? POLLIN : 0) | (events[i].want_write ? POLLOUT : 0))};
	bool some = poll(all, (nfds_t)count, (int)(seconds * 1000.0)) > 0;
	for (size_t i = 0; i < count; i++) {
		int gone = POLLERR | POLLHUP | POLLNVAL;
		events[i].can_read = some && events[i].want_read && (all[i].revents & (POLLIN | gone));
		events[i].can_write = some && events[i].want_write && (all[i].revents & (POLLOUT | gone));
	}
	if (all != few)
		nch_os_memory_free(all);
}
