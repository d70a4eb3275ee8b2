/*
 * Which messages are with an agent right now, in a small file that outlives a
 * killed process (not a power failure: it is never synced): after a crash it
 * names those that may have been delivered without a record. It never says what
 * became of them.
 */
#ifndef SPOOL_INFLIGHT_H
#define SPOOL_INFLIGHT_H

#include <stdbool.h>
#include <stddef.h>

#include "spool/spool.h"

/* Calls found for each ID that a former process left, then begins anew. False
 * with errno; notes are then kept nowhere. */
bool inflight_begin(struct spool *s,
    void (*found)(void *arg, const char *id), void *arg);
/* Notes a message; returns where, for inflight_clear(). */
size_t inflight_note(const char *id);
void inflight_clear(size_t where);

#endif
