#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "config/route.h"
#include "mail/advice.h"
#include "queue/account.h"
#include "queue/worker.h"

/* Whether each transaction is counted or waited for. */
static bool
is_limited(const struct account *a)
{
	return a->ledger != NULL || a->pace.pause > 0 || a->pace.rate > 0;
}

static void
lower(int64_t *wake, int64_t when, int64_t now)
{
	if (when > now && when < *wake)
		*wake = when;
}

bool
account_may_send(struct account *a, bool bulk, bool *used_up, int64_t *wake)
{
	int64_t now, next, again;
	unsigned kind;

	*used_up = false;
	now = clock_boot();
	next = pace_next(&a->pace, now);
	if (next > now) {
		lower(wake, next, now);
		return false;
	}
	for (kind = 0; a->ledger != NULL && kind < LEDGER_CONNECTIONS;
	    kind++)
		if (ledger_left(a->ledger, (enum ledger_kind)kind, 1, bulk,
		    &again) == 0) {
			/* What is in hand may give something back; then
			 * nobody has to wait until then. */
			*used_up = again > now;
			lower(wake, again, now);
			return false;
		}
	return true;
}

/*
 * A transaction at a time, where it counts; bulk mail, so that others have
 * their turn. Of individual ones as many as may be in doubt at once, where
 * nothing has to wait between them.
 */
static uint64_t
most_of(struct manager *m, const struct account *a, uint64_t want, bool bulk)
{
	unsigned most;

	most = route_transaction(m->config, a->smarthost, bulk);
	if (bulk && m->config->bulk.individual && a->pace.pause == 0 &&
	    a->pace.rate == 0)
		most = a->smarthost->in_flight;
	return (is_limited(a) || bulk) && want > most ? most : want;
}

/* How many messages so many recipients are. */
static uint64_t
messages_of(const struct allowance *allowance, uint64_t recipients)
{
	return allowance->individual ? recipients : recipients > 0;
}

/* Takes what is wanted out of the quotas, or what is left of it. */
static bool
take(struct manager *m, struct account *a, bool bulk, struct allowance *out)
{
	const struct ledger_grant nothing = {0, 0};
	uint64_t want, left;
	int64_t again;

	want = ledger_left(a->ledger, LEDGER_RECIPIENTS, out->recipients,
	    bulk, &again);
	left = ledger_left(a->ledger, LEDGER_MESSAGES, messages_of(out, want),
	    bulk, &again);
	if (out->individual && left < want)
		want = left;
	if (want == 0 || left == 0)
		return false;
	out->recipients = want;
	if (ledger_take(a->ledger, LEDGER_RECIPIENTS, want, &out->granted) &&
	    ledger_take(a->ledger, LEDGER_MESSAGES, messages_of(out, want),
	    &out->messages))
		return true;
	manager_unsafe(m, "-", "record what is used of a quota");
	ledger_settle(a->ledger, LEDGER_RECIPIENTS, &out->granted, 0);
	out->granted = out->messages = nothing;
	return false;
}

bool
account_grant(struct manager *m, struct account *a, uint64_t want, bool bulk,
    struct allowance *out)
{
	memset(out, 0, sizeof(*out));
	out->account = a;
	out->individual = bulk && m->config->bulk.individual;
	out->recipients = most_of(m, a, want, bulk);
	return a->ledger == NULL || take(m, a, bulk, out);
}

void
account_settle(const struct allowance *allowance, uint64_t used)
{
	struct ledger *l = allowance->account->ledger;

	if (l == NULL)
		return;
	if (used > allowance->granted.count)
		used = allowance->granted.count;
	ledger_settle(l, LEDGER_RECIPIENTS, &allowance->granted, used);
	ledger_settle(l, LEDGER_MESSAGES, &allowance->messages,
	    messages_of(allowance, used));
}
