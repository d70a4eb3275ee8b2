/*
 * Whose turn it is within a message: which of its recipients had no attempt yet
 * in the present round, and in which lane that is to be. A round ends when each
 * has had one; then the message waits. It never talks to anybody.
 */
#ifndef QUEUE_TURN_H
#define QUEUE_TURN_H

#include <stdbool.h>
#include <stddef.h>

#include "queue/lane.h"
#include "queue/manager.h"
#include "queue/queued.h"

/* Whether a verdict says something of the message or its recipients, and not
 * only of the account. */
bool turn_is_own(const struct verdict *v);
/* Whether this recipient is still to be asked for in this round. */
bool turn_is_due(const struct entry *e, const struct queued *q, size_t number);
/* The lane of the recipients whose turn is next, one that is open if there is
 * any; NULL when the round is over. Notes whether there are several. */
struct lane *turn_lane(struct manager *m, struct entry *e,
    const struct queued *q);
/* Puts the message into that lane's list. */
void turn_move(struct entry *e, struct lane *to, bool front);
/* Looks for another lane for a message whose own is closed; false: none. */
bool turn_leave(struct manager *m, struct entry *e);

#endif
