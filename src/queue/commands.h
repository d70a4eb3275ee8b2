/*
 * The commands of the control socket: a table, and the answers they give piece
 * by piece. It never touches a socket.
 */
#ifndef QUEUE_COMMANDS_H
#define QUEUE_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "queue/asker.h"
#include "queue/manager.h"

struct answer {
	struct buf text;	/* to be said first */
	char *ids;		/* then one piece for each of these */
	size_t count, at;
	void (*piece)(struct manager *m, const struct asker *a,
	    const char *id, struct buf *out);
	bool list_failed;	/* and failed/ after them */
	bool is_flush;		/* the status is what is left */
	int status;
	bool ended;
};

/* Does what the line says and prepares the answer. True when the answer must
 * wait for flush_pending() to reach 0. */
bool command_obey(struct manager *m, const struct asker *a,
    struct slice line, struct answer *answer);
/* Appends the next piece of the answer; false when all has been said. */
bool answer_more(struct manager *m, const struct asker *a,
    struct answer *answer, struct buf *out);
void answer_free(struct answer *answer);

#endif
