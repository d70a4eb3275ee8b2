#include "smtp/pipeline.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "smtp/admit.h"
#include "smtp/content.h"

/* How many letters must lie ready so that the next one is always there: the
 * one just answered, of which the manager does not know yet, the one under
 * way, and the one whose commands go out with its end. */
static const unsigned pace[] = {
	[STYLE_LOCKSTEP] = 1,
	[STYLE_TWO_TURNS] = 2,
	[STYLE_ONE_TURN] = 3,
	[STYLE_BDAT] = 2,
	[STYLE_BDAT_AHEAD] = 3,
};

#define PACE_MAX 64

void
pipeline_init(struct pipeline *p, struct session *s, struct report *r)
{
	memset(p, 0, sizeof(*p));
	p->session = s;
	p->report = r;
	p->window = 1;
}

void
pipeline_start(struct pipeline *p, const struct lesson *lesson)
{
	p->lesson = *lesson;
	p->style = style_choose(&p->session->can, p->session->host->in_flight,
	    lesson);
}

void
pipeline_trouble(struct pipeline *p, const struct outcome *o)
{
	p->closing = true;
	if (!p->trouble.set)
		outcome_copy(&p->trouble, o);
}

void
pipeline_note_turn(struct pipeline *p)
{
	p->turns += p->sent;
	p->sent = false;
}

void
pipeline_add(struct pipeline *p, struct letter *l)
{
	struct letter **at;

	for (at = &p->letters; *at != NULL; at = &(*at)->next)
		continue;
	*at = l;
}

void
pipeline_break(struct pipeline *p, const char *fmt, ...)
{
	struct buf words = BUF_INIT;
	enum verdict_stage stage;
	va_list ap;

	if (p->broken)
		return;
	p->broken = p->closing = true;
	stage = p->queue_start < p->queue_end ?
	    step_stage(p->queue[p->queue_start].step) : STAGE_BODY;
	va_start(ap, fmt);
	buf_vaddf(&words, fmt, ap);
	va_end(ap);
	outcome_say(&p->why, VERDICT_DEFERRED, SCOPE_CONNECTION, stage, "%s",
	    buf_string(&words));
	buf_free(&words);
	if (p->completed == 0 && p->first != NULL)
		pipeline_trouble(p, &p->why);
}

bool
pipeline_is_busy(const struct pipeline *p)
{
	return p->queue_start < p->queue_end || p->speaking != NULL;
}

static int64_t
step_timeout(const struct timeouts *t, enum step step)
{
	switch (step) {
	case STEP_RSET:
	case STEP_MAIL:
		return t->mail;
	case STEP_RCPT:
		return t->rcpt;
	case STEP_DATA:
		return t->data;
	case STEP_END:
		break;
	}
	return t->final;
}

int64_t
pipeline_deadline(const struct pipeline *p)
{
	int64_t timeout;

	timeout = step_timeout(&p->session->host->timeouts,
	    p->queue[p->queue_start].step);
	return session_deadline(p->session,
	    p->since + timeout - clock_boot());
}

unsigned
pipeline_pace(const struct pipeline *p)
{
	unsigned n;

	n = pace[p->style];
	if (p->style == STYLE_BDAT_AHEAD)
		n = 2 * p->window + 1;
	return n < PACE_MAX ? n : PACE_MAX;
}

bool
pipeline_is_closing(const struct pipeline *p)
{
	unsigned limit;

	limit = p->session->host->messages_per_connection;
	return p->closing || (limit > 0 && p->begun >= limit) ||
	    session_is_old(p->session);
}

static void
expect(struct pipeline *p, struct transaction *t, enum step step,
    size_t index)
{
	size_t n;

	if (p->queue_start == p->queue_end)
		p->answers = 0;
	if (p->queue_end == p->queue_cap) {
		n = p->queue_end - p->queue_start;
		if (p->queue_start > 0)
			memmove(p->queue, p->queue + p->queue_start,
			    n * sizeof(*p->queue));
		p->queue_start = 0;
		p->queue_end = n;
		p->queue_cap = 2 * n + 16;
		p->queue = xrealloc(p->queue, p->queue_cap,
		    sizeof(*p->queue));
	}
	p->queue[p->queue_end++] = (struct expected){step, t, index};
	t->owed++;
	p->unflushed = true;
}

static void
drop_letter(struct pipeline *p, struct letter *l)
{
	struct letter **at;

	for (at = &p->letters; *at != l; at = &(*at)->next)
		continue;
	*at = l->next;
	report_done(p->report, l->job.number);
	letter_free(l);
}

static void
drop_transaction(struct pipeline *p, struct transaction *t)
{
	struct transaction **at;
	struct letter *l = t->letter;

	for (at = &p->first; *at != t; at = &(*at)->next)
		continue;
	*at = t->next;
	l->open--;
	transaction_free(t);
	if (l->open == 0 && l->nleft == 0)
		drop_letter(p, l);
}

/* Only from the style that the transaction was sent in: one surprise hits all
 * that were under way. */
static void
step_down(struct pipeline *p, enum style from)
{
	p->window = 1;
	if (p->style < from || from == STYLE_LOCKSTEP)
		return;
	p->style = style_step_down(from, &p->lesson);
	log_warning("smarthost=%s answers grouped commands out of order; "
	    "style=%s from now on", p->session->host->title,
	    style_name(p->style));
}

static void
grow(struct pipeline *p)
{
	unsigned most;

	most = p->session->host->in_flight;
	if (p->style == STYLE_BDAT_AHEAD && p->window < most)
		p->window++;
}

static void
settle(struct pipeline *p, struct transaction *t)
{
	transaction_settle(t, p->report);
	p->completed++;
	p->needs_reset |= !t->delivered;
	if (t->surprised)
		step_down(p, t->style);
	else if (t->delivered)
		grow(p);
	if (t->halt.set && !p->halt.set)
		outcome_copy(&p->halt, &t->halt);
	drop_transaction(p, t);
}

/* One thing less to come for t; after the last one t is gone. */
static void
release(struct pipeline *p, struct transaction *t)
{
	if (--t->owed == 0 && !p->broken)
		settle(p, t);
}

/* Rule 9: nothing new, but what is owed is read. What a server says behind
 * this was said of nothing. */
static void
take_goodbye(struct pipeline *p, const struct expected *e,
    const struct reply *r)
{
	struct transaction *t;

	p->closing = true;
	if (p->completed == 0 && !p->trouble.set)
		outcome_from_reply(&p->trouble, step_stage(e->step), r);
	if (p->completed == 0 || e->step > STEP_MAIL)
		e->transaction->surprised |= p->style > STYLE_LOCKSTEP;
	for (t = e->transaction; t != NULL; t = t->next)
		t->is_late = true;
}

static void
take_reply(struct pipeline *p, const struct reply *r)
{
	struct expected e;
	const char *why;

	e = p->queue[p->queue_start++];
	p->answers++;
	p->since = clock_boot();
	if (r->code == 421)
		take_goodbye(p, &e, r);
	why = transaction_reply(e.transaction, e.step, e.index, r, p->report);
	if (why != NULL)
		pipeline_break(p, "%s", why);
	if (e.transaction->wants_content && !p->broken) {
		e.transaction->wants_content = false;
		p->speaking = e.transaction;
		return;		/* DATA's reply is released by the content */
	}
	release(p, e.transaction);
}

/* A server may say 421 at any time (RFC 5321 3.8), and nothing else. */
static void
take_unasked(struct pipeline *p, const struct reply *r)
{
	if (r->code == 421)
		p->closing = true;
	else
		pipeline_break(p, "the server spoke without being asked");
}

bool
pipeline_receive(struct pipeline *p)
{
	struct session *s = p->session;
	const char *why;
	bool any = false;
	long took;

	while (!p->broken && stream_input(s->stream).len > 0) {
		took = reply_parse(stream_input(s->stream), &s->reply, &why);
		if (took == 0)
			break;
		if (took < 0) {
			pipeline_break(p, "what the server sent is no reply: "
			    "%s", why);
			break;
		}
		stream_take(s->stream, (size_t)took);
		any = true;
		if (p->queue_start < p->queue_end)
			take_reply(p, &s->reply);
		else
			take_unasked(p, &s->reply);
	}
	return any;
}

static void
flush(struct pipeline *p)
{
	if (p->broken || !p->unflushed)
		return;
	p->unflushed = false;
	p->sent = true;
	stream_deadline(p->session->stream, session_deadline(p->session,
	    p->session->host->timeouts.mail));
	if (!stream_flush(p->session->stream))
		pipeline_break(p, "%s", stream_error(p->session->stream));
	p->since = clock_boot();
}

/* Step by step: nothing more is said before this is answered. */
static void
drain(struct pipeline *p)
{
	struct stream *s = p->session->stream;

	flush(p);
	while (!p->broken && p->queue_start < p->queue_end) {
		if (pipeline_receive(p) || p->broken)
			continue;
		pipeline_note_turn(p);
		stream_deadline(s, pipeline_deadline(p));
		if (!stream_fill(s))
			pipeline_break(p, "%s", stream_error(s));
	}
}

static bool
say(struct pipeline *p, struct transaction *t, enum step step, size_t index,
    struct buf *line)
{
	struct stream *s = p->session->stream;

	expect(p, t, step, index);
	if (!stream_put(s, line->data, line->len))
		pipeline_break(p, "%s", stream_error(s));
	buf_clear(line);
	if (t->style == STYLE_LOCKSTEP)
		drain(p);
	return !p->broken && (t->style > STYLE_LOCKSTEP || !p->closing);
}

/* The content and its end, as DATA or BDAT wants them. */
static void
say_content(struct pipeline *p, struct transaction *t, bool dotted)
{
	struct session *s = p->session;
	int64_t began;

	began = clock_boot();
	switch (content_send(s->stream, t->letter, dotted,
	    s->host->timeouts.body)) {
	case CONTENT_SENT:
		t->end_sent = true;
		break;
	case CONTENT_STREAM_BROKE:
		pipeline_break(p, "%s", stream_error(s->stream));
		break;
	case CONTENT_UNREADABLE:
		outcome_say(&t->cause, VERDICT_DEFERRED, SCOPE_MESSAGE,
		    STAGE_LOCAL, "cannot read the queued message: %s",
		    strerror(errno));
		pipeline_break(p, "the message cannot be read to its end");
		break;
	}
	s->stretch += clock_boot() - began;
}

/* After 354. With no recipient left a lone dot ends it (rule 7). */
static void
speak(struct pipeline *p)
{
	struct transaction *t = p->speaking;

	p->speaking = NULL;
	expect(p, t, STEP_END, 0);
	if (t->accepted > 0)
		say_content(p, t, true);
	else if (!stream_put(p->session->stream, ".\r\n", 3))
		pipeline_break(p, "%s", stream_error(p->session->stream));
	release(p, t);
}

static bool
say_content_command(struct pipeline *p, struct transaction *t,
    struct buf *line)
{
	if (t->style < STYLE_BDAT) {
		buf_add_string(line, "DATA\r\n");
		return say(p, t, STEP_DATA, 0, line);
	}
	buf_addf(line, "BDAT %" PRIu64 " LAST\r\n", t->letter->size);
	if (!say(p, t, STEP_END, 0, line))
		return false;
	say_content(p, t, false);
	return !p->broken;
}

/* Rule 4: RSET where a transaction failed, and before every MAIL that another
 * message may still be ahead of. */
static void
say_all(struct pipeline *p, struct transaction *t)
{
	const struct capability *can = &p->session->can;
	bool lockstep = t->style == STYLE_LOCKSTEP;
	struct buf line = BUF_INIT;
	size_t i;

	if (p->needs_reset || t->style == STYLE_BDAT_AHEAD) {
		p->needs_reset = false;
		buf_add_string(&line, "RSET\r\n");
		if (!say(p, t, STEP_RSET, 0, &line))
			goto out;
	}
	transaction_mail(t, can, &line);
	if (!say(p, t, STEP_MAIL, 0, &line) || (lockstep && !t->mail_ok))
		goto out;
	for (i = 0; i < t->count; i++) {
		transaction_rcpt(t, can, i, &line);
		if (!say(p, t, STEP_RCPT, i, &line))
			goto out;
	}
	if (!lockstep || t->accepted > 0)
		say_content_command(p, t, &line);
out:
	buf_free(&line);
}

static void
begin(struct pipeline *p, struct letter *l)
{
	const struct smarthost *h = p->session->host;
	struct transaction *t, **at;
	size_t most;

	most = h->recipients_per_transaction;
	t = transaction_new(l, h->send_as, p->style,
	    most == 0 ? SIZE_MAX : most);
	t->is_warm = p->completed > 0;
	for (at = &p->first; *at != NULL; at = &(*at)->next)
		continue;
	*at = t;
	l->open++;
	p->begun++;
	t->owed++;
	say_all(p, t);
	release(p, t);
}

static unsigned
count_open(const struct pipeline *p)
{
	const struct transaction *t;
	unsigned n = 0;

	for (t = p->first; t != NULL; t = t->next)
		n++;
	return n;
}

/* Rule 3: content is next, or DATA unanswered: nothing may follow. */
static bool
may_begin(const struct pipeline *p)
{
	bool is_idle = p->queue_start == p->queue_end;

	if (p->broken || pipeline_is_closing(p) || p->halt.set)
		return false;
	switch (p->style) {
	case STYLE_BDAT_AHEAD:
		return count_open(p) < p->window;
	case STYLE_ONE_TURN:
		return is_idle ||
		    p->queue[p->queue_end - 1].step == STEP_END;
	case STYLE_BDAT:
	case STYLE_TWO_TURNS:
	case STYLE_LOCKSTEP:
		break;
	}
	return is_idle;
}

/* The next letter with recipients to ask for; a new one is read first. */
static struct letter *
next_letter(struct pipeline *p)
{
	struct letter *l, *next;

	for (l = p->letters; l != NULL; l = next) {
		next = l->next;
		if (!l->loaded)
			admit(l, p->session, p->report);
		if (l->nleft > 0)
			return l;
		if (l->open == 0)
			drop_letter(p, l);
	}
	return NULL;
}

void
pipeline_send(struct pipeline *p)
{
	struct letter *l;

	if (!pipeline_is_busy(p) && stream_input(p->session->stream).len > 0 &&
	    !pipeline_receive(p))
		pipeline_break(p, "the server spoke without being asked");
	while (!p->broken) {
		if (p->speaking != NULL)
			speak(p);
		else if (may_begin(p) && (l = next_letter(p)) != NULL)
			begin(p, l);
		else
			break;
	}
	flush(p);
}

static void
give_back_letter(struct pipeline *p, struct letter *l,
    const struct outcome *untried)
{
	const struct range *r;
	size_t i;

	for (i = 0; l->loaded && i < l->nleft; i++)
		report_verdict(p->report, l->job.number, l->left[i],
		    l->left[i], untried);
	for (i = 0; !l->loaded && i < l->job.count; i++) {
		r = &l->job.ranges[i];
		report_verdict(p->report, l->job.number, r->first, r->last,
		    untried);
	}
	l->nleft = 0;
	if (l->open == 0)
		drop_letter(p, l);
}

void
pipeline_give_back(struct pipeline *p)
{
	struct outcome untried = OUTCOME_INIT;
	struct letter *l, *next;

	outcome_say(&untried, VERDICT_UNTRIED, SCOPE_CONNECTION, STAGE_MAIL,
	    "not begun");
	for (l = p->letters; l != NULL; l = next) {
		next = l->next;
		if (!l->loaded || l->nleft > 0)
			give_back_letter(p, l, &untried);
	}
	outcome_free(&untried);
}

/* Whether the way of sending may be to blame. A connection that ended while it
 * was idle is no sign of it. */
static bool
is_suspect(const struct pipeline *p)
{
	return p->broken && p->first != NULL &&
	    (p->completed == 0 || p->answers > 0);
}

void
pipeline_finish(struct pipeline *p)
{
	bool is_first = true;

	if (is_suspect(p))
		step_down(p, p->first->style);
	while (p->first != NULL) {
		transaction_lose(p->first, is_first, &p->why, p->report);
		drop_transaction(p, p->first);
		is_first = false;
	}
	pipeline_give_back(p);
}

void
pipeline_free(struct pipeline *p)
{
	free(p->queue);
	outcome_free(&p->why);
	outcome_free(&p->trouble);
	outcome_free(&p->halt);
}
