/*
 * Messages that are held: by somebody's word, or because a server took one over
 * and nobody can say under whose name. They stay until released. It never
 * decides who may hold or release.
 */
#ifndef QUEUE_HOLD_H
#define QUEUE_HOLD_H

#include <stdbool.h>

#include "queue/asker.h"
#include "queue/manager.h"
#include "queue/queued.h"

/* Takes it out of its turn, and remembers by whose word; durable after
 * hold_sync(). False where that could not be written down: it counts until a
 * restart then. */
bool hold_begin(struct manager *m, struct entry *e, uint32_t uid,
    bool by_admin);
/* Gives it a turn again; nothing where it is not held. As hold_begin(). */
bool hold_end(struct manager *m, struct entry *e);
/* False where any since the last call is not durable. */
bool hold_sync(struct manager *m);
/* The same for all of a sender or a lane, at once and until released: EX_OK, or
 * a sysexits code and *why. */
int hold_all(struct manager *m, const struct asker *a, bool is_lane,
    const char *name, const char **why);
int release_all(struct manager *m, const struct asker *a, bool is_lane,
    const char *name, const char **why);
/* Holds a message that went out in doubt of its sender (MAIL refused, content
 * taken over): to send it again blindly could make it two. False when this one
 * is none of those. */
bool hold_if_misfiled(struct manager *m, struct entry *e,
    const struct queued *q);

#endif
