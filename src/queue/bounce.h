/*
 * Bounces, delay warnings and reports on lists: who is told of what, as a
 * message of our own in the queue. It never tells anybody about a message that
 * was itself a notification.
 */
#ifndef QUEUE_BOUNCE_H
#define QUEUE_BOUNCE_H

#include <stdbool.h>

#include "mail/dsn.h"
#include "queue/manager.h"
#include "queue/queued.h"

/* Which recipients are told of. */
struct bounce {
	const char *id;			/* the original */
	const struct queued *queued;
	const char *smarthost;		/* host name, or NULL */
	enum dsn_action action;
	bool (*is_chosen)(const struct queued *q, size_t number);
	bool is_report;		/* of a list: with counts, and with what
				 * became of each of those chosen */
	bool is_over;		/* the list is done */
	bool always;		/* a report even with nobody chosen */
	int64_t retry_until;		/* wall clock, for DSN_DELAYED */
};

/* Queues what is to be told, one message for each return path, durably. False
 * when it could not be queued: nothing may be forgotten then. */
bool bounce_send(struct manager *m, const struct bounce *b);

#endif
