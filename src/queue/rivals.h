/*
 * What goes out beside a list: the other bulk mail that takes turns with it at
 * the same account, as far as it is ready to go. It counts what the entries
 * say, reads no message and changes nothing.
 */
#ifndef QUEUE_RIVALS_H
#define QUEUE_RIVALS_H

#include <stdint.h>

#include "queue/account.h"
#include "queue/entry.h"

struct rivals {
	uint64_t recipients, transactions;
};

/* How much of that leaves before the last of this list does, each being the
 * recipients of a transaction: parties take turns, and what the list's own
 * party handed over before it goes first. */
void rivals_count(const struct entry *list, const struct account *a,
    unsigned each, struct rivals *out);

#endif
