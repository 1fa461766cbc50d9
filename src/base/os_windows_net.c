/* os_windows_net.c - see os_net.h. */
#define _WIN32_WINNT 0x0601
#define WIN32_LEAN_AND_MEAN
#include <winsock2.h>
#include <ws2tcpip.h>

#include "base/os_net.h"

#include <errno.h>
#include <string.h>

#include "base/os.h"

typedef union address {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
} address;

static bool started(void)
{
	static bool done;
	WSADATA about;
	if (!done)
		done = WSAStartup(MAKEWORD(2, 2), &about) == 0;
	return done;
}

static void tell_reason(void)
{
	switch (WSAGetLastError()) {
	case WSAEWOULDBLOCK: errno = EAGAIN; break;
	case WSAEADDRINUSE: errno = EADDRINUSE; break;
	case WSAEADDRNOTAVAIL: errno = EADDRNOTAVAIL; break;
	case WSAEACCES: errno = EACCES; break;
	case WSAEMFILE: errno = EMFILE; break;
	case WSAECONNRESET: errno = ECONNRESET; break;
	default: errno = EIO;
	}
}

/* The length of the address; 0: that is none. */
static int read_address(const char *text, unsigned port, address *a)
{
	memset(a, 0, sizeof *a);
	if (started() && inet_pton(AF_INET, text, &a->four.sin_addr) == 1) {
		a->four.sin_family = AF_INET;
		a->four.sin_port = htons((uint16_t)port);
		return sizeof a->four;
	}
	if (started() && inet_pton(AF_INET6, text, &a->six.sin6_addr) == 1) {
		a->six.sin6_family = AF_INET6;
		a->six.sin6_port = htons((uint16_t)port);
		return sizeof a->six;
	}
	return 0;
}

static void never_wait(SOCKET handle)
{
	u_long on = 1;
	ioctlsocket(handle, FIONBIO, &on);
	SetHandleInformation((HANDLE)handle, HANDLE_FLAG_INHERIT, 0);
}

nch_socket nch_os_listen(const char *text, unsigned *port)
{
	address a;
	int length = read_address(text, *port, &a);
	if (length == 0) {
		errno = EINVAL;
		return NCH_NO_SOCKET;
	}
	BOOL on = TRUE;
	SOCKET handle = socket(a.any.sa_family, SOCK_STREAM, 0);
	if (handle != INVALID_SOCKET)
		setsockopt(handle, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (const char *)&on, sizeof on); /* else another program could take our callers */
	if (handle == INVALID_SOCKET || bind(handle, &a.any, length) != 0 || listen(handle, 1024) != 0 || getsockname(handle, &a.any, &length) != 0) {
		tell_reason();
		if (handle != INVALID_SOCKET)
			closesocket(handle);
		return NCH_NO_SOCKET;
	}
	*port = ntohs(a.any.sa_family == AF_INET ? a.four.sin_port : a.six.sin6_port);
	never_wait(handle);
	return (nch_socket)handle;
}

nch_socket nch_os_accept(nch_socket listener)
{
	BOOL on = TRUE;
	SOCKET handle = accept((SOCKET)listener, NULL, NULL);
	if (handle == INVALID_SOCKET) {
		tell_reason();
		return NCH_NO_SOCKET;
	}
	never_wait(handle);
	setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, (const char *)&on, sizeof on);
	return (nch_socket)handle;
}

void nch_os_hang_up(nch_socket handle)
{
	closesocket((SOCKET)handle);
}

void nch_os_end_sending(nch_socket handle)
{
	shutdown((SOCKET)handle, SD_SEND);
}

ptrdiff_t nch_os_receive(nch_socket handle, void *into, size_t room)
{
	int got = recv((SOCKET)handle, into, room < 1 << 30 ? (int)room : 1 << 30, 0);
	if (got < 0)
		tell_reason();
	return got;
}

ptrdiff_t nch_os_send(nch_socket handle, const void *bytes, size_t length)
{
	int sent = send((SOCKET)handle, bytes, length < 1 << 30 ? (int)length : 1 << 30, 0);
	if (sent < 0)
		tell_reason();
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
	WSAPOLLFD *all = nch_os_memory((count + 1) * sizeof *all);
	for (size_t i = 0; all != NULL && i < count; i++) {
		all[i].fd = (SOCKET)events[i].socket;
		all[i].events = (SHORT)((events[i].want_read ? POLLRDNORM : 0) | (events[i].want_write ? POLLWRNORM : 0));
	}
	bool some = all != NULL && WSAPoll(all, (ULONG)count, (INT)(seconds * 1000.0)) > 0;
	for (size_t i = 0; i < count; i++) {
		int gone = POLLERR | POLLHUP | POLLNVAL;
		events[i].can_read = some && events[i].want_read && (all[i].revents & (POLLRDNORM | gone));
		events[i].can_write = some && events[i].want_write && (all[i].revents & (POLLWRNORM | gone));
	}
	nch_os_memory_free(all);
}
