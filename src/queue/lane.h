/*
 * A lane: the way out through one smarthost, with the messages that are ready
 * for it, the agents that serve it, and the state of the account behind it. A
 * failure of the account stops the lane as a whole and grows its pause,
 * whatever waits. It never reads a message.
 */
#ifndef QUEUE_LANE_H
#define QUEUE_LANE_H

#include <stdbool.h>
#include <stdint.h>

#include "queue/manager.h"
#include "queue/queued.h"

struct worker;

struct lane {
	struct lane *next;
	char *title;		/* survives a reload */
	const struct smarthost *smarthost;
	struct entry *first, **tail;	/* ready */
	size_t ready;
	struct worker *workers;
	unsigned worker_count;
	unsigned worker_limit;	/* what the server lets us have; 0: unknown */
	int64_t limit_until;
	unsigned failures;	/* of the account, in a row */
	int64_t paused_until;	/* boot clock; 0: open */
	int64_t stopped_since;	/* boot clock; 0: open */
	int64_t stopped_total;	/* of former stops */
	int64_t stopped_wall;	/* when it stopped, for people */
	struct verdict trouble;	/* why; text in trouble_words */
	struct buf trouble_words;
	struct buf ticket;	/* a TLS session, opaque */
};

/* Makes the lanes that the configuration names; on a reload those that stay
 * keep their messages and their state, except for a pause. */
void lanes_configure(struct manager *m);
/* The lane for a message (one smarthost: the one). */
struct lane *lane_choose(struct manager *m, const struct queued *q);
struct lane *lane_find(const char *title);
struct lane *lanes_first(void);

/* At the end of the list, or at its front for what was given back. */
void lane_enqueue(struct lane *l, struct entry *e, bool front);
/* Takes the first off, or NULL. */
struct entry *lane_dequeue(struct lane *l);
/* Takes this one off. */
void lane_withdraw(struct lane *l, struct entry *e);

/* The account or the connection failed: pause, alarm. */
void lane_stop(struct manager *m, struct lane *l, const struct verdict *v);
/* A login succeeded: messages may try. */
void lane_open(struct lane *l);
/* A message came to a result: all is well again. */
void lane_heal(struct lane *l);
/* Lifts the pause, for a flush. */
void lane_lift(struct lane *l);
bool lane_is_open(const struct lane *l);
/* How long it has been stopped in all, nanoseconds. */
int64_t lane_stopped(const struct lane *l);
/* Gives out what can be given out, asks for agents; *wake is lowered to when
 * it should be called again. */
void lane_dispatch(struct manager *m, struct lane *l, int64_t *wake);

#endif
