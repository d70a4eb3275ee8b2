/*
 * When a list of recipients will have gone out, as far as limits and a measured
 * pace can tell. Pure arithmetic: the caller brings what is left and the time.
 * It never promises: what comes in between is not known.
 */
#ifndef MAIL_FORECAST_H
#define MAIL_FORECAST_H

#include <stdint.h>

/* A quota: so much may go in any time of that length. */
struct forecast_window {
	uint64_t limit, left;
	int64_t span;
	int64_t again;		/* when nothing is left: until some is */
};

/* Each says how long n take at least, nanoseconds, CLOCK_NEVER for ever; 0:
 * this does not hold them up. With a pause between each two; */
int64_t forecast_pause(uint64_t n, int64_t pause);
/* within a quota; */
int64_t forecast_window(uint64_t n, const struct forecast_window *w);
/* at the pace of those done in a time. */
int64_t forecast_measured(uint64_t n, uint64_t done, int64_t time);

#endif
