/*
 * What the agent tells the manager: records of mail/job on their socket. They
 * are collected, so that several go out in one call, and equal verdicts of
 * neighbouring recipients as one range. A manager that is gone is remembered
 * and no error. It never reads from the socket.
 */
#ifndef SMTP_REPORT_H
#define SMTP_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/record.h"
#include "mail/job.h"
#include "smtp/outcome.h"

struct report {
	int socket;
	bool gone;		/* nobody listens any more */
	unsigned pace;		/* the last JOB_PACE */
	struct outcome held;	/* may grow by the next recipient's */
	struct record_batch batch;	/* what is to go out */
	unsigned results;	/* transactions that ended since the last */
	bool urgent;		/* more than deliveries is among it */
	uint64_t said;		/* records, in all */
	uint64_t sent;		/* of these */
};

#define REPORT_INIT(fd) {.socket = (fd), .held = OUTCOME_INIT}

/* The verdict of the recipients first to last of a job. */
void report_verdict(struct report *r, uint32_t job, uint32_t first,
    uint32_t last, const struct outcome *o);
/* All verdicts of the job are out; so many of its transactions count. */
void report_done(struct report *r, uint32_t job, unsigned transactions);
void report_trouble(struct report *r, const struct outcome *o);
/* JOB_GREETED, JOB_READY or JOB_TICKET. */
void report_bytes(struct report *r, enum job_record type, struct slice body);
/* JOB_PACE, where it is another than before. */
void report_pace(struct report *r, unsigned jobs);
/* Sends what has been collected. */
void report_send(struct report *r);
/* Whether it should go out at once: so many transactions have ended, or the
 * manager has something to decide. */
bool report_is_due(const struct report *r, unsigned most);
bool report_is_empty(const struct report *r);
/* How many records there will have been when all that was said so far is with
 * the manager: it tells by JOB_RECORDED how far it is. */
uint64_t report_mark(const struct report *r);
/* Sends what is left. */
void report_free(struct report *r);

#endif
