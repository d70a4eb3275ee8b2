/*
 * One connection's way for bytes: the socket, the delay line that makes it as
 * long as --rtt says, TLS when it was started, and the ways of ending it. It
 * knows nothing of SMTP; what arrives is in `in`, what is to be said goes
 * into `out`.
 *
 * The delay line: what is read at a time t takes effect at t + RTT, and a new
 * connection opens at t + 2 RTT, since connecting costs one more. Chunks are
 * delayed, not serialised: the line has a length, but no width.
 */
#ifndef SMARTHOST_LINK_H
#define SMARTHOST_LINK_H

#include <stdbool.h>

#include "bytes.h"
#include "loop.h"
#include "tls.h"

struct chunk;
struct link;

struct link_events {
	void (*opened)(struct link *link);
	void (*arrived)(struct link *link);
	void (*secured)(struct link *link);
	/* The client left; link_drop is due, at once or later. */
	void (*left)(struct link *link);
	/* It is over: free what is around it, by way of loop_bury. */
	void (*ended)(struct link *link);
};

struct link {
	struct source source;
	struct timer arrival;
	struct timer farewell;
	struct grave grave;
	const struct link_events *events;
	struct link *next;
	struct link **previous;
	uint64_t number;
	int fd;
	bool smtps;
	bool secure;	/* the handshake is done */
	bool dead;
	bool heard;	/* since something was last said */
	bool leaving;
	bool watched;
	bool deaf;
	bool full;
	bool wants_write;
	struct tls *tls;
	struct bytes in;
	struct bytes out;
	struct bytes wire;
	size_t written;
	struct chunk *first;
	struct chunk *last;
	size_t delayed;
};

/* Takes the descriptor over; opened comes now or after the delay. */
void link_open(struct link *link, int fd, bool smtps,
    const struct link_events *events);
void link_free(struct link *link);

/* Sends what is in out. */
void link_flush(struct link *link);

/* From here on TLS; what is in `in` counts as its first bytes. */
void link_secure(struct link *link);

/* Reads nothing any more. */
void link_stall(struct link *link);

/* Orderly: says what is in out, closes TLS and the connection. */
void link_close(struct link *link);

/* At once: with what was said so far, without a word of TLS. */
void link_cut(struct link *link);

/* At once, with a TCP reset. */
void link_reset(struct link *link);

/* Forgets a client that left, or all of them. */
void link_drop(struct link *link);
void link_drop_all(void);

#endif
