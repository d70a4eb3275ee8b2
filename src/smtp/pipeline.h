/*
 * Many messages over one session: which commands go out together, and which
 * reply belongs to which of them. Each command that is written is noted in a
 * queue, each reply takes the oldest note off; step by step is the same with a
 * queue of one. RFC 2920, RFC 3030, and what real servers make of them. It
 * never connects and never waits for the manager.
 */
#ifndef SMTP_PIPELINE_H
#define SMTP_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtp/hand.h"
#include "smtp/owed.h"
#include "smtp/report.h"
#include "smtp/session.h"
#include "smtp/style.h"
#include "smtp/transaction.h"
#include "smtp/unrecorded.h"

struct pipeline {
	struct session *session;
	struct report *report;
	struct hand hand;
	struct lesson lesson;
	enum style style;
	unsigned window;	/* transactions at once, with BDAT ahead */
	bool filling;		/* that window */
	struct transaction *first;	/* under way, in the order sent */
	struct transaction *speaking;	/* 354 came: its content is next */
	struct owed owed;
	struct unrecorded unrecorded;
	uint64_t heard;		/* of our reports, by the manager */
	uint64_t put;		/* bytes given to the stream */
	bool unflushed;		/* some of them just now */
	bool needs_reset;	/* the last transaction failed */
	bool closing;		/* begin nothing more */
	bool goodbye;		/* the server said 421 */
	bool broken;		/* nothing can be sent or believed any more */
	unsigned begun;		/* transactions */
	unsigned completed;	/* those of which every reply came */
	unsigned answers;	/* since nothing was owed */
	unsigned turns;		/* waits for the server, for log and tests */
	bool sent;		/* since the last turn */
	int64_t since;		/* the oldest reply is waited for since then */
	struct outcome why;	/* of broken */
	struct outcome trouble;	/* the connection served no mail at all */
	struct outcome halt;	/* the account's or the quota's */
};

/* Letters may be put into the hand at once; nothing is sent before
 * pipeline_start(), when the session stands. */
void pipeline_init(struct pipeline *p, struct session *s, struct report *r);
void pipeline_start(struct pipeline *p, const struct lesson *lesson);
/* Sends what may be sent now. Look at broken after this and the next two. */
void pipeline_send(struct pipeline *p);
/* Takes the replies that are in; false when there was none. */
bool pipeline_receive(struct pipeline *p);
/* The connection broke, or it cannot go on. */
void pipeline_break(struct pipeline *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Its deadline has passed. */
void pipeline_expire(struct pipeline *p);
/* To be called before each wait for the server: counts. */
void pipeline_note_turn(struct pipeline *p);
/* Whether replies are due, or content is held back for the manager's word; and
 * until when that may take. */
bool pipeline_is_busy(const struct pipeline *p);
int64_t pipeline_deadline(const struct pipeline *p);
/* What the manager said of our reports: so many are recorded. */
void pipeline_recorded(struct pipeline *p, uint64_t reports);
/* Whether it could do more if the manager said something, and whether the
 * manager has been told what it has not answered. */
bool pipeline_is_short(const struct pipeline *p);
bool pipeline_expects_word(const struct pipeline *p);
/* How many jobs should be in hand, and how many results may wait for others
 * before they are reported together. */
unsigned pipeline_pace(const struct pipeline *p);
unsigned pipeline_patience(const struct pipeline *p);
/* Whether no transaction will ever begin again. */
bool pipeline_is_closing(const struct pipeline *p);
/* The end: everything that is under way is judged as lost, what waits is given
 * back. */
void pipeline_finish(struct pipeline *p);
void pipeline_free(struct pipeline *p);

#endif
