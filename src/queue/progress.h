/*
 * How far the lists of bulk mail are (messages for several recipients), as
 * lines for people and for `navette bulk --watch`: sent, refused, waiting, the
 * pace, and when they will be done as far as anybody can tell. It never changes
 * anything.
 */
#ifndef QUEUE_PROGRESS_H
#define QUEUE_PROGRESS_H

#include <stdbool.h>

#include "base/buf.h"
#include "queue/entry.h"
#include "queue/manager.h"

bool progress_is_list(const struct entry *e);
/* The line above a table of them, and a list's line of it. */
void progress_head(struct buf *out);
void progress_line(struct manager *m, const struct entry *e, struct buf *out);
/* "SENT REFUSED WAITING", and the rest in words. */
void progress_count(struct manager *m, const struct entry *e,
    struct buf *out);

#endif
