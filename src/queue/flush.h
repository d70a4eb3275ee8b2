/*
 * `navette flush`: everything is tried now, whatever the waiting times and the
 * pauses after errors; never against a hold. Who waits for it is told when each
 * message that was there has had its attempt. It never sends by itself.
 */
#ifndef QUEUE_FLUSH_H
#define QUEUE_FLUSH_H

#include <stdbool.h>

#include "queue/manager.h"

/* Makes everything due. With mark, flush_pending() counts until each has had
 * its attempt. */
void flush_begin(struct manager *m, bool mark);
/* Whether the attempt that failed had begun before the last flush, so that the
 * next one is due at once; true only once. */
bool flush_wants_another(struct entry *e);
/* This message has had its attempt, or is gone. */
void flush_attempted(struct entry *e);
struct lane;

/* The lane has been stopped: so had every message that waits for it. */
void flush_lane_stopped(const struct lane *l);
/* Marks a notification of ours that came up meanwhile. */
void flush_mark_new(struct entry *e);
/* Marked messages that had no attempt yet. */
size_t flush_pending(void);

#endif
