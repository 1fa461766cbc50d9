/* os_net.h - what systems differ in where programs talk by TCP. See os.h: errors are in errno, and only os_*.c knows which system it is. */
#ifndef NCH_BASE_OS_NET_H
#define NCH_BASE_OS_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef intptr_t nch_socket;
#define NCH_NO_SOCKET ((nch_socket) - 1)

/* Listens at an address ("127.0.0.1", "::1"; a number, no name) and a port (0: any that is free; *port gets it). Calls on it and on what it accepts
 * don't wait. */
nch_socket nch_os_listen(const char *address, unsigned *port);
/* The next caller; NCH_NO_SOCKET if there is none just now. */
nch_socket nch_os_accept(nch_socket listener);
void nch_os_hang_up(nch_socket socket);
void nch_os_end_sending(nch_socket socket); /* the other side reads an end; what it sends can still be read */
/* Some of the bytes; 0: the other side has ended; -1 and errno, EAGAIN where one would have to wait. */
ptrdiff_t nch_os_receive(nch_socket socket, void *into, size_t room);
ptrdiff_t nch_os_send(nch_socket socket, const void *bytes, size_t length);
bool nch_os_is_loopback(const char *address); /* of this machine alone */

/* What is waited for, and what has come. */
typedef struct nch_os_event {
	nch_socket socket;
	bool want_read, want_write;
	bool can_read, can_write; /* also where the other side is gone: the call will tell */
} nch_os_event;
/* Waits until one of them is true, at most `seconds`; a signal ends it, too. */
void nch_os_wait(nch_os_event *events, size_t count, double seconds);

#endif
