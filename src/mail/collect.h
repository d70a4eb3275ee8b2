/*
 * The recipients that the fields of a header name, gathered while they are
 * read: each once, and what among them is no address, with the reason. Pure. It
 * never looks for the fields.
 */
#ifndef MAIL_COLLECT_H
#define MAIL_COLLECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strlist.h"
#include "mail/address.h"
#include "mail/address_set.h"

struct collection {
	const char *mailname;	/* the domain of bare names */
	struct address_set found;
	struct strlist faults;	/* what is no address, and why, in turn */
	struct buf first;	/* a sentence about the first of them */
};

/* seed as for address_set_init(). */
void collect_begin(struct collection *c, const char *mailname,
    struct slice seed);
/* Takes one mailbox of the field of that name. */
void collect_mailbox(struct collection *c, struct slice name,
    const struct mailbox *m);
/* Takes and passes over what the cursor cannot read. */
void collect_broken(struct collection *c, struct slice name,
    struct address_cursor *cursor);
/* Whether there are so many recipients, with those given, that faults do not
 * matter; else false with a sentence. */
bool collect_may_pass(const struct collection *c, size_t given,
    struct buf *error);
/* Frees it; a list that was copied out and emptied stays its taker's. */
void collect_end(struct collection *c);

#endif
