#include "queue/worker.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/role.h"
#include "mail/job.h"
#include "queue/standing.h"

void
worker_ask(struct manager *m, struct account *a,
    const struct ledger_grant *connection)
{
	struct worker *w;

	w = xcalloc(1, sizeof(*w));
	w->manager = m;
	w->account = a;
	w->fd = -1;
	w->connection = *connection;
	w->next = a->workers;
	a->workers = w;
	a->worker_count++;
	if (!record_send(m->launcher, LAUNCHER_AGENT, slice_from(a->title),
	    -1))
		m->failed = true;
}

static struct worker *
asked_worker(struct account *a)
{
	struct worker *w;

	for (w = a->workers; w != NULL; w = w->next)
		if (w->fd < 0)
			return w;
	return NULL;
}

/* Its connection counts from now on, or never was. */
static void
count_connection(struct worker *w, bool made)
{
	if (w->account->ledger != NULL)
		ledger_settle(w->account->ledger, LEDGER_CONNECTIONS,
		    &w->connection, made);
	w->connection = (struct ledger_grant){0, 0};
}

static void
worker_free(struct worker *w)
{
	struct worker **at;

	count_connection(w, w->fd >= 0);
	for (at = &w->account->workers; *at != w; at = &(*at)->next)
		;
	*at = w->next;
	w->account->worker_count--;
	if (w->fd >= 0) {
		loop_remove(w->manager->loop, w->fd);
		file_close(&w->fd);
	}
	record_batch_free(&w->out);
	record_reader_free(&w->in);
	free(w);
}

/* One under way and one next; more only where they are small. */
#define BULK_JOBS 2
/* A hand that is wanted larger than this is one that sends ahead. */
#define STEP_BY_STEP 2

bool
worker_has_room(const struct worker *w, bool bulk)
{
	if (!w->ready || w->leaving || w->deaf)
		return false;
	if (!bulk)
		return w->jobs - w->bulk_jobs < w->pace;
	return w->bulk_jobs < BULK_JOBS || w->bulk_load < w->pace;
}

bool
worker_is_step_by_step(const struct worker *w)
{
	return w->pace <= STEP_BY_STEP;
}

bool
worker_is_blocked(const struct worker *w)
{
	return w->bulk_jobs > 0 && worker_is_step_by_step(w);
}

static void
add_flight(struct worker *w, struct flight *f)
{
	f->next = w->flights;
	w->flights = f;
	w->jobs++;
	w->bulk_jobs += f->bulk > 0;
	w->bulk_load += f->bulk;
}

static struct flight *
take_flight(struct worker *w, struct flight **at)
{
	struct flight *f;

	f = *at;
	*at = f->next;
	w->jobs--;
	w->bulk_jobs -= f->bulk > 0;
	w->bulk_load -= f->bulk;
	return f;
}

/* It is gone, or nearly: the jobs that were not sent were not begun. */
static void
take_back(struct worker *w)
{
	struct flight *f, **at;

	w->deaf = true;
	for (at = &w->flights; (f = *at) != NULL;) {
		if (f->job <= w->sent_job) {
			at = &f->next;
			continue;
		}
		flight_end(w->manager, take_flight(w, at), 0, false);
	}
}

static void
send_batch(struct worker *w)
{
	if (record_send_batch(&w->out, w->fd))
		w->sent_job = w->last_job;
	else
		take_back(w);
}

/* What was heard is on disk now; where something is not, the agent goes on
 * without this word for as long as in-flight lets it. */
static void
add_recorded(struct worker *w)
{
	struct buf number = BUF_INIT;

	w->told = w->heard;
	buf_addf(&number, "%" PRIu64, w->heard);
	record_add(&w->out, JOB_RECORDED, buf_slice(&number), -1);
	buf_free(&number);
}

void
worker_send(struct worker *w)
{
	if (w->fd < 0 || w->deaf)
		return;
	if (w->told != w->heard && !w->manager->unsafe)
		add_recorded(w);
	if (w->out.out.len > 0)
		send_batch(w);
}

static void
add_job(struct worker *w, struct flight *f, struct job *job)
{
	struct buf text = BUF_INIT;

	job->number = f->job = w->last_job + 1;
	job_print(job, &text);
	job_free(job);
	if (!record_has_room(&w->out, text.len))
		send_batch(w);
	if (w->deaf) {
		flight_end(w->manager, f, 0, false);
	} else {
		record_add(&w->out, JOB_START, buf_slice(&text),
		    f->sending->fd);
		w->last_job++;
		add_flight(w, f);
	}
	buf_free(&text);
}

void
worker_give(struct worker *w, struct entry *e)
{
	struct flight *f;
	struct job job;

	f = flight_begin(w->manager, e, w->account, w->pace, &job);
	if (f != NULL)
		add_job(w, f, &job);
}

static struct flight **
find_flight(struct worker *w, uint32_t job)
{
	struct flight **at;

	for (at = &w->flights; *at != NULL; at = &(*at)->next)
		if ((*at)->job == job)
			return at;
	return NULL;
}

static bool
parse_verdict(struct slice body, struct verdict *v, struct buf *words)
{
	if (verdict_parse(body, v, words))
		return true;
	log_error("an agent sent a verdict that makes no sense");
	return false;
}

static void
hear_verdict(struct worker *w, struct slice body)
{
	struct buf words = BUF_INIT;
	struct flight **f;
	struct verdict v;

	if (parse_verdict(body, &v, &words)) {
		f = find_flight(w, v.job);
		if (f != NULL) {
			(*f)->no_dsn = w->no_dsn;
			flight_hear(w->manager, *f, &v);
		}
		if (v.kind == VERDICT_DEFERRED &&
		    (v.scope == SCOPE_ACCOUNT || v.scope == SCOPE_QUOTA) &&
		    account_is_open(w->account))
			account_stop(w->manager, w->account, &v);
	}
	buf_free(&words);
}

static void
end_flight(struct worker *w, struct flight **at, unsigned transactions,
    bool doubt)
{
	w->useful = w->useful || (*at)->heard;
	flight_end(w->manager, take_flight(w, at), transactions, doubt);
}

static void
hear_done(struct worker *w, struct slice body)
{
	struct flight **f;
	struct job_end end;

	if (!job_end_parse(body, &end))
		return;
	f = find_flight(w, end.number);
	if (f == NULL)
		return;
	/* What comes behind its trouble is the trouble's. */
	if ((*f)->heard && w->ready) {
		account_heal(w->account);
		pace_success(&w->account->pace, end.transactions);
		standing_recover(w->manager, w->account);
	}
	end_flight(w, f, end.transactions, false);
}

static void
hear_trouble(struct worker *w, struct slice body)
{
	struct buf words = BUF_INIT;
	struct verdict v;

	w->leaving = true;
	w->ready = false;
	if (parse_verdict(body, &v, &words)) {
		account_stop(w->manager, w->account, &v);
		if (v.scope == SCOPE_ACCOUNT && v.stage == STAGE_AUTH)
			record_send(w->manager->launcher, LAUNCHER_FORGET,
			    slice_from(w->account->title), -1);
	}
	buf_free(&words);
}

static bool
says_no_dsn(struct slice line)
{
	size_t len = strlen(JOB_NO_DSN);

	return line.len >= len && slice_is((struct slice){
	    line.ptr + line.len - len, len}, JOB_NO_DSN);
}

static void
hear_ready(struct worker *w, struct slice body)
{
	log_info("smarthost=%s event=connected %.*s", w->account->title,
	    (int)body.len, body.ptr);
	w->ready = w->was_ready = true;
	w->no_dsn = says_no_dsn(body);
	count_connection(w, true);
	if (w->pace == 0)
		w->pace = 1;
	account_open(w->account);
}

static void
hear_greeted(struct worker *w, struct slice body)
{
	(void)body;
	w->greeted = true;
}

static void
hear_pace(struct worker *w, struct slice body)
{
	unsigned long long pace;

	if (slice_to_number(body, 1000, &pace) && pace > 0)
		w->pace = (unsigned)pace;
}

static void
hear_ticket(struct worker *w, struct slice body)
{
	buf_clear(&w->account->ticket);
	buf_add_slice(&w->account->ticket, body);
}

static void
hear_record(struct worker *w, const struct record *r)
{
	static void (*const hear[])(struct worker *, struct slice) = {
		[JOB_READY] = hear_ready,
		[JOB_VERDICT] = hear_verdict,
		[JOB_DONE] = hear_done,
		[JOB_TROUBLE] = hear_trouble,
		[JOB_TICKET] = hear_ticket,
		[JOB_PACE] = hear_pace,
		[JOB_GREETED] = hear_greeted,
	};

	w->heard++;
	if (r->type < sizeof(hear) / sizeof(hear[0]) &&
	    hear[r->type] != NULL)
		hear[r->type](w, r->body);
}

static void
stop_for(struct worker *w, const char *why)
{
	struct verdict v;

	memset(&v, 0, sizeof(v));
	v.kind = VERDICT_DEFERRED;
	v.scope = SCOPE_CONNECTION;
	v.stage = STAGE_LOCAL;
	v.text = slice_from(why);
	account_stop(w->manager, w->account, &v);
}

static void
worker_gone(struct worker *w)
{
	bool had_work;

	had_work = w->last_job > 0;
	w->ready = false;
	while (w->flights != NULL)
		end_flight(w, &w->flights, 0,
		    w->flights->job <= w->sent_job);
	if (!w->was_ready && !w->leaving)
		stop_for(w, "the agent ended before it was connected");
	else if (had_work && !w->leaving && !w->useful &&
	    account_is_open(w->account))
		/* Without a pause we would come back at once, and again. */
		stop_for(w, "the session ended before any message was "
		    "taken");
	worker_free(w);
}

static void
worker_heard(void *arg, uint32_t events)
{
	struct worker *w = arg;
	struct flight *f;
	struct record r;
	int got;

	(void)events;
	got = record_receive(&w->in, w->fd);
	if (got > 0)
		while ((got = record_next(&w->in, &r)) > 0) {
			hear_record(w, &r);
			/* None is due: it would only use up ours. */
			file_close(&r.fd);
		}
	else if (got < 0 && errno == EAGAIN)
		return;
	else
		got = -1;
	for (f = w->flights; f != NULL; f = f->next)
		sending_sync(w->manager, f->sending);
	if (got < 0)
		worker_gone(w);
}

void
worker_arrive(struct manager *m, struct account *a, int fd)
{
	struct worker *w;

	w = asked_worker(a);
	if (w == NULL || !file_set_nonblocking(fd, true) ||
	    !loop_add(m->loop, fd, EPOLLIN, worker_heard, w)) {
		close(fd);
		worker_deny(m, a, "the manager cannot listen to its agent");
		return;
	}
	w->fd = fd;
	/* Agents start when those of before a crash are gone. */
	if (a->ledger != NULL)
		ledger_resolve(a->ledger);
	if (a->ticket.len > 0)
		record_send(fd, JOB_SESSION, buf_slice(&a->ticket), -1);
	/* Its first line is for all; what follows is a TLS session, which
	 * serves once. */
	a->ticket.len = slice_find(buf_slice(&a->ticket), '\n');
	if (a->ticket.len > 0)
		buf_add_char(&a->ticket, '\n');
	if (w->leaving)
		worker_dismiss(w);
}

void
worker_deny(struct manager *m, struct account *a, const char *why)
{
	struct worker *w;
	struct verdict v;

	w = asked_worker(a);
	if (w == NULL)
		return;
	worker_free(w);
	memset(&v, 0, sizeof(v));
	v.kind = VERDICT_DEFERRED;
	v.scope = SCOPE_ACCOUNT;
	v.stage = STAGE_LOCAL;
	v.text = slice_from(why);
	account_stop(m, a, &v);
}

void
worker_dismiss(struct worker *w)
{
	w->leaving = true;
	if (w->fd < 0 || w->deaf)
		return;
	record_add(&w->out, JOB_LEAVE, SLICE(""), -1);
	send_batch(w);
}
