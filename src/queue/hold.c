#include "queue/hold.h"

#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "queue/embargo.h"
#include "queue/flush.h"
#include "queue/lane.h"
#include "queue/notice.h"
#include "spool/journal.h"

/* Of a thousand messages the lines are written first and synced then, so many
 * at a time: a file system that is asked for the first finds most of the work
 * done for the others. */
#define UNSYNCED_MAX 32

static struct unsynced {
	struct journal *journal;
	struct id_text id;
} unsynced[UNSYNCED_MAX];
static size_t unsynced_count;
static bool sync_failed;

static void
sync_all(struct manager *m)
{
	struct unsynced *u;

	for (u = unsynced; u < unsynced + unsynced_count; u++) {
		if (!journal_sync(u->journal)) {
			sync_failed = true;
			manager_unsafe(m, u->id.text, "record a hold");
		}
		journal_close(u->journal);
	}
	if (unsynced_count > 0 && !spool_sync_queue(m->spool)) {
		sync_failed = true;
		manager_unsafe(m, "-", "record a hold");
	}
	unsynced_count = 0;
}

bool
hold_sync(struct manager *m)
{
	bool ok;

	sync_all(m);
	ok = !sync_failed;
	sync_failed = false;
	return ok;
}

static bool
remember(struct manager *m, struct entry *of, enum journal_what what,
    uint32_t uid)
{
	struct journal_entry e;
	struct journal *j;

	memset(&e, 0, sizeof(e));
	e.time = clock_wall();
	e.what = what;
	e.verdict.job = uid;
	e.verdict.first = e.verdict.last = of->by_admin ? 1 : 0;
	of->journal = true;
	j = journal_make(m->spool, entry_id(of).text);
	if (j == NULL || !journal_add(j, &e)) {
		manager_unsafe(m, entry_id(of).text, "record a hold");
		journal_close(j);
		return false;
	}
	unsynced[unsynced_count++] = (struct unsynced){j, entry_id(of)};
	if (unsynced_count == UNSYNCED_MAX)
		sync_all(m);
	return true;
}

bool
hold_begin(struct manager *m, struct entry *e, uint32_t uid, bool by_admin)
{
	if (e->state == ENTRY_READY)
		lane_withdraw(e->lane, e);
	entry_unwait(e);
	e->state = ENTRY_HELD;
	e->parked = false;
	e->by_admin = by_admin;
	e->round = 0;
	flush_attempted(e);
	return remember(m, e, JOURNAL_HELD, uid);
}

bool
hold_end(struct manager *m, struct entry *e)
{
	bool ok;

	if (e->state != ENTRY_HELD)
		return true;
	e->by_admin = false;
	ok = remember(m, e, JOURNAL_FREED, 0);
	lane_enqueue(e->lane, e, false);
	return ok;
}

static bool
is_lane_there(const char *name)
{
	const struct lane *l;

	for (l = lane_next(NULL); l != NULL; l = lane_next(l))
		if (strcmp(l->name, name) == 0)
			return true;
	return false;
}

int
hold_all(struct manager *m, const struct asker *a, bool is_lane,
    const char *name, const char **why)
{
	int status;

	if (is_lane && !is_lane_there(name)) {
		*why = "there is no such lane; navette status shows them";
		return EX_NOINPUT;
	}
	status = embargo_add(m, a, is_lane, name, why);
	if (status == EX_OK)
		lanes_sift(m);
	return status;
}

/* Those that another hold covers are parked again. */
static void
unpark(struct entry *e, void *arg)
{
	(void)arg;
	if (e->state != ENTRY_HELD || !e->parked)
		return;
	e->parked = false;
	lane_enqueue(e->lane, e, false);
}

int
release_all(struct manager *m, const struct asker *a, bool is_lane,
    const char *name, const char **why)
{
	int status;

	status = embargo_drop(m, a, is_lane, name, why);
	if (status != EX_OK)
		return status;
	entry_each(unpark, NULL);
	lanes_sift(m);
	return EX_OK;
}

/* A doubt from before a release is one that somebody has looked into. */
static bool
is_misfiled(const struct queued *q)
{
	const struct outcome *o;
	size_t i;

	for (i = 0; i < q->envelope.count; i++) {
		o = queued_outcome(q, i);
		if (o != NULL && o->time > q->freed &&
		    o->verdict.kind == VERDICT_DOUBT &&
		    o->verdict.scope == SCOPE_MESSAGE)
			return true;
	}
	return false;
}

/* Whoever looks after the mail here may read no log for days. */
static void
tell_postmaster(struct manager *m, const struct entry *e)
{
	struct buf text = BUF_INIT;
	struct id_text id;

	id = entry_id(e);
	buf_addf(&text, "The server refused the sender of message %s and took "
	    "the\nmessage over all the same: it may have arrived under the "
	    "sender of\nanother one. It is held.\n\n"
	    "    navette queue          shows whom it is for: ask them\n"
	    "    navette remove %s    if it has arrived\n"
	    "    navette release %s   to send it (again)\n", id.text,
	    id.text, id.text);
	notice_postmaster(m, e, "Held: a message that may have arrived under "
	    "another sender", buf_string(&text));
	buf_free(&text);
}

bool
hold_if_misfiled(struct manager *m, struct entry *e, const struct queued *q)
{
	if (!is_misfiled(q))
		return false;
	(void)hold_begin(m, e, (uint32_t)geteuid(), false);
	(void)hold_sync(m);
	log_alarm("id=%s event=held error=\"the server refused its sender and "
	    "took the message over all the same: it may have arrived under "
	    "another sender\" advice=\"ask the recipients; then navette "
	    "remove it, or navette release it to send it again\"",
	    entry_id(e).text);
	tell_postmaster(m, e);
	return true;
}
