/*
 * The drop folder: what sendmail left there while nobody listened is copied
 * into the queue, and what cannot be queued is answered by a bounce. Everything
 * in the folder is hostile until proven otherwise: links, FIFOs, files from
 * elsewhere are left alone and named once in the log. It never obeys a byte of
 * them and never waits for anybody.
 */
#ifndef SUBMIT_DROPS_H
#define SUBMIT_DROPS_H

#include "submit/intake.h"

/* An inotify descriptor that becomes readable when something is dropped, or -1
 * with errno. */
int drops_watch(struct spool *spool);
/* Forgets the events that woke us. */
void drops_drain(int watch);
/* Takes in what is there now; queued(arg, id) is called for each message after
 * its drop file is gone. Users over their limit keep their files for later:
 * *later tells. */
void drops_settle(const struct intake_context *ctx,
    void (*queued)(void *arg, const char *id), void *arg, bool *later);

#endif
