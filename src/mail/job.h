/*
 * What a manager asks of an agent: a job is one message and the recipients of
 * it that are wanted, by number. The message's descriptor travels with the
 * record; the agent reads the addresses from the file. The type numbers of all
 * records between the two stand here. It never touches a descriptor.
 */
#ifndef MAIL_JOB_H
#define MAIL_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define ID_LEN 16

/* Record types on the agent's socket. */
enum job_record {
	/* manager to agent */
	JOB_START = 1,		/* struct job, with the queue file */
	JOB_LEAVE,		/* finish what is in hand, say QUIT, go */
	JOB_SESSION,		/* what was kept of JOB_TICKET */
	JOB_RECORDED,		/* how many of the agent's records, in decimal,
				 * are on disk or can be forgotten */
	/* agent to manager */
	JOB_READY,		/* connected, secured and logged in; a line for
				 * the log: key=value pairs, the last of them
				 * JOB_NO_DSN where nobody beyond reports */
	JOB_VERDICT,		/* struct verdict */
	JOB_DONE,		/* struct job_end: all its verdicts are out */
	JOB_TROUBLE,		/* struct verdict of a connection or account
				 * that served no mail at all: it leaves */
	JOB_TICKET,		/* to keep: a line that any later agent should
				 * see and a TLS session for one, both opaque */
	JOB_PACE,		/* the number of jobs the agent wants in hand */
	JOB_GREETED		/* the server has not turned it away at the
				 * door; what follows is the login */
};

struct range {			/* first to last, both included */
	uint32_t first;
	uint32_t last;
};

#define JOB_NO_DSN " dsn=no"

#define JOB_BULK	0x01u	/* other mail goes first */
#define JOB_VERP	0x02u	/* each has a return path: mail/verp */

struct job {
	uint32_t number;	/* unique in the agent's life */
	char id[ID_LEN + 1];
	unsigned flags;
	unsigned each;		/* recipients a transaction; 0: as the
				 * smarthost has it */
	unsigned most;		/* transactions that may count, the rest is
				 * given back; 0: no limit */
	struct range *ranges;	/* ascending, not touching */
	size_t count;
};

struct job_end {
	uint32_t number;
	unsigned transactions;	/* whose content went out whole */
};

void job_print(const struct job *j, struct buf *out);
/* Ranges are allocated (job_free()); false for nonsense. */
bool job_parse(struct slice text, struct job *j);
void job_free(struct job *j);
/* How many recipients the ranges hold. */
size_t job_recipients(const struct job *j);

void job_end_print(const struct job_end *e, struct buf *out);
bool job_end_parse(struct slice text, struct job_end *e);

#endif
