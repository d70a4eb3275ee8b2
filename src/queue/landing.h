/*
 * What follows when a message's job is over: its removal, a bounce, a warning,
 * another turn, or a wait until the next attempt. It never talks to the agent.
 */
#ifndef QUEUE_LANDING_H
#define QUEUE_LANDING_H

#include "queue/manager.h"
#include "queue/sending.h"

/* All verdicts of its jobs are in and recorded. The sending is over; the
 * message may be gone after this, its entry, too. */
void landing(struct manager *m, struct sending *s);
/* A job of it ended, and others follow: the sender of a list that takes long is
 * told so. */
void landing_on_the_way(struct manager *m, struct sending *s);
/* Before the message goes out again, with no job of it out: tells of whom
 * nobody was told, or notes it, since a crash came between the two. While the
 * bounce is still in the queue it is found there; later a second one would be
 * made. */
void landing_catch_up(struct manager *m, struct sending *s);

#endif
