#include "unit.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/connect.h"

#define HANGING_MAX 64

/* A name that the tests have made up, with two addresses. */
#define TWO "two.test"
#define TWO_FIRST "127.0.0.2"
#define TWO_SECOND "127.0.0.1"

typedef int lookup_fn(const char *, const char *, const struct addrinfo *,
    struct addrinfo **);

/* Stands before the C library's, so that no name server is asked. */
int
getaddrinfo(const char *host, const char *service,
    const struct addrinfo *hints, struct addrinfo **list)
{
	lookup_fn *real;
	int error;

	*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	if (strcmp(host, TWO) != 0)
		return real(host, service, hints, list);
	error = real(TWO_FIRST, service, hints, list);
	return error != 0 ? error :
	    real(TWO_SECOND, service, hints, &(*list)->ai_next);
}

static struct buf peer, error;

static void
setup(void)
{
	peer = error = (struct buf)BUF_INIT;
}

static void
teardown(void)
{
	buf_free(&peer);
	buf_free(&error);
}

static int64_t
within(int64_t time)
{
	return clock_boot() + time;
}

/* A socket bound to a free port of an address, not listening yet; -1 where the
 * machine has no IPv6 to test. */
static int
bind_to(const char *address, uint16_t *port)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	socklen_t len;
	int fd;

	*port = 0;
	if (inet_pton(AF_INET, address, &v4.sin_addr) == 1) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		len = sizeof(v4);
		ck_assert_int_eq(bind(fd, (struct sockaddr *)&v4, len), 0);
		getsockname(fd, (struct sockaddr *)&v4, &len);
		*port = ntohs(v4.sin_port);
		return fd;
	}
	ck_assert_int_eq(inet_pton(AF_INET6, address, &v6.sin6_addr), 1);
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	if (fd < 0 && errno == EAFNOSUPPORT)
		return -1;
	len = sizeof(v6);
	if (bind(fd, (struct sockaddr *)&v6, len) != 0) {
		ck_assert_int_eq(errno, EADDRNOTAVAIL);
		close(fd);
		return -1;
	}
	getsockname(fd, (struct sockaddr *)&v6, &len);
	*port = ntohs(v6.sin6_port);
	return fd;
}

static const char *const loopbacks[] = {"127.0.0.1", "::1"};

START_TEST(an_address_is_connected_and_named)
{
	uint16_t port;
	int fd, listener;

	listener = bind_to(loopbacks[_i], &port);
	if (listener < 0)
		return;
	listen(listener, 1);
	fd = connect_host(loopbacks[_i], port, within(5 * CLOCK_SEC), &peer,
	    &error);
	ck_assert_int_ge(fd, 0);
	ck_assert_str_eq(buf_string(&peer), loopbacks[_i]);
	ck_assert_uint_eq(error.len, 0);
	close(fd);
	close(listener);
}
END_TEST

START_TEST(the_socket_is_as_the_stream_wants_it)
{
	socklen_t len;
	uint16_t port;
	int fd, listener, on;

	listener = bind_to("127.0.0.1", &port);
	listen(listener, 1);
	fd = connect_host("127.0.0.1", port, CLOCK_NEVER, &peer, &error);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_ne(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
	len = sizeof(on);
	ck_assert_int_eq(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &len),
	    0);
	ck_assert_int_ne(on, 0);
	close(fd);
	close(listener);
}
END_TEST

START_TEST(every_address_of_a_name_is_tried)
{
	uint16_t port;
	int fd, listener;

	listener = bind_to(TWO_SECOND, &port);
	listen(listener, 1);
	fd = connect_host(TWO, port, within(5 * CLOCK_SEC), &peer,
	    &error);
	ck_assert_int_ge(fd, 0);
	ck_assert_str_eq(buf_string(&peer), TWO_SECOND);
	ck_assert_uint_eq(error.len, 0);
	close(fd);
	close(listener);
}
END_TEST

START_TEST(a_closed_port_is_refused_in_words)
{
	struct buf expected = BUF_INIT;
	uint16_t port;
	int bound, fd;

	bound = bind_to("127.0.0.1", &port);
	fd = connect_host("127.0.0.1", port, within(5 * CLOCK_SEC), &peer,
	    &error);
	ck_assert_int_eq(fd, -1);
	buf_addf(&expected, "cannot connect to 127.0.0.1 port %u: 127.0.0.1: "
	    "Connection refused", port);
	ck_assert_str_eq(buf_string(&error), expected.data);
	ck_assert_uint_eq(peer.len, 0);
	buf_free(&expected);
	close(bound);
}
END_TEST

START_TEST(an_error_names_every_address)
{
	struct buf expected = BUF_INIT;
	uint16_t port;
	int bound, fd;

	bound = bind_to("0.0.0.0", &port);
	fd = connect_host(TWO, port, within(5 * CLOCK_SEC), &peer, &error);
	ck_assert_int_eq(fd, -1);
	buf_addf(&expected, "cannot connect to " TWO " port %u: " TWO_FIRST
	    ": Connection refused; " TWO_SECOND ": Connection refused", port);
	ck_assert_str_eq(buf_string(&error), expected.data);
	buf_free(&expected);
	close(bound);
}
END_TEST

/* Connects until the listener's queue is full; how many fds that took. */
static int
fill_backlog(const char *address, uint16_t port, int *fds)
{
	struct buf who = BUF_INIT, why = BUF_INIT;
	int n;

	for (n = 0; n < HANGING_MAX; n++) {
		fds[n] = connect_host(address, port,
		    within(100 * CLOCK_MSEC), &who, &why);
		if (fds[n] < 0)
			break;
	}
	buf_free(&who);
	buf_free(&why);
	return n;
}

START_TEST(a_server_that_does_not_answer_costs_the_deadline_and_no_more)
{
	int fds[HANGING_MAX], fd, listener, n;
	int64_t begun, took;
	uint16_t port;

	listener = bind_to("127.0.0.1", &port);
	listen(listener, 0);
	n = fill_backlog("127.0.0.1", port, fds);
	ck_assert_int_lt(n, HANGING_MAX);
	begun = clock_boot();
	fd = connect_host("127.0.0.1", port, begun + 300 * CLOCK_MSEC, &peer,
	    &error);
	took = clock_boot() - begun;
	ck_assert_int_eq(fd, -1);
	ck_assert_ptr_nonnull(strstr(error.data, "127.0.0.1: no answer"));
	ck_assert_int_ge(took, 299 * CLOCK_MSEC);
	ck_assert_int_lt(took, 3 * CLOCK_SEC);
	while (n-- > 0)
		close(fds[n]);
	close(listener);
}
END_TEST

START_TEST(a_silent_address_leaves_time_for_the_next)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fds[HANGING_MAX], fd, listener, n, silent;
	int64_t begun, took;
	uint16_t port;

	silent = bind_to(TWO_FIRST, &port);
	listen(silent, 0);
	n = fill_backlog(TWO_FIRST, port, fds);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	v4.sin_port = htons(port);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&v4, sizeof(v4)),
	    0);
	listen(listener, 1);
	begun = clock_boot();
	fd = connect_host(TWO, port, begun + CLOCK_SEC, &peer, &error);
	took = clock_boot() - begun;
	ck_assert_int_ge(fd, 0);
	ck_assert_str_eq(buf_string(&peer), TWO_SECOND);
	ck_assert_int_ge(took, 499 * CLOCK_MSEC);
	ck_assert_int_lt(took, 900 * CLOCK_MSEC);
	close(fd);
	while (n-- > 0)
		close(fds[n]);
	close(listener);
	close(silent);
}
END_TEST

START_TEST(an_unknown_name_is_said)
{
	ck_assert_int_eq(connect_host("no such name", 25,
	    within(30 * CLOCK_SEC), &peer, &error), -1);
	ck_assert(slice_starts(buf_slice(&error),
	    "cannot find the address of no such name: "));
}
END_TEST

START_TEST(a_deadline_that_has_passed_connects_nowhere)
{
	ck_assert_int_eq(connect_host("127.0.0.1", 25, clock_boot() - 1,
	    &peer, &error), -1);
	ck_assert_str_eq(buf_string(&error),
	    "finding the address of 127.0.0.1 took too long");
}
END_TEST

static Suite *
connect_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("net/connect");
	t = tcase_create("connect");
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, an_address_is_connected_and_named, 0, 2);
	tcase_add_test(t, the_socket_is_as_the_stream_wants_it);
	tcase_add_test(t, every_address_of_a_name_is_tried);
	tcase_add_test(t, a_closed_port_is_refused_in_words);
	tcase_add_test(t, an_error_names_every_address);
	tcase_add_test(t,
	    a_server_that_does_not_answer_costs_the_deadline_and_no_more);
	tcase_add_test(t, a_silent_address_leaves_time_for_the_next);
	tcase_add_test(t, an_unknown_name_is_said);
	tcase_add_test(t, a_deadline_that_has_passed_connects_nowhere);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(connect_suite)
