#include "queue/lane.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mail/advice.h"
#include "mail/schedule.h"
#include "queue/flush.h"
#include "queue/worker.h"

/* A message that waited so long for a busy agent gets another one, even if it
 * is alone: the agent may hang on a server that does. */
#define PATIENCE (1 * CLOCK_SEC)
/* More messages than this for each agent are worth one more login. */
#define BACKLOG 8
/* When the server would not have another connection, we ask again after. */
#define LIMIT_FOR (300 * CLOCK_SEC)

static struct lane *lanes;

struct lane *
lanes_first(void)
{
	return lanes;
}

struct lane *
lane_find(const char *title)
{
	struct lane *l;

	for (l = lanes; l != NULL; l = l->next)
		if (strcmp(l->title, title) == 0)
			return l;
	return NULL;
}

static struct lane *
lane_new(const char *title)
{
	struct lane *l, **at;

	l = xcalloc(1, sizeof(*l));
	l->title = xstrdup(title);
	l->tail = &l->first;
	for (at = &lanes; *at != NULL; at = &(*at)->next)
		;
	*at = l;
	return l;
}

static void
dismiss_workers(struct lane *l)
{
	struct worker *w, *next;

	for (w = l->workers; w != NULL; w = next) {
		next = w->next;
		worker_dismiss(w);
	}
}

/* Messages of a lane that the configuration no longer names go where new ones
 * go. */
static void
move_entry(struct entry *e, void *arg)
{
	struct lane *to = arg;

	if (e->lane == NULL || e->lane->smarthost != NULL)
		return;
	if (e->state == ENTRY_READY) {
		lane_withdraw(e->lane, e);
		lane_enqueue(to, e, false);
	} else if (e->state != ENTRY_FLYING)
		e->lane = to;
}

void
lanes_configure(struct manager *m)
{
	struct lane *l;
	size_t i;

	for (l = lanes; l != NULL; l = l->next) {
		dismiss_workers(l);
		l->smarthost = NULL;
		/* A session belongs to the settings it was made with. */
		buf_clear(&l->ticket);
		l->worker_limit = 0;
	}
	for (i = 0; i < m->config->count; i++) {
		l = lane_find(m->config->smarthosts[i].title);
		if (l == NULL)
			l = lane_new(m->config->smarthosts[i].title);
		l->smarthost = &m->config->smarthosts[i];
		lane_lift(l);
	}
	entry_each(move_entry, lane_choose(m, NULL));
}

struct lane *
lane_choose(struct manager *m, const struct queued *q)
{
	(void)q;
	return lane_find(m->config->smarthosts[0].title);
}

void
lane_enqueue(struct lane *l, struct entry *e, bool front)
{
	e->lane = l;
	e->state = ENTRY_READY;
	l->ready++;
	if (front) {
		e->next = l->first;
		if (l->first == NULL)
			l->tail = &e->next;
		l->first = e;
		return;
	}
	e->due = clock_boot();
	e->next = NULL;
	*l->tail = e;
	l->tail = &e->next;
}

struct entry *
lane_dequeue(struct lane *l)
{
	struct entry *e;

	e = l->first;
	if (e != NULL)
		lane_withdraw(l, e);
	return e;
}

void
lane_withdraw(struct lane *l, struct entry *e)
{
	struct entry **at;

	for (at = &l->first; *at != NULL && *at != e; at = &(*at)->next)
		;
	if (*at == NULL)
		return;
	*at = e->next;
	if (e->next == NULL)
		l->tail = at;
	e->next = NULL;
	l->ready--;
}

bool
lane_is_open(const struct lane *l)
{
	return l->paused_until == 0 || clock_boot() >= l->paused_until;
}

int64_t
lane_stopped(const struct lane *l)
{
	return l->stopped_total + (l->stopped_since == 0 ? 0 :
	    clock_boot() - l->stopped_since);
}

static void
log_stop(const struct lane *l, int64_t pause)
{
	struct buf words = BUF_INIT;
	const char *cure;

	buf_add_escaped(&words, l->trouble.text, VERDICT_TEXT_MAX);
	cure = advice_cure(&l->trouble);
	/* Once it is an alarm; then, while nothing changes, a reminder. */
	(l->failures == 1 ? log_alarm : log_warning)(
	    "smarthost=%s event=stopped scope=%s stage=\"%s\" code=%d "
	    "reply=\"%s\" next-attempt=%llds waiting=%zu%s%s%s", l->title,
	    verdict_scope_name(l->trouble.scope),
	    verdict_stage_name(l->trouble.stage), l->trouble.code,
	    buf_string(&words), (long long)(pause / CLOCK_SEC), l->ready,
	    cure == NULL ? "" : " advice=\"", cure == NULL ? "" : cure,
	    cure == NULL ? "" : "\"");
	buf_free(&words);
}

static unsigned
ready_workers(const struct lane *l)
{
	const struct worker *w;
	unsigned n;

	n = 0;
	for (w = l->workers; w != NULL; w = w->next)
		n += w->ready && !w->leaving;
	return n;
}

void
lane_stop(struct manager *m, struct lane *l, const struct verdict *v)
{
	int64_t pause;

	if (l->smarthost == NULL)
		return;
	if (v->scope == SCOPE_CONNECTION && ready_workers(l) > 0) {
		/* Others are being served: only this one was too much. */
		l->worker_limit = ready_workers(l);
		l->limit_until = clock_add(clock_boot(), LIMIT_FOR);
		return;
	}
	l->trouble = *v;
	buf_clear(&l->trouble_words);
	buf_add_slice(&l->trouble_words, v->text);
	l->trouble.text = buf_slice(&l->trouble_words);
	l->failures++;
	pause = schedule_pause(l->failures, m->config->retry_first,
	    m->config->retry_max, manager_random());
	l->paused_until = clock_add(clock_boot(), pause);
	if (l->stopped_since == 0) {
		l->stopped_since = clock_boot();
		l->stopped_wall = clock_wall();
	}
	log_stop(l, pause);
	flush_lane_stopped(l);
}

void
lane_open(struct lane *l)
{
	l->paused_until = 0;
}

void
lane_heal(struct lane *l)
{
	if (l->stopped_since != 0) {
		l->stopped_total = lane_stopped(l);
		l->stopped_since = 0;
		log_info("smarthost=%s event=open waiting=%zu", l->title,
		    l->ready);
	}
	l->failures = 0;
}

void
lane_lift(struct lane *l)
{
	l->paused_until = 0;
	l->worker_limit = 0;
}

static struct worker *
least_loaded(const struct lane *l)
{
	struct worker *w, *best;

	best = NULL;
	for (w = l->workers; w != NULL; w = w->next)
		if (worker_has_room(w) && (best == NULL ||
		    w->jobs < best->jobs))
			best = w;
	return best;
}

static bool
is_starting(const struct lane *l)
{
	const struct worker *w;

	for (w = l->workers; w != NULL; w = w->next)
		if (!w->ready && !w->leaving)
			return true;
	return false;
}

static unsigned
most_workers(struct lane *l)
{
	if (l->worker_limit != 0 && clock_boot() >= l->limit_until)
		l->worker_limit = 0;
	/* After a failure one connection tries first, whatever waits. */
	if (l->failures > 0)
		return 1;
	if (l->worker_limit != 0 &&
	    l->worker_limit < l->smarthost->connections)
		return l->worker_limit;
	return l->smarthost->connections;
}

/* Whether one more login is worth it for what is ready. */
static bool
wants_worker(struct lane *l, int64_t *wake)
{
	int64_t patience_ends;

	if (is_starting(l) || l->worker_count >= most_workers(l))
		return false;
	if (l->worker_count == 0 || l->ready > l->worker_count * BACKLOG)
		return true;
	patience_ends = clock_add(l->first->due, PATIENCE);
	if (clock_boot() >= patience_ends)
		return true;
	if (patience_ends < *wake)
		*wake = patience_ends;
	return false;
}

void
lane_dispatch(struct manager *m, struct lane *l, int64_t *wake)
{
	struct worker *w;

	if (l->first == NULL || l->smarthost == NULL || m->stopping ||
	    m->unsafe)
		return;
	if (!lane_is_open(l)) {
		if (l->paused_until < *wake)
			*wake = l->paused_until;
		return;
	}
	while (l->first != NULL && (w = least_loaded(l)) != NULL)
		worker_give(w, lane_dequeue(l));
	if (l->first != NULL && wants_worker(l, wake))
		worker_ask(m, l);
}
