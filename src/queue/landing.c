#include "queue/landing.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mail/schedule.h"
#include "queue/abridge.h"
#include "queue/aside.h"
#include "queue/bounce.h"
#include "queue/flush.h"
#include "queue/hold.h"
#include "queue/lane.h"
#include "queue/size.h"
#include "queue/turn.h"

/* When the spool would not take a bounce. */
#define TROUBLE_PAUSE (60 * CLOCK_SEC)

static bool
is_open_still(const struct queued *q, size_t number)
{
	return queued_is_open(q, number);
}

static bool
is_unanswered_or_open(const struct queued *q, size_t number)
{
	return queued_is_open(q, number) || queued_is_unanswered(q, number);
}

static bool
is_to_report(const struct queued *q, size_t number)
{
	return is_unanswered_or_open(q, number) ||
	    queued_is_relayed(q, number);
}

static bool
is_list(const struct manager *m, const struct sending *s)
{
	return queued_is_list(&s->queued, m->config);
}

/* The time it has spent here without the time its lane was stopped. */
static int64_t
age_of(const struct sending *s)
{
	return clock_wall() - s->queued.envelope.time -
	    (lane_stopped(s->entry->lane) - s->entry->stopped);
}

/* A list may be on its way for days before all had an attempt; only then does
 * the time begin in which they are tried again. */
static bool
is_expired(const struct manager *m, const struct sending *s)
{
	int64_t begun;

	begun = s->queued.first_attempt;
	if (!is_list(m, s))
		begun = s->queued.envelope.time;
	return begun != 0 && age_of(s) - (begun - s->queued.envelope.time) >=
	    m->config->lifetime;
}

/* Tells the sender of those chosen. */
static bool
answer(struct manager *m, struct sending *s, enum dsn_action action,
    bool (*chosen)(const struct queued *q, size_t number))
{
	const struct config *c = m->config;
	const struct smarthost *h;
	struct id_text id;
	struct bounce b;

	id = entry_id(s->entry);
	memset(&b, 0, sizeof(b));
	b.id = id.text;
	b.queued = &s->queued;
	h = s->account->smarthost;
	b.smarthost = h == NULL ? NULL : h->host;
	b.action = action;
	b.is_chosen = chosen;
	b.retry_until = s->queued.envelope.time + c->lifetime;
	b.is_report = is_list(m, s);
	b.is_over = action == DSN_FAILED;
	b.always = b.is_report && c->bulk.report == REPORT_ALWAYS;
	return bounce_send(m, &b);
}

static void
record_answers(struct manager *m, struct sending *s)
{
	struct verdict v;
	size_t i;

	memset(&v, 0, sizeof(v));
	for (i = 0; i < s->queued.envelope.count; i++) {
		if (!queued_is_unanswered(&s->queued, i))
			continue;
		v.first = v.last = (uint32_t)i;
		sending_record(m, s, JOURNAL_BOUNCED, &v);
		queued_answer(&s->queued, i, i);
	}
	sending_sync(m, s);
}

static bool
is_notification(const struct queued *q)
{
	return (q->envelope.flags & ENVELOPE_BOUNCE) != 0 ||
	    q->envelope.sender.len == 0;
}

/* What cannot be told now is told later; of what is held, when it is released
 * or over. */
static void
try_again(struct sending *s)
{
	flush_attempted(s->entry);
	if (s->entry->state != ENTRY_HELD)
		entry_wait(s->entry,
		    clock_add(clock_boot(), TROUBLE_PAUSE));
}

/* A notification that nobody takes: kept for the postmaster's eyes. */
static void
fail(struct manager *m, struct sending *s)
{
	struct id_text id = entry_id(s->entry);
	char kept_as[ID_LEN + 1];

	if (!spool_fail(m->spool, id.text, kept_as) &&
	    spool_has(m->spool, id.text)) {
		log_error("id=%s event=not-failed-yet error=\"a notification "
		    "could not be delivered, and failed/ does not take it: "
		    "%s\"", id.text, strerror(errno));
		try_again(s);
		return;
	}
	log_alarm("id=%s event=failed error=\"a notification could not be "
	    "delivered; it is kept in failed/%s: see navette queue\"",
	    id.text, kept_as);
	manager_forget(m, s->entry);
}

/* Where one result was all there ever was, its own line has said it. */
static void
finish(struct manager *m, struct sending *s, bool expired)
{
	if (expired || s->entry->journal || s->queued.envelope.count > 1)
		log_info("id=%s event=%s", entry_id(s->entry).text,
		    expired ? "expired" : "done");
	manager_forget(m, s->entry);
}

/* Before a list goes, the journal says that its report is out: a crash between
 * the two does not make another. */
static void
record_report(struct manager *m, struct sending *s)
{
	struct verdict all;

	memset(&all, 0, sizeof(all));
	all.last = (uint32_t)s->queued.envelope.count - 1;
	sending_record(m, s, JOURNAL_BOUNCED, &all);
	sending_sync(m, s);
}

/* The end of a list, if all recipients are done (or given up): one report. */
static bool
conclude_list(struct manager *m, struct sending *s, bool expired)
{
	if (!expired && queued_has_any(&s->queued, is_open_still))
		return false;
	if (!queued_is_reported(&s->queued)) {
		if (!answer(m, s, DSN_FAILED, is_to_report)) {
			try_again(s);
			return true;
		}
		record_report(m, s);
	}
	finish(m, s, expired);
	return true;
}

/* Whether nothing is said of some recipients while others are open. */
static bool
waits_for_all(const struct sending *s, bool round_over)
{
	return is_notification(&s->queued) || (s->entry->bulk && !round_over);
}

/* The end of the message, if all recipients are done (or given up). The sender
 * of bulk mail is told of all that were refused in a round together. */
static bool
conclude(struct manager *m, struct sending *s, bool expired, bool round_over)
{
	bool (*is_lost)(const struct queued *q, size_t number);
	bool lost, open;

	if (is_list(m, s))
		return conclude_list(m, s, expired);
	open = !expired && queued_has_any(&s->queued, is_open_still);
	if (open && waits_for_all(s, round_over))
		return false;
	is_lost = expired ? is_unanswered_or_open : queued_is_unanswered;
	lost = queued_has_any(&s->queued, is_lost);
	if (lost && is_notification(&s->queued)) {
		fail(m, s);
		return true;
	}
	if (lost && !answer(m, s, DSN_FAILED, is_lost)) {
		try_again(s);
		return true;
	}
	if (!open) {
		finish(m, s, expired);
		return true;
	}
	if (lost)
		record_answers(m, s);
	return false;
}

/* Of a list, those that were refused so far are told of as well. */
static void
warn(struct manager *m, struct sending *s)
{
	struct verdict none;
	bool list;

	list = is_list(m, s);
	if (s->entry->warned || age_of(s) < m->config->warn_after ||
	    (!list && is_notification(&s->queued)))
		return;
	if (!answer(m, s, DSN_DELAYED, list ? is_unanswered_or_open :
	    is_open_still))
		return;
	if (list)
		record_answers(m, s);
	memset(&none, 0, sizeof(none));
	sending_record(m, s, JOURNAL_WARNED, &none);
	sending_sync(m, s);
	s->entry->warned = true;
}

static void
postpone(struct manager *m, struct sending *s)
{
	struct verdict count;
	struct entry *e;
	int64_t pause;
	bool again;

	e = s->entry;
	again = flush_wants_another(e);
	if (!again)
		flush_attempted(e);
	if (e->attempts < UINT16_MAX)
		e->attempts++;
	e->last = (uint32_t)(clock_wall() / CLOCK_SEC);
	warn(m, s);
	abridge_journal(m, s);
	memset(&count, 0, sizeof(count));
	count.job = e->attempts;
	sending_record(m, s, JOURNAL_ATTEMPT, &count);
	pause = again ? 0 : schedule_pause(e->attempts,
	    m->config->retry_first, m->config->retry_max, manager_random());
	entry_wait(e, clock_add(clock_boot(), pause));
}

static bool
has_refused_sender(const struct queued *q)
{
	const struct outcome *o;
	size_t i;

	for (i = 0; i < q->envelope.count; i++) {
		o = queued_outcome(q, i);
		if (queued_is_open(q, i) && o != NULL &&
		    o->verdict.scope == SCOPE_SENDER)
			return true;
	}
	return false;
}

static bool
is_too_large(const struct sending *s)
{
	return s->account->smarthost != NULL &&
	    !size_may_fit(s->account, s->entry);
}

/* Where one smarthost refuses a sender or a size, the next may take it. */
static bool
goes_elsewhere(struct sending *s)
{
	if ((!has_refused_sender(&s->queued) &&
	    !is_too_large(s)) ||
	    !aside_put(s->entry, s->queued.envelope.sender))
		return false;
	s->entry->round = 0;
	return true;
}

void
landing_on_the_way(struct manager *m, struct sending *s)
{
	if (is_list(m, s))
		warn(m, s);
}

/* Those who had no turn yet come next; when all had it, it waits. */
static void
go_on(struct manager *m, struct sending *s)
{
	struct entry *e = s->entry;
	struct lane *next;

	if (hold_if_misfiled(m, e, &s->queued))
		return;
	next = turn_lane(m, e, &s->queued);
	if (next != NULL) {
		landing_on_the_way(m, s);
		turn_move(e, next, next == e->lane);
		return;
	}
	if (goes_elsewhere(s))
		return;
	e->round = 0;
	if (!conclude(m, s, is_expired(m, s), true))
		postpone(m, s);
}

void
landing_catch_up(struct manager *m, struct sending *s)
{
	if (s->entry->bulk || is_list(m, s) || is_notification(&s->queued) ||
	    !queued_has_any(&s->queued, queued_is_unanswered))
		return;
	if (answer(m, s, DSN_FAILED, queued_is_unanswered))
		record_answers(m, s);
}

void
landing(struct manager *m, struct sending *s)
{
	if (!conclude(m, s, false, false) && s->entry->state != ENTRY_HELD)
		go_on(m, s);
	sending_close(s);
}
