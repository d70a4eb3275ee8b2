#include "queue/listing.h"

#include "base/clock.h"
#include "mail/advice.h"
#include "queue/embargo.h"
#include "queue/lane.h"
#include "queue/refused.h"

static void
print_reply(const struct verdict *v, struct buf *out)
{
	if (v->code != 0)
		buf_addf(out, "%d ", v->code);
	buf_add_escaped(out, v->text, VERDICT_TEXT_MAX);
}

static void
print_cure(const struct verdict *v, struct buf *out)
{
	const char *cure;

	cure = advice_cure(v);
	if (cure != NULL)
		buf_addf(out, "   %s\n", cure);
}

static void
print_trouble(const struct account *a, struct buf *out)
{
	buf_addf(out, " smarthost %s is stopped since ", a->title);
	listing_date(a->stopped_wall, out);
	buf_addf(out, " (%s): ", verdict_stage_name(a->trouble.stage));
	print_reply(&a->trouble, out);
	buf_add_string(out, "; next attempt ");
	/* While nothing is for it, nobody knocks. */
	if (account_is_open(a) && a->worker_count == 0)
		buf_add_string(out, "with the next message");
	else
		listing_wait(a->paused_until, out);
	buf_add_char(out, '\n');
	print_cure(&a->trouble, out);
}

static void
print_refused(void *arg, const struct account *a, const char *sender,
    const struct verdict *v)
{
	struct buf *out = arg;

	buf_add_string(out, "   mail of <");
	buf_add_escaped(out, slice_from(sender), 320);
	buf_add_string(out, "> is refused: ");
	print_reply(v, out);
	buf_add_char(out, '\n');
	print_cure(v, out);
	buf_add_string(out, "   In short: ");
	refused_cure(a, out);
	buf_add_char(out, '\n');
}

static void
print_hold(const struct embargo *h, struct buf *out)
{
	buf_add_string(out, h->is_lane ? " lane " : " mail of <");
	buf_add_escaped(out, slice_from(h->name), 320);
	buf_addf(out, "%s is held since ", h->is_lane ? "" : ">");
	listing_date(h->since, out);
	buf_addf(out, " by uid %lu\n", (unsigned long)h->by);
}

void
listing_alarms(const struct asker *asker, struct buf *out)
{
	const struct embargo *h;
	const struct account *a;
	size_t at;

	at = 0;
	while ((h = embargo_next(asker, &at)) != NULL)
		print_hold(h, out);
	for (a = accounts_first(); a != NULL; a = a->next)
		if (a->smarthost != NULL && a->stopped_since != 0)
			print_trouble(a, out);
}

static void
print_quotas(const struct account *a, struct buf *out)
{
	static const char *const names[LEDGER_KINDS] = {"recipients",
	    "messages", "connections"};
	struct ledger_window w;
	unsigned kind;
	size_t i;

	for (kind = 0; a->ledger != NULL && kind < LEDGER_KINDS; kind++)
		for (i = 0; ledger_window(a->ledger, (enum ledger_kind)kind,
		    i, &w); i++) {
			buf_addf(out, "   %llu of %llu %s used in the last ",
			    (unsigned long long)w.used,
			    (unsigned long long)w.limit, names[kind]);
			clock_print(w.span, out);
			buf_addf(out, ", %llu left\n", (unsigned long long)
			    (w.used < w.limit ? w.limit - w.used : 0));
		}
}

/* What still matters of troubles that are over. */
static void
print_past(const struct account *a, struct buf *out)
{
	if (a->stopped_since == 0 && a->stopped_wall != 0) {
		buf_add_string(out, "   last error ");
		listing_date(a->stopped_wall, out);
		buf_addf(out, " (%s): ", verdict_stage_name(a->trouble.stage));
		print_reply(&a->trouble, out);
		buf_add_char(out, '\n');
	}
	if (a->worker_limit != 0 && a->limit_until > clock_boot()) {
		buf_addf(out, "   the server takes %u connection%s only; more "
		    "are tried ", a->worker_limit,
		    a->worker_limit == 1 ? "" : "s");
		listing_wait(a->limit_until, out);
		buf_add_char(out, '\n');
	}
}

static void
print_account(const struct asker *asker, const struct account *a,
    struct buf *out)
{
	buf_addf(out, " smarthost %s (%s port %u): %s, %u connection%s, "
	    "%zu ready\n", a->title, a->smarthost->host, a->smarthost->port,
	    a->stopped_since != 0 ? "stopped" : "open", a->worker_count,
	    a->worker_count == 1 ? "" : "s", lanes_waiting(a));
	if (a->pace.rate > 0)
		buf_addf(out, "   slowed down to %u messages an hour\n",
		    a->pace.rate);
	print_past(a, out);
	print_quotas(a, out);
	/* Who sends is nobody else's business. */
	if (asker->is_admin)
		refused_each(a, print_refused, out);
}

static void
count_entry(struct entry *e, void *arg)
{
	(void)arg;
	if (e->lane != NULL)
		e->lane->waits++;
}

static void
print_lane(const struct lane *l, struct buf *out)
{
	size_t i;

	buf_addf(out, " lane %s: %zu in the queue, %zu ready%s, by",
	    l->name, l->waits, l->ready.count + l->aside.count,
	    l->held ? ", held" : "");
	for (i = 0; i < l->count; i++)
		buf_addf(out, "%s %s", i == 0 ? "" : ",",
		    l->accounts[i]->title);
	buf_add_char(out, '\n');
}

static void
print_lanes(struct buf *out)
{
	struct lane *l;

	for (l = lane_next(NULL); l != NULL; l = lane_next(l))
		l->waits = 0;
	entry_each(count_entry, NULL);
	for (l = lane_next(NULL); l != NULL; l = lane_next(l))
		if (!l->bulk || l->waits > 0 || l->held)
			print_lane(l, out);
}

void
listing_status(const struct asker *asker, struct buf *out)
{
	const struct account *a;

	listing_alarms(asker, out);
	for (a = accounts_first(); a != NULL; a = a->next)
		if (a->smarthost != NULL)
			print_account(asker, a, out);
	print_lanes(out);
	buf_addf(out, " %zu message%s in the queue\n", entry_count(),
	    entry_count() == 1 ? "" : "s");
}
