#include "smtp/pipeline_parts.h"

#include <stdarg.h>
#include <string.h>

#include "base/log.h"

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

void
pipeline_cut(struct pipeline *p, enum verdict_scope scope, const char *words)
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
	pipeline_cut(p, SCOPE_CONNECTION, buf_string(&words));
	buf_free(&words);
	if (is_suspect(p))
		step_down(p, p->first->style);
	if (p->completed == 0 && p->first != NULL && !p->trouble.set)
		outcome_copy(&p->trouble, &p->why);
}

bool
pipeline_is_busy(const struct pipeline *p)
{
	return !owed_is_empty(&p->owed) || p->speaking != NULL;
}

int64_t
pipeline_deadline(const struct pipeline *p)
{
	if (p->speaking != NULL)
		return pipeline_has_room(p, p->speaking->letter) ?
		    p->since + PIPELINE_HOLD :
		    session_deadline(p->session, STAGE_DATA, p->since);
	return session_deadline(p->session,
	    step_stage(owed_first(&p->owed)->step), p->since);
}

void
pipeline_expire(struct pipeline *p)
{
	if (p->speaking == NULL)
		pipeline_break(p, "no answer within %lld s", (long long)
		    ((pipeline_deadline(p) - p->since) / CLOCK_SEC));
	else if (!pipeline_has_room(p, p->speaking->letter))
		pipeline_cut(p, SCOPE_CONNECTION,
		    "what was sent before is not recorded");
}

void
pipeline_recorded(struct pipeline *p, uint64_t reports)
{
	p->heard = reports;
	unrecorded_take(&p->unrecorded, reports);
}

/* FINEPRINT: so many messages may arrive twice, and no more. */
bool
pipeline_has_room(const struct pipeline *p, const struct letter *l)
{
	const struct transaction *t;
	unsigned n, most;

	most = p->session->host->in_flight;
	if (l != NULL && letter_is_bulk(l) && most > 1)
		most--;
	n = p->unrecorded.count;
	for (t = p->first; t != NULL; t = t->next)
		n += t->end > 0;
	return n < most;
}

bool
pipeline_is_short(const struct pipeline *p)
{
	if (p->speaking != NULL || owed_is_empty(&p->owed))
		return true;
	/* Nothing may follow DATA before it is answered. */
	if (owed_last(&p->owed)->step == STEP_DATA)
		return false;
	return !pipeline_has_room(p, NULL) || !hand_has_more(&p->hand);
}

bool
pipeline_expects_word(const struct pipeline *p)
{
	return p->report->sent > p->heard;
}

unsigned
pipeline_pace(const struct pipeline *p)
{
	return style_pace(p->style, p->window);
}

/* Step by step a message takes its time: its result should not wait for the
 * next one's. */
unsigned
pipeline_patience(const struct pipeline *p)
{
	unsigned in_flight, most;

	if (p->speaking != NULL || p->style < STYLE_ONE_TURN ||
	    owed_is_empty(&p->owed))
		return 0;
	in_flight = p->session->host->in_flight;
	most = p->style == STYLE_BDAT_AHEAD ? p->window : pipeline_pace(p);
	return (most < in_flight ? most : in_flight) / 2;
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
	hand_release(&p->hand, t->letter, t->went_out);
	if (t->end > 0)
		unrecorded_add(&p->unrecorded, report_mark(p->report));
	transaction_free(t);
}

void
pipeline_release(struct pipeline *p, struct transaction *t)
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
	if (transaction_is_goodbye(t, d.step, r))
		take_goodbye(p, &d, r);
	why = transaction_reply(t, d.step, d.index, r, p->report);
	if (why != NULL)
		pipeline_break(p, "%s", why);
	if (t->wants_content && !p->broken) {
		/* Until it has been sent, t is held by this debt. */
		t->wants_content = false;
		p->speaking = t;
	} else {
		pipeline_release(p, t);
	}
}

/* A server may say 421 at any time (RFC 5321 3.8), and nothing else. When it
 * waits for content, that is not worth sending any more. */
static void
take_unasked(struct pipeline *p, const struct reply *r)
{
	if (r->code == 421 && p->speaking == NULL)
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
		hand_release(&p->hand, t->letter, t->went_out);
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
