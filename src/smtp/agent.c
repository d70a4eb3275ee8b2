#include "smtp/agent.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/socket.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/record.h"
#include "mail/job.h"
#include "smtp/pipeline.h"
#include "smtp/sender.h"

/* So long a new agent waits for its first job, and any for the next one, even
 * where connections are not kept warm: the manager has to hear of it. */
#define FIRST_JOB (5 * CLOCK_SEC)
#define NEXT_JOB (100 * CLOCK_MSEC)
/* So long results may wait for others, to be told together. */
#define MOMENT (1 * CLOCK_MSEC)

struct agent {
	const struct agent_start *start;
	struct session session;
	struct report report;
	struct pipeline pipeline;
	struct record_reader reader;
	struct lesson learned;	/* from earlier sessions */
	struct lesson told;	/* to the manager, who keeps only our last */
	struct buf ticket;	/* the last that came */
	bool opened;		/* the session stood once */
	bool called;		/* the manager has said something */
	bool missed;		/* perhaps several things, unheard */
	bool slow;		/* the last answer took more than a moment */
	bool deaf;		/* the manager can send no more */
	bool ended;		/* it has, or is gone */
	bool nonsense;		/* came from the manager */
};

static bool
take_job(struct agent *a, struct record *r)
{
	struct job job;

	if (r->fd < 0 || !job_parse(r->body, &job))
		return false;
	hand_add(&a->pipeline.hand, letter_new(&job, r->fd));
	r->fd = -1;
	return true;
}

static bool
take_leave(struct agent *a, struct record *r)
{
	(void)r;
	a->pipeline.closing = true;
	return true;
}

/* Too late once the handshake is over; that is no mistake. */
static bool
take_session(struct agent *a, struct record *r)
{
	struct slice ticket;

	if (!lesson_parse(r->body, &a->learned, &ticket))
		return false;
	/* A resumed session of TLS 1.2 has nothing to bind a login to. */
	if (!a->opened && a->session.tls != NULL && ticket.len > 0 &&
	    a->start->smarthost->auth != AUTH_CHOICE_SCRAM_SHA_256_PLUS)
		tls_offer_session(a->session.tls, ticket);
	return true;
}

static bool
take_recorded(struct agent *a, struct record *r)
{
	unsigned long long reports;

	if (!slice_to_number(r->body, UINT64_MAX, &reports))
		return false;
	pipeline_recorded(&a->pipeline, reports);
	return true;
}

static const struct {
	unsigned type;
	bool (*take)(struct agent *a, struct record *r);
} orders[] = {
	{JOB_START, take_job},
	{JOB_LEAVE, take_leave},
	{JOB_SESSION, take_session},
	{JOB_RECORDED, take_recorded},
};

static void
take_record(struct agent *a, struct record *r)
{
	size_t i;
	bool ok = false;

	for (i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (orders[i].type == r->type)
			ok = orders[i].take(a, r);
	if (r->fd >= 0)
		file_close(&r->fd);
	if (!ok)
		a->nonsense = true;
}

/* What the manager has said; false: nothing new. */
static bool
take_records(struct agent *a)
{
	struct record r;
	int got;

	a->called = false;
	got = record_receive_now(&a->reader, a->start->socket);
	if (got < 0 && errno == EAGAIN)
		return false;
	if (got <= 0) {
		a->ended = true;
		a->report.gone |= !a->deaf;
		return false;
	}
	while ((got = record_next(&a->reader, &r)) > 0)
		take_record(a, &r);
	if (got < 0)
		a->nonsense = true;
	return !a->nonsense;
}

/* From here on the manager cannot send; all that it had sent is taken, so that
 * it knows of every job whether it was begun. */
static void
take_last_records(struct agent *a)
{
	a->deaf = true;
	shutdown(a->start->socket, SHUT_RD);
	while (take_records(a))
		;
}

/* What a later agent will want to know, when there is something new. */
static void
offer_ticket(struct agent *a)
{
	const struct lesson *lesson = &a->pipeline.lesson;
	struct buf body = BUF_INIT, ticket = BUF_INIT;

	if (a->session.tls != NULL &&
	    tls_take_session(a->session.tls, &ticket)) {
		buf_wipe(&a->ticket);
		a->ticket = ticket;
	} else if (lesson->until == a->told.until) {
		return;
	}
	a->told = *lesson;
	lesson_print(lesson, &body);
	buf_add_slice(&body, buf_slice(&a->ticket));
	report_bytes(&a->report, JOB_TICKET, buf_slice(&body));
	buf_wipe(&body);
}

static void
say_ready(struct agent *a)
{
	struct buf line = BUF_INIT;

	session_describe(&a->session, &line);
	buf_addf(&line, " style=%s dsn=%s", style_name(a->pipeline.style),
	    a->session.can.dsn ? "yes" : "no");
	report_bytes(&a->report, JOB_READY, buf_slice(&line));
	buf_free(&line);
}

/*
 * Waits for the server, until, or for the manager, who is not listened to while
 * there is enough in hand; what is to be told goes out before, but a few
 * deliveries may wait a moment for more of them, where the server is that
 * quick. As stream_wait().
 */
static int
wait_for_either(struct agent *a, int64_t until)
{
	struct pipeline *p = &a->pipeline;
	struct stream *s = a->session.stream;
	bool listen;
	int64_t soon;
	int came = 0;

	soon = clock_add(clock_boot(), MOMENT);
	listen = pipeline_is_short(p);
	if (!a->slow && soon < until &&
	    !report_is_due(&a->report, pipeline_patience(p)))
		came = stream_wait(s, a->start->socket, listen, soon);
	if (came == 0) {
		report_send(&a->report);
		came = stream_wait(s, a->start->socket, listen, until);
	}
	if ((came & STREAM_INPUT) != 0)
		a->slow = clock_boot() > soon;
	a->missed = !listen && a->slow;
	a->called = a->missed || (came & STREAM_OTHER) != 0 ||
	    pipeline_expects_word(p);
	return came;
}

/* A part of a reply is there, and the rest comes next. */
static int
wait_for_rest(struct agent *a)
{
	struct stream *s = a->session.stream;

	report_send(&a->report);
	stream_deadline(s, pipeline_deadline(&a->pipeline));
	return stream_fill(s) ? STREAM_INPUT : 0;
}

static void
wait_for_reply(struct agent *a)
{
	struct pipeline *p = &a->pipeline;
	struct stream *s = a->session.stream;
	int came;

	if (pipeline_receive(p) || p->broken)
		return;
	pipeline_note_turn(p);
	came = stream_input(s).len > 0 ? wait_for_rest(a) :
	    wait_for_either(a, pipeline_deadline(p));
	if (came == STREAM_OTHER || pipeline_receive(p) || p->broken)
		return;
	if (stream_error(s)[0] != '\0')
		pipeline_break(p, "%s", stream_error(s));
	else if (came == 0)
		pipeline_expire(p);
}

/* Nothing to do: waits for the manager, or for a server that has enough. False
 * when it is time to leave. */
static bool
rest(struct agent *a)
{
	struct pipeline *p = &a->pipeline;
	int64_t least, idle;
	int came;

	idle = a->start->smarthost->idle;
	least = p->begun == 0 ? FIRST_JOB : NEXT_JOB;
	came = wait_for_either(a,
	    clock_add(clock_boot(), idle < least ? least : idle));
	if ((came & STREAM_INPUT) == 0)
		return came != 0;
	pipeline_receive(p);
	if (stream_error(a->session.stream)[0] != '\0')
		p->broken = true;
	return !p->broken && !p->closing;
}

/* What the account or its quota forbids, it forbids to all that wait here. The
 * verdict has told the manager; a login that is not trusted any more is of no
 * use, while a quota may be free again soon. */
static void
heed_halt(struct pipeline *p)
{
	if (!p->halt.set)
		return;
	p->closing |= p->halt.verdict.scope == SCOPE_ACCOUNT;
	p->halt.set = false;
	hand_give_back(&p->hand);
}

static void
work(struct agent *a)
{
	struct pipeline *p = &a->pipeline;

	for (;;) {
		while (a->called)
			a->called = take_records(a) && a->missed;
		/* Without a manager no result could be recorded: the less is
		 * sent from now on, the fewer come twice. */
		if (a->report.gone || a->nonsense)
			return;
		heed_halt(p);
		if (pipeline_is_closing(p))
			hand_give_back(&p->hand);
		pipeline_send(p);
		report_pace(&a->report, pipeline_pace(p));
		if (p->broken)
			return;
		if (pipeline_is_busy(p))
			wait_for_reply(a);
		else if (!p->halt.set && (pipeline_is_closing(p) || !rest(a)))
			return;
		offer_ticket(a);
	}
}

static void
log_session(const struct agent *a)
{
	struct stream_counts n;

	n = stream_counts(a->session.stream);
	log_info("smarthost=%s session ended transactions=%u turns=%u "
	    "sent=%" PRIu64 " received=%" PRIu64 " style=%s",
	    a->start->smarthost->title, a->pipeline.begun, a->pipeline.turns,
	    n.sent, n.received, style_name(a->pipeline.style));
}

/* Everything in hand gets its verdict before the QUIT, which may take a
 * while. */
static void
leave(struct agent *a)
{
	struct pipeline *p = &a->pipeline;

	take_last_records(a);
	if (p->trouble.set)
		report_trouble(&a->report, &p->trouble);
	pipeline_finish(p);
	offer_ticket(a);
	report_send(&a->report);
	if (!p->broken && !a->report.gone)
		session_quit(&a->session);
	log_session(a);
}

static bool
open_session(struct agent *a)
{
	const struct agent_start *start = a->start;

	if (!session_prepare(&a->session))
		return false;
	if (start->confine != NULL && !start->confine())
		return session_fail(&a->session, SCOPE_CONNECTION,
		    STAGE_LOCAL, "cannot confine the agent");
	if (!session_reach(&a->session))
		return false;
	/* While it connected, the manager will have sent the TLS session that
	 * it keeps for this smarthost. */
	while (take_records(a))
		;
	if (!session_greet(&a->session))
		return false;
	report_bytes(&a->report, JOB_GREETED, SLICE(""));
	report_send(&a->report);
	return session_open(&a->session);
}

int
agent_run(const struct agent_start *start)
{
	struct agent a = {
		.start = start,
		.session = SESSION_INIT,
		.report = REPORT_INIT(start->socket),
	};
	int code = EX_OK;

	a.session.config = start->config;
	a.session.host = start->smarthost;
	a.session.secret = start->secret;
	sender_begin(start->config, start->smarthost);
	pipeline_init(&a.pipeline, &a.session, &a.report);
	if (open_session(&a)) {
		a.opened = true;
		pipeline_start(&a.pipeline, &a.learned);
		say_ready(&a);
		work(&a);
		leave(&a);
	} else {
		take_last_records(&a);
		report_trouble(&a.report, &a.session.trouble);
		hand_give_back(&a.pipeline.hand);
		code = EX_TEMPFAIL;
	}
	if (a.pipeline.trouble.set)
		code = EX_TEMPFAIL;
	if (a.nonsense)
		code = EX_SOFTWARE;
	pipeline_free(&a.pipeline);
	report_free(&a.report);
	buf_wipe(&a.ticket);
	record_reader_free(&a.reader);
	session_free(&a.session);
	return code;
}
