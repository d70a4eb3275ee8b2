#include "smtp/admit.h"

#include "mail/address.h"

static void
judge_all(const struct letter *l, const struct outcome *o, struct report *r)
{
	size_t i;

	for (i = 0; i < l->job.count; i++)
		report_verdict(r, l->job.number, l->job.ranges[i].first,
		    l->job.ranges[i].last, o);
}

static bool
refuse(struct outcome *o, enum verdict_scope scope, enum verdict_stage stage,
    const char *enhanced, const char *words, const char *why)
{
	outcome_say(o, VERDICT_REFUSED, scope, stage, "%s%s%s", words,
	    why == NULL ? "" : ": ", why == NULL ? "" : why);
	outcome_enhanced(o, enhanced);
	return false;
}

/* An address of the queue file goes out only after this: it can be no second
 * command. */
static bool
check_recipient(const struct letter *l, uint32_t number,
    const struct session *s, struct outcome *o)
{
	struct slice addr, sender, send_as;
	const char *why;

	addr = l->envelope.recipients[number].addr;
	sender = letter_sender(l, number);
	send_as = letter_send_as(l, s->host, sender);
	if (sender.len > 0 && send_as.len > 0)
		sender = send_as;
	if (!address_is_valid(addr, &why))
		return refuse(o, SCOPE_RECIPIENT, STAGE_RCPT, "5.1.3",
		    "no valid address", why);
	if (sender.len > 0 && !address_is_valid(sender, &why))
		return refuse(o, SCOPE_MESSAGE, STAGE_MAIL, "5.1.7",
		    "no valid sender address", why);
	if (!s->can.smtputf8 && address_is_utf8(addr))
		return refuse(o, SCOPE_RECIPIENT, STAGE_RCPT, "5.6.7",
		    "the server does not take addresses in UTF-8", NULL);
	if (!s->can.smtputf8 && address_is_utf8(sender))
		return refuse(o, SCOPE_MESSAGE, STAGE_MAIL, "5.6.7",
		    "the server does not take a sender in UTF-8", NULL);
	return true;
}

void
admit(struct letter *l, const struct session *s, struct report *r)
{
	struct outcome o = OUTCOME_INIT;
	uint32_t number;
	size_t i, kept;

	l->admitted = true;
	if (!letter_load(l, s->host, &s->can, &o)) {
		judge_all(l, &o, r);
		outcome_free(&o);
		return;
	}
	kept = 0;
	for (i = 0; i < l->nleft; i++) {
		number = l->left[i];
		if (check_recipient(l, number, s, &o))
			l->left[kept++] = number;
		else
			report_verdict(r, l->job.number, number, number, &o);
	}
	l->nleft = kept;
	outcome_free(&o);
}
