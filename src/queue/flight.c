#include "queue/flight.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "mail/advice.h"
#include "mail/schedule.h"
#include "queue/bounce.h"
#include "queue/flush.h"
#include "queue/hold.h"
#include "queue/lane.h"
#include "queue/turn.h"
#include "spool/inflight.h"

/* When the spool would not take a bounce, and for a file we cannot read. */
#define TROUBLE_PAUSE (60 * CLOCK_SEC)
/* A job is one record: so many ranges at once. The rest follows. */
#define RANGES_MAX 20000
#define NO_RECIPIENT UINT32_MAX

static void
break_entry(struct entry *e, const char *why)
{
	log_error("id=%s event=unreadable error=\"%s\"", entry_id(e).text,
	    why);
	flush_attempted(e);
	e->state = ENTRY_BROKEN;
}

/* Whether the recipient is to be asked for in the lane that it is in. */
static bool
is_wanted(struct manager *m, const struct flight *f, size_t number)
{
	return turn_is_due(f->entry, &f->queued, number) &&
	    lane_choose(m, f->entry, &f->queued.envelope, number) ==
	    f->entry->lane;
}

static uint64_t
count_wanted(struct manager *m, const struct flight *f)
{
	uint64_t n;
	size_t i;

	n = 0;
	for (i = 0; i < f->queued.envelope.count; i++)
		n += is_wanted(m, f, i);
	return n;
}

static void
fill_job(struct manager *m, struct flight *f, struct job *job)
{
	struct range *r;
	size_t i, cap;

	memset(job, 0, sizeof(*job));
	memcpy(job->id, entry_id(f->entry).text, sizeof(job->id));
	cap = 0;
	r = NULL;
	for (i = 0; i < f->queued.envelope.count &&
	    f->asked < f->allowance.recipients; i++) {
		if (!is_wanted(m, f, i))
			continue;
		if (r != NULL && r->last + 1 == i) {
			r->last = (uint32_t)i;
			f->asked++;
			continue;
		}
		if (job->count == RANGES_MAX)
			break;
		if (job->count == cap) {
			cap = cap * 2 + 4;
			job->ranges = xrealloc(job->ranges, cap, sizeof(*r));
		}
		r = &job->ranges[job->count++];
		r->first = r->last = (uint32_t)i;
		f->asked++;
	}
	f->range_count = job->count;
	f->ranges = xcalloc(job->count, sizeof(*r));
	memcpy(f->ranges, job->ranges, job->count * sizeof(*r));
}

/*
 * Where more than one result can come, the place to write them is made before
 * the first can: afterwards it would be too late to find the disk full. A lone
 * recipient's success is recorded by the removal of the message.
 */
static bool
prepare_record(struct manager *m, struct flight *f)
{
	if (!spool_is_writable(m->spool)) {
		manager_unsafe(m, entry_id(f->entry).text, "write queue/");
		return false;
	}
	if (f->open < 2)
		return true;
	f->journal = journal_open(m->spool, entry_id(f->entry).text, f->open);
	if (f->journal != NULL)
		return true;
	manager_unsafe(m, entry_id(f->entry).text, "make its journal");
	return false;
}

static void
flight_free(struct flight *f)
{
	inflight_clear(f->noted);
	journal_close(f->journal);
	queued_free(&f->queued);
	free(f->ranges);
	free(f);
}

static void
wait_until(struct flight *f, int64_t due)
{
	flush_attempted(f->entry);
	entry_wait(f->entry, due);
}

/* Whether there is something to do here now; else it is seen to. */
static bool
may_begin(struct manager *m, struct flight *f)
{
	struct account *a = f->allowance.account;
	int64_t until;
	uint64_t want;

	f->open = queued_open_count(&f->queued);
	if (f->entry->round == 0)
		f->entry->round = clock_wall();
	want = count_wanted(m, f);
	if (f->open == 0 || want == 0) {
		/* All was done but the last step, or it goes elsewhere. */
		flight_end(m, f, false);
		return false;
	}
	until = account_sender_waits(a, f->queued.envelope.sender);
	if (until == 0 && prepare_record(m, f) &&
	    account_grant(m, a, want, f->entry->bulk, &f->allowance))
		return true;
	wait_until(f, until != 0 ? until :
	    clock_add(clock_boot(), TROUBLE_PAUSE));
	flight_free(f);
	return false;
}

struct flight *
flight_begin(struct manager *m, struct entry *e, struct account *a,
    struct job *job, int *fd)
{
	struct flight *f;
	const char *why;

	f = xcalloc(1, sizeof(*f));
	f->entry = e;
	f->noted = SIZE_MAX;
	f->allowance.account = a;
	if (!queued_load(m->spool, entry_id(e).text, false, &f->queued, fd,
	    &why)) {
		break_entry(e, why);
		free(f);
		return NULL;
	}
	if (!may_begin(m, f)) {
		file_close(fd);
		return NULL;
	}
	fill_job(m, f, job);
	pace_start(&a->pace, clock_boot());
	f->noted = inflight_note(job->id);
	e->state = ENTRY_FLYING;
	return f;
}

static void
log_verdict(const struct flight *f, const struct verdict *v, size_t number)
{
	struct buf to = BUF_INIT, text = BUF_INIT;
	const char *cure;

	buf_add_escaped(&to, f->queued.envelope.recipients[number].addr, 400);
	buf_add_escaped(&text, v->text, VERDICT_TEXT_MAX);
	cure = v->kind == VERDICT_DELIVERED ? NULL : advice_cure(v);
	(v->kind == VERDICT_DELIVERED ? log_info : log_warning)(
	    "id=%s event=%s to=<%s> smarthost=%s stage=\"%s\" code=%d "
	    "enhanced=%s reply=\"%s\"%s%s%s", entry_id(f->entry).text,
	    verdict_kind_name(v->kind), buf_string(&to),
	    f->allowance.account->title,
	    verdict_stage_name(v->stage), v->code,
	    v->enhanced[0] == '\0' ? "-" : v->enhanced, buf_string(&text),
	    cure == NULL ? "" : " advice=\"", cure == NULL ? "" : cure,
	    cure == NULL ? "" : "\"");
	buf_free(&to);
	buf_free(&text);
}

static bool
record(struct manager *m, struct flight *f, enum journal_what what,
    const struct verdict *v)
{
	struct journal_entry e;

	if (f->journal == NULL)
		f->journal = journal_open(m->spool, entry_id(f->entry).text,
		    8);
	memset(&e, 0, sizeof(e));
	e.time = clock_wall();
	e.what = what;
	e.verdict = *v;
	if (f->journal != NULL && journal_add(f->journal, &e)) {
		f->unsynced = true;
		return true;
	}
	manager_unsafe(m, entry_id(f->entry).text, "record a result");
	return false;
}

/* Whether v answers for every recipient that was open: then the removal of the
 * message is record enough. */
static bool
is_whole_success(const struct flight *f, const struct verdict *v)
{
	return v->kind == VERDICT_DELIVERED && f->asked == f->open &&
	    f->open == queued_open_count(&f->queued) &&
	    (size_t)v->last - v->first + 1 == f->open;
}

/* The provider counts what was sent whole, whatever it said then. */
static bool
is_used(const struct verdict *v)
{
	return v->kind == VERDICT_DELIVERED || v->kind == VERDICT_DOUBT ||
	    v->stage == STAGE_BODY;
}

static void
stop_sender(struct manager *m, struct flight *f, const struct verdict *v)
{
	int64_t pause;

	pause = schedule_pause(f->entry->attempts + 1u, m->config->retry_first,
	    m->config->retry_max, manager_random());
	account_refuse_sender(f->allowance.account, f->queued.envelope.sender,
	    v, clock_add(clock_boot(), pause));
}

void
flight_hear(struct manager *m, struct flight *f, const struct verdict *v)
{
	size_t i, last;
	bool whole;

	if (v->first >= f->queued.envelope.count || v->last < v->first ||
	    v->kind == VERDICT_UNTRIED)
		return;
	f->heard = f->heard || turn_is_own(v);
	last = v->last < f->queued.envelope.count ? v->last :
	    f->queued.envelope.count - 1;
	for (i = v->first; i <= last; i++)
		if (queued_is_open(&f->queued, i))
			log_verdict(f, v, i);
	if (is_used(v))
		f->used += (uint64_t)last - v->first + 1;
	if (v->kind == VERDICT_DEFERRED && v->scope == SCOPE_SENDER)
		stop_sender(m, f, v);
	whole = is_whole_success(f, v);
	queued_learn(&f->queued, v, clock_wall());
	if (!whole)
		record(m, f, JOURNAL_VERDICT, v);
}

void
flight_sync(struct manager *m, struct flight *f)
{
	if (!f->unsynced || f->journal == NULL)
		return;
	f->unsynced = false;
	if (!journal_sync(f->journal))
		manager_unsafe(m, entry_id(f->entry).text, "sync its journal");
}

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
has_any(const struct queued *q,
    bool (*is)(const struct queued *q, size_t number))
{
	size_t i;

	for (i = 0; i < q->envelope.count; i++)
		if (is(q, i))
			return true;
	return false;
}

/* The time it has spent here without the time its lane was stopped. */
static int64_t
age_of(const struct flight *f)
{
	return clock_wall() - f->queued.envelope.time -
	    (lane_stopped(f->entry->lane) - f->entry->stopped);
}

/* Tells the sender of those chosen, and remembers that it has. */
static bool
answer(struct manager *m, struct flight *f, enum dsn_action action,
    bool (*chosen)(const struct queued *q, size_t number))
{
	const struct smarthost *h;
	struct id_text id;
	struct bounce b;

	id = entry_id(f->entry);
	memset(&b, 0, sizeof(b));
	b.id = id.text;
	b.queued = &f->queued;
	h = f->allowance.account->smarthost;
	b.smarthost = h == NULL ? NULL : h->host;
	b.action = action;
	b.is_chosen = chosen;
	b.retry_until = f->queued.envelope.time + m->config->lifetime;
	return bounce_send(m, &b);
}

static void
record_answers(struct manager *m, struct flight *f)
{
	struct verdict v;
	size_t i;

	memset(&v, 0, sizeof(v));
	for (i = 0; i < f->queued.envelope.count; i++) {
		if (!queued_is_unanswered(&f->queued, i))
			continue;
		v.first = v.last = (uint32_t)i;
		record(m, f, JOURNAL_BOUNCED, &v);
		queued_answer(&f->queued, i, i);
	}
	flight_sync(m, f);
}

static bool
is_notification(const struct queued *q)
{
	return (q->envelope.flags & ENVELOPE_BOUNCE) != 0 ||
	    q->envelope.sender.len == 0;
}

/* A notification that nobody takes: kept for the postmaster's eyes. */
static void
fail(struct manager *m, struct flight *f)
{
	log_alarm("id=%s event=failed error=\"a notification could not be "
	    "delivered; it is kept in failed/: see navette queue\"",
	    entry_id(f->entry).text);
	if (!spool_fail(m->spool, entry_id(f->entry).text))
		log_error("id=%s event=failed error=\"cannot move it to "
		    "failed/: %s\"", entry_id(f->entry).text, strerror(errno));
	manager_forget(m, f->entry);
}

/* The end of the message, if all recipients are done (or given up). The sender
 * of bulk mail is told of all that were refused in a round together. */
static bool
conclude(struct manager *m, struct flight *f, bool expired, bool round_over)
{
	bool lost;

	if (f->entry->bulk && !round_over &&
	    has_any(&f->queued, is_open_still))
		return false;

	lost = expired ? has_any(&f->queued, is_unanswered_or_open) :
	    has_any(&f->queued, queued_is_unanswered);
	if (lost && is_notification(&f->queued)) {
		fail(m, f);
		return true;
	}
	if (lost && !answer(m, f, DSN_FAILED, expired ?
	    is_unanswered_or_open : queued_is_unanswered)) {
		flush_attempted(f->entry);
		entry_wait(f->entry, clock_add(clock_boot(), TROUBLE_PAUSE));
		return true;
	}
	if (!expired && has_any(&f->queued, is_open_still)) {
		if (lost)
			record_answers(m, f);
		return false;
	}
	log_info("id=%s event=%s", entry_id(f->entry).text,
	    expired ? "expired" : "done");
	manager_forget(m, f->entry);
	return true;
}

static void
warn(struct manager *m, struct flight *f)
{
	struct verdict none;

	if (f->entry->warned || age_of(f) < m->config->warn_after ||
	    is_notification(&f->queued))
		return;
	if (!answer(m, f, DSN_DELAYED, is_open_still))
		return;
	memset(&none, 0, sizeof(none));
	record(m, f, JOURNAL_WARNED, &none);
	f->entry->warned = true;
}

static void
postpone(struct manager *m, struct flight *f)
{
	struct verdict count;
	struct entry *e;
	int64_t pause;

	e = f->entry;
	flush_attempted(e);
	if (e->attempts < UINT16_MAX)
		e->attempts++;
	e->last = (uint32_t)(clock_wall() / CLOCK_SEC);
	warn(m, f);
	memset(&count, 0, sizeof(count));
	count.job = e->attempts;
	record(m, f, JOURNAL_ATTEMPT, &count);
	pause = schedule_pause(e->attempts, m->config->retry_first,
	    m->config->retry_max, manager_random());
	entry_wait(e, clock_add(clock_boot(), pause));
}

static void
doubt_all(struct manager *m, struct flight *f)
{
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
			if (turn_is_due(f->entry, &f->queued, i))
				flight_hear(m, f, &v);
		}
}

/* Those who had no turn yet come next; when all had it, it waits. */
static void
go_on(struct manager *m, struct flight *f)
{
	struct entry *e = f->entry;
	struct lane *next;

	if (hold_if_misfiled(m, e, &f->queued))
		return;
	next = turn_lane(m, e, &f->queued);
	if (next != NULL) {
		turn_move(e, next, next == e->lane);
		return;
	}
	e->round = 0;
	if (!conclude(m, f, age_of(f) >= m->config->lifetime, true))
		postpone(m, f);
}

void
flight_end(struct manager *m, struct flight *f, bool doubt)
{
	if (doubt)
		doubt_all(m, f);
	flight_sync(m, f);
	account_settle(&f->allowance, f->used);
	if (!conclude(m, f, false, false))
		go_on(m, f);
	flight_free(f);
}
