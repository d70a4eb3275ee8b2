/*
 * What has been used of a smarthost's quotas, counted over all windows and kept
 * over a restart and a crash. One asks for n and is granted k; what was granted
 * is told back, used or not. A crash can make the count too high, never too
 * low: grants come out of blocks that are on disk before the first of them is
 * given. It never sends and never waits.
 */
#ifndef SPOOL_LEDGER_H
#define SPOOL_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "spool/spool.h"

enum ledger_kind {
	LEDGER_RECIPIENTS,
	LEDGER_MESSAGES,
	LEDGER_CONNECTIONS,
	LEDGER_KINDS
};

/* What the time is: since the boot of that name, and on the wall. */
struct ledger_time {
	int64_t boot, wall;
	char id[40];
};
typedef void ledger_clock_fn(struct ledger_time *t);
/* The system's. The name of the boot is read once, the first time. */
void ledger_clock(struct ledger_time *t);

struct ledger_grant {
	uint64_t count;
	uint32_t block;		/* where it comes from; 0: nothing counts */
};

struct ledger;

/* Opens the ledger of a smarthost with its limits. NULL with errno. */
struct ledger *ledger_open(struct spool *s, const struct smarthost *h,
    ledger_clock_fn *clock);
void ledger_close(struct ledger *l);

/* How much of up to want may be used now; 0, and *again is when to ask again
 * at the latest (boot clock). Bulk mail leaves the reserve alone. */
uint64_t ledger_left(struct ledger *l, enum ledger_kind kind, uint64_t want,
    bool bulk, int64_t *again);
/* Grants n, durably; the caller has asked ledger_left(). False with errno when
 * it cannot be recorded: nothing may be sent then. */
bool ledger_take(struct ledger *l, enum ledger_kind kind, uint64_t n,
    struct ledger_grant *grant);
/* Tells a grant back: so many were used, just now at the latest. */
void ledger_settle(struct ledger *l, enum ledger_kind kind,
    const struct ledger_grant *grant, uint64_t used);
/* Whether a crash left grants of which nobody knows; they count, until it is
 * certain that nobody uses them any more, as if they were used then. */
bool ledger_has_doubts(const struct ledger *l);
void ledger_resolve(struct ledger *l);

/* What stands in a window of the configuration now. */
struct ledger_window {
	uint64_t used, limit;
	int64_t span;
};
/* False when there is no such window. */
bool ledger_window(struct ledger *l, enum ledger_kind kind, size_t number,
    struct ledger_window *w);

#endif
