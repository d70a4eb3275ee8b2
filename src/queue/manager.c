#include "queue/manager.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/role.h"
#include "base/strlist.h"
#include "mail/schedule.h"
#include "queue/burst.h"
#include "queue/control.h"
#include "queue/embargo.h"
#include "queue/fair.h"
#include "queue/flush.h"
#include "queue/intakes.h"
#include "queue/lane.h"
#include "queue/queued.h"
#include "queue/refused.h"
#include "queue/turn.h"
#include "queue/users.h"
#include "queue/worker.h"
#include "spool/dropped.h"
#include "spool/inflight.h"

/* A removal is made durable at most so much later, together with others. */
#define SYNC_WITHIN (200 * CLOCK_MSEC)
/* So many messages are read between two looks at everything else. */
#define READ_BATCH 200
/* How often a spool that would not take a result is tried again. */
#define UNSAFE_RETRY (5 * CLOCK_SEC)

static struct manager manager;
static struct record_reader from_launcher;
static int64_t safe_again;	/* when to try the spool again */
static struct strlist unremoved;	/* done, but still there */

/* Messages whose names are known and whose heads are not. */
static struct entry **unread;
static size_t unread_count, unread_cap;

uint32_t
manager_random(void)
{
	uint32_t value;

	if (getrandom(&value, sizeof(value), GRND_NONBLOCK) !=
	    sizeof(value))
		value = (uint32_t)clock_boot();
	return value;
}

void
manager_unsafe(struct manager *m, const char *id, const char *what)
{
	log_alarm("id=%s event=spool-failed error=\"cannot %s: %s\" "
	    "advice=\"nothing is delivered until the spool can be written "
	    "again: free some space or mend the disk\"", id, what,
	    strerror(errno));
	m->unsafe = true;
	safe_again = clock_add(clock_boot(), UNSAFE_RETRY);
}

/* What is done must go before anything else is sent: after a restart it would
 * be sent again. */
static bool
remove_rest(struct manager *m)
{
	size_t i;

	for (i = 0; i < unremoved.count; i++)
		if (!spool_remove(m->spool, unremoved.items[i], true))
			return false;
	strlist_free(&unremoved);
	return spool_sync_queue(m->spool);
}

/* Whether the spool takes a write again: a small file, made and synced. */
static void
try_spool(struct manager *m)
{
	int fd;
	bool ok;

	if (!m->unsafe || clock_boot() < safe_again)
		return;
	fd = spool_state_open(m->spool, "probe", O_WRONLY | O_CREAT | O_TRUNC);
	ok = fd >= 0 && file_write(fd, "navette\n", 8) && file_sync(fd) &&
	    remove_rest(m) && accounts_open_ledgers(m);
	file_close(&fd);
	safe_again = clock_add(clock_boot(), UNSAFE_RETRY);
	if (!ok)
		return;
	m->unsafe = false;
	log_info("event=spool-works-again");
}

void
manager_forget(struct manager *m, struct entry *e)
{
	struct id_text id;

	id = entry_id(e);
	if (!spool_remove(m->spool, id.text, e->journal)) {
		manager_unsafe(m, id.text, "remove a message that is done");
		strlist_add(&unremoved, id.text);
	}
	if (m->sync_due == CLOCK_NEVER)
		m->sync_due = clock_add(clock_boot(), SYNC_WITHIN);
	flush_attempted(e);
	/* Of one that was never read nobody knows whose it is. */
	if (e->counted)
		users_count(e->uid, -1, -(int64_t)e->size);
	entry_drop(e);
}

static void
sync_removals(struct manager *m)
{
	if (clock_boot() < m->sync_due)
		return;
	m->sync_due = CLOCK_NEVER;
	if (!spool_sync_queue(m->spool))
		manager_unsafe(m, "-", "sync the queue folder");
}

/* When it is due that was tried before: as if nothing had come between. A clock
 * that was set back since makes it wait no longer than its pause. */
static int64_t
due_again(struct manager *m, const struct entry *e, const struct queued *q)
{
	int64_t pause, waited;

	pause = schedule_pause(e->attempts, m->config->retry_first,
	    m->config->retry_max, manager_random());
	waited = clock_wall() - q->last_attempt;
	if (waited > 0)
		pause -= waited < pause ? waited : pause;
	return clock_add(clock_boot(), pause);
}

static void
give_turn(struct manager *m, struct entry *e, const struct queued *q)
{
	e->lane = turn_lane(m, e, q);
	if (e->lane == NULL)
		e->lane = lane_choose(m, e, NULL, 0);
	e->stopped = lane_stopped(e->lane);
	if (q->held) {
		e->state = ENTRY_HELD;
		e->by_admin = q->held_by_admin;
		return;
	}
	if (e->attempts == 0) {
		lane_enqueue(e->lane, e, false);
		return;
	}
	entry_wait(e, due_again(m, e, q));
}

static void
read_entry(struct manager *m, struct entry *e)
{
	struct queued q;
	const char *why;

	if (!queued_load(m->spool, entry_id(e).text, QUEUED_WAITING, &q, NULL,
	    &why)) {
		if (errno == ENOENT) {
			/* Somebody removed it by hand. */
			flush_attempted(e);
			entry_drop(e);
			return;
		}
		log_error("id=%s event=unreadable error=\"%s\"",
		    entry_id(e).text, why);
		flush_attempted(e);
		e->state = ENTRY_BROKEN;
		e->lane = lane_choose(m, e, NULL, 0);
		return;
	}
	e->uid = q.envelope.uid;
	e->size = (uint32_t)((q.envelope.header_size +
	    q.envelope.body_size + 1023) >> 10);
	e->recipients = (uint32_t)q.envelope.count;
	e->open = (uint32_t)queued_open_count(&q);
	e->attempts = (uint16_t)q.attempts;
	e->warned = q.warned;
	e->journal = q.journal;
	e->bounce = (q.envelope.flags & ENVELOPE_BOUNCE) != 0;
	e->last = (uint32_t)(q.last_attempt / CLOCK_SEC);
	e->party = fair_party(e->uid, q.envelope.sender);
	e->bulk = burst_is_bulk(m->config, &q.envelope);
	users_count(e->uid, 1, e->size);
	e->counted = true;
	give_turn(m, e, &q);
	if (e->bounce)
		flush_mark_new(e);
	queued_free(&q);
}

void
manager_admit(struct manager *m, const char *id)
{
	if (entry_find(id) == NULL)
		read_entry(m, entry_add(id));
}

/* What is in drop/ as well was cut short between the two: it is known when the
 * first intake has settled that, or it would be delivered, then taken again. */
static void
note_name(void *arg, const char *id)
{
	struct manager *m = arg;

	if (entry_find(id) != NULL || dropped_has(m->spool, id))
		return;
	if (unread_count == unread_cap) {
		unread_cap = unread_cap * 2 + 64;
		unread = xrealloc(unread, unread_cap, sizeof(struct entry *));
	}
	unread[unread_count++] = entry_add(id);
}

static int
compare_names(const void *a, const void *b)
{
	/* Taken from the end: the oldest last. */
	return memcmp((*(struct entry *const *)b)->id,
	    (*(struct entry *const *)a)->id, ID_LEN);
}

static bool
note_names(struct manager *m)
{
	if (!spool_each(m->spool, false, note_name, m)) {
		log_error("cannot list the queue: %s", strerror(errno));
		return false;
	}
	if (unread_count == 0)
		return true;
	qsort(unread, unread_count, sizeof(struct entry *), compare_names);
	log_info("event=found waiting=%zu", unread_count);
	return true;
}

/* Reads a few more of those that were there at the start. */
static void
read_some(struct manager *m)
{
	int i;

	for (i = 0; i < READ_BATCH && unread_count > 0; i++)
		read_entry(m, unread[--unread_count]);
	if (unread_count == 0) {
		free(unread);
		unread = NULL;
		unread_cap = 0;
	}
}

static void
make_ready(void)
{
	struct entry *e;
	int64_t now;

	now = clock_boot();
	while ((e = entry_next_due()) != NULL && e->due <= now) {
		entry_unwait(e);
		lane_enqueue(e->lane, e, false);
	}
}

static void
hear_intake(struct manager *m, const struct record *r)
{
	if (r->fd >= 0)
		intakes_add(m, r->fd, slice_is(r->body, "first"));
}

static void
hear_agent(struct manager *m, const struct record *r)
{
	struct account *a;
	char *title;
	int fd;

	title = slice_dup(r->body);
	a = account_find(title);
	free(title);
	fd = r->fd;
	if (a != NULL && fd >= 0)
		worker_arrive(m, a, fd);
	else
		file_close(&fd);
}

static void
hear_no_agent(struct manager *m, const struct record *r)
{
	struct slice body, name;
	char *title, *why;
	struct account *a;

	body = r->body;
	if (!slice_cut(&body, '\n', &name))
		return;
	title = slice_dup(name);
	why = slice_dup(body);
	a = account_find(title);
	if (a != NULL)
		worker_deny(m, a, why);
	free(title);
	free(why);
}

static void
hear_config(struct manager *m, const struct record *r)
{
	struct buf errors = BUF_INIT;
	struct config *fresh;

	fresh = config_parse(r->body, m->config->file, &errors);
	buf_free(&errors);
	if (fresh == NULL)
		return;
	/* The old one stays: accounts' agents point into it until they are
	 * gone, and reloads are rare. */
	m->config = fresh;
	users_begin(m->config, intakes_tell_limit);
	accounts_configure(m);
	lanes_configure(m);
}

static void
each_worker(void (*fn)(struct worker *w))
{
	struct worker *w, *next;
	struct account *a;

	for (a = accounts_first(); a != NULL; a = a->next)
		for (w = a->workers; w != NULL; w = next) {
			next = w->next;
			fn(w);
		}
}

static void
hear_stop(struct manager *m, const struct record *r)
{
	(void)r;
	m->stopping = true;
	each_worker(worker_dismiss);
}

static void
launcher_ready(void *arg, uint32_t events)
{
	static void (*const hear[])(struct manager *,
	    const struct record *) = {
		[MANAGER_INTAKE] = hear_intake,
		[MANAGER_AGENT] = hear_agent,
		[MANAGER_NO_AGENT] = hear_no_agent,
		[MANAGER_CONFIG] = hear_config,
		[MANAGER_STOP] = hear_stop,
	};
	struct manager *m = arg;
	struct record r;

	(void)events;
	if (record_receive(&from_launcher, m->launcher) <= 0) {
		m->failed = true;
		return;
	}
	while (record_next(&from_launcher, &r) > 0)
		if (r.type < sizeof(hear) / sizeof(hear[0]) &&
		    hear[r.type] != NULL)
			hear[r.type](m, &r);
}

static bool
has_workers(void)
{
	const struct account *a;
	const struct worker *w;

	for (a = accounts_first(); a != NULL; a = a->next)
		for (w = a->workers; w != NULL; w = w->next)
			if (w->fd >= 0)
				return true;
	return false;
}

/* Everything that time alone brings about; when to wake up at the latest. */
static int64_t
turn(struct manager *m)
{
	struct lane *l;
	int64_t wake;

	m->writable = false;
	sync_removals(m);
	try_spool(m);
	read_some(m);
	make_ready();
	wake = entry_next_due() == NULL ? CLOCK_NEVER :
	    entry_next_due()->due;
	for (l = lane_next(NULL); l != NULL; l = lane_next(l))
		lane_dispatch(m, l, &wake);
	if (m->unsafe)
		for (l = lane_next(NULL); l != NULL; l = lane_next(l))
			flush_lane_stopped(l);
	each_worker(worker_send);
	refused_keep(m, false, &wake);
	control_check_waits(m, &wake);
	if (m->sync_due < wake)
		wake = m->sync_due;
	if (m->unsafe && safe_again < wake)
		wake = safe_again;
	return unread_count > 0 ? 0 : wake;
}

/* It was with an agent when the manager was killed: what became of it, nobody
 * wrote down. */
static void
doubt_one(void *arg, const char *id)
{
	struct manager *m = arg;
	int fd;

	fd = spool_read(m->spool, id);
	if (fd >= 0)
		log_warning("id=%s event=in-doubt error=\"the daemon was "
		    "killed while it was being delivered; it is sent again, "
		    "perhaps for the second time\"", id);
	file_close(&fd);
}

static bool
begin(struct manager *m, const struct manager_start *start)
{
	m->config = start->config;
	m->spool = start->spool;
	m->launcher = start->launcher;
	m->control = start->control;
	m->sync_due = CLOCK_NEVER;
	if (!inflight_begin(m->spool, doubt_one, m))
		log_warning("cannot note what is being delivered: %s",
		    strerror(errno));
	m->loop = loop_new();
	if (m->loop == NULL || !embargo_begin(m) || !note_names(m) ||
	    !control_begin(m) ||
	    !loop_add(m->loop, m->launcher, EPOLLIN, launcher_ready, m))
		return false;
	users_begin(m->config, intakes_tell_limit);
	accounts_configure(m);
	lanes_configure(m);
	return record_send(m->launcher, LAUNCHER_READY, SLICE(""), -1);
}

int
manager_run(const struct manager_start *start)
{
	struct manager *m;
	int64_t wake;

	m = &manager;
	if (!begin(m, start)) {
		log_error("the manager cannot begin: %s", strerror(errno));
		return EX_OSERR;
	}
	while (!m->failed) {
		wake = turn(m);
		if (m->stopping && !has_workers())
			break;
		if (!loop_run(m->loop, wake))
			return EX_OSERR;
	}
	refused_keep(m, true, &wake);
	spool_sync_queue(m->spool);
	return m->failed ? EX_SOFTWARE : EX_OK;
}
