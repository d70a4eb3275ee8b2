#include "queue/account.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mail/advice.h"
#include "mail/schedule.h"
#include "queue/lane.h"
#include "queue/refused.h"
#include "queue/standing.h"
#include "queue/worker.h"

/* A message that waited so long for a busy agent gets another one, even if it
 * is alone: the agent may hang on a server that does. */
#define PATIENCE (1 * CLOCK_SEC)
/* More messages than this for each agent are worth one more login. */
#define BACKLOG ((size_t)8)
/* When the server would not have another connection, we ask again after. */
#define LIMIT_FOR (300 * CLOCK_SEC)
/* After a reload a stopped account is tried again soon, but not at once: who
 * corrects two things reloads twice, and a wrong password tried three times in
 * a second looks like an attack. */
#define SOON (5 * CLOCK_SEC)

static struct account *accounts;

struct account *
accounts_first(void)
{
	return accounts;
}

struct account *
account_find(const char *title)
{
	struct account *a;

	for (a = accounts; a != NULL; a = a->next)
		if (strcmp(a->title, title) == 0)
			return a;
	return NULL;
}

static struct account *
account_new(const char *title)
{
	struct account *a, **at;

	a = xcalloc(1, sizeof(*a));
	a->title = xstrdup(title);
	for (at = &accounts; *at != NULL; at = &(*at)->next)
		;
	*at = a;
	return a;
}

static void
dismiss_workers(struct account *a)
{
	struct worker *w, *next;

	for (w = a->workers; w != NULL; w = next) {
		next = w->next;
		worker_dismiss(w);
	}
}

static bool
is_same(const struct limits *a, const struct limits *b)
{
	return a->count == b->count && (a->count == 0 || memcmp(a->items,
	    b->items, a->count * sizeof(*a->items)) == 0);
}

static bool
has_same_quota(const struct smarthost *a, const struct smarthost *b)
{
	return a->reserve == b->reserve &&
	    is_same(&a->recipient_quota, &b->recipient_quota) &&
	    is_same(&a->message_quota, &b->message_quota) &&
	    is_same(&a->connections_per, &b->connections_per);
}

static bool
has_quota(const struct smarthost *h)
{
	return h->recipient_quota.count > 0 || h->message_quota.count > 0 ||
	    h->connections_per.count > 0;
}

static bool
is_ledger_missing(const struct account *a)
{
	return a->smarthost != NULL && a->ledger == NULL &&
	    has_quota(a->smarthost);
}

bool
accounts_open_ledgers(struct manager *m)
{
	struct account *a;

	for (a = accounts; a != NULL; a = a->next) {
		if (!is_ledger_missing(a))
			continue;
		a->ledger = ledger_open(m->spool, a->smarthost, ledger_clock);
		if (a->ledger == NULL)
			return false;
	}
	return true;
}

/* Where limits change, what is under way is in doubt for the new ledger, and
 * counts there as a whole. */
static void
renew_ledger(struct account *a)
{
	if (a->former != NULL && a->ledger != NULL &&
	    has_same_quota(a->former, a->smarthost))
		return;
	ledger_close(a->ledger);
	a->ledger = NULL;
}

static void
try_soon(struct account *a)
{
	int64_t pause, soon;

	pause = a->paused_until;
	soon = clock_add(clock_boot(), SOON);
	account_lift(a);
	if (a->stopped_since != 0 && a->paused_until == 0)
		a->paused_until = pause < soon ? pause : soon;
}

void
accounts_configure(struct manager *m)
{
	struct account *a;
	bool is_new;
	size_t i;

	for (a = accounts; a != NULL; a = a->next) {
		dismiss_workers(a);
		a->former = a->smarthost;
		a->smarthost = NULL;
		/* A session belongs to the settings it was made with. */
		buf_clear(&a->ticket);
		a->worker_limit = 0;
		a->too_large = 0;
		a->limits_logins = false;
	}
	for (i = 0; i < m->config->count; i++) {
		a = account_find(m->config->smarthosts[i].title);
		is_new = a == NULL;
		if (is_new) {
			a = account_new(m->config->smarthosts[i].title);
			pace_begin(&a->pace, 0, clock_boot());
			standing_recall(m, a);
		}
		a->smarthost = &m->config->smarthosts[i];
		a->pace.pause = a->smarthost->pause;
		renew_ledger(a);
		try_soon(a);
		if (is_new)
			refused_recall(m, a);
	}
	if (!accounts_open_ledgers(m))
		manager_unsafe(m, "-", "open the quota ledger");
}

bool
account_is_open(const struct account *a)
{
	return a->paused_until == 0 || clock_boot() >= a->paused_until;
}

static void
log_stop(const struct account *a, int64_t pause)
{
	struct buf reply = BUF_INIT, cure = BUF_INIT;

	verdict_print_reply(&a->trouble, &reply);
	advice_print(advice_cure(&a->trouble), &cure);
	/* Once it is an alarm; then, while nothing changes, a reminder. */
	(a->failures == 1 ? log_alarm : log_warning)(
	    "smarthost=%s event=stopped scope=%s stage=\"%s\" %s "
	    "next-attempt=%llds waiting=%zu%s", a->title,
	    verdict_scope_name(a->trouble.scope),
	    verdict_stage_name(a->trouble.stage), buf_string(&reply),
	    (long long)(pause / CLOCK_SEC), lanes_waiting(a),
	    buf_string(&cure));
	buf_free(&reply);
	buf_free(&cure);
}

static unsigned
ready_workers(const struct account *a)
{
	const struct worker *w;
	unsigned n;

	n = 0;
	for (w = a->workers; w != NULL; w = w->next)
		n += w->ready && !w->leaving;
	return n;
}

/* Those that the server has let in, though some have not logged in yet. */
static unsigned
admitted_workers(const struct account *a)
{
	const struct worker *w;
	unsigned n;

	n = 0;
	for (w = a->workers; w != NULL; w = w->next)
		n += w->greeted && !w->leaving;
	return n;
}

void
account_remember(struct account *a, const struct verdict *v)
{
	a->trouble = *v;
	buf_clear(&a->trouble_words);
	buf_add_slice(&a->trouble_words, v->text);
	a->trouble.text = buf_slice(&a->trouble_words);
}

/* Whether it was one connection too many: others are being served. */
static bool
is_crowded(const struct account *a, const struct verdict *v)
{
	return ready_workers(a) > 0 && (v->scope == SCOPE_CONNECTION ||
	    (v->scope == SCOPE_QUOTA && v->stage >= STAGE_CONNECT &&
	    v->stage <= STAGE_AUTH));
}

static void
limit_workers(struct account *a, const struct verdict *v)
{
	struct buf reply = BUF_INIT;

	a->worker_limit = admitted_workers(a);
	a->limits_logins |= v->stage > STAGE_GREETING;
	a->limit_until = clock_add(clock_boot(), LIMIT_FOR);
	verdict_print_reply(v, &reply);
	log_warning("smarthost=%s event=fewer-connections connections=%u "
	    "for=%llds stage=\"%s\" %s", a->title,
	    a->worker_limit, (long long)(LIMIT_FOR / CLOCK_SEC),
	    verdict_stage_name(v->stage), buf_string(&reply));
	buf_free(&reply);
}

void
account_stop(struct manager *m, struct account *a, const struct verdict *v)
{
	int64_t pause;

	if (a->smarthost == NULL)
		return;
	if (is_crowded(a, v)) {
		limit_workers(a, v);
		return;
	}
	if (v->scope == SCOPE_QUOTA)
		pace_too_much(&a->pace, clock_boot());
	account_remember(a, v);
	a->failures++;
	pause = schedule_pause(a->failures, m->config->retry_first,
	    m->config->retry_max, manager_random());
	a->paused_until = clock_add(clock_boot(), pause);
	if (a->stopped_since == 0) {
		a->stopped_since = clock_boot();
		a->stopped_wall = clock_wall();
	}
	if (v->scope == SCOPE_QUOTA)
		standing_keep(m, a);
	log_stop(a, pause);
	lanes_review(m);
}

void
account_open(struct account *a)
{
	a->paused_until = 0;
}

void
account_heal(struct account *a)
{
	if (a->stopped_since != 0) {
		a->stopped_since = 0;
		lanes_healed();
		log_info("smarthost=%s event=open waiting=%zu", a->title,
		    lanes_waiting(a));
	}
	a->failures = 0;
}

void
account_lift(struct account *a)
{
	/* To knock during a ban is to renew it. */
	if (a->stopped_since == 0 || a->trouble.scope != SCOPE_QUOTA)
		a->paused_until = 0;
	a->worker_limit = 0;
	refused_lift(a);
}

static bool
is_starting(const struct account *a)
{
	const struct worker *w;

	for (w = a->workers; w != NULL; w = w->next)
		if (!w->ready && !w->leaving)
			return true;
	return false;
}

/*
 * Whether another connection should wait for what becomes of one under way: the
 * first login tells whether the account works, and then the greeting tells
 * whether the server takes so many, so that one at most is turned away. Where
 * it has turned one away later than that, each login is waited for.
 */
static bool
is_trying(const struct account *a)
{
	const struct worker *w;

	if (ready_workers(a) == 0 || a->limits_logins)
		return is_starting(a);
	for (w = a->workers; w != NULL; w = w->next)
		if (!w->greeted && !w->leaving)
			return true;
	return false;
}

/* After a failure one connection tries first, whatever waits: until a message
 * has come to a result, or until a login has, where nothing else had failed. */
static bool
is_overcome(const struct account *a)
{
	return a->trouble.scope != SCOPE_QUOTA &&
	    a->trouble.stage >= STAGE_CONNECT &&
	    a->trouble.stage <= STAGE_AUTH && ready_workers(a) > 0;
}

static unsigned
most_workers(struct account *a)
{
	if (a->worker_limit != 0 && clock_boot() >= a->limit_until)
		a->worker_limit = 0;
	if (a->failures > 0 && !is_overcome(a))
		return 1;
	if (a->worker_limit != 0 &&
	    a->worker_limit < a->smarthost->connections)
		return a->worker_limit;
	return a->smarthost->connections;
}

static bool
is_step_by_step(const struct account *a)
{
	const struct worker *w;

	for (w = a->workers; w != NULL; w = w->next)
		if (w->ready && !w->leaving && worker_is_step_by_step(w))
			return true;
	return false;
}

/* Where an agent cannot send ahead, other mail would wait for its transaction:
 * bulk mail leaves the last connection to it, where there are several. */
static unsigned
most_for(struct account *a, bool bulk)
{
	unsigned most;

	most = most_workers(a);
	return bulk && most > 1 && is_step_by_step(a) ? most - 1 : most;
}

static bool
is_blocked(const struct account *a)
{
	const struct worker *w;

	for (w = a->workers; w != NULL; w = w->next)
		if (w->ready && !w->leaving && !worker_is_blocked(w))
			return false;
	return true;
}

static unsigned
bulk_workers(const struct account *a)
{
	const struct worker *w;
	unsigned n;

	n = 0;
	for (w = a->workers; w != NULL; w = w->next)
		n += w->bulk_jobs > 0;
	return n;
}

/* Whether it should rather have the message than the best so far. */
static bool
is_better(const struct worker *w, const struct worker *best, bool bulk)
{
	if (best == NULL)
		return true;
	if (!bulk && (w->bulk_jobs > 0) != (best->bulk_jobs > 0))
		return w->bulk_jobs == 0;
	return w->jobs < best->jobs;
}

struct worker *
account_worker(struct account *a, bool bulk)
{
	struct worker *w, *best;
	bool is_full, may_wait;

	is_full = bulk && bulk_workers(a) >= most_for(a, true);
	may_wait = is_starting(a) || a->worker_count < most_workers(a);
	best = NULL;
	for (w = a->workers; w != NULL; w = w->next) {
		if (!worker_has_room(w, bulk) ||
		    (is_full && w->bulk_jobs == 0) ||
		    (!bulk && may_wait && worker_is_blocked(w)))
			continue;
		if (is_better(w, best, bulk))
			best = w;
	}
	return best;
}

bool
account_wants_worker(struct account *a, bool bulk, size_t ready,
    int64_t since, int64_t *wake)
{
	int64_t patience_ends;

	if (is_trying(a) || a->worker_count >= most_for(a, bulk))
		return false;
	if (a->worker_count == 0 || ready > a->worker_count * BACKLOG ||
	    (!bulk && is_blocked(a)))
		return true;
	patience_ends = clock_add(since, PATIENCE);
	if (clock_boot() >= patience_ends)
		return true;
	if (patience_ends < *wake)
		*wake = patience_ends;
	return false;
}

/* The connection counts from when it is asked for, and again when it stands:
 * the server's count begins in between. */
void
account_ask(struct manager *m, struct account *a, int64_t *wake)
{
	struct ledger_grant grant;
	int64_t again;

	grant = (struct ledger_grant){0, 0};
	if (a->ledger != NULL) {
		if (ledger_left(a->ledger, LEDGER_CONNECTIONS, 1, false,
		    &again) == 0) {
			if (again > clock_boot() && again < *wake)
				*wake = again;
			return;
		}
		if (!ledger_take(a->ledger, LEDGER_CONNECTIONS, 1, &grant)) {
			manager_unsafe(m, "-", "record a connection");
			return;
		}
	}
	worker_ask(m, a, &grant);
}
