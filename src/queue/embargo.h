/*
 * Holds that stand until they are released: of a lane, or of all mail of a
 * sender, that which is yet to come, too. One durable line each, however much
 * waits. An owner's holds their own mail only; an administrator's, which no
 * owner may release, everybody's. It never moves a message.
 */
#ifndef QUEUE_EMBARGO_H
#define QUEUE_EMBARGO_H

#include <stdbool.h>
#include <stdint.h>

#include "queue/asker.h"
#include "queue/entry.h"
#include "queue/manager.h"

struct embargo {
	bool is_lane;		/* else a sender */
	char *name;
	uint32_t by;		/* uid */
	bool by_admin;
	int64_t since;		/* wall clock */
};

/* Reads those of before. False with errno. */
bool embargo_begin(struct manager *m);
/* Whether the message's sender is held; its lane is not asked. */
bool embargo_covers(const struct entry *e);
bool embargo_has_lane(const char *name);

/* Each is durable when it returns EX_OK; else a sysexits code and *why. */
int embargo_add(struct manager *m, const struct asker *a, bool is_lane,
    const char *name, const char **why);
int embargo_drop(struct manager *m, const struct asker *a, bool is_lane,
    const char *name, const char **why);

/* The one of that number that this asker may see, or NULL at the end. */
const struct embargo *embargo_next(const struct asker *a, size_t *at);

#endif
