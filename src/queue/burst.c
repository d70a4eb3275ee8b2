#include "queue/burst.h"

#include "config/route.h"
#include "queue/fair.h"

/* Senders whose messages are counted at once; two that share a place share
 * their count. */
#define BURSTS 1024

static struct burst {
	int64_t since;
	uint64_t count;
} bursts[BURSTS];

static bool
is_burst(const struct limit *l, const struct envelope *e)
{
	struct burst *b;

	b = &bursts[fair_party(e->uid, e->sender) % BURSTS];
	if (e->time < b->since || e->time - b->since >= l->span) {
		b->since = e->time;
		b->count = 0;
	}
	return ++b->count > l->count;
}

bool
burst_is_bulk(const struct config *c, const struct envelope *e)
{
	bool burst;

	if ((e->flags & ENVELOPE_BOUNCE) != 0)
		return false;
	burst = c->bulk.burst.count > 0 &&
	    is_burst(&c->bulk.burst.items[0], e);
	return burst ||
	    route_is_bulk(c, e->count, (e->flags & ENVELOPE_BULK) != 0);
}
