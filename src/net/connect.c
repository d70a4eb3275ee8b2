#include "net/connect.h"

#include <sys/socket.h>

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"

#define PORT_TEXT_MAX sizeof("65535")

static void
add_address(const struct addrinfo *a, struct buf *out)
{
	char text[NI_MAXHOST];

	if (getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof(text), NULL,
	    0, NI_NUMERICHOST) == 0)
		buf_add_string(out, text);
	else
		buf_add_string(out, "unknown address");
}

/* errno of a connect(2) under way, once it is decided; ETIMEDOUT at until. */
static int
wait_connected(int fd, int64_t until)
{
	struct pollfd p = {fd, POLLOUT, 0};
	socklen_t len;
	int error, n;

	do
		n = poll(&p, 1, clock_poll_timeout(until));
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n == 0 ? ETIMEDOUT : errno;
	len = sizeof(error);
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		return errno;
	return error;
}

/* The socket, or -1 with errno. */
static int
connect_address(const struct addrinfo *a, int64_t until)
{
	int error, fd, on = 1;

	fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    a->ai_protocol);
	if (fd < 0)
		return -1;
	error = connect(fd, a->ai_addr, a->ai_addrlen) == 0 ? 0 : errno;
	if (error == EINPROGRESS || error == EINTR)
		error = wait_connected(fd, until);
	if (error == 0) {
		/* What is sent has been gathered already. */
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		return fd;
	}
	close(fd);
	errno = error;
	return -1;
}

static int
count(const struct addrinfo *list)
{
	int n;

	for (n = 0; list != NULL; list = list->ai_next)
		n++;
	return n;
}

static int
connect_list(const struct addrinfo *list, int64_t deadline, struct buf *peer,
    struct buf *error)
{
	const struct addrinfo *a;
	int64_t left;
	int fd;

	for (a = list; a != NULL; a = a->ai_next) {
		left = deadline - clock_boot();
		fd = connect_address(a, deadline == CLOCK_NEVER ? deadline :
		    deadline - left + left / count(a));
		if (fd >= 0) {
			add_address(a, peer);
			return fd;
		}
		buf_add_string(error, a == list ? ": " : "; ");
		add_address(a, error);
		buf_addf(error, ": %s", errno == ETIMEDOUT ? "no answer" :
		    strerror(errno));
	}
	return -1;
}

/* As getaddrinfo(3). */
static int
resolve(const char *host, uint16_t port, struct addrinfo **list)
{
	struct addrinfo hints = {0};
	char service[PORT_TEXT_MAX];
	int result;

	hints.ai_family = AF_UNSPEC;
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = AI_NUMERICSERV;
	snprintf(service, sizeof(service), "%u", port);
	result = getaddrinfo(host, service, &hints, list);
	/* A machine without /etc/hosts has a loopback, too (RFC 6761, 6.3). */
	if (result != 0 && strcasecmp(host, "localhost") == 0)
		result = getaddrinfo(NULL, service, &hints, list);
	return result;
}

int
connect_host(const char *host, uint16_t port, int64_t deadline,
    struct buf *peer, struct buf *error)
{
	struct addrinfo *list;
	struct buf why = BUF_INIT;
	int fd, result;

	result = resolve(host, port, &list);
	if (result != 0) {
		buf_addf(error, "cannot find the address of %s: %s", host,
		    result == EAI_SYSTEM ? strerror(errno) :
		    gai_strerror(result));
		return -1;
	}
	/* The resolver has time-outs of its own and knows nothing of ours. */
	if (clock_boot() >= deadline) {
		freeaddrinfo(list);
		buf_addf(error, "finding the address of %s took too long",
		    host);
		return -1;
	}
	fd = connect_list(list, deadline, peer, &why);
	freeaddrinfo(list);
	if (fd < 0)
		buf_addf(error, "cannot connect to %s port %u%s", host, port,
		    buf_string(&why));
	buf_free(&why);
	return fd;
}
