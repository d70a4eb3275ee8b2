#include "smtp/pipeline_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "smtp/content.h"

/* From this size on a message costs more than the turn in which the server can
 * say whether it wants it, before BDAT; and while it goes out, nothing else is
 * told to anybody. */
#define LARGE 262144

static void
break_stream(struct pipeline *p)
{
	pipeline_break(p, "%s", stream_error(p->session->stream));
}

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
	if (owed_is_empty(&p->owed) &&
	    stream_input(p->session->stream).len > 0 && !pipeline_receive(p))
		pipeline_break(p, "the server spoke without being asked");
}

/* Step by step: nothing more is said before this is answered. */
static void
drain(struct pipeline *p)
{
	struct stream *s = p->session->stream;

	report_send(p->report);
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

	if (t->letter->size > LARGE)
		report_send(p->report);
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
		pipeline_cut(p, SCOPE_CONNECTION,
		    "another message could not be read");
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
	pipeline_release(p, t);
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
static bool
say_sender(struct pipeline *p, struct transaction *t, struct buf *line)
{
	if (p->needs_reset || t->style == STYLE_BDAT_AHEAD) {
		p->needs_reset = false;
		buf_add_string(line, "RSET\r\n");
		if (!say(p, t, STEP_RSET, 0, line))
			return false;
	}
	transaction_mail(t, &p->session->can, line);
	return say(p, t, STEP_MAIL, 0, line) &&
	    (t->style > STYLE_LOCKSTEP || t->mail_ok);
}

static void
say_all(struct pipeline *p, struct transaction *t)
{
	bool blind = t->style > STYLE_LOCKSTEP;
	struct buf line = BUF_INIT;
	bool ok;

	ok = say_sender(p, t, &line) && say_recipients(p, t, &line);
	if (ok && t->style >= STYLE_BDAT && t->letter->size > LARGE) {
		drain(p);
		ok = !p->closing;
		blind = false;
	}
	if (ok && (blind || t->accepted > 0))
		say_data(p, t, &line);
	buf_free(&line);
}

static void
begin(struct pipeline *p, struct letter *l)
{
	const struct smarthost *h = p->session->host;
	struct transaction *t, **at;
	size_t most;

	most = l->job.each != 0 ? l->job.each : h->recipients_per_transaction;
	t = transaction_new(l, h, p->style,
	    most == 0 ? SIZE_MAX : most);
	for (at = &p->first; *at != NULL; at = &(*at)->next)
		;
	*at = t;
	l->open++;
	p->begun++;
	/* Held until all is said: replies may come in meanwhile. */
	t->owed++;
	say_all(p, t);
	pipeline_release(p, t);
}

static unsigned
count_open(const struct pipeline *p, unsigned *bulk)
{
	const struct transaction *t;
	unsigned n = 0;

	*bulk = 0;
	for (t = p->first; t != NULL; t = t->next) {
		*bulk += letter_is_bulk(t->letter);
		n++;
	}
	return n;
}

/* Filled up once it is half empty: so messages go out, and are answered, by
 * the half window, and not each in a packet of its own. Bulk mail leaves one
 * place to others, who need not wait for it. */
static bool
is_window_open(struct pipeline *p, const struct letter *l)
{
	unsigned n, bulk, size;

	n = count_open(p, &bulk);
	size = letter_is_bulk(l) && p->window > 1 ? p->window - 1 : p->window;
	if (n <= size / 2)
		p->filling = true;
	if (n >= size)
		p->filling = false;
	return (p->filling || (!letter_is_bulk(l) && bulk > 0 && n < size)) &&
	    pipeline_has_room(p, l);
}

/* Rule 3: nothing may follow DATA before it is answered and served. */
static bool
may_begin(struct pipeline *p, const struct letter *l)
{
	if (p->style == STYLE_BDAT_AHEAD)
		return is_window_open(p, l);
	/* Where content is asked for first, speak() sees to it. */
	if (owed_is_empty(&p->owed))
		return p->style == STYLE_TWO_TURNS ||
		    p->style == STYLE_ONE_TURN || pipeline_has_room(p, l);
	return p->style == STYLE_ONE_TURN &&
	    owed_last(&p->owed)->step == STEP_END;
}

/*
 * The last content in hand goes out together with the next message's commands,
 * where the manager still owes an answer to what was reported, and so perhaps a
 * job: a turn saved is worth a moment.
 */
static bool
must_hold(struct pipeline *p)
{
	if (!pipeline_has_room(p, p->speaking->letter))
		return true;
	return p->style == STYLE_ONE_TURN && !p->halt.set &&
	    !pipeline_is_closing(p) && report_mark(p->report) > p->heard &&
	    clock_boot() < p->since + PIPELINE_HOLD &&
	    hand_next(&p->hand, p->session) == NULL;
}

void
pipeline_send(struct pipeline *p)
{
	struct letter *l;

	check_silence(p);
	while (!p->broken) {
		if (p->speaking != NULL) {
			if (must_hold(p))
				break;
			speak(p);
			continue;
		}
		if (p->halt.set || pipeline_is_closing(p))
			break;
		l = hand_next(&p->hand, p->session);
		if (l == NULL || !may_begin(p, l))
			break;
		begin(p, l);
	}
	flush(p);
}
