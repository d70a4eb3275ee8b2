/*
 * The queue in words: one message, or the state of a smarthost, as lines for
 * people. It never changes anything.
 */
#ifndef QUEUE_LISTING_H
#define QUEUE_LISTING_H

#include "base/buf.h"
#include "queue/asker.h"
#include "queue/entry.h"
#include "queue/manager.h"

/* Appends a message: ID, size, date, sender, what it waits for, and each
 * recipient that is still open with the last word about it. */
void listing_entry(struct manager *m, const struct entry *e,
    struct buf *out);
/* The same for a message of failed/. */
void listing_failed(struct manager *m, const char *id, struct buf *out);
/* A line for each smarthost that is stopped, with what to do, and for each hold
 * that stands, as far as the asker may see it; nothing when all is well. */
void listing_alarms(const struct asker *a, struct buf *out);
/* Each smarthost's state, pace and quotas, and how much waits. */
void listing_status(const struct asker *a, struct buf *out);
/* A date, and how long it is until then (boot clock). */
void listing_date(int64_t wall, struct buf *out);
void listing_wait(int64_t until, struct buf *out);

#endif
