/*
 * Who asks over the control socket, as the kernel tells it, and what that lets
 * them do: root and the daemon's own user everything, the members of
 * admin-group the queue, everybody else their own messages. It never trusts
 * what a client says of itself.
 */
#ifndef QUEUE_ASKER_H
#define QUEUE_ASKER_H

#include <stdbool.h>
#include <sys/types.h>

#include "queue/manager.h"

struct asker {
	uid_t uid;
	bool is_admin;		/* may see and move all mail */
};

/* False when the kernel does not tell. */
bool asker_identify(const struct manager *m, int fd, struct asker *a);
bool asker_may_see(const struct asker *a, uint32_t owner);

#endif
