#include "queue/progress.h"

#include <string.h>

#include "base/clock.h"
#include "config/route.h"
#include "mail/forecast.h"
#include "queue/lane.h"
#include "queue/listing.h"
#include "queue/queued.h"
#include "queue/rivals.h"

/* The pace is measured over this time. */
#define RECENTLY (600 * CLOCK_SEC)
#define SENDER_SHOWN 320

struct progress {
	const struct entry *entry;
	struct account *account;	/* the next is to go there; or NULL */
	struct queued queued;
	uint64_t sent, refused, waiting;
	uint64_t recent;	/* results of late ... */
	int64_t recent_time;	/* ... in so much time */
};

bool
progress_is_list(const struct entry *e)
{
	return e->bulk && e->recipients > 1;
}

static void
count(struct progress *p)
{
	const struct outcome *o;
	size_t i;

	for (i = 0; i < p->queued.envelope.count; i++) {
		o = queued_outcome(&p->queued, i);
		if (queued_is_open(&p->queued, i))
			p->waiting++;
		else if (o->verdict.kind == VERDICT_DELIVERED)
			p->sent++;
		else
			p->refused++;
	}
}

static void
measure(struct progress *p)
{
	const struct outcome *o;
	int64_t now, first;
	size_t i;

	now = first = clock_wall();
	for (i = 0; i < p->queued.count; i++) {
		o = p->queued.outcomes[i];
		if (o->time < now - RECENTLY ||
		    (o->verdict.kind != VERDICT_DELIVERED &&
		    o->verdict.kind != VERDICT_REFUSED))
			continue;
		p->recent += (uint64_t)o->verdict.last - o->verdict.first + 1;
		if (o->time < first)
			first = o->time;
	}
	p->recent_time = now - first;
}

static bool
load(struct manager *m, const struct entry *e, struct progress *p)
{
	const char *why;

	memset(p, 0, sizeof(*p));
	p->entry = e;
	p->account = lane_account(e->lane);
	if (!queued_load(m->spool, entry_id(e).text, QUEUED_WAITING,
	    &p->queued, NULL, &why))
		return false;
	count(p);
	measure(p);
	return true;
}

/* The least time between two transactions. */
static int64_t
gap_of(const struct account *a)
{
	int64_t gap;

	gap = a->pace.rate == 0 ? 0 : 3600 * CLOCK_SEC / a->pace.rate;
	return gap < a->pace.pause ? a->pace.pause : gap;
}

static uint64_t
quota_left_for_bulk(const struct account *a, int64_t *again)
{
	return ledger_left(a->ledger, LEDGER_RECIPIENTS, UINT64_MAX, true,
	    again);
}

static int64_t
longer(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The longest that any window of a kind makes n of it take. */
static int64_t
windows_take(const struct account *a, enum ledger_kind kind, uint64_t n)
{
	struct forecast_window f;
	struct ledger_window w;
	int64_t again, takes;
	uint64_t keep;
	size_t i;

	if (a->ledger == NULL)
		return 0;
	ledger_left(a->ledger, kind, 1, true, &again);
	takes = 0;
	for (i = 0; ledger_window(a->ledger, kind, i, &w); i++) {
		keep = w.limit * a->smarthost->reserve / 100;
		f.limit = w.limit - keep;
		f.left = w.used < f.limit ? f.limit - w.used : 0;
		f.span = w.span;
		f.again = again - clock_boot();
		takes = longer(takes, forecast_window(n, &f));
	}
	return takes;
}

/* How long it will take; 0: nobody knows. */
static int64_t
takes(struct manager *m, const struct progress *p)
{
	const struct account *a = p->account;
	struct rivals rivals;
	uint64_t transactions;
	unsigned most;
	int64_t time;

	most = route_transaction(m->config, a->smarthost, true);
	rivals_count(p->entry, a, most, &rivals);
	transactions = (p->waiting + most - 1) / most + rivals.transactions;
	time = forecast_pause(transactions, gap_of(a));
	time = longer(time, windows_take(a, LEDGER_RECIPIENTS,
	    p->waiting + rivals.recipients));
	time = longer(time, windows_take(a, LEDGER_MESSAGES, transactions));
	return longer(time, forecast_measured(p->waiting, p->recent,
	    p->recent_time));
}

static void
print_end(struct manager *m, const struct progress *p, struct buf *out)
{
	int64_t time;

	if (p->entry->state == ENTRY_HELD || p->entry->lane->held)
		buf_add_string(out, "held");
	else if (p->account == NULL)
		buf_add_string(out, "stopped");
	else if (p->entry->state == ENTRY_WAITING) {
		buf_add_string(out, "retry ");
		listing_wait(p->entry->due, out);
	} else {
		time = takes(m, p);
		if (time == 0)
			buf_add_string(out, "unknown");
		else if (time == CLOCK_NEVER)
			buf_add_string(out, "never");
		else
			listing_wait(clock_add(clock_boot(), time), out);
	}
}

static void
print_pace(const struct progress *p, struct buf *out)
{
	int64_t gap;

	gap = p->account == NULL ? 0 : gap_of(p->account);
	if (gap == 0)
		buf_add_string(out, p->account == NULL ? "-" : "free");
	else
		buf_addf(out, "%lld/h", (long long)(3600 * CLOCK_SEC / gap));
}

static void
print_quota(const struct progress *p, struct buf *out)
{
	uint64_t left;
	int64_t again;

	left = UINT64_MAX;
	if (p->account != NULL && p->account->ledger != NULL)
		left = quota_left_for_bulk(p->account, &again);
	if (left == UINT64_MAX)
		buf_add_char(out, '-');
	else
		buf_addf(out, "%llu", (unsigned long long)left);
}

void
progress_head(struct buf *out)
{
	buf_addf(out, " %-16s %7s %7s %7s %8s %6s  %-11s %s\n", "ID", "SENT",
	    "REFUSED", "WAITING", "PACE", "QUOTA", "DONE", "SENDER");
}

/* Fills the words that are no numbers. */
static void
print_words(struct manager *m, const struct progress *p, struct buf *pace,
    struct buf *quota, struct buf *end)
{
	print_pace(p, pace);
	print_quota(p, quota);
	print_end(m, p, end);
}

void
progress_line(struct manager *m, const struct entry *e, struct buf *out)
{
	struct buf pace = BUF_INIT, quota = BUF_INIT, end = BUF_INIT;
	struct progress p;

	if (!load(m, e, &p))
		return;
	print_words(m, &p, &pace, &quota, &end);
	buf_addf(out, " %s %7llu %7llu %7llu %8s %6s  %-11s <",
	    entry_id(e).text, (unsigned long long)p.sent,
	    (unsigned long long)p.refused, (unsigned long long)p.waiting,
	    buf_string(&pace), buf_string(&quota), buf_string(&end));
	buf_add_escaped(out, p.queued.envelope.sender, SENDER_SHOWN);
	buf_add_string(out, ">\n");
	buf_free(&pace);
	buf_free(&quota);
	buf_free(&end);
	queued_free(&p.queued);
}

void
progress_count(struct manager *m, const struct entry *e, struct buf *out)
{
	struct buf pace = BUF_INIT, quota = BUF_INIT, end = BUF_INIT;
	struct progress p;

	if (!load(m, e, &p))
		return;
	print_words(m, &p, &pace, &quota, &end);
	buf_addf(out, " %llu %llu %llu pace %s, quota left %s, done: %s\n",
	    (unsigned long long)p.sent, (unsigned long long)p.refused,
	    (unsigned long long)p.waiting, buf_string(&pace),
	    buf_string(&quota), buf_string(&end));
	buf_free(&pace);
	buf_free(&quota);
	buf_free(&end);
	queued_free(&p.queued);
}
