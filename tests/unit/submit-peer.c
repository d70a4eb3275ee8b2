#include "unit.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "submit/peer.h"

struct answer {
	struct nlmsghdr head;
	struct inet_diag_msg body;
};

/* A connection over loopback: the end that serves, and the client's. */
struct pair {
	int near;
	int far;
};

/* False where there is no such address. */
static bool
join(int family, const void *addr, socklen_t len, struct pair *p)
{
	struct sockaddr_storage at;
	int listener, off;

	off = 0;
	listener = socket(family, SOCK_STREAM, 0);
	if (listener < 0)
		return false;
	if (family == AF_INET6)
		(void)setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off,
		    sizeof(off));
	if (bind(listener, addr, len) != 0) {
		close(listener);
		return false;
	}
	ck_assert_int_eq(listen(listener, 1), 0);
	len = sizeof(at);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&at, &len),
	    0);
	p->far = socket(family, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(p->far, (struct sockaddr *)&at, len), 0);
	p->near = accept(listener, NULL, NULL);
	ck_assert_int_ge(p->near, 0);
	close(listener);
	return true;
}

static bool
join_ipv4(struct pair *p)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	return join(AF_INET, &at, sizeof(at), p);
}

static bool
join_ipv6(const char *addr, struct pair *p)
{
	struct sockaddr_in6 at = {.sin6_family = AF_INET6};

	memcpy(&at.sin6_addr, addr, 16);
	return join(AF_INET6, &at, sizeof(at), p);
}

static void
part(const struct pair *p)
{
	close(p->near);
	close(p->far);
}

START_TEST(what_is_no_tcp_socket_has_no_peer)
{
	uid_t uid;
	int fd[2];

	ck_assert_int_eq(pipe(fd), 0);
	ck_assert_int_eq(peer_identify(fd[0], &uid), PEER_NONE);
	close(fd[0]);
	close(fd[1]);
	ck_assert_int_eq(peer_identify(fd[0], &uid), PEER_NONE);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	ck_assert_int_eq(peer_identify(fd[0], &uid), PEER_NONE);
	close(fd[0]);
	close(fd[1]);
}
END_TEST

START_TEST(a_client_on_loopback_is_known_by_its_uid)
{
	struct pair p;
	uid_t uid;

	ck_assert(join_ipv4(&p));
	ck_assert_int_eq(peer_identify(p.near, &uid), PEER_HERE);
	ck_assert_uint_eq(uid, getuid());
	part(&p);
}
END_TEST

START_TEST(so_is_one_over_ipv6)
{
	static const char loopback[16] = {[15] = 1};
	struct pair p;
	uid_t uid;

	if (!join_ipv6(loopback, &p))
		return;
	ck_assert_int_eq(peer_identify(p.near, &uid), PEER_HERE);
	ck_assert_uint_eq(uid, getuid());
	part(&p);
}
END_TEST

START_TEST(so_is_ipv4_behind_an_address_of_ipv6)
{
	static const char mapped[16] = "\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\1";
	struct pair p;
	uid_t uid;

	if (!join_ipv6(mapped, &p))
		return;
	ck_assert_int_eq(peer_identify(p.near, &uid), PEER_HERE);
	ck_assert_uint_eq(uid, getuid());
	part(&p);
}
END_TEST

START_TEST(a_client_that_has_gone_is_nobody)
{
	struct pair p;
	uid_t uid;

	ck_assert(join_ipv4(&p));
	close(p.far);
	if (peer_identify(p.near, &uid) == PEER_HERE)
		ck_assert_uint_eq(uid, PEER_UNKNOWN);
	close(p.near);
}
END_TEST

START_TEST(a_socket_without_a_client_is_not_served)
{
	uid_t uid;
	int fd;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(peer_identify(fd, &uid), PEER_ELSEWHERE);
	ck_assert_uint_eq(uid, PEER_UNKNOWN);
	close(fd);
}
END_TEST

static uid_t
owner_in(const struct answer *a, size_t len)
{
	return peer_owner((struct slice){(const char *)a, len});
}

START_TEST(only_a_whole_answer_with_an_inode_names_an_owner)
{
	struct answer a;

	memset(&a, 0, sizeof(a));
	a.head.nlmsg_len = sizeof(a);
	a.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	a.body.idiag_inode = 7;
	a.body.idiag_uid = 1000;
	ck_assert_uint_eq(owner_in(&a, sizeof(a)), 1000);
	ck_assert_uint_eq(owner_in(&a, sizeof(a) - 1), PEER_UNKNOWN);
	ck_assert_uint_eq(owner_in(&a, 0), PEER_UNKNOWN);
	a.body.idiag_uid = 0;
	a.body.idiag_inode = 0;
	ck_assert_uint_eq(owner_in(&a, sizeof(a)), PEER_UNKNOWN);
	a.body.idiag_inode = 7;
	a.head.nlmsg_type = NLMSG_ERROR;
	ck_assert_uint_eq(owner_in(&a, sizeof(a)), PEER_UNKNOWN);
	a.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	a.head.nlmsg_len = sizeof(a.head);
	ck_assert_uint_eq(owner_in(&a, sizeof(a)), PEER_UNKNOWN);
}
END_TEST

static Suite *
peer_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("submit/peer");
	t = tcase_create("peer");
	tcase_add_test(t, what_is_no_tcp_socket_has_no_peer);
	tcase_add_test(t, a_client_on_loopback_is_known_by_its_uid);
	tcase_add_test(t, so_is_one_over_ipv6);
	tcase_add_test(t, so_is_ipv4_behind_an_address_of_ipv6);
	tcase_add_test(t, a_client_that_has_gone_is_nobody);
	tcase_add_test(t, a_socket_without_a_client_is_not_served);
	tcase_add_test(t, only_a_whole_answer_with_an_inode_names_an_owner);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(peer_suite)
