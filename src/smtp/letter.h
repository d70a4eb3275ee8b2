/*
 * A job in the agent's hands: the message's file, its envelope, and which
 * recipients are still to be asked for. It knows what the message looks like
 * on this smarthost's wire (send-as, 7-bit) and how large it is there. It never
 * writes to the file and never talks to anybody.
 */
#ifndef SMTP_LETTER_H
#define SMTP_LETTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "config/config.h"
#include "mail/capability.h"
#include "mail/envelope.h"
#include "mail/job.h"
#include "smtp/outcome.h"

struct letter {
	struct letter *next;
	struct job job;
	int fd;
	struct buf head;	/* how the file begins, envelope and more */
	struct envelope envelope;
	bool parsed;		/* envelope holds something */
	bool admitted;		/* left says who is to be asked for */
	struct buf author;	/* the first address of From:, for send-as */
	struct buf header;	/* instead of the file's, where not empty */
	bool narrow;		/* made 7-bit on its way */
	bool send_as_null;	/* <> was refused: send-as for that, too */
	uint64_t size;		/* on the wire, not dot-stuffed */
	uint32_t *left;		/* recipients without transaction, ascending */
	size_t nleft;
	unsigned open;		/* transactions that are under way */
	unsigned counted;	/* those that went out whole */
};

/* Takes fd and what j holds over. */
struct letter *letter_new(struct job *j, int fd);
void letter_free(struct letter *l);

/* Reads envelope and header, and makes the message fit for the server. False
 * with *why, a verdict for all recipients. */
bool letter_load(struct letter *l, const struct smarthost *h,
    const struct capability *can, struct outcome *why);

/* Whether other mail goes first. */
bool letter_is_bulk(const struct letter *l);
/* Whether another transaction may begin: somebody is left, and the job's
 * transactions are not used up by those that count and those under way. */
bool letter_may_begin(const struct letter *l);
/* Whether no transaction will ever begin again. */
bool letter_is_spent(const struct letter *l);

/* Who a recipient's mail comes from, before send-as. */
struct slice letter_sender(const struct letter *l, uint32_t recipient);
/* The account's address to send as in place of that sender; length 0: none, it
 * stays as it is. */
struct slice letter_send_as(const struct letter *l, const struct smarthost *h,
    struct slice sender);
/* Puts recipients back, to be asked for in another transaction. */
void letter_put_back(struct letter *l, const uint32_t *recipients,
    size_t count);

#endif
