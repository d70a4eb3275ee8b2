/*
 * Who speaks SMTP with us where standard input is a TCP socket: whether that is
 * a program on this host, and whose. The kernel is asked, by sock_diag(7), not
 * the peer. It never reads from the socket and never looks a name up.
 */
#ifndef SUBMIT_PEER_H
#define SUBMIT_PEER_H

#include <sys/types.h>

#include "base/buf.h"

/* Stands for a user that cannot be found out; it has limits of its own. */
#define PEER_UNKNOWN ((uid_t)65534)

enum peer_kind {
	PEER_NONE,		/* no TCP socket: we were started by the user */
	PEER_HERE,		/* a program on this host */
	PEER_ELSEWHERE		/* anybody else, or it cannot be told */
};

/* What is behind fd; for PEER_HERE with the owner of the other end, or
 * PEER_UNKNOWN. */
enum peer_kind peer_identify(int fd, uid_t *uid);

/* Whose socket an answer of sock_diag(7) tells of, or PEER_UNKNOWN. */
uid_t peer_owner(struct slice answer);

#endif
