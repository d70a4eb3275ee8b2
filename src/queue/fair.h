/*
 * A fair list of messages: each party (a submitter's uid with an envelope
 * sender) has a list of its own, and the parties take turns, so that one's ten
 * thousand do not delay another's one. It never looks into a message.
 */
#ifndef QUEUE_FAIR_H
#define QUEUE_FAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "queue/entry.h"

struct party;

/* Empty when it is all zero; it owns nothing then. */
struct fair {
	struct party *first, *last;	/* in the order of their turns */
	struct party **buckets;		/* the same, by name */
	size_t bucket_count, party_count;
	size_t count;			/* of messages */
};

/* Adds it to its party (e->party), at the end; or, for what was given back, at
 * its front; a party that had nothing left has its turn next then. */
void fair_add(struct fair *f, struct entry *e, bool front);
/* At its party's front, and the party has its turn after all others. */
void fair_resume(struct fair *f, struct entry *e);
/* Whose turn it is, or NULL. */
struct entry *fair_peek(const struct fair *f);
/* Takes that one off. */
struct entry *fair_take(struct fair *f);
/* Takes this one off; false when it is not there. */
bool fair_withdraw(struct fair *f, struct entry *e);

/* The party of a submitter and an envelope sender, whatever its case. */
uint32_t fair_party(uint32_t uid, struct slice sender);

#endif
