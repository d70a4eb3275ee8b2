#include "queue/flight.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "mail/advice.h"
#include "queue/aside.h"
#include "queue/flush.h"
#include "queue/landing.h"
#include "queue/lane.h"
#include "queue/refused.h"
#include "queue/turn.h"
#include "spool/inflight.h"

/* When the spool would not take a record. */
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

static unsigned
flags_of(const struct config *c, const struct entry *e)
{
	if (!e->bulk)
		return 0;
	return JOB_BULK | (c->bulk.individual ? JOB_INDIVIDUAL : 0) |
	    (c->bulk.verp ? JOB_VERP : 0);
}

static void
fill_job(struct manager *m, struct flight *f, struct job *job)
{
	struct range *r;
	size_t i, cap;

	memset(job, 0, sizeof(*job));
	memcpy(job->id, entry_id(f->entry).text, sizeof(job->id));
	job->flags = flags_of(m->config, f->entry);
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

static void
open_journal(struct manager *m, struct flight *f, size_t lines)
{
	/* Half made it is there, too. */
	f->entry->journal = true;
	f->journal = journal_open(m->spool, entry_id(f->entry).text, lines);
}

/*
 * Where more than one result can come, the place to write them is made before
 * the first can: afterwards it would be too late to find the disk full. A lone
 * recipient's success is recorded by the removal of the message.
 */
static bool
prepare_record(struct manager *m, struct flight *f)
{
	m->writable = m->writable || spool_is_writable(m->spool);
	if (!m->writable) {
		manager_unsafe(m, entry_id(f->entry).text, "write queue/");
		return false;
	}
	if (f->open < 2)
		return true;
	open_journal(m, f, f->open);
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
	struct slice sender = f->queued.envelope.sender;
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
	until = refused_until(a, sender);
	if (until == 0 && prepare_record(m, f) &&
	    account_grant(m, a, want, f->entry->bulk, &f->allowance)) {
		refused_try(a, sender);
		return true;
	}
	if (until == 0 || !aside_put(f->entry, sender))
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
	if (!queued_load(m->spool, entry_id(e).text,
	    e->journal ? QUEUED_WAITING : QUEUED_PLAIN, &f->queued, fd,
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

bool
flight_record(struct manager *m, struct flight *f, enum journal_what what,
    const struct verdict *v)
{
	struct journal_entry e;

	if (f->journal == NULL)
		open_journal(m, f, 8);
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

/* What it means for its sender, at this smarthost. */
static void
hear_of_sender(struct manager *m, struct flight *f, const struct verdict *v)
{
	struct slice sender = f->queued.envelope.sender;

	if (v->kind == VERDICT_DEFERRED && v->scope == SCOPE_SENDER)
		refused_add(m, f->allowance.account, sender, v);
	else if (v->kind == VERDICT_DELIVERED)
		refused_forget(f->allowance.account, sender);
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
	hear_of_sender(m, f, v);
	/* A report on a list needs all that is known to outlive a crash. */
	whole = is_whole_success(f, v) &&
	    !queued_is_list(&f->queued, m->config);
	queued_learn(&f->queued, v, clock_wall());
	if (!whole)
		flight_record(m, f, JOURNAL_VERDICT, v);
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

void
flight_end(struct manager *m, struct flight *f, bool doubt)
{
	if (doubt)
		doubt_all(m, f);
	flight_sync(m, f);
	account_settle(&f->allowance, f->used);
	landing(m, f);
	flight_free(f);
}
