/*
 * One mail transaction: MAIL, its recipients, the content; its commands in
 * words, and what the replies to them mean for each recipient, whatever order
 * of sending the pipeline chose. It never reads or writes the connection.
 */
#ifndef SMTP_TRANSACTION_H
#define SMTP_TRANSACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "mail/capability.h"
#include "mail/reply.h"
#include "smtp/letter.h"
#include "smtp/report.h"
#include "smtp/style.h"

enum step {			/* what a reply answers */
	STEP_RSET,
	STEP_MAIL,
	STEP_RCPT,
	STEP_DATA,
	STEP_END		/* the final dot, or the last BDAT */
};

enum asked {			/* how far a recipient has come */
	ASKED_WAITING,
	ASKED_ACCEPTED,
	ASKED_TOO_MANY,		/* by the server's limit for a transaction */
	ASKED_ASTRAY,		/* the reply made no sense: once more */
	ASKED_JUDGED		/* its verdict is out */
};

struct transaction {
	struct transaction *next;
	struct letter *letter;
	enum style style;	/* in which it was sent */
	struct slice sender;	/* as MAIL says it */
	struct buf verp;	/* what it points into, if it is one's own */
	bool may_send_as;	/* a refused <> can be tried as send-as */
	bool is_warm;		/* the session had completed others before */
	uint32_t *recipients;
	enum asked *asked;
	size_t count;
	size_t accepted;
	unsigned owed;		/* replies to come and steps of ours to do */
	unsigned answers;
	bool mail_ok;
	bool rcpt_ok_after_bad_mail;
	bool wants_content;	/* 354 came and is not served yet */
	uint64_t end;		/* where in the stream its content ends; 0: it
				 * was not put whole */
	bool is_late;		/* a 421 was said before it was read */
	bool delivered;
	bool went_out;		/* whole: the provider counts it */
	bool redo;		/* cause says nothing of the message */
	bool surprised;		/* grouping was to blame, perhaps */
	struct outcome cause;	/* for all that have no verdict of their own */
	struct outcome too_many;	/* the reply behind ASKED_TOO_MANY */
	struct outcome halt;	/* the account's or the quota's: no more mail */
};

/* Takes up to max of the letter's recipients that have one sender. */
struct transaction *transaction_new(struct letter *l,
    const struct smarthost *h, enum style style, size_t max);
void transaction_free(struct transaction *t);

/* The lines, CRLF included. */
void transaction_mail(const struct transaction *t,
    const struct capability *can, struct buf *out);
void transaction_rcpt(const struct transaction *t,
    const struct capability *can, size_t index, struct buf *out);

/* Whether this answer means "enough for this connection": 421, a wording that
 * says so, or OpenSMTPD's 452 4.5.3 to MAIL; the last two leave it open. */
bool transaction_is_goodbye(const struct transaction *t, enum step step,
    const struct reply *r);

/* Takes the reply to a step (index: which recipient). NULL, or why the
 * dialogue cannot go on, after which nothing the server says is believed. */
const char *transaction_reply(struct transaction *t, enum step step,
    size_t index, const struct reply *r, struct report *report);
/* Every reply is in: gives each recipient its verdict, or back to the
 * letter. */
void transaction_settle(struct transaction *t, struct report *report);
/* The connection is gone. is_first: it broke at this one; sent: how much of the
 * stream went out. */
void transaction_lose(struct transaction *t, bool is_first, uint64_t sent,
    const struct outcome *why, struct report *report);

enum verdict_stage step_stage(enum step step);

#endif
