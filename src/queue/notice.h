/*
 * Messages that the daemon itself writes into the queue: durable like any
 * other, once each although a crash may come before it is noted that they were
 * written. It never decides who is told of what; queue/bounce and queue/hold
 * do.
 */
#ifndef QUEUE_NOTICE_H
#define QUEUE_NOTICE_H

#include <stdbool.h>

#include "base/buf.h"
#include "mail/envelope.h"
#include "queue/manager.h"

/*
 * The ID of what is written about a message: the same whenever it is asked for
 * the same what. True where that is in the queue already, for this uid. Where
 * somebody else took the name, a new one.
 */
bool notice_find(struct manager *m, const char *about, struct slice what,
    uint32_t uid, char id[static ID_LEN + 1]);
/* Queues envelope and wire form under that ID, durably. False with errno. */
bool notice_write(struct manager *m, const struct envelope *e,
    const struct buf *wire, const char *id);
/* Tells the postmaster, where there is one, of a message: a subject, and text
 * of lines that end in "\n", ASCII. Once for a subject. */
void notice_postmaster(struct manager *m, const struct entry *about,
    const char *subject, const char *text);

#endif
