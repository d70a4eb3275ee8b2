#include "submit/drops.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/strlist.h"
#include "spool/dropped.h"
#include "spool/id.h"
#include "submit/owners.h"
#include "submit/taking.h"

#define EVENTS_BLOCK 65536
/* So many foreign names are told; who puts more there knows of them. */
#define ODD_MAX 100
/* Done at one step: names looked at, files taken, time. */
#define STEP_NAMES 1000
#define STEP_FILES 8
#define STEP_MISSES 200
#define STEP_EVENTS 16	/* blocks: more than the kernel's queue holds */
#define STEP_TIME (20 * CLOCK_MSEC)
/* What could not be taken now is looked at again after this. */
#define AGAIN (30 * CLOCK_SEC)
/* All of the folder: for unfinished files of yesterday, and for whatever came
 * in no way that sendmail uses. */
#define SCAN_AGAIN (3600 * CLOCK_SEC)
/* While an intake of before is about to leave. */
#define LOCK_AGAIN (100 * CLOCK_MSEC)

static struct drops {
	struct drops_start start;
	bool running;
	bool locked;
	int64_t lock_at;
	int watch;		/* -1: blind */
	struct dropped_scan *scan;
	bool scan_again;	/* names got lost while it went on */
	int64_t scan_at;
	struct taking *current;
	struct taking *placed[STEP_FILES];
	unsigned placed_count;
	struct strlist odd;
	/* The question being answered, and the last of those after it. */
	bool is_asked, is_asked_more, is_marked;
	uint32_t number, number_more;
} drops;

static void
note_odd(const char *name, const char *why)
{
	struct buf shown = BUF_INIT;

	if (drops.odd.count > ODD_MAX || strlist_has(&drops.odd, name))
		return;
	strlist_add(&drops.odd, name);
	buf_add_escaped(&shown, slice_from(name), 255);
	if (drops.odd.count <= ODD_MAX)
		log_warning("drop/%s is left alone: %s", buf_string(&shown),
		    why);
	else
		log_warning("drop/ holds more that is left alone; it is not "
		    "named any more");
	buf_free(&shown);
}

/* The manager hears of it when the drop is gone: if it had delivered the
 * message before, the drop would be taken for another one. */
static bool
finish(const char *name, const char *id)
{
	if (!dropped_remove(drops.start.ctx->spool, name) &&
	    errno != ENOENT) {
		log_error("cannot remove drop/%s: %s", name, strerror(errno));
		return false;
	}
	drops.start.queued(drops.start.arg, id);
	return true;
}

static void
try_later(uid_t owner, const char *name)
{
	owners_put_back(owner, name);
	owners_park(owner, clock_add(clock_boot(), AGAIN));
}

/* Whether somebody died between its commit and its removal (or its fsync). It
 * is done with then, whatever its user's limit: it counts already. */
static bool
is_double(const char *name)
{
	const struct intake_context *ctx = drops.start.ctx;

	return taking_was_queued(ctx, name) &&
	    spool_sync_queue(ctx->spool) && finish(name, name);
}

static void
found(const char *name)
{
	uid_t owner;

	if (!id_is_valid(slice_from(name))) {
		note_odd(name, "it has no name of ours");
		return;
	}
	if ((!drops.locked || !is_double(name)) &&
	    dropped_owner(drops.start.ctx->spool, name, &owner))
		owners_add(owner, name);
}

/* From the start: what was known is found again. */
static void
begin_scan(void)
{
	if (drops.scan != NULL) {
		drops.scan_again = true;
		return;
	}
	drops.scan_at = clock_add(clock_boot(), drops.watch < 0 ? AGAIN :
	    SCAN_AGAIN);
	drops.scan = dropped_scan_begin(drops.start.ctx->spool);
	if (drops.scan == NULL) {
		log_error("cannot list the drop folder: %s", strerror(errno));
		return;
	}
	owners_clear();
	drops.is_marked = false;
}

static void
scan_some(void)
{
	const char *name;
	unsigned budget;

	if (drops.scan == NULL && (drops.scan_at <= clock_boot() ||
	    owners_want_more()))
		begin_scan();
	if (drops.scan == NULL)
		return;
	budget = STEP_NAMES;
	while ((name = dropped_scan_next(drops.scan, &budget)) != NULL)
		found(name);
	if (budget == 0)
		return;
	dropped_scan_end(drops.scan);
	drops.scan = NULL;
	if (drops.scan_again)
		begin_scan();
	drops.scan_again = false;
}

/* A name that was found twice may be on its way already. */
static bool
is_in_hand(const char *name)
{
	unsigned i;

	for (i = 0; i < drops.placed_count; i++)
		if (strcmp(taking_name(drops.placed[i]), name) == 0)
			return true;
	return is_double(name);
}

/* Whether there is something to go on with. */
static bool
take_next(void)
{
	char name[ID_LEN + 1];
	const char *why;
	uid_t owner;
	int missed;

	if (drops.current != NULL)
		return true;
	for (missed = 0; missed < STEP_MISSES && owners_next(&owner, name);
	    missed++) {
		if (is_in_hand(name))
			continue;
		if (drops.start.ctx->is_over_limit(owner)) {
			try_later(owner, name);
			continue;
		}
		drops.current = taking_begin(drops.start.ctx, name, &why);
		if (drops.current != NULL)
			return true;
		if (why != NULL)
			note_odd(name, why);
	}
	return false;
}

static void
give_up(struct taking *t)
{
	try_later(taking_owner(t), taking_name(t));
	taking_free(t);
}

static void
go_on(void)
{
	struct taking *t = drops.current;
	enum taken taken;

	taken = taking_go_on(t);
	if (taken == TAKEN_MORE)
		return;
	drops.current = NULL;
	if (taken == TAKEN_PLACED) {
		drops.placed[drops.placed_count++] = t;
		return;
	}
	if (taken == TAKEN_LATER || (taken == TAKEN_ANSWERED &&
	    !finish(taking_name(t), taking_id(t)))) {
		give_up(t);
		return;
	}
	if (taken == TAKEN_NOT)
		note_odd(taking_name(t), taking_why(t));
	taking_free(t);
}

/* While its drop is there it is not queued: whoever found it in the queue would
 * deliver it, and the drop would be taken for another one. */
static void
commit_one(struct taking *t, bool synced)
{
	if (synced && finish(taking_name(t), taking_id(t))) {
		taking_log(t);
		taking_free(t);
		return;
	}
	taking_undo(t);
	give_up(t);
}

/* All that was placed at this step shares the folder's fsync. */
static void
commit(void)
{
	struct spool *spool = drops.start.ctx->spool;
	unsigned i;
	bool synced;

	synced = drops.placed_count == 0 || spool_sync_queue(spool);
	if (!synced)
		log_error("cannot sync the queue folder: %s; what was dropped "
		    "stays in drop/", strerror(errno));
	for (i = 0; i < drops.placed_count; i++)
		commit_one(drops.placed[i], synced);
	drops.placed_count = 0;
}

/* The next question begins with what is there now. */
static bool
take_question(void)
{
	if (drops.is_asked)
		return true;
	if (!drops.is_asked_more)
		return false;
	drops.is_asked = true;
	drops.is_asked_more = drops.is_marked = false;
	drops.number = drops.number_more;
	drops_hear();
	if (drops.watch < 0)
		begin_scan();
	return true;
}

static void
answer(void)
{
	if (!take_question() || drops.scan != NULL || owners_have_more())
		return;
	if (!drops.is_marked)
		owners_mark();
	drops.is_marked = true;
	if (owners_untried() > 0 || drops.current != NULL)
		return;
	drops.is_asked = false;
	drops.start.settled(drops.start.arg, drops.number);
}

static bool
is_ours(void)
{
	if (drops.locked)
		return true;
	if (drops.lock_at > clock_boot())
		return false;
	drops.lock_at = clock_add(clock_boot(), LOCK_AGAIN);
	/* Where nothing can be locked, nobody else could either. */
	drops.locked = dropped_lock(drops.start.ctx->spool) ||
	    errno != EWOULDBLOCK;
	return drops.locked;
}

void
drops_step(void)
{
	int64_t until;

	if (!drops.running || !is_ours())
		return;
	until = clock_boot() + STEP_TIME;
	take_question();
	scan_some();
	while (drops.placed_count < STEP_FILES && clock_boot() < until &&
	    take_next())
		go_on();
	commit();
	answer();
}

int64_t
drops_wake(void)
{
	int64_t now, at;

	if (!drops.running)
		return CLOCK_NEVER;
	if (!drops.locked)
		return drops.lock_at;
	now = clock_boot();
	at = owners_wake(now);
	if (drops.scan != NULL || drops.current != NULL ||
	    owners_has_ready() || owners_want_more() ||
	    (drops.is_asked_more && !drops.is_asked))
		return 0;
	return at < drops.scan_at ? at : drops.scan_at;
}

static void
hear_events(struct slice events)
{
	struct inotify_event event;

	while (events.len >= sizeof(event)) {
		memcpy(&event, events.ptr, sizeof(event));
		if ((event.mask & IN_Q_OVERFLOW) != 0)
			begin_scan();
		else if (event.len > 0)
			found(events.ptr + sizeof(event));
		events.ptr += sizeof(event) + event.len;
		events.len -= sizeof(event) + event.len;
	}
}

void
drops_hear(void)
{
	struct buf events = BUF_INIT;
	int i;

	for (i = 0; i < STEP_EVENTS && drops.watch >= 0 &&
	    file_read_some(drops.watch, EVENTS_BLOCK, &events) > 0; i++) {
		hear_events(buf_slice(&events));
		buf_clear(&events);
	}
	buf_free(&events);
}

void
drops_ask(uint32_t number)
{
	drops.is_asked_more = true;
	drops.number_more = number;
}

void
drops_unpark(uid_t uid)
{
	owners_unpark(uid);
}

void
drops_begin(const struct drops_start *start, int *watch)
{
	drops.start = *start;
	drops.running = true;
	drops.watch = *watch = dropped_watch(start->ctx->spool);
	begin_scan();
}

void
drops_stop(void)
{
	if (!drops.running)
		return;
	drops.running = drops.is_asked = drops.is_asked_more = false;
	if (drops.current != NULL)
		taking_free(drops.current);
	drops.current = NULL;
	dropped_scan_end(drops.scan);
	drops.scan = NULL;
	owners_clear();
	strlist_free(&drops.odd);
	file_close(&drops.watch);
	if (drops.locked)
		dropped_unlock(drops.start.ctx->spool);
	drops.locked = false;
	drops.lock_at = 0;
}
