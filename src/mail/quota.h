/*
 * How much may be used in a rolling window: "500 recipients in any 24 hours".
 * Uses are kept in at most 256 slots a window, each as old as its youngest use,
 * so that a window can be left a little under but never over. Pure: the caller
 * brings the time (nanoseconds, never going back) and keeps it (spool/ledger).
 */
#ifndef MAIL_QUOTA_H
#define MAIL_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUOTA_SLOTS 256

struct quota_slot {
	int64_t first;		/* when the first use in it came ... */
	int64_t last;		/* ... and the last, which it is as old as */
	uint64_t count;
};

struct quota {
	uint64_t limit;		/* at least 1 */
	int64_t span;		/* at least 1 ms */
	struct quota_slot slots[QUOTA_SLOTS + 1];	/* a ring */
	size_t oldest, slot_count;
	uint64_t used;		/* in all slots */
};

void quota_begin(struct quota *q, uint64_t limit, int64_t span);
/* How much is left now; keep of the limit stays untouched (a reserve). */
uint64_t quota_left(struct quota *q, uint64_t keep, int64_t now);
/* When there will be at least one more than now is left: the oldest slot's end;
 * now itself where nothing is in use. */
int64_t quota_again(struct quota *q, int64_t now);
/* Counts n uses at now; the caller has asked quota_left() or knows better. */
void quota_use(struct quota *q, uint64_t n, int64_t now);
/* Takes the youngest n uses back. */
void quota_return(struct quota *q, uint64_t n);
/* How old a slot may get before the next begins. */
int64_t quota_grain(const struct quota *q);

#endif
