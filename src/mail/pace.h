/*
 * The pace of a smarthost, learned from its refusals: "too much" halves it,
 * each transaction that goes well adds a little. Pure arithmetic on
 * transactions an hour; the caller brings the time and sends.
 */
#ifndef MAIL_PACE_H
#define MAIL_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* Above this many transactions an hour nothing is held back. */
#define PACE_FREE 36000u

struct pace {
	uint32_t rate;		/* transactions an hour; 0: free */
	int64_t pause;		/* configured least time between two */
	int64_t next;		/* when the next may begin */
	int64_t since;		/* of the present rate, for the measure */
	uint32_t done;		/* transactions since then */
};

void pace_begin(struct pace *p, int64_t pause, int64_t now);
/* It was at this rate before (0: free); the next one keeps its distance. */
void pace_resume(struct pace *p, uint32_t rate, int64_t now);
/* When the next transaction may begin: now, or later. */
int64_t pace_next(const struct pace *p, int64_t now);
/* One begins now. */
void pace_start(struct pace *p, int64_t now);
/* One went well, or so many. */
void pace_success(struct pace *p, uint32_t n);
/* The server said "too much": half of what it was (or, when it was free, of
 * what was measured). */
void pace_too_much(struct pace *p, int64_t now);

#endif
