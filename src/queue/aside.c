#include "queue/aside.h"

#include "base/clock.h"
#include "queue/refused.h"
#include "queue/size.h"
#include "queue/worker.h"

/* So many in a round are looked at that cannot go now: those behind them may be
 * for another account. */
#define LOOKS 16

bool
aside_put(struct entry *e, struct slice sender)
{
	struct lane *l = e->lane;
	const struct account *a;
	size_t i;

	for (i = 0; i < l->count && i <= UINT8_MAX; i++) {
		a = l->accounts[i];
		if (a == NULL || a->smarthost == NULL ||
		    !account_is_open(a) || refused_until(a, sender) != 0 ||
		    !size_may_fit(a, e))
			continue;
		e->way = (uint8_t)i;
		e->state = ENTRY_READY;
		e->due = clock_boot();
		fair_add(&l->aside, e, false);
		return true;
	}
	return false;
}

/* Whether it has left the list. */
static bool
give(struct manager *m, struct lane *l, struct account *a, struct entry *e,
    int64_t *wake)
{
	struct worker *w;
	bool used_up;

	if (!account_may_send(a, l->bulk, &used_up, wake)) {
		l->used_up |= used_up;
		return false;
	}
	w = account_worker(a, l->bulk);
	if (w != NULL)
		worker_give(w, e);
	else if (account_wants_worker(a, l->bulk, l->aside.count + 1,
	    e->due, wake))
		account_ask(m, a, wake);
	return w != NULL;
}

void
aside_dispatch(struct manager *m, struct lane *l, int64_t *wake)
{
	struct account *a;
	struct entry *e;
	unsigned looks;

	looks = 0;
	while (looks < LOOKS && !m->unsafe &&
	    (e = fair_take(&l->aside)) != NULL) {
		a = e->way < l->count ? l->accounts[e->way] : NULL;
		if (a == NULL || a->smarthost == NULL ||
		    !account_is_open(a)) {
			lane_enqueue(l, e, false);
			*wake = clock_boot();
		} else if (!give(m, l, a, e, wake)) {
			fair_add(&l->aside, e, false);
			looks++;
		}
	}
}

void
aside_return(struct lane *l)
{
	struct entry *e;

	while ((e = fair_take(&l->aside)) != NULL)
		lane_enqueue(l, e, false);
}
