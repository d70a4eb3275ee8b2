/*
 * The file behind an account's pace: how fast its provider lets it send, and
 * the ban it is under, for the next daemon. It is small, replaced as a whole,
 * and never synced: losing it in a power failure costs one knock. It never
 * decides.
 */
#ifndef SPOOL_PACEFILE_H
#define SPOOL_PACEFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "mail/verdict.h"
#include "spool/ledger.h"

struct pacefile {
	uint32_t rate;		/* transactions an hour; 0: free */
	unsigned failures;	/* in a row */
	int64_t ban;		/* from now on, nanoseconds; 0: none */
	int64_t stopped_wall;	/* since when, for people */
	struct verdict why;	/* of the ban; text in words */
	struct buf words;	/* pacefile_read(): the caller frees it */
};

/* What is kept of this smarthost, as long before now as it was written; over a
 * reboot the wall clock tells, and going back counts as zero. False when
 * nothing is, or nothing that makes sense. */
bool pacefile_read(struct spool *s, const char *title,
    const struct ledger_time *now, struct pacefile *p);
/* Replaces it. False with errno. */
bool pacefile_write(struct spool *s, const char *title,
    const struct ledger_time *now, const struct pacefile *p);

#endif
