#include "queue/size.h"

#include "base/clock.h"
#include "mail/advice.h"
#include "queue/lane.h"

/* Providers change their limits; to ask again costs one message. */
#define MEMORY (3600 * CLOCK_SEC)

bool
size_is_cause(const struct verdict *v)
{
	return v->kind == VERDICT_REFUSED && v->scope == SCOPE_MESSAGE &&
	    advice_is_size(v);
}

/* An entry's size is rounded up: one that may be just small enough fits. */
bool
size_may_fit(const struct account *a, const struct entry *e)
{
	uint64_t least;

	least = e->size == 0 ? 0 : ((uint64_t)e->size - 1) * 1024;
	if (least >= a->smarthost->max_size)
		return false;
	return a->too_large == 0 || e->size < a->too_large ||
	    clock_boot() >= a->too_large_until;
}

bool
size_may_fit_elsewhere(const struct entry *e, const struct account *a)
{
	const struct lane *l = e->lane;
	size_t i;

	for (i = 0; l != NULL && i < l->count; i++)
		if (l->accounts[i] != NULL && l->accounts[i] != a &&
		    l->accounts[i]->smarthost != NULL &&
		    size_may_fit(l->accounts[i], e))
			return true;
	return false;
}

void
size_hear(struct account *a, const struct entry *e, const struct verdict *v)
{
	int64_t now;

	if (v->kind == VERDICT_DELIVERED && e->size >= a->too_large)
		a->too_large = 0;
	if (!size_is_cause(v))
		return;
	now = clock_boot();
	if (a->too_large == 0 || e->size < a->too_large ||
	    now >= a->too_large_until)
		a->too_large = e->size;
	a->too_large_until = clock_add(now, MEMORY);
}
