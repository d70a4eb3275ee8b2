/*
 * The commands of the control socket: a table, who may give each, and what it
 * begins. It never touches a socket.
 */
#ifndef QUEUE_COMMANDS_H
#define QUEUE_COMMANDS_H

#include <stdbool.h>

#include "base/buf.h"
#include "queue/answer.h"
#include "queue/asker.h"
#include "queue/manager.h"

/* Does what the line says and prepares the answer, which may point into the
 * line. True when the answer must wait for flush_pending() to reach 0. */
bool command_obey(struct manager *m, const struct asker *a,
    struct slice line, struct answer *answer);

#endif
