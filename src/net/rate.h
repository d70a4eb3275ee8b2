/*
 * Whether a server takes what is sent to it at a bearable pace: judged each
 * time that writes have waited for 30 s, all in all, by what it acknowledged
 * meanwhile. Whoever sends slowly because of himself is not blamed. It never
 * sends and never waits.
 */
#ifndef NET_RATE_H
#define NET_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

#define RATE_WINDOW (30 * CLOCK_SEC)

struct rate {
	unsigned minimum;	/* bytes a second; 0: no rule */
	int64_t waited;		/* in the present window */
	int64_t unacked;	/* in the kernel, or held, when it began */
	int64_t sent;		/* since then; the writer adds to it */
};

/* A new step begins, and with it a new window. */
void rate_restart(struct rate *r);
/* A write on fd has to wait: until when at most (boot clock), before
 * rate_is_kept() has to be asked. held: bytes that count as sent and that the
 * kernel has not got yet. */
int64_t rate_wait(struct rate *r, int fd, int64_t held);
/* It has waited for so long. False when the window is over and too little was
 * taken: *took bytes in RATE_WINDOW. */
bool rate_is_kept(struct rate *r, int fd, int64_t held, int64_t waited,
    int64_t *took);

#endif
