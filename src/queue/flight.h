/*
 * A message on its way: the recipients an agent was asked to deliver to, the
 * verdicts that came back, and what follows from them: removal, a journal line,
 * a bounce, another attempt later. It never talks to the agent.
 */
#ifndef QUEUE_FLIGHT_H
#define QUEUE_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "mail/job.h"
#include "queue/account.h"
#include "queue/manager.h"
#include "queue/queued.h"
#include "spool/journal.h"

struct flight {
	struct flight *next;
	struct entry *entry;
	uint32_t job;
	struct queued queued;
	struct allowance allowance;
	struct range *ranges;	/* the recipients asked for */
	size_t range_count;
	size_t asked;		/* how many */
	size_t open;		/* recipients that were open */
	uint64_t used;		/* of the quota: their content went out */
	struct journal *journal;	/* NULL: one recipient, one result */
	bool unsynced;
	bool heard;		/* some verdict is a result of its own */
	size_t noted;		/* inflight_note() */
};

/* Reads the message and fills a job for the account; *fd is the message's
 * descriptor. NULL when there is nothing to deliver there now: it is gone,
 * broken, done, or waits elsewhere. */
struct flight *flight_begin(struct manager *m, struct entry *e,
    struct account *a, struct job *job, int *fd);
void flight_hear(struct manager *m, struct flight *f,
    const struct verdict *v);
/* Writes something of its message down; durable after flight_sync(). False:
 * delivery has stopped. */
bool flight_record(struct manager *m, struct flight *f,
    enum journal_what what, const struct verdict *v);
/* Makes durable what was heard so far. */
void flight_sync(struct manager *m, struct flight *f);
/* Ends it: all verdicts are in (or, with doubt, the agent died with it). */
void flight_end(struct manager *m, struct flight *f, bool doubt);

#endif
