#include "queue/flight.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mail/advice.h"
#include "queue/aside.h"
#include "queue/bounce.h"
#include "queue/flush.h"
#include "queue/landing.h"
#include "queue/lane.h"
#include "queue/refused.h"
#include "queue/size.h"
#include "queue/turn.h"

/* When the spool would not take a record. */
#define TROUBLE_PAUSE (60 * CLOCK_SEC)
/* A job is one record, and the socket takes it whole: so many ranges at once.
 * The rest follows. */
#define RANGES_MAX 4000

/* Adds a recipient to the job; false when its record is full. */
static bool
add_recipient(struct flight *f, struct job *job, size_t *cap, size_t number)
{
	struct range *last;

	last = job->count == 0 ? NULL : &job->ranges[job->count - 1];
	if (last != NULL && (size_t)last->last + 1 == number) {
		last->last = (uint32_t)number;
	} else {
		if (job->count == RANGES_MAX)
			return false;
		if (job->ranges == NULL || job->count == *cap) {
			*cap = *cap * 2 + 4;
			job->ranges = xrealloc(job->ranges, *cap,
			    sizeof(*job->ranges));
		}
		job->ranges[job->count++] =
		    (struct range){(uint32_t)number, (uint32_t)number};
	}
	f->asked++;
	return true;
}

static unsigned
flags_of(const struct config *c, const struct entry *e)
{
	if (!e->bulk)
		return 0;
	return JOB_BULK | (c->bulk.verp ? JOB_VERP : 0);
}

static void
fill_job(struct manager *m, struct flight *f, struct job *job)
{
	struct sending *s = f->sending;
	size_t number, cap;

	memset(job, 0, sizeof(*job));
	memcpy(job->id, entry_id(s->entry).text, sizeof(job->id));
	job->flags = flags_of(m->config, s->entry);
	job->each = f->allowance.each;
	job->most = f->allowance.most;
	cap = 0;
	for (number = sending_next(m, s, 0);
	    number < s->queued.envelope.count &&
	    f->asked < f->allowance.recipients &&
	    add_recipient(f, job, &cap, number);
	    number = sending_next(m, s, number + 1))
		;
	if (s->entry->bulk)
		f->bulk = (f->asked + job->each - 1) / job->each;
	f->range_count = job->count;
	f->ranges = xcalloc(job->count, sizeof(*f->ranges));
	memcpy(f->ranges, job->ranges, job->count * sizeof(*f->ranges));
}

static void
mark_all(struct flight *f, bool asked)
{
	size_t i;

	for (i = 0; i < f->range_count; i++)
		sending_mark(f->sending, &f->ranges[i], asked);
}

static void
wait_until(struct sending *s, int64_t due)
{
	flush_attempted(s->entry);
	entry_wait(s->entry, due);
}

/* Up to most. */
static uint64_t
count_wanted(struct manager *m, struct sending *s, uint64_t most)
{
	uint64_t n;
	size_t i;

	n = 0;
	for (i = sending_next(m, s, 0); i < s->queued.envelope.count &&
	    n < most; i = sending_next(m, s, i + 1))
		n++;
	return n;
}

/* Not before until; 0: something here is out of order. With jobs of it out, the
 * last of them decides what becomes of it. */
static void
put_off(struct sending *s, int64_t until)
{
	if (s->jobs == 0 && (until == 0 ||
	    !aside_put(s->entry, s->queued.envelope.sender)))
		wait_until(s, until != 0 ? until :
		    clock_add(clock_boot(), TROUBLE_PAUSE));
	sending_close(s);
}

/* Whether there is something to do here now; else it is seen to. */
static bool
may_begin(struct manager *m, struct sending *s, struct account *a,
    unsigned hand, struct allowance *out)
{
	struct slice sender = s->queued.envelope.sender;
	struct entry *e = s->entry;
	int64_t until;
	uint64_t want;

	if (e->round == 0)
		e->round = clock_wall();
	s->account = a;
	if (s->jobs == 0 && !size_may_fit(a, e) && aside_put(e, sender)) {
		sending_close(s);
		return false;
	}
	account_plan(m, a, e->bulk, hand, out);
	want = count_wanted(m, s, out->recipients);
	if (want == 0) {
		/* All was done but the last step, or it goes elsewhere. */
		if (s->jobs == 0)
			landing(m, s);
		return false;
	}
	if (s->jobs == 0)
		landing_catch_up(m, s);
	until = refused_until(a, sender);
	if (until == 0 && sending_prepare(m, s) &&
	    account_grant(m, want, e->bulk, out)) {
		refused_try(a, sender);
		return true;
	}
	put_off(s, until);
	return false;
}

/* What is left of it can go at the same time. */
static void
offer_rest(struct manager *m, struct sending *s)
{
	if (s->entry->state == ENTRY_FLYING &&
	    sending_next(m, s, 0) < s->queued.envelope.count)
		lane_resume(s->entry->lane, s->entry);
}

struct flight *
flight_begin(struct manager *m, struct entry *e, struct account *a,
    unsigned hand, struct job *job)
{
	struct allowance allowance;
	struct sending *s;
	struct flight *f;

	e->state = ENTRY_FLYING;
	s = sending_of(m, e);
	if (s == NULL || !may_begin(m, s, a, hand, &allowance))
		return NULL;
	f = xcalloc(1, sizeof(*f));
	f->sending = s;
	f->allowance = allowance;
	fill_job(m, f, job);
	mark_all(f, true);
	s->jobs++;
	e->jobs++;
	pace_start(&a->pace, clock_boot());
	offer_rest(m, s);
	return f;
}

static void
log_verdict(const struct flight *f, const struct verdict *v, size_t number)
{
	struct buf to = BUF_INIT, reply = BUF_INIT;

	buf_add_word(&to,
	    f->sending->queued.envelope.recipients[number].addr, 400);
	verdict_print_reply(v, &reply);
	if (v->kind != VERDICT_DELIVERED)
		advice_print(advice_cure(v), &reply);
	(v->kind == VERDICT_DELIVERED ? log_info : log_warning)(
	    "id=%s event=%s to=<%s> smarthost=%s stage=\"%s\" %s",
	    entry_id(f->sending->entry).text,
	    verdict_kind_name(v->kind), buf_string(&to),
	    f->allowance.account->title,
	    verdict_stage_name(v->stage), buf_string(&reply));
	buf_free(&to);
	buf_free(&reply);
}

/* Whether v answers for every recipient that was open: then the removal of the
 * message is record enough, if nobody has to be told of another one before:
 * that may take long, and the message be read anew meanwhile. */
static bool
is_whole_success(const struct flight *f, const struct verdict *v)
{
	const struct sending *s = f->sending;

	return v->kind == VERDICT_DELIVERED && f->asked == s->open &&
	    s->open == queued_open_count(&s->queued) &&
	    (size_t)v->last - v->first + 1 == s->open &&
	    !queued_has_any(&s->queued, queued_is_unanswered);
}

/* The provider counts what was sent whole, whatever it said then. */
static bool
is_used(const struct verdict *v)
{
	return v->kind == VERDICT_DELIVERED || v->kind == VERDICT_DOUBT ||
	    v->stage == STAGE_BODY;
}

/* What it means for its sender, at this smarthost. */
static void
hear_of_sender(struct manager *m, struct flight *f, const struct verdict *v)
{
	struct slice sender = f->sending->queued.envelope.sender;

	if (v->kind == VERDICT_DEFERRED && v->scope == SCOPE_SENDER)
		refused_add(m, f->allowance.account, sender, v);
	else if (v->kind == VERDICT_DELIVERED)
		refused_forget(f->allowance.account, sender);
}

/* Whether the report on a list is to name whom this verdict delivered to. */
static bool
is_to_report(struct manager *m, const struct flight *f,
    const struct verdict *v)
{
	const struct queued *q = &f->sending->queued;
	size_t i;

	if (!f->no_dsn || !queued_is_list(q, m->config))
		return false;
	for (i = v->first; i <= v->last && i < q->envelope.count; i++)
		if (queued_is_relayed(q, i) &&
		    (q->envelope.recipients[i].notify & NOTIFY_SUCCESS) != 0)
			return true;
	return false;
}

static void
count_closed(struct flight *f, const struct verdict *v)
{
	const struct queued *q = &f->sending->queued;
	struct entry *e = f->sending->entry;
	size_t i;

	if (v->kind != VERDICT_DELIVERED && v->kind != VERDICT_REFUSED)
		return;
	for (i = v->first; i <= v->last; i++)
		e->open -= queued_is_open(q, i) && e->open > 0;
}

static void
learn(struct manager *m, struct flight *f, const struct verdict *v)
{
	struct queued *q = &f->sending->queued;
	size_t i;
	bool whole;

	f->heard = f->heard || turn_is_own(v);
	for (i = v->first; i <= v->last; i++)
		if (queued_is_open(q, i))
			log_verdict(f, v, i);
	if (is_used(v))
		f->used += (uint64_t)v->last - v->first + 1;
	hear_of_sender(m, f, v);
	count_closed(f, v);
	/* A report on a list needs all that is known to outlive a crash. */
	whole = is_whole_success(f, v) && !queued_is_list(q, m->config);
	queued_learn(q, v, clock_wall());
	if (f->no_dsn)
		queued_note_relayed(q, v->first);
	if (!whole)
		sending_record(m, f->sending, JOURNAL_VERDICT, v);
	if (is_to_report(m, f, v))
		sending_record(m, f->sending, JOURNAL_RELAYED, v);
}

/* An agent reads what a server sends: what it says of others than those it was
 * asked for is not believed. Neighbours were asked for in one range. */
static bool
was_asked(const struct flight *f, const struct verdict *v)
{
	size_t i;

	for (i = 0; i < f->range_count; i++)
		if (v->first >= f->ranges[i].first &&
		    v->last <= f->ranges[i].last)
			return v->first <= v->last;
	return false;
}

void
flight_hear(struct manager *m, struct flight *f, const struct verdict *v)
{
	struct entry *e = f->sending->entry;
	struct verdict meant = *v;

	if (v->kind == VERDICT_UNTRIED)
		return;
	if (!was_asked(f, v)) {
		log_error("id=%s event=not-believed error=\"an agent of "
		    "smarthost %s speaks of recipients it was not given\"",
		    entry_id(e).text, f->allowance.account->title);
		return;
	}
	size_hear(f->allowance.account, e, v);
	/* Too large for one smarthost may be small enough for the next. */
	if (size_is_cause(v) &&
	    size_may_fit_elsewhere(e, f->allowance.account))
		meant.kind = VERDICT_DEFERRED;
	learn(m, f, &meant);
}

static void
doubt_all(struct manager *m, struct flight *f)
{
	const struct sending *s = f->sending;
	struct verdict v;
	size_t i, n;

	memset(&v, 0, sizeof(v));
	v.kind = VERDICT_DOUBT;
	v.scope = SCOPE_CONNECTION;
	v.stage = STAGE_BODY;
	v.text = SLICE("the agent ended without a word; it may have been "
	    "delivered and will be sent again");
	for (n = 0; n < f->range_count; n++)
		for (i = f->ranges[n].first; i <= f->ranges[n].last; i++) {
			v.first = v.last = (uint32_t)i;
			if (turn_is_due(s->entry, &s->queued, i))
				flight_hear(m, f, &v);
		}
}

static bool
is_relay_to_tell(struct manager *m, const struct flight *f)
{
	const struct queued *q = &f->sending->queued;
	size_t i, n;

	/* A list has its report. */
	if (queued_is_list(q, m->config))
		return false;
	for (n = 0; f->no_dsn && n < f->range_count; n++)
		for (i = f->ranges[n].first; i <= f->ranges[n].last; i++)
			if (queued_is_relayed(q, i) &&
			    (q->envelope.recipients[i].notify &
			    NOTIFY_SUCCESS) != 0)
				return true;
	return false;
}

/* RFC 3461 5.2.2: where the way of such reports ends, we say so to those who
 * asked for one. Before the delivery is on record, or a crash would swallow it
 * for good. */
static void
tell_relayed(struct manager *m, struct flight *f)
{
	struct sending *s = f->sending;
	const struct smarthost *h = f->allowance.account->smarthost;
	struct id_text id = entry_id(s->entry);
	struct bounce b = {
		.id = id.text,
		.queued = &s->queued,
		.smarthost = h == NULL ? NULL : h->host,
		.action = DSN_RELAYED,
		.is_chosen = queued_is_relayed,
	};

	if (!is_relay_to_tell(m, f))
		return;
	bounce_send(m, &b);
	queued_forget_relayed(&s->queued);
}

static void
flight_free(struct flight *f)
{
	free(f->ranges);
	free(f);
}

void
flight_end(struct manager *m, struct flight *f, uint64_t transactions,
    bool doubt)
{
	struct sending *s = f->sending;

	if (doubt)
		doubt_all(m, f);
	tell_relayed(m, f);
	sending_sync(m, s);
	account_settle(&f->allowance, f->used, transactions, doubt);
	mark_all(f, false);
	s->jobs--;
	s->entry->jobs--;
	if (s->jobs > 0 || s->entry->state == ENTRY_READY)
		landing_on_the_way(m, s);
	if (s->jobs > 0)
		offer_rest(m, s);
	else if (s->entry->state == ENTRY_READY)
		sending_close(s);
	else
		landing(m, s);
	flight_free(f);
}
