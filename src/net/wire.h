/*
 * A socket as OpenSSL sees it. OpenSSL's own kind would raise SIGPIPE and
 * cannot leave a segment open for what follows; this one collects records while
 * more follow and sends them in one call, since each call may wake the other
 * side. It never waits and never closes; for tls.c only.
 */
#ifndef NET_WIRE_H
#define NET_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct bio_st;

struct wire {
	int fd;
	bool more;		/* further data follows: collect, fill segments;
				 * a write that succeeds without it has sent
				 * everything */
	struct buf held;	/* what was collected; whoever made it frees */
	size_t budget;		/* bytes that may still be read: then it would
				 * have to wait, for all OpenSSL knows */
	bool ended;		/* the server has closed its side */
	int error;		/* errno of what failed for good, or 0 */
};

/* A BIO over w, which must outlive it; BIO_free() or SSL_free() frees it. */
struct bio_st *wire_bio(struct wire *w);

#endif
