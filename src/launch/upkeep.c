#include "launch/upkeep.h"

#include "base/clock.h"
#include "base/log.h"

/* Two, so that one can take mail in while the other waits for the disk. The
 * first looks after drop/. */
#define INTAKES 2
#define PAUSE_FIRST (1 * CLOCK_SEC)
#define PAUSE_MAX (60 * CLOCK_SEC)
/* One that lived so long was well; where it left in order, so long. */
#define WELL_AFTER (60 * CLOCK_SEC)
#define WELL_IN_ORDER_AFTER (1 * CLOCK_SEC)

static struct {
	int64_t due;		/* CLOCK_NEVER: it runs, or shall not */
	int64_t started;
	int64_t pause;		/* before the next start but one */
} intakes[INTAKES] = {
	{CLOCK_NEVER, 0, 0}, {CLOCK_NEVER, 0, 0}
};

void
upkeep_begin(void)
{
	int i;

	for (i = 0; i < INTAKES; i++) {
		intakes[i].due = 0;
		intakes[i].pause = 0;
	}
}

static void
plan(int i, int64_t now)
{
	int64_t pause;

	pause = intakes[i].pause;
	intakes[i].due = clock_add(now, pause);
	intakes[i].pause = pause == 0 ? PAUSE_FIRST :
	    pause * 2 < PAUSE_MAX ? pause * 2 : PAUSE_MAX;
	if (pause > 0)
		log_error("the intake ended early again; the next one starts "
		    "in %lld s", (long long)(pause / CLOCK_SEC));
}

void
upkeep_ended(bool first, bool in_order, int64_t now)
{
	int i;

	i = first ? 0 : 1;
	if (intakes[i].due != CLOCK_NEVER)
		return;
	if (now - intakes[i].started >=
	    (in_order ? WELL_IN_ORDER_AFTER : WELL_AFTER))
		intakes[i].pause = 0;
	plan(i, now);
}

void
upkeep_run(struct starter *st, int64_t now)
{
	int i;

	for (i = 0; i < INTAKES; i++) {
		if (intakes[i].due > now)
			continue;
		intakes[i].due = CLOCK_NEVER;
		intakes[i].started = now;
		/* Not at once: what is missing is so for a while. */
		if (!starter_intake(st, i == 0)) {
			if (intakes[i].pause == 0)
				intakes[i].pause = PAUSE_FIRST;
			plan(i, now);
		}
	}
}

int64_t
upkeep_wake(void)
{
	int64_t soonest;
	int i;

	soonest = CLOCK_NEVER;
	for (i = 0; i < INTAKES; i++)
		if (intakes[i].due < soonest)
			soonest = intakes[i].due;
	return soonest;
}

void
upkeep_end(void)
{
	int i;

	for (i = 0; i < INTAKES; i++)
		intakes[i].due = CLOCK_NEVER;
}
