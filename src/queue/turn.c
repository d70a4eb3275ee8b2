#include "queue/turn.h"

bool
turn_is_own(const struct verdict *v)
{
	return v->scope == SCOPE_RECIPIENT || v->scope == SCOPE_MESSAGE ||
	    v->scope == SCOPE_SENDER || v->kind == VERDICT_DOUBT;
}

bool
turn_is_due(const struct entry *e, const struct queued *q, size_t number)
{
	const struct outcome *o;

	if (!queued_is_open(q, number))
		return false;
	o = queued_outcome(q, number);
	return o == NULL || e->round == 0 || !turn_is_own(&o->verdict) ||
	    o->time < e->round;
}

struct lane *
turn_lane(struct manager *m, struct entry *e, const struct queued *q)
{
	struct lane *l, *best;
	size_t i;

	best = NULL;
	e->split = false;
	for (i = 0; i < q->envelope.count; i++) {
		if (!turn_is_due(e, q, i))
			continue;
		l = lane_choose(m, e, &q->envelope, i);
		if (best != NULL && best != l)
			e->split = true;
		if (best == NULL ||
		    (lane_is_open(l) && !lane_is_open(best)))
			best = l;
		/* All recipients go one way, unless routes say otherwise. */
		if (m->config->route_count == 0)
			break;
	}
	return best;
}

void
turn_move(struct entry *e, struct lane *to, bool front)
{
	lane_change(e, to);
	lane_enqueue(to, e, front);
}

bool
turn_leave(struct manager *m, struct entry *e)
{
	struct queued q;
	struct lane *to;
	const char *why;

	if (!queued_load(m->spool, entry_id(e).text, QUEUED_WAITING, &q, NULL,
	    &why))
		return false;
	to = turn_lane(m, e, &q);
	queued_free(&q);
	if (to == NULL || to == e->lane || !lane_is_open(to))
		return false;
	turn_move(e, to, false);
	return true;
}
