#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "loop.h"
#include "options.h"
#include "session.h"

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

struct listener {
	struct source source;
	int fd;
	bool smtps;
};

static struct listener listeners[BINDS * 2];
static size_t listening;

static socklen_t
address_make(const char *text, uint64_t port, union address *address)
{
	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, text, &address->v4.sin_addr) == 1) {
		address->v4.sin_family = AF_INET;
		address->v4.sin_port = htons((uint16_t)port);
		return sizeof(address->v4);
	}
	if (inet_pton(AF_INET6, text, &address->v6.sin6_addr) == 1) {
		address->v6.sin6_family = AF_INET6;
		address->v6.sin6_port = htons((uint16_t)port);
		return sizeof(address->v6);
	}
	die("not an address: %s", text);
}

static uint64_t
port_of(int fd)
{
	union address address = { 0 };
	socklen_t len = sizeof(address);

	if (getsockname(fd, &address.any, &len) == -1)
		die("cannot see the port: %s", strerror(errno));
	return ntohs(address.any.sa_family == AF_INET ?
	    address.v4.sin_port : address.v6.sin6_port);
}

static void
listen_ready(struct source *source, uint32_t events)
{
	struct listener *listener = OUTER(source, struct listener, source);
	int fd;

	(void)events;
	while ((fd = accept4(listener->fd, NULL, NULL,
	    SOCK_CLOEXEC | SOCK_NONBLOCK)) != -1)
		session_open(fd, listener->smtps);
}

/* Listens at address:port; the result is the port, the kernel's if 0. */
static uint64_t
listen_at(const char *text, uint64_t port, bool smtps)
{
	struct listener *listener = &listeners[listening++];
	union address address;
	socklen_t len = address_make(text, port, &address);
	int one = 1;

	listener->source.ready = listen_ready;
	listener->smtps = smtps;
	listener->fd = socket(address.any.sa_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener->fd == -1)
		die("no socket for %s: %s", text, strerror(errno));
	setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (address.any.sa_family == AF_INET6)
		setsockopt(listener->fd, IPPROTO_IPV6, IPV6_V6ONLY, &one,
		    sizeof(one));
	if (bind(listener->fd, &address.any, len) == -1 ||
	    listen(listener->fd, 1024) == -1)
		die("cannot listen at %s port %u: %s", text, (unsigned)port,
		    strerror(errno));
	loop_add(listener->fd, &listener->source, EPOLLIN);
	return port_of(listener->fd);
}

static uint64_t
listen_all(uint64_t port, bool smtps)
{
	if (options.binds == 0)
		options_set("bind", "127.0.0.1");
	for (size_t i = 0; i < options.binds; i++)
		port = listen_at(options.bind[i], port, smtps);
	return port;
}

void
listen_open(const struct bytes *fingerprint)
{
	uint64_t plain = listen_all(options.port, false);
	uint64_t smtps = listen_all(options.smtps_port, true);
	struct bytes fresh = { 0 };
	FILE *file;

	if (options.ports == NULL)
		return;
	bytes_format(&fresh, "%s.new", options.ports);
	file = fopen(fresh.data, "we");
	if (file == NULL || fprintf(file, "plain=%u\nsmtps=%u\n"
	    "fingerprint=%s\n", (unsigned)plain, (unsigned)smtps,
	    bytes_string(fingerprint)) < 0 || fclose(file) != 0 ||
	    rename(fresh.data, options.ports) == -1)
		die("cannot write %s: %s", options.ports, strerror(errno));
	bytes_free(&fresh);
}
