/*
 * A job of a message on its way: the recipients an agent was asked to deliver
 * to, and the verdicts that come back. It never talks to the agent; what
 * follows from all of them is queue/landing's.
 */
#ifndef QUEUE_FLIGHT_H
#define QUEUE_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "mail/job.h"
#include "queue/account.h"
#include "queue/manager.h"
#include "queue/sending.h"

struct flight {
	struct flight *next;
	struct sending *sending;
	uint32_t job;
	uint64_t bulk;		/* transactions of bulk mail; 0: it is not */
	struct allowance allowance;
	struct range *ranges;	/* the recipients asked for */
	size_t range_count;
	size_t asked;		/* how many */
	uint64_t used;		/* of the quota: their content went out */
	bool heard;		/* some verdict is a result of its own */
	bool no_dsn;		/* success has to be told by us */
};

/* Fills a job of the message for an agent of the account that wants so many
 * transactions in hand. What is left of it goes back to its lane. NULL when
 * there is nothing to deliver there now: it is gone, broken, done, or waits
 * elsewhere. */
struct flight *flight_begin(struct manager *m, struct entry *e,
    struct account *a, unsigned hand, struct job *job);
void flight_hear(struct manager *m, struct flight *f,
    const struct verdict *v);
/* Ends it: all verdicts are in, and so many transactions went out whole. With
 * doubt the agent died with it: all of them, perhaps. */
void flight_end(struct manager *m, struct flight *f, uint64_t transactions,
    bool doubt);

#endif
