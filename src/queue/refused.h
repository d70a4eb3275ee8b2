/*
 * The senders whose mail one account refuses, each with the reason, until when
 * it waits, and the line of the configuration that would help. Everybody else's
 * mail goes on. It never moves a message.
 */
#ifndef QUEUE_REFUSED_H
#define QUEUE_REFUSED_H

#include <stdint.h>

#include "base/buf.h"
#include "mail/verdict.h"
#include "queue/account.h"
#include "queue/manager.h"

/* Gives a new account what a former daemon knew: each of these senders has a
 * try before its pause goes on. */
void refused_recall(struct manager *m, struct account *a);
/* Writes down what has changed, at once or every few seconds; *wake is lowered
 * to when it should be called again. */
void refused_keep(struct manager *m, bool at_once, int64_t *wake);
/* This sender's mail is refused there: it waits, longer each time. */
void refused_add(struct manager *m, struct account *a, struct slice sender,
    const struct verdict *v);
/* The server has taken mail of that sender. */
void refused_forget(struct account *a, struct slice sender);
/* All may try again. */
void refused_lift(struct account *a);
/* Until when (boot clock) the sender's mail waits there; 0: it may go. */
int64_t refused_until(const struct account *a, struct slice sender);
/* A message of the sender is going there now: if it was refused, the others
 * wait for what comes of this one. */
void refused_try(struct account *a, struct slice sender);
/* Calls fn for each sender that waits there now. */
void refused_each(const struct account *a, void (*fn)(void *arg,
    const struct account *a, const char *sender, const struct verdict *v),
    void *arg);

/* Appends what to write into the configuration, a sentence without its end. */
void refused_cure(const struct account *a, struct buf *out);

#endif
