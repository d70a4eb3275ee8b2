#include "queue/lane.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "config/route.h"
#include "queue/aside.h"
#include "queue/embargo.h"
#include "queue/flush.h"
#include "queue/turn.h"
#include "queue/worker.h"

/* Two for each route, and two for what fits none: ordinary, bulk. */
#define LANES (2 * (ROUTES_MAX + 1))

static struct lane lanes[LANES];
static size_t lane_count;

/* Ordinary ones first, so that they are given out first. */
struct lane *
lane_next(const struct lane *l)
{
	size_t at;

	at = l == NULL ? 0 : (size_t)(l - lanes) + 2;
	if (at >= lane_count && at % 2 == 0)
		at = 1;
	return at < lane_count ? &lanes[at] : NULL;
}

static void
set_accounts(struct lane *l, const struct strlist *titles)
{
	size_t i;

	l->accounts = xrealloc(l->accounts, titles->count,
	    sizeof(struct account *));
	l->count = titles->count;
	for (i = 0; i < titles->count; i++)
		l->accounts[i] = account_find(titles->items[i]);
}

void
lane_change(struct entry *e, struct lane *to)
{
	if (e->lane != NULL && e->lane != to)
		e->stopped += lane_stopped(to) - lane_stopped(e->lane);
	e->lane = to;
}

static void
leave(struct entry *e, void *arg)
{
	if (e->lane == arg)
		lane_change(e, &lanes[0]);
}

/* The route is gone: its messages, those that wait, are held or with an agent,
 * too, take the ordinary way; when its turn comes, each is looked at again. */
static void
abandon(struct lane *l)
{
	struct entry *e;

	aside_return(l);
	while ((e = fair_take(&l->ready)) != NULL) {
		lane_change(e, &lanes[0]);
		lane_enqueue(&lanes[0], e, false);
	}
	entry_each(leave, l);
}

static void
configure_lane(const struct config *c, struct lane *l, size_t number,
    bool bulk)
{
	char *name;

	name = route_lane(c, number, bulk);
	if (l->name != NULL && strcmp(l->name, name) != 0)
		abandon(l);
	aside_return(l);
	free(l->name);
	l->name = name;
	l->held = embargo_has_lane(name);
	l->bulk = bulk;
	set_accounts(l, route_smarthosts(c, number, bulk));
}

/* The place of a route's lane among lanes; its twin is behind it. */
static size_t
place_of(const struct config *c, size_t number)
{
	return number == c->route_count ? 0 : 2 * number + 2;
}

void
lanes_configure(struct manager *m)
{
	const struct config *c = m->config;
	size_t i;

	route_begin(c);
	for (i = 0; i <= c->route_count; i++) {
		configure_lane(c, &lanes[place_of(c, i)], i, false);
		configure_lane(c, &lanes[place_of(c, i) + 1], i, true);
	}
	for (i = 2 * (c->route_count + 1); i < lane_count; i++)
		abandon(&lanes[i]);
	lane_count = 2 * (c->route_count + 1);
	lanes_review(m);
}

struct lane *
lane_choose(struct manager *m, const struct entry *e,
    const struct envelope *envelope, size_t recipient)
{
	size_t at;

	if (envelope == NULL || recipient >= envelope->count)
		return &lanes[0];
	at = route_find(m->config, envelope->uid, envelope->sender,
	    envelope->recipients[recipient].addr);
	return &lanes[place_of(m->config, at) + (e->bulk ? 1 : 0)];
}

/* What is held with its sender gets no turn. */
static bool
was_parked(struct entry *e)
{
	if (!embargo_covers(e))
		return false;
	e->state = ENTRY_HELD;
	e->parked = true;
	flush_attempted(e);
	return true;
}

void
lane_enqueue(struct lane *l, struct entry *e, bool front)
{
	e->lane = l;
	if (was_parked(e))
		return;
	e->state = ENTRY_READY;
	if (!front)
		e->due = clock_boot();
	fair_add(&l->ready, e, front);
}

void
lane_resume(struct lane *l, struct entry *e)
{
	e->lane = l;
	if (was_parked(e))
		return;
	e->state = ENTRY_READY;
	e->due = clock_boot();
	fair_resume(&l->ready, e);
}

void
lane_withdraw(struct lane *l, struct entry *e)
{
	if (!fair_withdraw(&l->ready, e))
		fair_withdraw(&l->aside, e);
}

bool
lane_is_open(const struct lane *l)
{
	size_t i;

	for (i = 0; i < l->count && !l->held; i++)
		if (account_is_open(l->accounts[i]))
			return true;
	return false;
}

struct account *
lane_account(const struct lane *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (l->accounts[i] != NULL &&
		    l->accounts[i]->smarthost != NULL &&
		    account_is_open(l->accounts[i]))
			return l->accounts[i];
	return NULL;
}

static bool
is_stopped(const struct lane *l)
{
	size_t i;

	for (i = 0; i < l->count && !l->held; i++)
		if (l->accounts[i]->stopped_since == 0)
			return false;
	return true;
}

int64_t
lane_stopped(const struct lane *l)
{
	return l->stopped_total + (l->stopped_since == 0 ? 0 :
	    clock_boot() - l->stopped_since);
}

/* Messages with recipients of several lanes need not wait for this one. */
static void
leave_closed(struct manager *m, struct lane *l)
{
	struct fair waiting;
	struct entry *e;

	waiting = l->ready;
	memset(&l->ready, 0, sizeof(l->ready));
	while ((e = fair_take(&waiting)) != NULL)
		if (!e->split || !turn_leave(m, e))
			lane_enqueue(l, e, false);
}

static void
note_stop(struct lane *l)
{
	if (!is_stopped(l)) {
		l->stopped_total = lane_stopped(l);
		l->stopped_since = 0;
	} else if (l->stopped_since == 0)
		l->stopped_since = clock_boot();
}

void
lanes_healed(void)
{
	struct lane *l;

	for (l = lane_next(NULL); l != NULL; l = lane_next(l))
		note_stop(l);
}

void
lanes_review(struct manager *m)
{
	struct lane *l;
	bool is_open;

	for (l = lane_next(NULL); l != NULL; l = lane_next(l)) {
		note_stop(l);
		is_open = lane_is_open(l);
		if (!is_open && l->was_open && m->config->route_count > 0)
			leave_closed(m, l);
		if (!is_open)
			flush_lane_stopped(l);
		l->was_open = is_open;
	}
}

static void
sift(struct lane *l)
{
	struct fair waiting;
	struct entry *e;

	aside_return(l);
	waiting = l->ready;
	memset(&l->ready, 0, sizeof(l->ready));
	while ((e = fair_take(&waiting)) != NULL)
		lane_enqueue(l, e, false);
}

/* In memory only: as quick for a hundred thousand as for one. */
void
lanes_sift(struct manager *m)
{
	struct lane *l;

	for (l = lane_next(NULL); l != NULL; l = lane_next(l)) {
		l->held = embargo_has_lane(l->name);
		sift(l);
	}
	lanes_review(m);
}

size_t
lanes_waiting(const struct account *a)
{
	const struct lane *l;
	size_t i, n;

	n = 0;
	for (l = lane_next(NULL); l != NULL; l = lane_next(l))
		for (i = 0; i < l->count; i++)
			if (l->accounts[i] == a) {
				n += l->ready.count + l->aside.count;
				break;
			}
	return n;
}

/* How many transactions wait, at least: one list may be as much as many
 * messages. */
static size_t
backlog(const struct manager *m, const struct lane *l,
    const struct account *a)
{
	const struct entry *e;
	size_t n;

	e = fair_peek(&l->ready);
	n = m->config->bulk.individual ? e->recipients :
	    e->recipients / a->smarthost->recipients_per_transaction;
	return l->bulk && n > l->ready.count ? n : l->ready.count;
}

/*
 * Gives out through one account. True when what is left may look for the next
 * one. While a stopped account is being tried again, the message whose turn it
 * is waits for that: without it there would be nothing to try with.
 */
static bool
use_account(struct manager *m, struct lane *l, struct account *a, size_t keep,
    int64_t *wake)
{
	struct worker *w;
	bool used_up;

	while (l->ready.count > keep) {
		if (!account_may_send(a, l->bulk, &used_up, wake)) {
			l->used_up |= used_up;
			if (a->ledger != NULL && a->worker_count == 0 &&
			    ledger_has_doubts(a->ledger))
				account_ask(m, a, wake);
			return used_up;
		}
		w = account_worker(a, l->bulk);
		if (w == NULL)
			break;
		worker_give(w, fair_take(&l->ready));
		if (m->unsafe)
			return false;
	}
	if (l->ready.count > keep && account_wants_worker(a, l->bulk,
	    backlog(m, l, a), fair_peek(&l->ready)->due, wake))
		account_ask(m, a, wake);
	return a->stopped_since != 0;
}

/* Whether it may be given mail now; else *wake is when, if that is sooner. */
static bool
is_usable(const struct account *a, int64_t *wake)
{
	if (a == NULL || a->smarthost == NULL)
		return false;
	if (account_is_open(a))
		return true;
	if (a->paused_until < *wake)
		*wake = a->paused_until;
	return false;
}

/* One after the other; while one in trouble is tried again, one message is kept
 * for that attempt. */
static void
use_accounts(struct manager *m, struct lane *l, int64_t *wake)
{
	struct account *a;
	size_t i, keep;

	keep = 0;
	for (i = 0; i < l->count && l->ready.count > keep; i++) {
		a = l->accounts[i];
		if (!is_usable(a, wake))
			continue;
		if (!use_account(m, l, a, keep, wake))
			break;
		if (a->stopped_since != 0 && a->worker_count > 0)
			keep = 1;
	}
}

void
lane_dispatch(struct manager *m, struct lane *l, int64_t *wake)
{
	if (m->stopping || m->unsafe)
		return;
	if (l->held) {
		if (l->ready.count > 0)
			flush_lane_stopped(l);
		return;
	}
	l->used_up = false;
	l->was_open = lane_is_open(l);
	use_accounts(m, l, wake);
	aside_dispatch(m, l, wake);
	if (l->ready.count + l->aside.count > 0 &&
	    (l->used_up || !lane_is_open(l)))
		flush_lane_stopped(l);
}
