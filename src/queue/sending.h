/*
 * A message that is being delivered: read once, its journal open, however many
 * jobs of it are with agents. It knows which recipients are to be asked for
 * next and writes down what was heard. It never talks to an agent and never
 * decides what follows.
 */
#ifndef QUEUE_SENDING_H
#define QUEUE_SENDING_H

#include <stdbool.h>
#include <stddef.h>

#include "queue/manager.h"
#include "queue/queued.h"
#include "spool/journal.h"

struct account;

struct sending {
	struct sending *next;
	struct entry *entry;
	const struct account *account;	/* of the last job */
	struct queued queued;
	int fd;			/* of the message */
	struct journal *journal;	/* NULL: one recipient, one result */
	bool unsynced;
	size_t open;		/* recipients that were open at first */
	bool *asked;		/* by recipient: an agent has it now */
	size_t next_number;	/* nobody is wanted before this one ... */
	const struct lane *lane;	/* ... in this lane */
	unsigned jobs;		/* with agents */
	size_t noted;		/* inflight_note() */
};

/* Of this message, read now where no job of it is out. NULL when it cannot be
 * read; it is broken then. */
struct sending *sending_of(struct manager *m, struct entry *e);
/* Makes the place where results are written, before the first can come. False:
 * delivery has stopped. */
bool sending_prepare(struct manager *m, struct sending *s);
/* The next recipient from number on that is to be asked for in the lane that
 * the message is in; the count of all: none. */
size_t sending_next(struct manager *m, struct sending *s, size_t number);
/* These are with an agent now, or no longer. */
void sending_mark(struct sending *s, const struct range *r, bool asked);
/* Writes something down; durable after sending_sync(). False: delivery has
 * stopped. */
bool sending_record(struct manager *m, struct sending *s,
    enum journal_what what, const struct verdict *v);
void sending_sync(struct manager *m, struct sending *s);
/* Forgets it, unless a job of it is out. */
void sending_close(struct sending *s);

#endif
