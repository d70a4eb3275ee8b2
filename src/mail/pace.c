#include "mail/pace.h"

#include <string.h>

#include "base/clock.h"

#define HOUR (3600 * CLOCK_SEC)
/* The slowest: one transaction in ten minutes. */
#define RATE_MIN 6u
/* From fewer transactions than this no pace can be measured; then it was this
 * one, an hour. */
#define MEASURE_MIN 10u
#define RATE_UNKNOWN 7200u
/* What each success adds, an hour: from a standstill to a thousand an hour
 * takes about five hundred transactions. */
#define RATE_STEP 2u

void
pace_begin(struct pace *p, int64_t pause, int64_t now)
{
	memset(p, 0, sizeof(*p));
	p->pause = pause;
	p->next = now;
	p->since = now;
}

int64_t
pace_next(const struct pace *p, int64_t now)
{
	return p->next > now ? p->next : now;
}

void
pace_start(struct pace *p, int64_t now)
{
	int64_t gap;

	gap = p->rate == 0 ? 0 : HOUR / p->rate;
	if (gap < p->pause)
		gap = p->pause;
	p->next = now + gap;
}

void
pace_resume(struct pace *p, uint32_t rate, int64_t now)
{
	p->rate = rate >= PACE_FREE ? 0 : rate;
	p->since = now;
	if (p->rate > 0)
		pace_start(p, now);
}

void
pace_success(struct pace *p, uint32_t n)
{
	if (n == 0)
		n = 1;
	p->done = p->done > UINT32_MAX - n ? UINT32_MAX : p->done + n;
	if (p->rate == 0)
		return;
	if (n > PACE_FREE)
		n = PACE_FREE;
	p->rate += RATE_STEP * n;
	if (p->rate >= PACE_FREE)
		p->rate = 0;
}

/* Transactions an hour since the rate last changed by a refusal. */
static uint32_t
measured(const struct pace *p, int64_t now)
{
	int64_t seconds;
	uint64_t rate;

	if (p->done < MEASURE_MIN)
		return RATE_UNKNOWN;
	seconds = (now - p->since) / CLOCK_SEC + 1;
	rate = (uint64_t)p->done * 3600 / (uint64_t)seconds;
	return rate > PACE_FREE ? PACE_FREE : (uint32_t)rate;
}

void
pace_too_much(struct pace *p, int64_t now)
{
	uint32_t rate;

	rate = p->rate == 0 ? measured(p, now) : p->rate;
	rate /= 2;
	p->rate = rate < RATE_MIN ? RATE_MIN : rate;
	p->since = now;
	p->done = 0;
}
