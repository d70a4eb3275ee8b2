#include "queue/flush.h"

#include "base/clock.h"
#include "queue/account.h"

static size_t pending;

static void
make_due(struct entry *e, void *arg)
{
	const bool *mark = arg;

	if (e->state == ENTRY_HELD || e->state == ENTRY_BROKEN)
		return;
	if (*mark && !e->marked) {
		e->marked = true;
		pending++;
	}
	if (e->state == ENTRY_WAITING)
		entry_wait(e, clock_boot());
	/* What was wrong when this attempt began may be right by now. */
	e->again = e->state == ENTRY_FLYING;
}

void
flush_begin(struct manager *m, bool mark)
{
	struct account *a;

	(void)m;
	for (a = accounts_first(); a != NULL; a = a->next)
		account_lift(a);
	entry_each(make_due, &mark);
}

bool
flush_wants_another(struct entry *e)
{
	bool again;

	again = e->again;
	e->again = false;
	return again;
}

void
flush_attempted(struct entry *e)
{
	e->again = false;
	if (!e->marked)
		return;
	e->marked = false;
	pending--;
}

static void
give_up(struct entry *e, void *arg)
{
	if (e->lane == arg)
		flush_attempted(e);
}

void
flush_lane_stopped(const struct lane *l)
{
	if (pending > 0)
		entry_each(give_up, (void *)(uintptr_t)l);
}

void
flush_mark_new(struct entry *e)
{
	if (pending == 0 || e->marked)
		return;
	e->marked = true;
	pending++;
}

size_t
flush_pending(void)
{
	return pending;
}
