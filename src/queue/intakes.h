/*
 * The manager's end of the intake processes: what they queued, who of the users
 * is over a limit, and the question whether all that was handed over is known.
 * It never reads a submission.
 */
#ifndef QUEUE_INTAKES_H
#define QUEUE_INTAKES_H

#include <stdbool.h>
#include <stdint.h>

#include "queue/manager.h"

/* A new intake process at the other end of fd; the first looks after drop/. */
void intakes_add(struct manager *m, int fd, bool first);
/* Tells all of them of a user's limit. */
void intakes_tell_limit(uint32_t uid, bool over);
/* Asks the first to take in all of drop/; control_settled() is called with
 * number when that is done, by it or, should it die, by its successor. */
void intakes_settle(struct manager *m, uint32_t number);

#endif
