/*
 * A lane: a list of accounts tried in order, with the messages that are ready
 * for it. Ordinary mail has one, each route has one, and each of these has a
 * twin for bulk mail, which is given out after all ordinary mail. It never
 * reads a message.
 */
#ifndef QUEUE_LANE_H
#define QUEUE_LANE_H

#include <stdbool.h>
#include <stdint.h>

#include "queue/account.h"
#include "queue/fair.h"
#include "queue/manager.h"
#include "queue/queued.h"

struct lane {
	char *name;		/* route_lane() */
	bool bulk;
	struct account **accounts;
	size_t count;
	struct fair ready;
	struct fair aside;	/* queue/aside */
	bool held;		/* by somebody's word: queue/embargo */
	size_t waits;		/* as queue/listing counted last */
	bool used_up;		/* no quota for what is ready */
	bool was_open;
	int64_t stopped_since;	/* all accounts are; boot clock; 0: not */
	int64_t stopped_total;	/* of former stops */
};

/* Makes the lanes that the configuration names; on a reload those that stay
 * keep their messages. The accounts must be there. */
void lanes_configure(struct manager *m);
/* The lane for a recipient of a message; ordinary mail's for NULL. */
struct lane *lane_choose(struct manager *m, const struct entry *e,
    const struct envelope *envelope, size_t recipient);
/* Every lane in the order of dispatch; NULL at the end, or from NULL the
 * first. */
struct lane *lane_next(const struct lane *l);

/* After a change of what is held: lanes and messages are looked at again. */
void lanes_sift(struct manager *m);

/* It belongs to that lane from now on, wherever it stands; the time that it has
 * spent in lanes that were stopped stays the same. */
void lane_change(struct entry *e, struct lane *to);
/* At the end of its party, or at its front for what was given back; what
 * its sender's hold covers is parked. */
void lane_enqueue(struct lane *l, struct entry *e, bool front);
/* One that has a turn and may have others meanwhile: after other parties'. */
void lane_resume(struct lane *l, struct entry *e);
/* Takes this one off. */
void lane_withdraw(struct lane *l, struct entry *e);

/* Whether any account of it takes mail now. */
bool lane_is_open(const struct lane *l);
/* Where the next of it would go: the first that takes mail now, or NULL. */
struct account *lane_account(const struct lane *l);
/* How long it has been stopped in all, nanoseconds. */
int64_t lane_stopped(const struct lane *l);
/* Some account was stopped: what can go another way does. */
void lanes_review(struct manager *m);
/* Some account was healed. */
void lanes_healed(void);
/* How many messages are ready for lanes that use the account. */
size_t lanes_waiting(const struct account *a);
/* Gives out what can be given out, asks for agents; *wake is lowered to when
 * it should be called again. */
void lane_dispatch(struct manager *m, struct lane *l, int64_t *wake);

#endif
