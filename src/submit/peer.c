#include "submit/peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"

/* One end of a connection; IPv4 in the first word of the address. */
struct end {
	uint8_t family;
	uint16_t port;		/* in network order, as is the address */
	uint32_t addr[4];
};

struct question {
	struct nlmsghdr head;
	struct inet_diag_req_v2 body;
};

/* ::ffff:192.0.2.1 is a connection of IPv4, and the kernel knows it so. */
static void
take_ipv6(const struct sockaddr_in6 *from, struct end *e)
{
	e->port = from->sin6_port;
	memcpy(e->addr, &from->sin6_addr, sizeof(e->addr));
	if (IN6_IS_ADDR_V4MAPPED(&from->sin6_addr)) {
		e->family = AF_INET;
		e->addr[0] = e->addr[3];
		e->addr[1] = e->addr[2] = e->addr[3] = 0;
	}
}

/* False for what is no TCP socket. */
static bool
take_end(const struct sockaddr_storage *from, struct end *e)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	memset(e, 0, sizeof(*e));
	e->family = (uint8_t)from->ss_family;
	if (from->ss_family == AF_INET) {
		memcpy(&in, from, sizeof(in));
		e->port = in.sin_port;
		e->addr[0] = in.sin_addr.s_addr;
	} else if (from->ss_family == AF_INET6) {
		memcpy(&in6, from, sizeof(in6));
		take_ipv6(&in6, e);
	} else
		return false;
	return true;
}

static bool
is_loopback(const struct end *e)
{
	if (e->family == AF_INET)
		return ntohl(e->addr[0]) >> 24 == IN_LOOPBACKNET;
	return memcmp(e->addr, &in6addr_loopback, sizeof(e->addr)) == 0;
}

/* The socket whose near end is the peer's and whose far end is ours. */
static void
make_question(const struct end *peer, const struct end *own,
    struct question *q)
{
	memset(q, 0, sizeof(*q));
	q->head.nlmsg_len = sizeof(*q);
	q->head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	q->head.nlmsg_flags = NLM_F_REQUEST;
	q->body.sdiag_family = peer->family;
	q->body.sdiag_protocol = IPPROTO_TCP;
	q->body.idiag_states = UINT32_MAX;
	q->body.id.idiag_sport = peer->port;
	q->body.id.idiag_dport = own->port;
	memcpy(q->body.id.idiag_src, peer->addr, sizeof(peer->addr));
	memcpy(q->body.id.idiag_dst, own->addr, sizeof(own->addr));
	q->body.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
	q->body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
}

uid_t
peer_owner(struct slice answer)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_msg body;
	} a;

	if (answer.len < sizeof(a))
		return PEER_UNKNOWN;
	memcpy(&a, answer.ptr, sizeof(a));
	/* A socket that its owner has closed is nobody's any more, and the
	 * kernel says 0 for its uid: without an inode the answer would make
	 * anybody root. */
	if (a.head.nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    a.head.nlmsg_len < sizeof(a) || a.body.idiag_inode == 0)
		return PEER_UNKNOWN;
	return a.body.idiag_uid;
}

static uid_t
read_owner(int fd)
{
	char answer[1024];
	ssize_t n;

	n = recv(fd, answer, sizeof(answer), 0);
	return n < 0 ? PEER_UNKNOWN :
	    peer_owner((struct slice){answer, (size_t)n});
}

static uid_t
find_owner(const struct end *peer, const struct end *own)
{
	struct question q;
	uid_t uid;
	int fd;

	fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (fd < 0)
		return PEER_UNKNOWN;
	make_question(peer, own, &q);
	uid = send(fd, &q, sizeof(q), 0) == (ssize_t)sizeof(q) ?
	    read_owner(fd) : PEER_UNKNOWN;
	file_close(&fd);
	return uid;
}

enum peer_kind
peer_identify(int fd, uid_t *uid)
{
	struct sockaddr_storage address;
	struct end own, peer;
	socklen_t len;

	*uid = PEER_UNKNOWN;
	len = sizeof(address);
	memset(&address, 0, sizeof(address));
	if (getsockname(fd, (struct sockaddr *)&address, &len) != 0 ||
	    !take_end(&address, &own))
		return PEER_NONE;
	len = sizeof(address);
	/* Who has hung up already is not served. */
	if (getpeername(fd, (struct sockaddr *)&address, &len) != 0 ||
	    !take_end(&address, &peer) || !is_loopback(&peer) ||
	    !is_loopback(&own))
		return PEER_ELSEWHERE;
	*uid = find_owner(&peer, &own);
	return PEER_HERE;
}
