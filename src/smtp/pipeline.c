#include "smtp/pipeline.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "smtp/content.h"

void
pipeline_init(struct pipeline *p, struct session *s, struct report *r)
{
	memset(p, 0, sizeof(*p));
	p->session = s;
	p->report = r;
	p->hand.report = r;
	p->window = 1;
}

void
pipeline_start(struct pipeline *p, const struct lesson *lesson)
{
	p->lesson = *lesson;
	p->style = style_choose(&p->session->can, p->session->host->in_flight,
	    lesson);
	p->put = stream_counts(p->session->stream).sent;
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
	log_warning("smarthost=%s event=stepped-down style=%s reason=\"grouped "
	    "commands were not answered as they should be\"",
	    p->session->host->title, style_name(p->style));
}

/* Whether the way of sending may be to blame. A 421 has been judged already,
 * and a connection that ended while it was idle is no sign of it. */
static bool
is_suspect(const struct pipeline *p)
{
	return p->first != NULL && !p->goodbye &&
	    (p->completed == 0 || p->answers > 0);
}

static void
cut(struct pipeline *p, enum verdict_scope scope, const char *words)
{
	enum verdict_stage stage;

	p->broken = p->closing = true;
	stage = owed_is_empty(&p->owed) ? STAGE_BODY :
	    step_stage(owed_first(&p->owed)->step);
	outcome_say(&p->why, VERDICT_DEFERRED, scope, stage, "%s", words);
}

void
pipeline_break(struct pipeline *p, const char *fmt, ...)
{
	struct buf words = BUF_INIT;
	va_list ap;

	if (p->broken)
		return;
	va_start(ap, fmt);
	buf_vaddf(&words, fmt, ap);
	va_end(ap);
	cut(p, SCOPE_CONNECTION, buf_string(&words));
	buf_free(&words);
	if (is_suspect(p))
		step_down(p, p->first->style);
	if (p->completed == 0 && p->first != NULL && !p->trouble.set)
		outcome_copy(&p->trouble, &p->why);
}

static void
break_stream(struct pipeline *p)
{
	pipeline_break(p, "%s", stream_error(p->session->stream));
}

bool
pipeline_is_busy(const struct pipeline *p)
{
	return !owed_is_empty(&p->owed);
}

int64_t
pipeline_deadline(const struct pipeline *p)
{
	return session_deadline(p->session,
	    step_stage(owed_first(&p->owed)->step), p->since);
}

bool
pipeline_is_closing(const struct pipeline *p)
{
	unsigned limit;

	limit = p->session->host->messages_per_connection;
	return p->closing || (limit > 0 && p->begun >= limit) ||
	    session_is_old(p->session);
}

void
pipeline_note_turn(struct pipeline *p)
{
	p->turns += p->sent;
	p->sent = false;
}

/* --- what comes in ------------------------------------------------------- */

static void
settle(struct pipeline *p, struct transaction *t)
{
	struct transaction **at;

	transaction_settle(t, p->report);
	p->completed++;
	p->needs_reset |= !t->delivered;
	if (t->surprised)
		step_down(p, t->style);
	else if (t->delivered && p->style == STYLE_BDAT_AHEAD &&
	    p->window < p->session->host->in_flight)
		p->window++;
	if (t->halt.set && !p->halt.set)
		outcome_copy(&p->halt, &t->halt);
	for (at = &p->first; *at != t; at = &(*at)->next)
		;
	*at = t->next;
	hand_release(&p->hand, t->letter);
	transaction_free(t);
}

/* One thing less to come for t; after the last one t is gone. */
static void
release(struct pipeline *p, struct transaction *t)
{
	if (--t->owed == 0 && !p->broken)
		settle(p, t);
}

/*
 * Rule 9: nothing new, but what is owed is read. What the server says of the
 * commands behind this it says without having done them. "Enough for this
 * connection", the usual answer to the next MAIL, is no surprise.
 */
static void
take_goodbye(struct pipeline *p, const struct debt *d, const struct reply *r)
{
	struct transaction *t;

	p->closing = p->goodbye = true;
	if (p->completed == 0 && !p->trouble.set)
		outcome_from_reply(&p->trouble, step_stage(d->step), r);
	if (p->completed == 0 || d->step > STEP_MAIL)
		step_down(p, d->transaction->style);
	for (t = d->transaction; t != NULL; t = t->next)
		t->is_late = true;
}

static void
take_reply(struct pipeline *p, const struct reply *r)
{
	struct transaction *t;
	const char *why;
	struct debt d;

	d = owed_take(&p->owed);
	t = d.transaction;
	p->answers++;
	p->since = clock_boot();
	t->is_warm = p->completed > 0;
	if (r->code == 421)
		take_goodbye(p, &d, r);
	why = transaction_reply(t, d.step, d.index, r, p->report);
	if (why != NULL)
		pipeline_break(p, "%s", why);
	if (t->wants_content && !p->broken) {
		/* Until it has been sent, t is held by this debt. */
		t->wants_content = false;
		p->speaking = t;
	} else {
		release(p, t);
	}
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

	while (!p->broken) {
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
		if (owed_is_empty(&p->owed))
			take_unasked(p, &s->reply);
		else
			take_reply(p, &s->reply);
	}
	return any;
}

/* --- what goes out ------------------------------------------------------- */

static void
flush(struct pipeline *p)
{
	struct stream *s = p->session->stream;

	if (p->broken || !p->unflushed)
		return;
	p->unflushed = false;
	p->sent = true;
	stream_deadline(s, session_deadline(p->session, STAGE_MAIL,
	    clock_boot()));
	if (!stream_flush(s))
		break_stream(p);
	p->since = clock_boot();
}

static void
put(struct pipeline *p, const char *data, size_t len)
{
	p->put += len;
	p->unflushed = true;
	if (!stream_put(p->session->stream, data, len))
		break_stream(p);
}

static void
expect(struct pipeline *p, enum step step, struct transaction *t, size_t index)
{
	if (owed_is_empty(&p->owed))
		p->answers = 0;
	owed_add(&p->owed, step, t, index);
	t->owed++;
}

/* With nothing owed, whatever came was not asked for. */
static void
check_silence(struct pipeline *p)
{
	if (owed_is_empty(&p->owed) && p->speaking == NULL &&
	    stream_input(p->session->stream).len > 0 && !pipeline_receive(p))
		pipeline_break(p, "the server spoke without being asked");
}

/* Step by step: nothing more is said before this is answered. */
static void
drain(struct pipeline *p)
{
	struct stream *s = p->session->stream;

	flush(p);
	while (!p->broken && !owed_is_empty(&p->owed)) {
		if (pipeline_receive(p) || p->broken)
			continue;
		pipeline_note_turn(p);
		stream_deadline(s, pipeline_deadline(p));
		if (!stream_fill(s))
			break_stream(p);
	}
	check_silence(p);
}

/* Says a line and empties it. Whether the next one may follow. */
static bool
say(struct pipeline *p, struct transaction *t, enum step step, size_t index,
    struct buf *line)
{
	expect(p, step, t, index);
	put(p, line->data, line->len);
	buf_clear(line);
	if (t->style == STYLE_LOCKSTEP) {
		drain(p);
		return !p->closing;
	}
	return !p->broken;
}

/* The content, and with DATA the dot. */
static void
say_content(struct pipeline *p, struct transaction *t, bool dotted)
{
	struct session *s = p->session;
	enum content_result result;
	uint64_t count;
	int64_t began;

	began = clock_boot();
	result = content_send(s->stream, t->letter, dotted,
	    s->host->timeouts.body, &count);
	p->put += count;
	p->unflushed = true;
	if (result == CONTENT_SENT) {
		t->end = p->put;
	} else if (result == CONTENT_STREAM_BROKE) {
		break_stream(p);
	} else {
		outcome_say(&t->cause, VERDICT_DEFERRED, SCOPE_MESSAGE,
		    STAGE_LOCAL, "cannot read the queued message: %s",
		    strerror(errno));
		cut(p, SCOPE_CONNECTION, "another message could not be read");
	}
	s->stretch += clock_boot() - began;
}

/* After 354. With no recipient left a lone dot ends it (rule 7). */
static void
speak(struct pipeline *p)
{
	struct transaction *t = p->speaking;

	p->speaking = NULL;
	expect(p, STEP_END, t, 0);
	if (t->accepted > 0) {
		say_content(p, t, true);
	} else {
		put(p, ".\r\n", 3);
		p->needs_reset = true;
	}
	release(p, t);
}

static void
say_data(struct pipeline *p, struct transaction *t, struct buf *line)
{
	if (t->style < STYLE_BDAT) {
		buf_add_string(line, "DATA\r\n");
		say(p, t, STEP_DATA, 0, line);
		return;
	}
	buf_addf(line, "BDAT %" PRIu64 " LAST\r\n", t->letter->size);
	if (say(p, t, STEP_END, 0, line))
		say_content(p, t, false);
}

static bool
say_recipients(struct pipeline *p, struct transaction *t, struct buf *line)
{
	size_t i;

	for (i = 0; i < t->count; i++) {
		transaction_rcpt(t, &p->session->can, i, line);
		if (!say(p, t, STEP_RCPT, i, line))
			return false;
	}
	return true;
}

/* Rule 4: RSET where a transaction failed, and before every MAIL that another
 * message may still be ahead of. */
static void
say_all(struct pipeline *p, struct transaction *t)
{
	bool blind = t->style > STYLE_LOCKSTEP;
	struct buf line = BUF_INIT;
	bool ok = true;

	if (p->needs_reset || t->style == STYLE_BDAT_AHEAD) {
		p->needs_reset = false;
		buf_add_string(&line, "RSET\r\n");
		ok = say(p, t, STEP_RSET, 0, &line);
	}
	if (ok) {
		transaction_mail(t, &p->session->can, &line);
		ok = say(p, t, STEP_MAIL, 0, &line) && (blind || t->mail_ok);
	}
	if (ok && say_recipients(p, t, &line) && (blind || t->accepted > 0))
		say_data(p, t, &line);
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
	for (at = &p->first; *at != NULL; at = &(*at)->next)
		;
	*at = t;
	l->open++;
	p->begun++;
	/* Held until all is said: replies may come in meanwhile. */
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

/* Filled up once it is half empty: so messages go out, and are answered, by
 * the half window, and not each in a packet of its own. */
static bool
is_window_open(struct pipeline *p)
{
	unsigned n;

	n = count_open(p);
	if (n <= p->window / 2)
		p->filling = true;
	if (n >= p->window)
		p->filling = false;
	return p->filling;
}

/* Rule 3: nothing may follow DATA before it is answered and served. */
static bool
may_begin(struct pipeline *p)
{
	if (p->broken || p->halt.set || pipeline_is_closing(p))
		return false;
	if (p->style == STYLE_BDAT_AHEAD)
		return is_window_open(p);
	if (owed_is_empty(&p->owed))
		return true;
	return p->style == STYLE_ONE_TURN &&
	    owed_last(&p->owed)->step == STEP_END;
}

void
pipeline_send(struct pipeline *p)
{
	struct letter *l;

	check_silence(p);
	while (!p->broken) {
		if (p->speaking != NULL)
			speak(p);
		else if (may_begin(p) &&
		    (l = hand_next(&p->hand, p->session)) != NULL)
			begin(p, l);
		else
			break;
	}
	flush(p);
}

void
pipeline_finish(struct pipeline *p)
{
	struct transaction *t;
	uint64_t sent;
	bool is_first = true;

	sent = stream_counts(p->session->stream).sent;
	while ((t = p->first) != NULL) {
		t->is_warm = p->completed > 0;
		transaction_lose(t, is_first, sent, &p->why, p->report);
		p->first = t->next;
		hand_release(&p->hand, t->letter);
		transaction_free(t);
		is_first = false;
	}
	hand_give_back(&p->hand);
}

void
pipeline_free(struct pipeline *p)
{
	owed_free(&p->owed);
	outcome_free(&p->why);
	outcome_free(&p->trouble);
	outcome_free(&p->halt);
}
