/*
 * The state of the smarthosts in words: what stopped them, their pace, what is
 * left of their quotas, what waits for them. It never changes anything.
 */
#ifndef QUEUE_STATUS_H
#define QUEUE_STATUS_H

#include "base/buf.h"

/* A line for each smarthost that is stopped, with what to do; nothing when all
 * is well. */
void status_alarms(struct buf *out);
/* Each smarthost's state, and how much waits. */
void status_print(struct buf *out);

#endif
