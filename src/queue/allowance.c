#include <string.h>

#include "base/clock.h"
#include "config/route.h"
#include "queue/account.h"

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
 * Where each transaction is waited for, a job is one. Else one of bulk mail is
 * as much as a connection takes at once, so that others have their turn; a
 * transaction for each reader is small, and there are as many of them as one
 * for all would have had recipients.
 */
static uint64_t
most_recipients(const struct account *a, bool bulk, unsigned hand,
    unsigned each)
{
	unsigned usual = a->smarthost->recipients_per_transaction;

	if (a->pace.pause > 0 || a->pace.rate > 0)
		return each;
	if (!bulk)
		return UINT64_MAX;
	return each < usual ? usual : (uint64_t)each * (hand / 2 + (hand < 2));
}

void
account_plan(struct manager *m, struct account *a, bool bulk, unsigned hand,
    struct allowance *out)
{
	memset(out, 0, sizeof(*out));
	out->account = a;
	out->each = route_transaction(m->config, a->smarthost, bulk);
	out->recipients = most_recipients(a, bulk, hand, out->each);
}

/* How many transactions so many recipients may take. */
static uint64_t
grant_messages(struct account *a, uint64_t want, bool bulk,
    struct allowance *out)
{
	uint64_t n;
	int64_t again;

	n = want / out->each + (want % out->each > 0);
	if (a->ledger != NULL)
		n = ledger_left(a->ledger, LEDGER_MESSAGES, n, bulk, &again);
	if (a->pace.pause > 0 || a->pace.rate > 0 ||
	    a->smarthost->message_quota.count > 0)
		out->most = (unsigned)n;
	return n;
}

bool
account_grant(struct manager *m, uint64_t want, bool bulk,
    struct allowance *out)
{
	const struct ledger_grant nothing = {0, 0};
	struct account *a = out->account;
	uint64_t messages;
	int64_t again;

	if (want > out->recipients)
		want = out->recipients;
	if (a->ledger != NULL)
		want = ledger_left(a->ledger, LEDGER_RECIPIENTS, want, bulk,
		    &again);
	messages = grant_messages(a, want, bulk, out);
	if (want > messages * out->each)
		want = messages * out->each;
	out->recipients = want;
	if (want == 0 || a->ledger == NULL)
		return want > 0;
	if (ledger_take(a->ledger, LEDGER_RECIPIENTS, want, &out->granted) &&
	    ledger_take(a->ledger, LEDGER_MESSAGES, messages, &out->messages))
		return true;
	manager_unsafe(m, "-", "record what is used of a quota");
	ledger_settle(a->ledger, LEDGER_RECIPIENTS, &out->granted, 0);
	out->granted = out->messages = nothing;
	return false;
}

static void
settle(struct ledger *l, enum ledger_kind kind,
    const struct ledger_grant *grant, uint64_t used)
{
	ledger_settle(l, kind, grant, used < grant->count ? used :
	    grant->count);
}

void
account_settle(const struct allowance *allowance, uint64_t recipients,
    uint64_t transactions, bool doubt)
{
	struct ledger *l = allowance->account->ledger;

	if (l == NULL)
		return;
	settle(l, LEDGER_RECIPIENTS, &allowance->granted, recipients);
	settle(l, LEDGER_MESSAGES, &allowance->messages, doubt ?
	    allowance->messages.count : transactions);
}
