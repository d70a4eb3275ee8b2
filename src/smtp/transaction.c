#include "smtp/transaction.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mail/address.h"
#include "mail/verp.h"
#include "smtp/sender.h"

static size_t
take_recipients(struct letter *l, size_t max, uint32_t *out)
{
	struct slice sender;
	size_t i, n, kept;

	sender = letter_sender(l, l->left[0]);
	n = kept = 0;
	for (i = 0; i < l->nleft && n < max; i++) {
		if (slice_equal(letter_sender(l, l->left[i]), sender))
			out[n++] = l->left[i];
		else
			l->left[kept++] = l->left[i];
	}
	memmove(l->left + kept, l->left + i,
	    (l->nleft - i) * sizeof(*l->left));
	l->nleft -= n;
	return n;
}

/* A return path that names the recipient, where one can be made. */
static void
use_verp(struct transaction *t)
{
	struct slice recipient;

	recipient = t->letter->envelope.recipients[t->recipients[0]].addr;
	if (t->count == 1 && verp_print(t->sender, recipient, &t->verp))
		t->sender = buf_slice(&t->verp);
}

struct transaction *
transaction_new(struct letter *l, const struct smarthost *h,
    enum style style, size_t max)
{
	struct transaction *t;
	struct slice send_as;

	if (max > l->nleft)
		max = l->nleft;
	t = xcalloc(1, sizeof(*t));
	t->letter = l;
	t->style = style;
	t->recipients = xcalloc(max, sizeof(*t->recipients));
	t->asked = xcalloc(max, sizeof(*t->asked));
	t->sender = letter_sender(l, l->left[0]);
	t->count = take_recipients(l, max, t->recipients);
	if ((l->job.flags & JOB_VERP) != 0 && !sender_has_rules(h))
		use_verp(t);
	send_as = letter_send_as(l, h, t->sender);
	if (send_as.len > 0 && (t->sender.len > 0 || l->send_as_null))
		t->sender = send_as;
	else
		t->may_send_as = send_as.len > 0;
	return t;
}

void
transaction_free(struct transaction *t)
{
	free(t->recipients);
	free(t->asked);
	buf_free(&t->verp);
	outcome_free(&t->cause);
	outcome_free(&t->too_many);
	outcome_free(&t->halt);
	free(t);
}

static bool
needs_utf8(const struct transaction *t)
{
	const struct envelope *e = &t->letter->envelope;
	size_t i;

	if ((e->flags & ENVELOPE_UTF8) != 0 || address_is_utf8(t->sender))
		return true;
	for (i = 0; i < t->count; i++)
		if (address_is_utf8(e->recipients[t->recipients[i]].addr))
			return true;
	return false;
}

void
transaction_mail(const struct transaction *t, const struct capability *can,
    struct buf *out)
{
	const struct envelope *e = &t->letter->envelope;

	buf_add_string(out, "MAIL FROM:<");
	buf_add_slice(out, t->sender);
	buf_add_char(out, '>');
	if (can->has_size)
		buf_addf(out, " SIZE=%" PRIu64, t->letter->size);
	if (can->eightbitmime && (e->flags & ENVELOPE_8BIT) != 0)
		buf_add_string(out, " BODY=8BITMIME");
	if (can->smtputf8 && needs_utf8(t))
		buf_add_string(out, " SMTPUTF8");
	if (can->dsn && e->ret != RETURN_UNSAID)
		buf_addf(out, " RET=%s", return_name(e->ret));
	if (can->dsn && e->envid.len > 0 && xtext_is_valid(e->envid)) {
		buf_add_string(out, " ENVID=");
		buf_add_slice(out, e->envid);
	}
	buf_add_string(out, "\r\n");
}

void
transaction_rcpt(const struct transaction *t, const struct capability *can,
    size_t index, struct buf *out)
{
	const struct recipient *r;

	r = &t->letter->envelope.recipients[t->recipients[index]];
	buf_add_string(out, "RCPT TO:<");
	buf_add_slice(out, r->addr);
	buf_add_char(out, '>');
	if (can->dsn && r->notify != 0) {
		buf_add_string(out, " NOTIFY=");
		notify_print(r->notify, out);
	}
	if (can->dsn && r->orcpt.len > 0 && xtext_is_valid(r->orcpt)) {
		buf_add_string(out, " ORCPT=");
		buf_add_slice(out, r->orcpt);
	}
	buf_add_string(out, "\r\n");
}

static bool
is_yes(const struct reply *r)
{
	return r->code >= 200 && r->code < 300;
}

/* What a server says that lost its way in a group, or never knew one. Step by
 * step, these are refusals like others. */
static bool
is_surprise(const struct transaction *t, const struct reply *r)
{
	return t->style > STYLE_LOCKSTEP &&
	    (r->code == 500 || r->code == 502 || r->code == 503);
}

static void
note_halt(struct transaction *t, const struct outcome *o)
{
	if (!t->halt.set && (o->verdict.scope == SCOPE_ACCOUNT ||
	    o->verdict.scope == SCOPE_QUOTA))
		outcome_copy(&t->halt, o);
}

/* A provider may not take mail from <>, and then the bounce goes out under the
 * account's address. */
static bool
refuses_null(const struct transaction *t, const struct verdict *v)
{
	return t->may_send_as && v->code >= 500 &&
	    (v->stage == STAGE_MAIL || v->scope == SCOPE_SENDER);
}

static bool
is_about_connection(enum step step, const struct reply *r)
{
	struct outcome o = OUTCOME_INIT;
	bool is;

	if (r->code < 400)
		return false;
	outcome_from_reply(&o, step_stage(step), r);
	is = o.verdict.scope == SCOPE_CONNECTION;
	outcome_free(&o);
	return is;
}

bool
transaction_is_goodbye(const struct transaction *t, enum step step,
    const struct reply *r)
{
	return r->code == 421 || is_about_connection(step, r) ||
	    (step == STEP_MAIL && t->is_warm && r->code == 452 &&
	    strcmp(r->enhanced, "4.5.3") == 0);
}

/* The first refusal is the cause; what follows is its echo. */
static void
fail(struct transaction *t, enum step step, const struct reply *r)
{
	if (t->cause.set)
		return;
	outcome_from_reply(&t->cause, step_stage(step), r);
	if (is_surprise(t, r)) {
		t->redo = t->surprised = true;
		return;
	}
	if (refuses_null(t, &t->cause.verdict)) {
		t->letter->send_as_null = t->redo = true;
		return;
	}
	if (step == STEP_MAIL && t->is_warm &&
	    transaction_is_goodbye(t, step, r))
		t->cause.verdict.kind = VERDICT_UNTRIED;
	note_halt(t, &t->cause);
}

static const char *
reply_to_rset(struct transaction *t, size_t index, const struct reply *r,
    struct report *report)
{
	(void)index;
	(void)report;
	if (!is_yes(r))
		t->surprised = true;
	return NULL;
}

static const char *
reply_to_mail(struct transaction *t, size_t index, const struct reply *r,
    struct report *report)
{
	(void)index;
	(void)report;
	t->mail_ok = is_yes(r);
	if (!t->mail_ok)
		fail(t, STEP_MAIL, r);
	return NULL;
}

/* RFC 5321 4.5.3.1.10: what a server says to one recipient too many. */
static bool
is_too_many(const struct transaction *t, const struct reply *r)
{
	return r->code == 452 &&
	    (t->accepted > 0 || strcmp(r->enhanced, "4.5.3") == 0);
}

static void
refuse_recipient(struct transaction *t, size_t index, const struct reply *r,
    struct report *report)
{
	struct outcome o = OUTCOME_INIT;
	uint32_t number;

	number = t->recipients[index];
	outcome_from_reply(&o, STAGE_RCPT, r);
	if (refuses_null(t, &o.verdict)) {
		t->letter->send_as_null = true;
		t->asked[index] = ASKED_ASTRAY;
	} else {
		t->asked[index] = ASKED_JUDGED;
		note_halt(t, &o);
		report_verdict(report, t->letter->job.number, number, number,
		    &o);
	}
	outcome_free(&o);
}

static const char *
reply_to_rcpt(struct transaction *t, size_t index, const struct reply *r,
    struct report *report)
{
	if (!t->mail_ok) {
		t->rcpt_ok_after_bad_mail |= is_yes(r);
	} else if (is_yes(r)) {
		t->asked[index] = ASKED_ACCEPTED;
		t->accepted++;
	} else if (is_too_many(t, r)) {
		t->asked[index] = ASKED_TOO_MANY;
		if (!t->too_many.set)
			outcome_from_reply(&t->too_many, STAGE_RCPT, r);
	} else if (is_surprise(t, r)) {
		t->asked[index] = ASKED_ASTRAY;
		t->surprised = true;
	} else {
		refuse_recipient(t, index, r, report);
	}
	return NULL;
}

static const char *
reply_to_data(struct transaction *t, size_t index, const struct reply *r,
    struct report *report)
{
	(void)index;
	(void)report;
	if (r->code == 354) {
		/* Even a lone dot would be mail, and under whose name? */
		if (t->rcpt_ok_after_bad_mail)
			return "the server went on with a transaction whose "
			    "sender it had refused";
		t->wants_content = true;
		return NULL;
	}
	if (is_yes(r))
		return "the server answered DATA as if it were over";
	if (t->accepted > 0)
		fail(t, STEP_DATA, r);
	return NULL;
}

/* Rule 5: it went out, and nobody can say under whose name. */
static void
hold(struct transaction *t)
{
	int code;

	code = t->cause.verdict.code;
	outcome_say(&t->cause, VERDICT_DOUBT, SCOPE_MESSAGE, STAGE_MAIL,
	    "the server refused the sender with %d, took the message all the "
	    "same, and may have stored it under another sender", code);
	t->cause.verdict.code = code;
	t->surprised = true;
	t->redo = false;
}

static const char *
reply_to_end(struct transaction *t, size_t index, const struct reply *r,
    struct report *report)
{
	(void)index;
	(void)report;
	if (!t->mail_ok && t->style >= STYLE_BDAT && is_yes(r)) {
		t->went_out = true;
		hold(t);
		return NULL;
	}
	if (t->accepted == 0) {
		t->surprised |= t->style >= STYLE_BDAT && is_yes(r);
		return NULL;
	}
	t->delivered = is_yes(r);
	if (t->delivered)
		outcome_from_reply(&t->cause, STAGE_BODY, r);
	else
		fail(t, STEP_END, r);
	t->went_out = !t->redo;
	return NULL;
}

typedef const char *reply_fn(struct transaction *t, size_t index,
    const struct reply *r, struct report *report);

static const struct {
	enum verdict_stage stage;
	reply_fn *fn;
} steps[] = {
	[STEP_RSET] = {STAGE_MAIL, reply_to_rset},
	[STEP_MAIL] = {STAGE_MAIL, reply_to_mail},
	[STEP_RCPT] = {STAGE_RCPT, reply_to_rcpt},
	[STEP_DATA] = {STAGE_DATA, reply_to_data},
	[STEP_END] = {STAGE_BODY, reply_to_end},
};

enum verdict_stage
step_stage(enum step step)
{
	return steps[step].stage;
}

const char *
transaction_reply(struct transaction *t, enum step step, size_t index,
    const struct reply *r, struct report *report)
{
	t->answers++;
	if (r->code / 100 == 3 && step != STEP_DATA)
		return "the server asks for content where none is due";
	return steps[step].fn(t, index, r, report);
}

static void
judge(const struct transaction *t, size_t i, const struct outcome *o,
    struct report *report)
{
	t->asked[i] = ASKED_JUDGED;
	report_verdict(report, t->letter->job.number, t->recipients[i],
	    t->recipients[i], o);
}

/* What has no verdict goes back to the letter. */
static void
put_rest_back(struct transaction *t)
{
	size_t i, n;

	n = 0;
	for (i = 0; i < t->count; i++)
		if (t->asked[i] != ASKED_JUDGED)
			t->recipients[n++] = t->recipients[i];
	letter_put_back(t->letter, t->recipients, n);
	t->count = 0;
}

void
transaction_settle(struct transaction *t, struct report *report)
{
	size_t i;

	for (i = 0; i < t->count; i++) {
		switch (t->asked[i]) {
		case ASKED_WAITING:
		case ASKED_ACCEPTED:
			if (t->cause.set && !t->redo)
				judge(t, i, &t->cause, report);
			break;
		case ASKED_TOO_MANY:
			if (!t->delivered && !t->redo)
				judge(t, i, &t->too_many, report);
			break;
		case ASKED_ASTRAY:
		case ASKED_JUDGED:
			break;
		}
	}
	put_rest_back(t);
}

/* Nothing was answered on a connection that had worked: it had ended before,
 * unseen. */
static bool
was_untouched(const struct transaction *t)
{
	return t->is_late || (t->is_warm && t->answers == 0);
}

/* The verdict for those that have none; false: back to the letter. */
static bool
judge_loss(struct transaction *t, bool is_first, uint64_t sent,
    const struct outcome *why, struct outcome *o)
{
	if (t->cause.set) {
		outcome_copy(o, &t->cause);
		return !t->redo;
	}
	if (t->end > 0 && t->end <= sent && !t->is_late) {
		t->went_out = true;
		outcome_say(o, VERDICT_DOUBT, SCOPE_CONNECTION, STAGE_BODY,
		    "sent whole, but no answer came: %s",
		    buf_string(&why->words));
		return true;
	}
	if (!is_first || was_untouched(t))
		return false;
	outcome_copy(o, why);
	/* It may be this message that the server cannot bear: others first. */
	if (t->answers > 0)
		o->verdict.scope = SCOPE_MESSAGE;
	return true;
}

void
transaction_lose(struct transaction *t, bool is_first, uint64_t sent,
    const struct outcome *why, struct report *report)
{
	struct outcome o = OUTCOME_INIT;
	size_t i;

	if (judge_loss(t, is_first, sent, why, &o))
		for (i = 0; i < t->count; i++)
			if (t->asked[i] == ASKED_WAITING ||
			    t->asked[i] == ASKED_ACCEPTED)
				judge(t, i, &o, report);
	put_rest_back(t);
	outcome_free(&o);
}
